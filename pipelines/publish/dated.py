"""Tables that grow with every date: brought up to date in marts.duckdb, one Parquet file per date.

A build that brought another up to date lists what it changed in the warehouse; everything else is
taken over from the published copy of that other build. Its Parquet files of unchanged dates are
linked, not copied: they hold no `build_id`, which the name of their folder says.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import duckdb

BUILD_ID = "build_id"
DATES_AT_A_TIME = 16


class Changed(NamedTuple):
    """Where the warehouse lists what a build changed of a table: a table, and its columns."""

    list: str
    keys: tuple[str, ...]
    date: str


_DAYS = ("intermediate.int_activity_days_to_build", ("student_key", "activity_date"))
# Held to what dbt's models say of themselves by a test.
DATED_TABLES = {
    "learning.mastery_evidence": Changed(
        "intermediate.int_evidence_changed_items", ("student_key", "item_id"), "evidence_date"
    ),
    "proxies.time_on_task": Changed(*_DAYS, "activity_date"),
    "proxies.time_on_activity": Changed(*_DAYS, "activity_date"),
    "proxies.activity_counts": Changed(*_DAYS, "activity_date"),
}


class DatedRows(NamedTuple):
    """A table to write by date: its name, its column of dates, and options of Parquet."""

    table: str
    column: str
    options: str


def update_table(
    connection: duckdb.DuckDBPyConnection,
    changed: Changed,
    *,
    source: str,
    target: str,
    listed: str,
) -> tuple[str, ...]:
    """Bring the copy `target` of an earlier build up to `source`; return the dates that differ.

    `listed` is the list of changed keys. The `build_id` of every row becomes that of `source`.
    """
    keys = ", ".join(changed.keys)
    is_changed = " and ".join(f"{target}.{key} = listed.{key}" for key in changed.keys)
    rows = f"select * exclude ({BUILD_ID}) from {{table}} semi join {listed} using ({keys})"
    connection.execute(f"create or replace temp table earlier as {rows.format(table=target)}")
    connection.execute(f"create or replace temp table present as {rows.format(table=source)}")
    dates = connection.execute(
        f"""
        select distinct {changed.date}::varchar
        from (
            (from earlier except from present) union all (from present except from earlier)
        )
        order by all
        """
    ).fetchall()
    connection.execute(f"delete from {target} using {listed} as listed where {is_changed}")
    _replace_build_id(connection, source=source, target=target)
    connection.execute(f"insert into {target} by name from present order by {changed.date}")
    connection.execute("drop table earlier")
    connection.execute("drop table present")
    return tuple(date for (date,) in dates)


def dates_of(connection: duckdb.DuckDBPyConnection, table: str, column: str) -> tuple[str, ...]:
    """Return every date of a table, in order."""
    query = f"select distinct {column}::varchar from {table} order by all"
    return tuple(date for (date,) in connection.execute(query).fetchall())


def write_dates(
    connection: duckdb.DuckDBPyConnection, rows: DatedRows, folder: Path, dates: Sequence[str]
) -> None:
    """Write the Parquet file of each date anew, rows in the order of all columns.

    A date without rows has no file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for first in range(0, len(dates), DATES_AT_A_TIME):
        _write_some_dates(connection, rows, folder, dates[first : first + DATES_AT_A_TIME])


def _write_some_dates(
    connection: duckdb.DuckDBPyConnection, rows: DatedRows, folder: Path, dates: Sequence[str]
) -> None:
    listed = ", ".join(f"date '{date}'" for date in dates)
    # The date comes first: the rows of each lie together, and are sorted once for all.
    connection.execute(
        f"create or replace temp table dated as"
        f" select {rows.column} as file_date, * exclude ({BUILD_ID})"
        f" from {rows.table} where {rows.column} in ({listed}) order by all"
    )
    filled = dates_of(connection, "dated", "file_date")
    for date in dates:
        file = folder / f"{date}.parquet"
        # Never written over: an earlier build may have it as well.
        file.unlink(missing_ok=True)
        if date in filled:
            path = str(file).replace("'", "''")
            connection.execute(
                f"copy (select * exclude (file_date) from dated where file_date = date '{date}')"
                f" to '{path}' (format parquet, compression zstd{rows.options})"
            )
    connection.execute("drop table dated")


def link_files(earlier: Path, folder: Path) -> None:
    """Give `folder` every file of `earlier`, without copying a byte."""
    folder.mkdir(parents=True)
    for file in earlier.glob("*.parquet"):
        os.link(file, folder / file.name)


def _replace_build_id(connection: duckdb.DuckDBPyConnection, *, source: str, target: str) -> None:
    """Say of all rows of which build they are: a column with one value costs next to nothing."""
    build_ids = connection.execute(f"select distinct {BUILD_ID} from {source}").fetchall()
    connection.execute(f"alter table {target} drop column {BUILD_ID}")
    default = f" default '{build_ids[0][0]}'" if build_ids else ""
    connection.execute(f"alter table {target} add column {BUILD_ID} varchar{default}")

"""Tables that grow with every date: their copy in marts.duckdb, brought up to date.

A build that brought another up to date lists what it changed in the warehouse; everything else is
taken over from the published copy of that other build.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import duckdb

BUILD_ID = "build_id"
DEFINITION = ("definition_version", "definition_hash")
# Columns that say the same in all rows of a build: the last ones of each table that has them.
ONE_VALUED = (*DEFINITION, BUILD_ID)
BATCH = "baseline_batch"
# What a select of a table takes, so that rows of one and the next build can be compared.
COLUMNS_OF_ROWS = f"columns(lambda name: not list_contains({[*ONE_VALUED, BATCH]}, name))"
# The students and dates of which something differs: columns student_key and file_date.
DIFFERING = "differing"


class Changed(NamedTuple):
    """Where the warehouse lists what a build changed of a table: a table, and its columns.

    Of a table too large to look through for that, `written` has the same columns, and the batch
    after which a row was written: what the last build wrote lies together.
    """

    list: str
    keys: tuple[str, ...]
    date: str
    written: str | None = None


_DAY = ("student_key", "activity_date")
# Held to what dbt's models say of themselves by a test.
DATED_TABLES = {
    "learning.mastery_evidence": Changed(
        "intermediate.int_evidence_changed_dates",
        ("student_key", "item_id", "evidence_date"),
        "evidence_date",
        "intermediate.int_evidence_shown",
    ),
    "proxies.time_on_task": Changed(
        "intermediate.int_activity_days_to_build", _DAY, "activity_date"
    ),
    "proxies.time_on_activity": Changed(
        "intermediate.int_activity_days_to_build",
        _DAY,
        "activity_date",
        "intermediate.int_activity_shown",
    ),
    "proxies.activity_counts": Changed(
        "intermediate.int_activity_changed_days", _DAY, "activity_date"
    ),
}


def update_table(
    connection: duckdb.DuckDBPyConnection,
    changed: Changed,
    *,
    source: str,
    target: str,
    listed: str,
) -> None:
    """Bring the copy `target` of an earlier build up to `source`; leave a table of what DIFFERS.

    `source` is the table or what was `written` of it, `listed` the list of changed keys. The copy
    has no ONE_VALUED columns: its rows are of whichever build they are shown as.
    """
    listed_rows = f"semi join {listed} using ({', '.join(changed.keys)})"
    written = f"where {BATCH} = (select max({BATCH}) from {source})" if changed.written else ""
    connection.execute(
        "create or replace temp table earlier as"
        f" select rowid as row_id, * from {target} {listed_rows}"
    )
    connection.execute(
        "create or replace temp table present as"
        f" select {COLUMNS_OF_ROWS} from {source} {listed_rows} {written}"
    )
    _compare(connection, changed.date)
    _replace_rows(connection, target, changed.date)
    connection.execute("drop table earlier")
    connection.execute("drop table present")


def list_all(connection: duckdb.DuckDBPyConnection, table: str, date: str) -> None:
    """Leave a table of what DIFFERS where there is no earlier build: everything."""
    connection.execute(
        f"create or replace temp table {DIFFERING} as"
        f" select distinct student_key, {date} as file_date from {table}"
    )


def _compare(connection: duckdb.DuckDBPyConnection, date: str) -> None:
    """Leave a table of what DIFFERS: rows that are not as often in one table as in the other."""
    connection.execute(
        f"""
        create or replace temp table {DIFFERING} as
        with counted as (
            select *, -1 as difference from (select * exclude (row_id) from earlier)
            union all by name
            select *, 1 as difference from present
        ),

        unequal as (
            select columns(* exclude (difference))
            from counted
            group by all
            having sum(difference) <> 0
        )

        select distinct student_key, {date} as file_date from unequal
        """
    )


def _replace_rows(connection: duckdb.DuckDBPyConnection, target: str, date: str) -> None:
    """Replace listed rows where something differs; most of what is listed stayed as it was."""
    differing = (
        f"semi join {DIFFERING} on {{rows}}.student_key = {DIFFERING}.student_key"
        f" and {{rows}}.{date} = {DIFFERING}.file_date"
    )
    connection.execute(
        f"delete from {target} where rowid in"
        f" (select row_id from earlier {differing.format(rows='earlier')})"
    )
    connection.execute(
        f"insert into {target} by name (from present"
        f" {differing.format(rows='present')} order by present.{date})"
    )

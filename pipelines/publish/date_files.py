"""The Parquet files of a table that grows with every date.

Each holds a date, or where a date has many rows, those of some of its students: a late event of
one student must not have the rows of all others written anew. Files of which nothing differs are
linked, not copied: they hold no `build_id`, which the name of their folder says.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from pipelines.publish.dated import DIFFERING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import duckdb

# The rows of a date that still make one file; twice as many make two, and so on.
ROWS_OF_A_FILE = 8192
FILES_AT_A_TIME = 128
# In the database of the connection itself: a temp table is seen by no other cursor.
_SORTED = "memory.main.dated"
# Students are shared out by the first byte of their pseudonym, which is as good as random.
_BYTES = 256
_FIRST_BYTE = "coalesce(try_cast('0x' || left(student_key, 2) as utinyint), 0)"


class DatedRows(NamedTuple):
    """A table to write by date: its name, its column of dates, and how a file is written.

    `options` are those of DuckDB's `copy`; `shown` is what a select of all its columns puts in the
    place of some, or adds to them.
    """

    table: str
    column: str
    options: str
    shown: str


class DateFile(NamedTuple):
    """A file: its date, and the first bytes of the pseudonyms in it, from and up to."""

    date: str
    first: int
    last: int

    @property
    def name(self) -> str:
        """The date, and of a file that has not all of its students, which."""
        if self.last - self.first + 1 == _BYTES:
            return f"{self.date}.parquet"
        return f"{self.date}.{self.first:02x}-{self.last:02x}.parquet"


def link_files(earlier: Path, folder: Path) -> None:
    """Give `folder` every file of `earlier`, without copying a byte."""
    folder.mkdir(parents=True)
    for file in earlier.glob("*.parquet"):
        os.link(file, folder / file.name)


def write_files(connection: duckdb.DuckDBPyConnection, rows: DatedRows, folder: Path) -> None:
    """Write the files in which something DIFFERS anew, rows in the order of all columns.

    What has no rows has no file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = list(_files_to_write(connection, rows, folder))
    for file in files:
        # Never written over: an earlier build may have it as well.
        (folder / file.name).unlink(missing_ok=True)
    for first in range(0, len(files), FILES_AT_A_TIME):
        _write_some(connection, rows, folder, files[first : first + FILES_AT_A_TIME])


def files_of_date(date: str, rows: int) -> tuple[DateFile, ...]:
    """Share the rows of a date out among 1, 2, 4 … files, as many as they are in need of."""
    count = min(_BYTES, 1 << (max(0, rows - 1) // ROWS_OF_A_FILE).bit_length())
    width = _BYTES // count
    return tuple(DateFile(date, first, first + width - 1) for first in range(0, _BYTES, width))


def _files_to_write(
    connection: duckdb.DuckDBPyConnection, rows: DatedRows, folder: Path
) -> Iterator[DateFile]:
    """Yield those of differing students; all of a date that is shared out otherwise than before."""
    present: dict[str, set[Path]] = {}
    for file in folder.glob("*.parquet"):
        present.setdefault(file.name.partition(".")[0], set()).add(file)
    for date, count, first_bytes in _differing_dates(connection, rows):
        files = files_of_date(date, count)
        names = {file.name for file in files}
        others = {file for file in present.get(date, ()) if file.name not in names}
        for file in others:
            file.unlink()
        yield from (
            file
            for file in files
            if others or any(file.first <= byte <= file.last for byte in first_bytes)
        )


def _differing_dates(
    connection: duckdb.DuckDBPyConnection, rows: DatedRows
) -> list[tuple[str, int, list[int]]]:
    """Return each date of which something differs, its rows, and its students' first bytes."""
    return connection.execute(
        f"""
        with differing_dates as (
            select file_date, list(distinct {_FIRST_BYTE}) as first_bytes
            from {DIFFERING}
            group by file_date
        ),

        counted as (
            select {rows.column} as file_date, count(*) as rows
            from {rows.table}
            group by {rows.column}
        )

        select file_date::varchar, coalesce(counted.rows, 0), first_bytes
        from differing_dates
        left join counted using (file_date)
        order by file_date
        """
    ).fetchall()


def _write_some(
    connection: duckdb.DuckDBPyConnection,
    rows: DatedRows,
    folder: Path,
    files: Sequence[DateFile],
) -> None:
    _sort(connection, rows, files)
    filled = connection.execute(f"select distinct file_number from {_SORTED} order by all")
    copies = [
        f"copy (select * exclude (file_number){rows.shown} from {_SORTED}"
        f" where file_number = {number})"
        f" to {_literal(folder / files[number].name)} ({rows.options})"
        for (number,) in filled.fetchall()
    ]
    with _one_thread_a_statement(connection) as threads, ThreadPoolExecutor(threads) as writers:
        list(writers.map(partial(_execute_beside, connection), copies))
    connection.execute(f"drop table {_SORTED}")


def _sort(
    connection: duckdb.DuckDBPyConnection, rows: DatedRows, files: Sequence[DateFile]
) -> None:
    """Leave a table of the rows of each file, one file after the other."""
    shares = ", ".join(
        f"({number}, date '{file.date}', {file.first}, {file.last})"
        for number, file in enumerate(files)
    )
    connection.execute(
        f"""
        create or replace table {_SORTED} as
        with shares as (
            select number, date, unnest(range(first, last + 1))::utinyint as first_byte
            from (values {shares}) as files (number, date, first, last)
        )

        select shares.number as file_number, dated_rows.*
        from {rows.table} as dated_rows
        inner join shares
            on dated_rows.{rows.column} = shares.date
            and {_FIRST_BYTE} = shares.first_byte
        order by all
        """
    )


@contextmanager
def _one_thread_a_statement(connection: duckdb.DuckDBPyConnection) -> Iterator[int]:
    """Yield how many threads DuckDB has; while it has but one, each statement keeps to its own.

    The rows of a file are too few for two threads to share, who would rather wait for each other.
    """
    ((threads,),) = connection.execute("select current_setting('threads')").fetchall()
    connection.execute("set threads = 1")
    try:
        yield threads
    finally:
        connection.execute(f"set threads = {threads}")


def _execute_beside(connection: duckdb.DuckDBPyConnection, statement: str) -> None:
    with connection.cursor() as beside:
        beside.execute(statement)


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"

"""Dates are shared out among Parquet files, so that one student's late event writes few rows."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import duckdb
import pytest

from pipelines.publish import date_files
from pipelines.publish.date_files import DatedRows, files_of_date, link_files, write_files
from pipelines.publish.dated import DIFFERING, list_all

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROWS = DatedRows("minutes", "activity_date", "format parquet", "")
OLD, NEW = date(2025, 9, 1), date(2025, 9, 2)


@pytest.fixture
def connection(monkeypatch: pytest.MonkeyPatch) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a table of a date with 64 students, and one with eight, where ten rows fill a file."""
    monkeypatch.setattr(date_files, "ROWS_OF_A_FILE", 10)
    with duckdb.connect() as connection:
        connection.execute(
            f"""
            create table minutes as
            select md5(range::varchar) as student_key, unnest([1, 2]) as part,
                date '{OLD}' as activity_date
            from range(64)
            union all
            select md5(range::varchar), 1, date '{NEW}' from range(8)
            """
        )
        yield connection


def written(connection: duckdb.DuckDBPyConnection, folder: Path) -> dict[str, int]:
    """Return the rows of each file; together they must be those of the table."""
    files = sorted(folder.glob("*.parquet"))
    everything = " union all ".join(f"select * from '{file}'" for file in files)
    stored = "from minutes"
    for one, other in ((everything, stored), (stored, everything)):
        assert connection.execute(f"({one}) except all ({other})").fetchall() == []
    return {file.name: len(connection.execute(f"from '{file}'").fetchall()) for file in files}


def write_everything(connection: duckdb.DuckDBPyConnection, folder: Path) -> dict[str, int]:
    """Write every file of the table."""
    list_all(connection, "minutes", "activity_date")
    write_files(connection, ROWS, folder)
    return written(connection, folder)


def take_over(earlier: Path, folder: Path) -> dict[str, int]:
    """Link the files of an earlier build; return which file each name is."""
    link_files(earlier, folder)
    return {file.name: file.stat().st_ino for file in folder.iterdir()}


def differ(connection: duckdb.DuckDBPyConnection, statement: str, day: date, student: str) -> None:
    """Change rows of a student on a date, and say so."""
    connection.execute(statement)
    connection.execute(
        f"create or replace temp table {DIFFERING} as"
        f" select '{student}' as student_key, date '{day}' as file_date"
    )


@pytest.mark.parametrize(
    ("rows", "files"), [(0, 1), (1, 1), (10, 1), (11, 2), (20, 2), (21, 4), (9000, 256)]
)
def test_a_date_has_as_many_files_as_it_is_in_need_of(
    rows: int, files: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They double with its rows, and every first byte of a pseudonym has its file."""
    monkeypatch.setattr(date_files, "ROWS_OF_A_FILE", 10)
    shared = files_of_date("2025-09-01", rows)
    assert len(shared) == files
    assert [byte for each in shared for byte in range(each.first, each.last + 1)] == list(
        range(256)
    )


def test_a_date_with_many_rows_is_shared_out(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """Its files name the first bytes of the pseudonyms in them; a small date is one file."""
    files = write_everything(connection, tmp_path)
    assert files.pop("2025-09-02.parquet") == 8
    # Of 16 files, one would have no student.
    assert len(files) == 15
    assert min(files) == "2025-09-01.00-0f.parquet"
    assert sum(files.values()) == 128


def test_one_student_writes_one_file(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    """What the others of the date did stays in the files of the earlier build."""
    write_everything(connection, tmp_path / "earlier")
    before = take_over(tmp_path / "earlier", tmp_path / "later")
    (student,) = connection.execute("select max(student_key) from minutes").fetchall()[0]
    late = f"insert into minutes values ('{student}', 3, '{OLD}')"
    differ(connection, late, OLD, student)
    write_files(connection, ROWS, tmp_path / "later")
    written(connection, tmp_path / "later")
    after = {file.name: file.stat().st_ino for file in (tmp_path / "later").iterdir()}
    assert {name for name in before if after[name] != before[name]} == {"2025-09-01.f0-ff.parquet"}


def test_a_date_that_grows_is_shared_out_anew(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """Its one file gives way to several, and they to one where the rows go again."""
    write_everything(connection, tmp_path / "earlier")
    take_over(tmp_path / "earlier", tmp_path / "later")
    grown = f"insert into minutes select 'ff' || range, 1, '{NEW}' from range(8)"
    differ(connection, grown, NEW, "ff0")
    write_files(connection, ROWS, tmp_path / "later")
    names = {name for name in written(connection, tmp_path / "later") if name > "2025-09-02"}
    assert names == {"2025-09-02.00-7f.parquet", "2025-09-02.80-ff.parquet"}
    gone = f"delete from minutes where activity_date = '{NEW}' and student_key like 'ff%'"
    differ(connection, gone, NEW, "ff0")
    write_files(connection, ROWS, tmp_path / "later")
    assert "2025-09-02.parquet" in written(connection, tmp_path / "later")


def test_every_student_has_a_file(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    """Where a pseudonym does not begin with digits, or is missing, the first file has it."""
    connection.execute(
        f"""
        insert into minutes
        select student_key, 1, '{OLD}'
        from (values ('no digits'), ('é'), ('f'), (''), (null)) as odd (student_key)
        """
    )
    before = write_everything(connection, tmp_path / "earlier")
    odd = "student_key is null or length(student_key) < 32"
    assert connection.execute(
        f"select count(*) from '{tmp_path}/earlier/2025-09-01.00-0f.parquet' where {odd}"
    ).fetchall() == [(5,)]
    take_over(tmp_path / "earlier", tmp_path / "later")
    late = f"insert into minutes values ('no digits', 2, '{OLD}')"
    differ(connection, late, OLD, "no digits")
    write_files(connection, ROWS, tmp_path / "later")
    after = written(connection, tmp_path / "later")
    assert {name for name in before if after[name] != before[name]} == {"2025-09-01.00-0f.parquet"}


def test_what_is_written_anew_has_the_bytes_of_a_first_time(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """However rows came to the table, by however many threads and with however many files."""
    write_everything(connection, tmp_path / "earlier")
    take_over(tmp_path / "earlier", tmp_path / "later")
    connection.execute(
        f"""
        insert into minutes
        select md5(range::varchar), 3, date '{OLD}' + (range % 2)::integer from range(40)
        """
    )
    connection.execute(
        f"create or replace temp table {DIFFERING} as"
        " select student_key, activity_date as file_date from minutes where part = 3"
    )
    write_files(connection, ROWS, tmp_path / "later")
    connection.execute("create or replace table minutes as from minutes order by hash(minutes)")
    connection.execute("set threads = 1")
    whole = write_everything(connection, tmp_path / "whole")
    assert written(connection, tmp_path / "later") == whole
    for name in whole:
        assert (tmp_path / "later" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_an_emptied_date_has_no_file(connection: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    """Its files go with its last row."""
    write_everything(connection, tmp_path)
    connection.execute(
        f"create or replace temp table {DIFFERING} as"
        f" select student_key, activity_date as file_date from minutes"
        f" where activity_date = '{OLD}'"
    )
    connection.execute(f"delete from minutes where activity_date = '{OLD}'")
    write_files(connection, ROWS, tmp_path)
    assert set(written(connection, tmp_path)) == {"2025-09-02.parquet"}

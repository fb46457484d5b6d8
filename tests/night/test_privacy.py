"""No name, address or local identifier of a person leaves the vault."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.archive.export import export, list_archive
from pipelines.cli import district_at
from pipelines.synth.identities import TEST_STUDENT
from pipelines.warehouse.load import open_warehouse
from tests.night.homes import plumbline

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from tests.night.homes import DistrictNight

# Whatever can stand in an identifier, an address or a name.
_WORD = re.compile(r"[\w.@+-]+")
PERSONAL_COLUMNS = ("sourcedId", "username", "email", "identifier", "familyName")


@pytest.fixture(scope="module")
def personal(night: DistrictNight) -> set[str]:
    """Everything in the roster that names a person."""
    with (night.root / "rosters/users.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    values = {row[column] for row in rows for column in PERSONAL_COLUMNS if row[column]}
    # The test account is no person, and its name a word that stands everywhere.
    return values - {row["familyName"] for row in rows if row["username"] == TEST_STUDENT}


def test_deliveries_name_people(night: DistrictNight, personal: set[str], tmp_path: Path) -> None:
    """The search below finds people where they are: in what the tools delivered."""
    home, settings = district_at(night.root)
    for entry in list_archive(home, settings):
        export(home, settings, entry.digest, tmp_path / entry.digest)
    assert _found(_texts_below(tmp_path), personal) > 40


def test_archive_shows_no_person(night: DistrictNight, personal: set[str]) -> None:
    """Deliveries have left landing, and no sealed file contains a personal value."""
    assert [file for file in (night.root / "landing").rglob("*") if file.is_file()] == []
    assert list((night.root / "archive").glob("*/*.sealed"))
    assert _found(_texts_below(night.root / "archive"), personal) == 0


def test_lake_holds_no_person(night: DistrictNight, personal: set[str]) -> None:
    """No text of any Parquet file in the lake contains a personal value."""
    assert _found(_lake_texts(night.root / "lake"), personal) == 0


def test_warehouse_holds_no_person(night: DistrictNight, personal: set[str]) -> None:
    """No text column of any table of the warehouse contains a personal value."""
    home, settings = district_at(night.root)
    with open_warehouse(home, settings, read_only=True) as connection:
        assert _found(_table_texts(connection), personal) == 0


def test_published_holds_no_person(night: DistrictNight, personal: set[str]) -> None:
    """No text column of any published table contains a personal value."""
    with night.marts() as marts:
        assert _found(_table_texts(marts), personal) == 0


def test_reports_and_artefacts_hold_no_person(night: DistrictNight, personal: set[str]) -> None:
    """Reports, Data Docs, dbt artefacts, logs and the night's output name nobody."""
    texts = [night.ran.out, night.ran.err, *_texts_below(night.root / "reports")]
    assert _found(texts, personal) == 0


def test_no_artefact_holds_a_key(night: DistrictNight) -> None:
    """No key stands in a report, an artefact, the lake or the published build."""
    keys = {file.read_text().split()[1] for file in (night.root / "keys").iterdir()}
    for folder in ("reports", "lake", "published"):
        for text in _texts_below(night.root / folder):
            assert not any(key in text for key in keys)


def test_warehouse_needs_its_key(night: DistrictNight, tmp_path: Path) -> None:
    """A stolen warehouse does not open with another key."""
    stolen = tmp_path / "home"
    (stolen / "warehouse").mkdir(parents=True)
    for name in ("district.toml", "warehouse/warehouse.duckdb"):
        (stolen / name).write_bytes((night.root / name).read_bytes())
    (stolen / "keys").mkdir()
    for name in ("pseudonym", "warehouse", "vault"):
        (stolen / "keys" / f"{name}.key").write_text(f"1 {'0' * 64}\n")
        (stolen / "keys" / f"{name}.key").chmod(0o600)
    ran = plumbline("build", "--home", stolen)
    assert ran.code == 1
    assert "does not open with warehouse.key" in ran.err
    assert "Traceback" not in ran.err


def _found(texts: Iterable[str], values: set[str]) -> int:
    """Count the values that stand in a text as words: a number within a number is chance."""
    words = {word.strip(".") for text in texts for word in _WORD.findall(text)}
    return len(words & values)


def _lake_texts(lake: Path) -> Iterator[str]:
    for file in lake.rglob("*.parquet"):
        table = pq.read_table(file)
        for column in table.columns:
            if pa.types.is_string(column.type) or pa.types.is_nested(column.type):
                yield "\n".join(map(str, column.to_pylist()))


def _table_texts(connection: DuckDBPyConnection) -> Iterator[str]:
    columns = connection.sql(
        "select database_name, schema_name, table_name, column_name from duckdb_columns()"
        " where not internal and data_type like 'VARCHAR%'"
    ).fetchall()
    for database, schema, table, column in columns:
        rows = connection.sql(
            f'select distinct "{column}"::varchar from "{database}"."{schema}"."{table}"'
        ).fetchall()
        yield "\n".join(text for (text,) in rows if text is not None)


def _texts_below(folder: Path) -> Iterator[str]:
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            yield file.read_bytes().decode("latin-1")

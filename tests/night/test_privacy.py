"""No name, address or local identifier of a person leaves the vault."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from pipelines.cli import district_at
from pipelines.warehouse.load import open_warehouse
from tests.night.homes import plumbline

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from tests.night.homes import DistrictNight

PERSONAL_COLUMNS = ("sourcedId", "username", "email", "identifier", "familyName")


@pytest.fixture(scope="module")
def personal(night: DistrictNight) -> set[str]:
    """Everything in the roster that names a person."""
    with (night.root / "rosters/users.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return {row[column] for row in rows for column in PERSONAL_COLUMNS if row[column]}


def test_roster_names_people(personal: set[str]) -> None:
    """The search below looks for something: the roster holds many names."""
    assert len(personal) > 100


def test_lake_holds_no_person(night: DistrictNight, personal: set[str]) -> None:
    """No string of any Parquet file in the lake contains a personal value."""
    found = 0
    for file in (night.root / "lake").rglob("*.parquet"):
        text = pq.read_table(file).to_pandas().to_csv()
        found += sum(value in text for value in personal)
    assert found == 0


def test_warehouse_holds_no_person(night: DistrictNight, personal: set[str]) -> None:
    """No text column of any table of the warehouse contains a personal value."""
    home, settings = district_at(night.root)
    with open_warehouse(home, settings, read_only=True) as connection:
        found = _count_in_tables(connection, personal)
    assert found == 0


def test_published_holds_no_person(night: DistrictNight, personal: set[str]) -> None:
    """No text column of any published table contains a personal value."""
    with night.marts() as marts:
        assert _count_in_tables(marts, personal) == 0


def test_reports_and_artefacts_hold_no_person(night: DistrictNight, personal: set[str]) -> None:
    """Reports, Data Docs, dbt artefacts, logs and the night's output name nobody."""
    texts = [night.ran.out, night.ran.err, *_texts_below(night.root / "reports")]
    assert sum(value in text for text in texts for value in personal) == 0


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


def _count_in_tables(connection: DuckDBPyConnection, values: set[str]) -> int:
    return sum(value in text for text in _table_texts(connection) for value in values)


def _table_texts(connection: DuckDBPyConnection) -> Iterator[str]:
    tables = connection.sql(
        "select database_name, schema_name, table_name from duckdb_tables() where not internal"
    ).fetchall()
    for names in tables:
        qualified = ".".join(f'"{name}"' for name in names)
        yield connection.sql(f"select * from {qualified}").to_df().to_csv()


def _texts_below(folder: Path) -> Iterator[str]:
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            yield file.read_bytes().decode("latin-1")

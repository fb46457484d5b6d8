"""Homes for whole nights, and what tests read back from them."""

from __future__ import annotations

import atexit
import csv
import subprocess
import sys
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from pipelines.synth import SyntheticDistrict, write_district
from tests.forks.command import Commands, Ended

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

STUDENTS, DAYS, SEED = 40, 12, 11
CORPUS = Path(__file__).resolve().parents[3] / "shared" / "conformance"


@dataclass(frozen=True, slots=True)
class DistrictNight:
    """A synthetic district after its night."""

    district: SyntheticDistrict
    ran: Ended

    @property
    def root(self) -> Path:
        """The home."""
        return self.district.home

    def marts(self) -> duckdb.DuckDBPyConnection:
        """Open the published marts as a reader does."""
        return duckdb.connect(str(self.root / "published/current/marts.duckdb"), read_only=True)


def plumbline(*arguments: str | Path) -> Ended:
    """Run the command line in a process of its own."""
    return _commands().run(*arguments)


@cache
def _commands() -> Commands:
    commands = Commands()
    atexit.register(commands.close)
    return commands


def plumbline_alone(*arguments: str | Path) -> Ended:
    """Run the command line as a person does, in a new interpreter."""
    began = time.monotonic()
    done = subprocess.run(  # noqa: S603 -- the arguments are the test's own
        [sys.executable, "-m", "pipelines", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    return Ended(done.returncode, done.stdout, done.stderr, time.monotonic() - began)


def run_district(root: Path, *, run: Callable[..., Ended] = plumbline) -> DistrictNight:
    """Write the test district and run its night."""
    district = write_district(root, students=STUDENTS, days=DAYS, seed=SEED)
    return DistrictNight(district, run_night(root, district.as_of_date, run=run))


def run_night(root: Path, as_of_date: date, *, run: Callable[..., Ended] = plumbline) -> Ended:
    """Run `plumbline nightly`."""
    return run("nightly", "--home", root, "--date", as_of_date.isoformat())


def planted_counts(root: Path) -> dict[str, dict[str, int]]:
    """Return what the truth says of every file."""
    columns = ("read", "loaded", "duplicate", "conflicting", "rejected", "minimised", "voided")
    with (root / "truth" / "files.csv").open(encoding="utf-8", newline="") as stream:
        return {
            row["file_name"]: {column: int(row[column]) for column in columns}
            for row in csv.DictReader(stream)
        }


def counts_by_file(marts: duckdb.DuckDBPyConnection) -> dict[str, dict[str, int]]:
    """Return what audit.reconciliation says of every file."""
    relation = marts.sql(
        "select file_name, read, loaded, duplicate, conflicting, rejected, minimised, voided"
        " from audit.reconciliation"
    )
    names = relation.columns[1:]
    return {row[0]: dict(zip(names, row[1:], strict=True)) for row in relation.fetchall()}


def all_rows(marts: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of every published table, in order."""
    tables = marts.sql(
        "select table_schema || '.' || table_name from information_schema.tables"
        " where table_schema not in ('information_schema', 'dated') order by all"
    ).fetchall()
    return {
        table: marts.sql(f"select * from {table} order by all").fetchall() for (table,) in tables
    }

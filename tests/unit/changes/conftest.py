"""A home with two published builds, written by hand, and what the loads between them listed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.changes.changes import find_changes
from pipelines.identity.keys import read_key
from pipelines.publish.manifest import MARTS_FILE, Build, Manifest, write_manifest
from pipelines.report.progress import silent
from pipelines.settings import read_settings
from pipelines.warehouse.connection import attach, connect_in_memory, open_encrypted
from pipelines.warehouse.schema import prepare_schema
from tests.unit.examples import make_small_home

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.changes.outcome import Changes
    from pipelines.home import Home

BEFORE, AFTER = "aaaa000011112222", "bbbb000011112222"
TABLES = {
    "learning.mastery_evidence": (
        "student_key varchar, standard_id varchar, source varchar, event_id varchar,"
        " outcome double, evidence_date date, build_id varchar, definition_version integer"
    ),
    "learning.mastery": (
        "student_key varchar, standard_id varchar, estimate double, is_stale boolean,"
        " build_id varchar, definition_version integer"
    ),
    "learning.class_mastery": (
        "section_id varchar, standard_id varchar, status varchar, students bigint,"
        " build_id varchar, definition_version integer"
    ),
    "learning.standard_coverage": (
        "section_id varchar, standard_id varchar, students_with_evidence bigint, build_id varchar"
    ),
    "proxies.activity_counts": (
        "student_key varchar, activity_date date, events bigint, build_id varchar,"
        " definition_version integer"
    ),
    "roster.enrollments": (
        "student_key varchar, section_id varchar, role varchar, starts_on date, build_id varchar"
    ),
    "roster.standards": "standard_id varchar, code varchar, build_id varchar",
    "audit.reconciliation": "digest varchar, read bigint, build_id varchar",
}
VERSIONED = {name for name, columns in TABLES.items() if "definition_version" in columns}
Rows = dict[str, list[tuple[Any, ...]]]


@dataclass(slots=True)
class History:
    """The rows of two builds, and what the loads between them wrote down."""

    home: Home
    before: Rows = field(default_factory=dict)
    after: Rows = field(default_factory=dict)
    listed: list[tuple[int, str | None, date | None, str]] = field(default_factory=list)
    dates: tuple[date, date] = (date(2025, 9, 2), date(2025, 9, 2))
    definitions: tuple[str, str] = ("d1", "d1")
    versions: tuple[int, int] = (1, 1)
    known: tuple[str, ...] = (BEFORE, AFTER)
    is_encrypted: bool = False

    def compare(
        self, since: str = BEFORE, until: str | None = AFTER, *, limit: int | None = None
    ) -> Changes:
        """Write all of it, and compare."""
        self._write_warehouse()
        for index, (build_id, rows) in enumerate(((BEFORE, self.before), (AFTER, self.after))):
            self._write_build(build_id, rows, index)
        settings = read_settings(self.home)
        return find_changes(self.home, settings, (since, until), limit=limit, advance=silent)

    def reasons(self, mart: str) -> set[tuple[str, ...]]:
        """Return the reasons given in a mart."""
        found = {each.mart: each for each in self.compare().marts}
        return {count.reasons for count in found[mart].counts}

    def _write_build(self, build_id: str, rows: Rows, index: int) -> None:
        folder = self.home.published / build_id
        if folder.is_dir():
            (folder / MARTS_FILE).unlink()
        folder.mkdir(parents=True, exist_ok=True)
        connection = connect_in_memory()
        keys_folder = read_settings(self.home).keys_folder
        key = read_key(keys_folder, "marts") if self.is_encrypted else None
        attach(connection, folder / MARTS_FILE, key, alias="marts", read_only=False)
        for table, columns in TABLES.items():
            connection.execute(f"create schema if not exists marts.{table.split('.')[0]}")
            connection.execute(f"create table marts.{table} ({columns})")
            version = [self.versions[index]] if table in VERSIONED else []
            for row in rows.get(table, []):
                values = [*row, build_id, *version]
                marks = ", ".join("?" for _ in values)
                connection.execute(f"insert into marts.{table} values ({marks})", values)
        connection.close()
        build = Build(build_id, self.dates[index], "hash")
        manifest = Manifest(build=build, is_encrypted=self.is_encrypted, inputs=(), tables=())
        write_manifest(folder, manifest)

    def _write_warehouse(self) -> None:
        self.home.warehouse_file.unlink(missing_ok=True)
        key = read_key(read_settings(self.home).keys_folder, "warehouse")
        with open_encrypted(self.home.warehouse_file, key) as connection:
            prepare_schema(connection)
            for number in (1, 2, 3):
                night = date(2025, 9, number)
                connection.execute("insert into loaded.batches values (?, ?)", [number, night])
            for index, build_id in enumerate((BEFORE, AFTER)):
                if build_id in self.known:
                    connection.execute(
                        "insert into loaded.builds by name select ? as build_id, ? as as_of_date,"
                        " '' as inputs_hash, ? as batch_number, ? as definitions_hash,"
                        " timestamptz '2025-09-01 00:00:00+00' as started_at",
                        [build_id, self.dates[index], 1 + 2 * index, self.definitions[index]],
                    )
            for row in self.listed:
                connection.execute("insert into loaded.changes values (?, ?, ?, ?, 1)", row)


@pytest.fixture
def history(tmp_path: Path) -> History:
    """Give two builds without rows, of the batches 1 and 3, and nothing listed."""
    return History(make_small_home(tmp_path / "home"))

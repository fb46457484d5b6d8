"""Fill the side home: the archive under today's rules where it reaches, the lake before that.

Files are loaded night by night in the order of the ledger, so that of two versions of an event the
same one stands, unless a rule has changed that.
"""

from __future__ import annotations

import os
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from pipelines.archive.store import Archive, archived_deliveries
from pipelines.errors import DamagedError
from pipelines.identity.keys import read_key
from pipelines.identity.sealed_files import FileSealer
from pipelines.ingest.manifest import manifest_file, read_manifests, write_manifest
from pipelines.rebuild.workspace import link_from_lake
from pipelines.warehouse.connection import attach
from pipelines.warehouse.load import load, open_warehouse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from pipelines.archive.store import Archived
    from pipelines.home import Home
    from pipelines.ingest.manifest import Manifest
    from pipelines.report.progress import Reporter
    from pipelines.settings import Settings

_LEDGER = """
select file_digest, file_name, batch_number, as_of_date
from loaded.files
inner join loaded.batches using (batch_number)
order by batch_number, file_name, file_digest
"""
# What no delivery tells: the history of builds and definitions, and since when something is held.
_CARRIED_OVER = ("build_figures", "builds", "held", "measure_definitions", "rebuilds")
# What rosters said on which day: an earlier delivery of a roster is nowhere else.
_RECORDS = """
select table_name from duckdb_tables()
where database_name = 'current' and schema_name = 'loaded'
    and (
        starts_with(table_name, 'roster_')
        or table_name in (
            'schools', 'academic_sessions', 'sections', 'section_spans', 'role_spans', 'students',
            'enrollments'
        )
    )
order by all
"""


class LoadedFile(NamedTuple):
    """A file of the ledger, and the night in which it was loaded."""

    digest: str
    name: str
    batch_number: int
    night: date


class SideLoad(NamedTuple):
    """How many files were read again, from which night on, and how many the lake gave."""

    read_again: int
    read_again_from: date | None
    from_lake: int


class SideBuilder:
    """Fills one side home."""

    def __init__(self, home: Home, side: Home, settings: Settings, from_date: date | None) -> None:
        self._home = home
        self._side = side
        self._settings = _without_waiting(settings)
        self._archive = Archive(home, FileSealer(read_key(settings.keys_folder, "vault")))
        self._from_date = from_date
        self._read_again: list[LoadedFile] = []
        self._from_lake = 0

    def fill(self, reporter: Reporter) -> SideLoad:
        """Ingest and load every night of the ledger anew; what was held stays held."""
        manifests = {each.digest: each for each in read_manifests(self._home)}
        archived = archived_deliveries(self._home)
        files = _ledger(self._home, self._settings)
        _refuse_lost(files, manifests, archived)
        self._take_rosters()
        with reporter.step("read again and load") as advance:
            for number, night in groupby(files, key=lambda each: each.batch_number):
                advance(number, files[-1].batch_number)
                self._take_night(list(night), manifests, archived)
        nights = [each.night for each in self._read_again]
        filled = SideLoad(len(nights), min(nights, default=None), self._from_lake)
        self._carry_over(filled)
        return filled

    def _take_night(
        self,
        files: list[LoadedFile],
        manifests: dict[str, Manifest],
        archived: dict[str, Archived],
    ) -> None:
        night = files[0].night
        again = [each for each in files if each.digest in archived and self._is_meant(night)]
        for round_ in _rounds(again):
            self._ingest(round_, archived, night)
        done = [each for each in again if manifest_file(self._side, each.digest).exists()]
        for each in done:
            self._keep_release(each.digest, manifests)
        rest = [each.digest for each in files if each not in done]
        link_from_lake(self._home, self._side, rest)
        self._read_again += done
        self._from_lake += len(rest)
        load(self._side, self._settings, night)

    def _is_meant(self, night: date) -> bool:
        return self._from_date is None or night >= self._from_date

    def _ingest(self, files: list[LoadedFile], archived: dict[str, Archived], night: date) -> None:
        from pipelines.ingest.pipeline import ingest
        from pipelines.report.progress import silent

        opened = [self._unseal(each, archived[each.digest]) for each in files]
        try:
            ingest(self._side, self._settings, night, advance=silent)
        finally:
            for path in opened:
                path.unlink()

    def _unseal(self, file: LoadedFile, archived: Archived) -> Path:
        """Write a delivery where ingest reads it, readable by nobody else."""
        path = self._side.landing / file.name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as sink:
            for piece in self._archive.pieces(archived):
                sink.write(piece)
        return path

    def _keep_release(self, digest: str, manifests: dict[str, Manifest]) -> None:
        """A person's word that a file may be loaded stands, whatever rules say of it now."""
        if digest in manifests and manifests[digest].is_released:
            (again,) = (each for each in read_manifests(self._side) if each.digest == digest)
            write_manifest(self._side, replace(again, is_released=True))

    def _take_rosters(self) -> None:
        with self._both() as connection:
            tables = [name for (name,) in connection.execute(_RECORDS).fetchall()]
            _copy(connection, tables)

    def _carry_over(self, filled: SideLoad) -> None:
        with self._both() as connection:
            _copy(connection, _CARRIED_OVER)
            connection.execute(
                "insert into loaded.rebuilds select count(*) + 1, ?, ? from loaded.rebuilds",
                [filled.read_again_from, filled.read_again],
            )

    @contextmanager
    def _both(self) -> Iterator[DuckDBPyConnection]:
        """Open the side warehouse to write in one transaction, with the current one beside it."""
        key = read_key(self._settings.keys_folder, "warehouse")
        with open_warehouse(self._side, self._settings) as connection:
            attach(connection, self._home.warehouse_file, key, alias="current", read_only=True)
            connection.begin()
            yield connection
            connection.commit()


def _copy(connection: DuckDBPyConnection, tables: Iterable[str]) -> None:
    for table in tables:
        connection.execute(f"delete from loaded.{table}")
        connection.execute(
            f"insert into loaded.{table} by name select * from current.loaded.{table}"
        )


def _without_waiting(settings: Settings) -> Settings:
    """Return settings under which no file waits and none is held: the ledger has them all."""
    return replace(
        settings,
        ingest=replace(settings.ingest, settle_seconds=0),
        circuit_breaker=replace(settings.circuit_breaker, reject_rate=1.0),
    )


def _ledger(home: Home, settings: Settings) -> list[LoadedFile]:
    with open_warehouse(home, settings, read_only=True) as connection:
        return [LoadedFile(*row) for row in connection.execute(_LEDGER).fetchall()]


def _refuse_lost(
    files: list[LoadedFile], manifests: dict[str, Manifest], archived: dict[str, Archived]
) -> None:
    lost = [each for each in files if each.digest not in manifests and each.digest not in archived]
    if lost:
        raise DamagedError(
            f"{len(lost)} loaded file(s) are neither in the lake nor in the archive,"
            f" the first is {lost[0].name}",
            "restore lake/ from the backup of the home",
        )


def _rounds(files: list[LoadedFile]) -> Iterator[list[LoadedFile]]:
    """Yield the files in groups in which no name is twice: it may have come with two contents."""
    seen: Counter[str] = Counter()
    rounds: dict[int, list[LoadedFile]] = {}
    for each in files:
        rounds.setdefault(seen[each.name], []).append(each)
        seen[each.name] += 1
    yield from rounds.values()

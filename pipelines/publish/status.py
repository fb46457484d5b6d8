"""Say what the current build is made of, read from the published files alone."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import duckdb
import orjson
from rich.table import Table

from pipelines.errors import DamagedError, PlumblineError
from pipelines.identity.keys import read_key
from pipelines.publish.folders import current_build_id, kept_builds
from pipelines.publish.manifest import BUILD_FILE, BuildInput, PublishedTable, read_manifest
from pipelines.publish.marts import open_marts
from pipelines.publish.pin import read_pin
from pipelines.settings import read_settings

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from rich.console import Console

    from pipelines.home import Home
    from pipelines.identity.keys import Key
    from pipelines.publish.pin import Pin


_MINUTE = "%Y-%m-%d %H:%M"


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """What became of the events of one source, over all its files."""

    source: str
    files: int
    read: int
    loaded: int
    duplicate: int
    conflicting: int
    rejected: int
    minimised: int


@dataclass(frozen=True, slots=True)
class HeldSource:
    """Deliveries of one source of which nothing is loaded, since too much of them is rejected."""

    source: str
    files: int
    read: int
    rejected: int
    held_since: date


@dataclass(frozen=True, slots=True)
class RosterStatus:
    """A delivery of the roster that is not loaded, and what became of it."""

    name: str
    state: str
    students_before: int
    students_after: int


@dataclass(frozen=True, slots=True)
class CheckCounts:
    """How the checks of the build ended; none where they have not been counted."""

    passed: int | None
    warned: int | None
    failed: int | None


@dataclass(frozen=True, slots=True)
class KeptBuild:
    """A published build that `plumbline rollback` can switch to; one without a date is damaged."""

    build_id: str
    as_of_date: date | None
    published_at: datetime
    is_current: bool


@dataclass(frozen=True, slots=True)
class Status:
    """What readers see now; `kept` is newest first, `pin` stands after a rollback."""

    build_id: str
    as_of_date: date
    inputs_hash: str
    published_at: datetime
    inputs: tuple[BuildInput, ...]
    tables: tuple[PublishedTable, ...]
    sources: tuple[SourceStatus, ...]
    held: tuple[HeldSource, ...]
    rosters_not_loaded: tuple[RosterStatus, ...]
    checks: CheckCounts
    kept: tuple[KeptBuild, ...]
    pin: Pin | None

    def as_json(self) -> str:
        """Return the status as JSON."""
        return _as_json({"is_published": True, **asdict(self)})


@dataclass(frozen=True, slots=True)
class NothingPublished:
    """There is no build to read yet."""

    message: str = "No build is published yet: run `plumbline nightly`."

    def as_json(self) -> str:
        """Return the message as JSON."""
        return _as_json({"is_published": False, **asdict(self)})


def read_status(home: Home) -> Status | NothingPublished:
    """Return what the current build is made of; the warehouse is not opened."""
    build_id = current_build_id(home.current_build)
    if build_id is None:
        return NothingPublished()
    try:
        # Through the build's own name: a publish that happens meanwhile changes nothing here.
        return _read_build(home, home.published / build_id)
    except (OSError, ValueError, KeyError, TypeError, duckdb.Error, DamagedError):
        raise PlumblineError(
            f"the published build {build_id} is damaged",
            f"remove the folder {home.published / build_id} and run `plumbline publish`",
        ) from None


def print_status(status: Status | NothingPublished, console: Console) -> None:
    """Print the status for a person."""
    if isinstance(status, NothingPublished):
        console.print(status.message)
        return
    console.print(f"Build {status.build_id} as of {status.as_of_date.isoformat()}")
    console.print(f"Published {status.published_at:{_MINUTE}} UTC")
    if status.pin:
        console.print(_pin_line(status.pin))
    console.print(_checks_line(status.checks))
    for held in status.held:
        console.print(_held_line(held))
    for roster in status.rosters_not_loaded:
        console.print(_roster_line(roster))
    console.print(_sources_table(status.sources))
    console.print(_tables_table(status.tables))
    console.print(_kept_table(status.kept))


def _read_build(home: Home, folder: Path) -> Status:
    manifest = read_manifest(folder)
    with open_marts(folder, key=_key(home) if manifest.is_encrypted else None) as connection:
        return Status(
            build_id=manifest.build.build_id,
            as_of_date=manifest.build.as_of_date,
            inputs_hash=manifest.build.inputs_hash,
            published_at=_written_at(folder / BUILD_FILE),
            inputs=manifest.inputs,
            tables=manifest.tables,
            sources=_sources(connection),
            held=_held(connection),
            rosters_not_loaded=_rosters_not_loaded(connection),
            checks=_checks(connection, manifest.build.build_id),
            kept=tuple(_kept(each, folder) for each in kept_builds(home.published)),
            pin=read_pin(home.published),
        )


def _kept(folder: Path, current: Path) -> KeptBuild:
    written_at = _written_at(folder / BUILD_FILE)
    try:
        as_of_date = read_manifest(folder).build.as_of_date
    except (OSError, ValueError, KeyError, TypeError):
        as_of_date = None
    return KeptBuild(folder.name, as_of_date, written_at, is_current=folder == current)


def _key(home: Home) -> Key:
    return read_key(read_settings(home).keys_folder, "marts")


def _written_at(file: Path) -> datetime:
    return datetime.fromtimestamp(int(file.stat().st_mtime), tz=UTC)


def _sources(connection: duckdb.DuckDBPyConnection) -> tuple[SourceStatus, ...]:
    rows = connection.execute(
        """
        select
            source, count(*), sum(read), sum(loaded), sum(duplicate),
            sum(conflicting), sum(rejected), sum(minimised)
        from audit.reconciliation
        group by source
        order by source
        """
    ).fetchall()
    return tuple(SourceStatus(row[0], *(int(count) for count in row[1:])) for row in rows)


def _held(connection: duckdb.DuckDBPyConnection) -> tuple[HeldSource, ...]:
    rows = connection.execute(
        """
        select source, count(*), sum(read), sum(rejected), min(held_since_date)
        from audit.held
        group by source
        order by source
        """
    ).fetchall()
    return tuple(
        HeldSource(source, files, int(read), int(rejected), since)
        for source, files, read, rejected, since in rows
    )


def _rosters_not_loaded(connection: duckdb.DuckDBPyConnection) -> tuple[RosterStatus, ...]:
    rows = connection.execute(
        "select file_name, state, students_before, students_after from audit.rosters"
        " where state in ('held', 'refused') order by all"
    ).fetchall()
    return tuple(RosterStatus(*row) for row in rows)


def _checks(connection: duckdb.DuckDBPyConnection, build_id: str) -> CheckCounts:
    row = connection.execute(
        "select checks_passed, checks_warned, checks_failed from audit.builds where build_id = ?",
        [build_id],
    ).fetchone()
    return CheckCounts(*row) if row else CheckCounts(None, None, None)


def _checks_line(checks: CheckCounts) -> str:
    if checks.passed is None:
        return "Checks: not counted"
    return f"Checks: {checks.passed} passed, {checks.warned} warned, {checks.failed} failed"


def _held_line(held: HeldSource) -> str:
    return (
        f"Held since {held.held_since}: {held.files} file(s) of {held.source},"
        f" {held.rejected:,} of {held.read:,} items rejected; nothing of them is loaded:"
        f" `plumbline quarantine list --source {held.source}` says why"
    )


def _roster_line(roster: RosterStatus) -> str:
    if roster.state == "refused":
        return (
            f"Roster {roster.name} cannot be loaded, the one before stays:"
            " `plumbline validate --roster` says why"
        )
    return (
        f"Roster {roster.name} is held, the one before stays: {roster.students_after:,} students"
        f" instead of {roster.students_before:,}; `plumbline release --roster` loads it as it is"
    )


def _sources_table(sources: tuple[SourceStatus, ...]) -> Table:
    columns = ("files", "read", "loaded", "duplicate", "conflicting", "rejected", "minimised")
    table = Table("source", title="Delivered events", title_justify="left")
    for column in columns:
        table.add_column(column, justify="right")
    for source in sources:
        table.add_row(source.source, *(f"{getattr(source, column):,}" for column in columns))
    return table


def _tables_table(tables: tuple[PublishedTable, ...]) -> Table:
    table = Table("table", title="Published tables", title_justify="left")
    table.add_column("rows", justify="right")
    for each in tables:
        table.add_row(each.qualified_name, f"{each.rows:,}")
    return table


def _pin_line(pin: Pin) -> str:
    return (
        f"Rolled back at {pin.since} from {pin.instead_of}:"
        " nights publish beside it; `plumbline publish` gives readers the newest build"
    )


def _kept_table(kept: tuple[KeptBuild, ...]) -> Table:
    table = Table(
        "build", "as of", "published (UTC)", "", title="Kept builds", title_justify="left"
    )
    for each in kept:
        mark = "current" if each.is_current else ""
        as_of = str(each.as_of_date or "damaged")
        table.add_row(each.build_id, as_of, f"{each.published_at:{_MINUTE}}", mark)
    return table


def _as_json(document: dict[str, object]) -> str:
    return orjson.dumps(document, option=orjson.OPT_INDENT_2).decode("utf-8")

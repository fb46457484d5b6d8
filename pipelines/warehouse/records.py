"""Load roster, standards and calendar, where their files changed."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from pipelines.errors import InputError
from pipelines.identity.keys import read_key
from pipelines.identity.matching import learner_links
from pipelines.identity.pseudonyms import Pseudonymiser
from pipelines.reference.calendar import read_calendar
from pipelines.reference.case_framework import read_standards
from pipelines.reference.oneroster import Roster, read_roster
from pipelines.warehouse.tables import insert_rows
from pipelines.warehouse.vault import write_vault

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from pipelines.home import Home
    from pipelines.settings import Settings

CALENDAR_FILE = "calendar.csv"
_DIGEST_BYTES = 16


def load_records(connection: DuckDBPyConnection, home: Home, settings: Settings) -> tuple[str, ...]:
    """Replace the records whose files changed since they were loaded; return which."""
    _refuse_missing(home)
    present = _digests(home, settings)
    rows = connection.execute("select kind, digest from loaded.inputs").fetchall()
    changed = tuple(kind for kind, digest in present.items() if (kind, digest) not in rows)
    for kind in changed:
        if kind == "roster":
            _load_roster(connection, home, settings)
        elif kind == "standards":
            _replace(connection, "standards", read_standards(home.standards))
        elif kind == "calendar":
            _replace(connection, "school_days", read_calendar(home.rosters / CALENDAR_FILE))
    _replace(connection, "inputs", list(present.items()))
    return changed


def _refuse_missing(home: Home) -> None:
    if not any(home.rosters.glob("*.csv")):
        raise InputError(
            f"the home has no roster: {home.rosters} holds no CSV files",
            "export a OneRoster 1.2 CSV bulk set from the student information system into it",
        )


def _digests(home: Home, settings: Settings) -> dict[str, str]:
    """Return a digest of each kind of record: of its files, and of the settings that shape it."""
    calendar = home.rosters / CALENDAR_FILE
    roster = [file for file in home.rosters.glob("*.csv") if file != calendar]
    identifiers = repr(settings.learner_identifiers).encode()
    return {
        "calendar": _digest([calendar] if calendar.is_file() else []),
        "roster": _digest(roster, identifiers),
        "settings": _digest([home.settings_file]),
        "standards": _digest(home.standards.glob("*.json")),
    }


def _digest(files: Iterable[Path], *parts: bytes) -> str:
    total = blake2b(digest_size=_DIGEST_BYTES)
    for part in parts:
        total.update(part)
    for file in sorted(files):
        total.update(file.name.encode())
        total.update(blake2b(file.read_bytes()).digest())
    return total.hexdigest()


def _load_roster(connection: DuckDBPyConnection, home: Home, settings: Settings) -> None:
    roster = read_roster(home.rosters)
    key = read_key(settings.keys_folder, "pseudonym")
    pseudonymiser = Pseudonymiser(key, settings.district_id)
    _replace(connection, "schools", roster.schools)
    _replace(connection, "academic_sessions", roster.academic_sessions)
    _replace(connection, "sections", roster.sections)
    _replace(connection, "students", _students(roster, pseudonymiser))
    _replace(connection, "enrollments", _enrollments(roster, pseudonymiser))
    links = learner_links(roster.people, settings.learner_identifiers, pseudonymiser)
    _replace(connection, "learner_identifiers", links)
    vault_key = read_key(settings.keys_folder, "vault")
    write_vault(home.vault_file, vault_key, roster.people, pseudonymiser)


def _students(roster: Roster, pseudonymiser: Pseudonymiser) -> list[tuple[Any, ...]]:
    return sorted(
        (pseudonymiser.student_key(person.sourced_id), person.grade_band, person.school_id)
        for person in roster.people
        if person.is_student
    )


def _enrollments(roster: Roster, pseudonymiser: Pseudonymiser) -> list[tuple[Any, ...]]:
    return [
        (
            pseudonymiser.student_key(enrollment.sourced_id),
            enrollment.section_id,
            enrollment.role,
            enrollment.starts_on,
            enrollment.ends_on,
        )
        for enrollment in roster.enrollments
    ]


def _replace(connection: DuckDBPyConnection, table: str, rows: Sequence[Sequence[Any]]) -> None:
    connection.execute(f"delete from loaded.{table}")
    insert_rows(connection, table, rows)

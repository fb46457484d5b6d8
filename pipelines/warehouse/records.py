"""Load roster, standards, calendar and what people fill in, where their files changed."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple

from pipelines.errors import ChangedInputError
from pipelines.reference.alignments import (
    ALIGNMENTS_FILE,
    SKILLS_FILE,
    read_alignments,
    read_skills,
)
from pipelines.reference.calendar import read_calendar
from pipelines.reference.case_framework import read_standards
from pipelines.reference.crosswalk import CROSSWALK_FILE
from pipelines.warehouse.classroom import ClassroomFile, find_forms, load_classroom
from pipelines.warehouse.roster import RosterDelivery, load_rosters, roster_inputs
from pipelines.warehouse.roster_matching import match_people
from pipelines.warehouse.tables import insert_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from pipelines.home import Home
    from pipelines.settings import Settings

CALENDAR_FILE = "calendar.csv"
_DIGEST_BYTES = 16


class LoadedRecords(NamedTuple):
    """The kinds of records that changed, and what became of rosters and of people's forms."""

    changed: tuple[str, ...]
    rosters: tuple[RosterDelivery, ...]
    classroom: tuple[ClassroomFile, ...]


def load_records(
    connection: DuckDBPyConnection, home: Home, settings: Settings, *, night: date
) -> LoadedRecords:
    """Replace the records whose files changed since they were loaded, and load new rosters."""
    rosters = load_rosters(connection, home, settings, night=night)
    present = _digests(connection, home, settings)
    rows = connection.execute("select kind, digest from loaded.inputs").fetchall()
    # A home without a crosswalk, or in which nobody filled in a form, is as it was.
    known = {"classroom": _digest([]), "crosswalk": _digest([]), **dict(rows)}
    changed = tuple(kind for kind, digest in present.items() if known.get(kind) != digest)
    if {"roster", "crosswalk"} & set(changed):
        match_people(connection, home, settings)
    for kind in changed:
        if kind == "standards":
            _replace_standards(connection, home.standards)
        elif kind == "calendar":
            _replace(connection, "school_days", read_calendar(home.rosters / CALENDAR_FILE))
    # Last, and also where its files are the same: its rows name students and standards.
    is_due = not {"classroom", "roster", "standards"}.isdisjoint(changed)
    classroom = load_classroom(connection, home, settings) if is_due else ()
    if _digests(connection, home, settings) != present:
        raise ChangedInputError
    _replace(connection, "inputs", list(present.items()))
    return LoadedRecords(changed, rosters, classroom)


def _digests(connection: DuckDBPyConnection, home: Home, settings: Settings) -> dict[str, str]:
    """Return a digest of each kind of record: of its files, and of the settings that shape it."""
    calendar, crosswalk = (home.rosters / name for name in (CALENDAR_FILE, CROSSWALK_FILE))
    rules = (settings.learner_identifiers, settings.test_accounts, settings.test_people)
    roster = repr((roster_inputs(connection), *rules)).encode()
    return {
        "calendar": _digest([calendar] if calendar.is_file() else []),
        "classroom": _digest(find_forms(home.classroom)),
        "crosswalk": _digest([crosswalk] if crosswalk.is_file() else []),
        "roster": _digest([], roster),
        "settings": _digest([home.settings_file]),
        "standards": _digest(_standards_files(home.standards)),
    }


def _standards_files(folder: Path) -> list[Path]:
    mappings = [folder / ALIGNMENTS_FILE, folder / SKILLS_FILE]
    return [*folder.glob("*.json"), *(file for file in mappings if file.is_file())]


def _replace_standards(connection: DuckDBPyConnection, folder: Path) -> None:
    """Replace the standards, and what is mapped to them."""
    found = read_standards(folder)
    names = found.by_reference()
    _replace(connection, "frameworks", found.frameworks)
    _replace(connection, "standards", found.standards)
    _replace(connection, "standard_ancestors", found.ancestors)
    _replace(connection, "standard_associations", found.associations)
    _replace(connection, "alignments", read_alignments(folder, names))
    _replace(connection, "skill_crosswalk", read_skills(folder, names))


def _digest(files: Iterable[Path], *parts: bytes) -> str:
    total = blake2b(digest_size=_DIGEST_BYTES)
    for part in parts:
        total.update(part)
    for file in sorted(files):
        total.update(file.name.encode())
        total.update(blake2b(file.read_bytes()).digest())
    return total.hexdigest()


def _replace(connection: DuckDBPyConnection, table: str, rows: Sequence[Sequence[Any]]) -> None:
    connection.execute(f"delete from loaded.{table}")
    insert_rows(connection, table, rows)

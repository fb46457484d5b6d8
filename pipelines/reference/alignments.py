"""Read which standards activities and vendors' skills belong to, from two CSV files."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from pipelines.reference.case_package import refuse
from pipelines.reference.tables import read_csv

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from pipelines.reference.tables import CsvRow

ALIGNMENTS_FILE = "alignment.csv"
SKILLS_FILE = "skill_crosswalk.csv"
_MEND = "correct the rows; docs/data-contract.md describes the columns"


class Relation(StrEnum):
    """What a vendor's skill is, compared with the standard."""

    EXACT = "exact"
    NARROWER = "narrower"
    BROADER = "broader"


class Alignment(NamedTuple):
    """An activity that is evidence of a standard, whatever its events say."""

    activity_id: str
    standard_id: str


class SkillRelation(NamedTuple):
    """How a vendor's skill, as events refer to it, relates to a standard."""

    skill: str
    relation: Relation
    standard_id: str


def read_alignments(folder: Path, standards: Mapping[str, str]) -> tuple[Alignment, ...]:
    """Return the rows of alignment.csv; raise InputError naming file, rows and columns.

    `standards` gives the identifier of each standard by what the file may call it.
    """
    file = folder / ALIGNMENTS_FILE
    rows = _Rows(file, standards)
    found = tuple(
        Alignment(activity_id, standard_id)
        for row, standard_id in rows.read("activity_id")
        if (activity_id := rows.text(row, "activity_id"))
    )
    refuse(file, rows.problems, _MEND)
    return found


def read_skills(folder: Path, standards: Mapping[str, str]) -> tuple[SkillRelation, ...]:
    """Return the rows of skill_crosswalk.csv; raise InputError naming file, rows and columns."""
    file = folder / SKILLS_FILE
    rows = _Rows(file, standards)
    found = tuple(
        SkillRelation(skill, relation, standard_id)
        for row, standard_id in rows.read("skill", "relation")
        if (skill := rows.text(row, "skill")) and (relation := rows.relation(row))
    )
    refuse(file, rows.problems, _MEND)
    return found


class _Rows:
    """Reads the rows of a file that name a standard, and remembers what is wrong with them."""

    def __init__(self, file: Path, standards: Mapping[str, str]) -> None:
        self.file = file
        self.standards = standards
        self.problems: list[str] = []
        self._seen: dict[tuple[str, str], int] = {}

    def read(self, key: str, *columns: str) -> Iterator[tuple[CsvRow, str]]:
        """Yield each row and its standard; a row without one, or a second time, is a problem."""
        if not self.file.is_file():
            return
        for row in read_csv(self.file, (key, *columns, "standard")):
            name = self.text(row, "standard")
            standard_id = self.standards.get(name, "")
            if name and not standard_id:
                self.tell(row, "standard", "no CASE package has it, by identifier or URI")
            place = (row.values[key].strip(), standard_id)
            if standard_id and place in self._seen:
                self.tell(row, key, f"the same as row {self._seen[place]}, with the same standard")
            self._seen.setdefault(place, row.number)
            yield row, standard_id

    def text(self, row: CsvRow, column: str) -> str:
        """Return a value; an empty one is a problem."""
        value = row.optional(column) or ""
        if not value:
            self.tell(row, column, "is empty")
        return value

    def relation(self, row: CsvRow) -> Relation | None:
        """Return the relation; another word is a problem."""
        value = row.optional("relation")
        if value in {each.value for each in Relation}:
            return Relation(value)
        self.tell(row, "relation", f"must be {', '.join(Relation)}")
        return None

    def tell(self, row: CsvRow, column: str, problem: str) -> None:
        """Remember a problem."""
        self.problems.append(f"row {row.number}, column {column}: {problem}")

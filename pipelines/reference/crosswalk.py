"""Read the reviewed crosswalk: rosters/learner_crosswalk.csv, who an identifier or roster id means.

A row of the namespace `roster` says what another sourcedId of the roster is: the same student as
`sourced_id` (a merge; without the row the two are two again), a member of staff or a test account.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from pipelines.errors import InputError
from pipelines.reference.namespaces import (
    IRI,
    MBOX,
    MBOX_SHA1SUM,
    OPENID,
    ROSTER,
    normal_identifier,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CROSSWALK_FILE = "learner_crosswalk.csv"
COLUMNS = ("namespace", "identifier", "meaning", "sourced_id", "reviewed_by", "reviewed_on")
_SHOWN_PROBLEMS = 5
_SHA1 = re.compile(r"[0-9A-Fa-f]{40}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Meaning(StrEnum):
    """What an identifier means."""

    STUDENT = "student"
    STAFF = "staff"
    TEST_ACCOUNT = "test_account"


class CrosswalkRow(NamedTuple):
    """What a reviewer has said of an identifier; `sourced_id` is the student's in the roster."""

    namespace: str
    identifier: str
    meaning: Meaning
    sourced_id: str | None


class CrosswalkProblem(NamedTuple):
    """Why a row cannot be used; no value is repeated, because it may be personal.

    `row` counts the header as 1, as a spreadsheet does; `column` is empty where it is the row.
    """

    row: int
    column: str
    message: str


class JudgedCrosswalk(NamedTuple):
    """The rows of a file that can be used, and what is wrong with the others."""

    rows: tuple[CrosswalkRow, ...]
    problems: tuple[CrosswalkProblem, ...]


def read_crosswalk(file: Path) -> tuple[CrosswalkRow, ...]:
    """Return the rows of a crosswalk, none without a file; raise InputError if one is wrong."""
    if not file.is_file():
        return ()
    judged = judge_crosswalk(file)
    if judged.problems:
        shown = [
            f"{file}, row {each.row}"
            + (f", column {each.column}" if each.column else "")
            + f": {each.message}"
            for each in judged.problems[:_SHOWN_PROBLEMS]
        ]
        raise InputError(
            "the crosswalk cannot be used: " + "; ".join(shown),
            "`plumbline validate --crosswalk` says everything that is wrong; correct it there",
        )
    return judged.rows


def judge_crosswalk(file: Path) -> JudgedCrosswalk:
    """Judge every row of a crosswalk."""
    judge = _Judge()
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            judge.take_all(csv.reader(stream, strict=True))
    except UnicodeDecodeError:
        judge.problems.append(CrosswalkProblem(1, "", "the file is not UTF-8"))
    except csv.Error:
        judge.problems.append(CrosswalkProblem(judge.number, "", "is not CSV from here on"))
    judge.refuse_chains()
    return JudgedCrosswalk(tuple(judge.rows.values()), tuple(sorted(judge.problems)))


@dataclass(slots=True)
class _Judge:
    """Follows the rows of a file; rows are known by their number."""

    rows: dict[int, CrosswalkRow] = field(default_factory=dict)
    problems: list[CrosswalkProblem] = field(default_factory=list)
    said_in: dict[tuple[str, str], int] = field(default_factory=dict)
    number: int = 1

    def take_all(self, reader: Iterator[list[str]]) -> None:
        header = [name.strip() for name in next(reader, [])]
        if sorted(header) != sorted(COLUMNS):
            message = f"the header must have the columns {', '.join(COLUMNS)}, each once"
            self.problems.append(CrosswalkProblem(1, "", message))
            return
        for values in reader:
            self.number += 1
            if len(values) == len(header):
                self.take(dict(zip(header, (value.strip() for value in values), strict=True)))
            elif values:
                self.refuse("", f"has {len(values)} values, and the header {len(header)} columns")

    def take(self, values: dict[str, str]) -> None:
        before = len(self.problems)
        self.problems += [
            CrosswalkProblem(self.number, column, message) for column, message in _faults(values)
        ]
        if len(self.problems) > before:
            return
        row = CrosswalkRow(
            values["namespace"],
            normal_identifier(values["namespace"], values["identifier"]),
            Meaning(values["meaning"]),
            values["sourced_id"] or None,
        )
        first = self.said_in.setdefault((row.namespace, row.identifier), self.number)
        if first == self.number:
            self.rows[self.number] = row
        else:
            self.refuse("identifier", f"stands in row {first} already")

    def refuse(self, column: str, message: str) -> None:
        self.problems.append(CrosswalkProblem(self.number, column, message))

    def refuse_chains(self) -> None:
        """Refuse a merge into somebody who is told to be somebody else."""
        for number, row in self.rows.items():
            self.number, said_in = number, self.said_in.get((ROSTER, row.sourced_id or ""))
            if row.namespace == ROSTER and said_in == number:
                self.refuse("sourced_id", "is the identifier itself")
            elif row.sourced_id and said_in:
                self.refuse("sourced_id", f"is told to be somebody else in row {said_in}")


def _faults(values: dict[str, str]) -> Iterator[tuple[str, str]]:
    meaning, reviewed_on = values["meaning"], values["reviewed_on"]
    required = ["namespace", "identifier", "meaning", "reviewed_by", "reviewed_on"]
    required += ["sourced_id"] if meaning == Meaning.STUDENT else []
    yield from ((column, "is empty") for column in required if not values[column])
    if meaning and meaning not in set(Meaning):
        yield "meaning", f"must be one of {', '.join(Meaning)}"
    elif meaning not in ("", Meaning.STUDENT) and values["sourced_id"]:
        yield "sourced_id", "must be empty where no student is meant"
    if reviewed_on and not _is_date(reviewed_on):
        yield "reviewed_on", "is no date of the form YYYY-MM-DD"
    if values["identifier"] and (expected := _expected(values["namespace"], values["identifier"])):
        yield "identifier", expected


def _expected(namespace: str, identifier: str) -> str:
    """Say what an identifier of a namespace should be, where it is something else."""
    if namespace == MBOX and "@" not in identifier:
        return "must be an e-mail address"
    if namespace == MBOX_SHA1SUM and not _SHA1.fullmatch(identifier):
        return "must be the 40 hexadecimal digits of a SHA-1"
    if namespace in (OPENID, IRI) and ":" not in identifier:
        return "must be an IRI"
    return ""


def _is_date(text: str) -> bool:
    try:
        return bool(_DAY.fullmatch(text) and date.fromisoformat(text))
    except ValueError:
        return False

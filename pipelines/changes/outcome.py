"""What comparing two builds comes to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pipelines.publish.manifest import Build


class Reason(StrEnum):
    """Why a row differs; docs/operations.md says what each means and what to look at."""

    NEW_EVENT = "new_event"
    LATE_EVENT = "late_event"
    VOID = "void"
    CORRECTION = "correction"
    ROSTER = "roster"
    CALENDAR = "calendar"
    STANDARDS = "standards"
    SETTINGS = "settings"
    CLASSROOM = "classroom"
    DEFINITION = "definition"
    DATE = "date"
    COMMON_REFERENCE = "common_reference"
    UNEXPLAINED = "unexplained"


class Cell(NamedTuple):
    """A column of a row, and its value in both builds as text; empty where there is none."""

    column: str
    before: str | None
    after: str | None


class ChangedRow(NamedTuple):
    """A row that is in one build only, or differs: its key, its reasons, and what differs."""

    kind: str
    key: dict[str, str | None]
    reasons: tuple[Reason, ...]
    cells: tuple[Cell, ...]


class Count(NamedTuple):
    """How many rows changed in one way, for one set of reasons, and how many cells of them."""

    kind: str
    reasons: tuple[Reason, ...]
    rows: int
    cells: int


@dataclass(frozen=True, slots=True)
class MartChanges:
    """What differs in one mart: all of it counted, and rows in the order of their keys."""

    mart: str
    counts: tuple[Count, ...]
    rows: tuple[ChangedRow, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs between two builds, for each mart in which anything does."""

    since: Build
    until: Build
    marts: tuple[MartChanges, ...]

    @property
    def has_unexplained(self) -> bool:
        """Whether anything differs for which nothing that was recorded is a reason."""
        return any(
            Reason.UNEXPLAINED in count.reasons for mart in self.marts for count in mart.counts
        )

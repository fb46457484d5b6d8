"""The people, places, standards and items that a synthetic district is made of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Role(StrEnum):
    """What a person is to the district."""

    STUDENT = "student"
    TEACHER = "teacher"
    OUTSIDER = "outsider"


class Subject(StrEnum):
    """A subject with its own framework document."""

    MATHEMATICS = "mathematics"
    SCIENCE = "science"


class Tool(StrEnum):
    """A learning tool, named as its folder below landing/."""

    MATHPATH = "mathpath"
    CLIPSTREAM = "clipstream"
    GAUGEWELL = "gaugewell"
    COURSEYARD = "courseyard"
    FIELDKIT = "fieldkit"


class ItemStyle(StrEnum):
    """How an item is answered."""

    CHOICE = "choice"
    TRUE_FALSE = "true-false"
    NUMERIC = "numeric"
    FILL_IN = "fill-in"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who uses the tools; an outsider is in no roster."""

    number: int
    sourced_id: str
    username: str
    identifier: str
    given_name: str
    family_name: str
    email: str
    school_id: str
    grade: int
    role: Role

    @property
    def full_name(self) -> str:
        """The name as a tool shows it."""
        return f"{self.given_name} {self.family_name}"


@dataclass(frozen=True, slots=True)
class School:
    """A school and its bells, in minutes after local midnight."""

    school_id: str
    number: int
    name: str
    opens_minute: int
    closes_minute: int


@dataclass(frozen=True, slots=True)
class Section:
    """A class that meets in one period of the day."""

    section_id: str
    number: int
    school_id: str
    subject: Subject
    grade: int
    title: str
    period: int
    teacher: Person
    learners: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class Standard:
    """One node of the framework; leaves are what learners practise."""

    identifier: str
    uri: str
    code: str
    statement: str
    level: str
    subject: Subject
    grade: int
    parent_identifier: str
    position: int


class Way(StrEnum):
    """How it is told which standards an item assesses: by its events, or by a file beside them."""

    STANDARD = "standard"
    EXTENSION = "extension"
    EARLIER = "earlier"
    SPLIT = "split"
    MERGED = "merged"
    CIRCULAR = "circular"
    EXACT = "exact"
    NARROWER = "narrower"
    BROADER = "broader"
    ALIGNED = "aligned"
    UNTAGGED = "untagged"


@dataclass(frozen=True, slots=True)
class Item:
    """One question of a tool's bank; `references` are what its events say that it assesses.

    `counts_for` are the URIs of the standards that a try at it is evidence of.
    """

    item_id: str
    tool: Tool
    number: int
    style: ItemStyle
    points: int
    choice_count: int
    standards: tuple[Standard, ...]
    way: Way
    references: tuple[str, ...]
    counts_for: tuple[str, ...]
    is_scored: bool


class Team(NamedTuple):
    """Learners who work on one screen together."""

    team_id: str
    name: str
    members: tuple[Person, ...]


class Span(NamedTuple):
    """A stretch of real activity, in milliseconds since the epoch."""

    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Population:
    """Everybody and every class of the district."""

    schools: tuple[School, ...]
    learners: tuple[Person, ...]
    teachers: tuple[Person, ...]
    sections: tuple[Section, ...]
    outsiders: tuple[Person, ...]
    sections_of_learner: dict[str, tuple[Section, ...]]
    school_of_id: dict[str, School]

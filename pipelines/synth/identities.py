"""Who is hard to recognise in the district, by the place of each learner among fifty.

One is listed twice in the roster, two share their family's address, two send a private address that
the roster lacks, and one is enrolled in a class days after the class began to work with software.
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from hashlib import sha1
from typing import TYPE_CHECKING, NamedTuple

from pipelines.synth.values import Person, Population, Role, Section, Subject, Tool

if TYPE_CHECKING:
    from datetime import date

    from pipelines.synth.school_year import SchoolYear

_FIFTY = 50
_FAMILY, _TWICE, _PRIVATE, _LATE = frozenset({5, 6}), 11, frozenset({21, 22}), 31
DEMO_ACCOUNT, UNKNOWN_LEARNER, TEST_STUDENT = "test_account", "unknown_learner", "test-student"


class WhyNobody(StrEnum):
    """Why an event is no student's."""

    AMBIGUOUS = "ambiguous"
    NOT_IN_ROSTER = "not_in_roster"
    STAFF = "staff"
    TEST_ACCOUNT = "test_account"
    IMPERSONATED = "impersonated"


class Owner(NamedTuple):
    """Whose an event is: a student's by the sourcedId that remains, or nobody's, and why."""

    sourced_id: str = ""
    reason: WhyNobody | None = None


def roster_address(number: int, username: str) -> str:
    """Return the address by which the roster knows a learner; a family has one for all."""
    if number % _FIFTY in _FAMILY:
        return f"family{number // _FIFTY}@mail.example"
    return f"{username}@students.riverbend.example"


def private_address(person: Person) -> str | None:
    """Return the address that a learner uses without the roster knowing it."""
    is_private = person.role is Role.STUDENT and person.number % _FIFTY in _PRIVATE
    return f"{person.username}@mail.example" if is_private else None


def address_of(person: Person) -> str:
    """Return the address under which a person uses tools."""
    return private_address(person) or person.email


def address_digest(address: str) -> str:
    """Return the digest that newer versions of the tablet app send instead of an address."""
    return sha1(f"mailto:{address}".encode(), usedforsecurity=False).hexdigest()


def sends_digest(person: Person) -> bool:
    """Tell whose tablet has the newer version."""
    return person.number % 2 == 1


def second_record(person: Person) -> Person | None:
    """Return the other record under which the roster lists a learner, if it does."""
    if person.role is not Role.STUDENT or person.number % _FIFTY != _TWICE:
        return None
    return replace(
        person,
        sourced_id=f"{person.sourced_id}-B",
        username=f"{person.username}b",
        identifier=f"5{person.number:06d}",
        email=f"{person.username}b@students.riverbend.example",
    )


def is_in_roster(outsider: Person) -> bool:
    """Tell whether the roster lists somebody who is no person."""
    return outsider.username == TEST_STUDENT


def enrolled_from(section: Section, learner: Person, *, year: SchoolYear) -> date:
    """Return since when a learner is in a class, by the roster."""
    is_late = learner.number % _FIFTY == _LATE and section.subject is Subject.SCIENCE
    return year.taught[len(year.taught) // 2] if is_late else year.starts_on


def record_in(section: Section, learner: Person, population: Population) -> Person:
    """Return the record by which the roster enrols somebody: the second one in a second class."""
    second = second_record(learner)
    is_first = section == population.sections_of_learner[learner.sourced_id][0]
    return learner if second is None or is_first else second


def owner_of(person: Person, tool: Tool) -> Owner:
    """Return whose the events are that somebody leaves in a tool under the own name."""
    if person.role is Role.TEACHER:
        return Owner(reason=WhyNobody.STAFF)
    if person.role is Role.OUTSIDER:
        is_unknown = person.username == UNKNOWN_LEARNER
        return Owner(reason=WhyNobody.NOT_IN_ROSTER if is_unknown else WhyNobody.TEST_ACCOUNT)
    if tool is Tool.FIELDKIT and person.number % _FIFTY in _FAMILY:
        return Owner(reason=WhyNobody.AMBIGUOUS)
    return Owner(person.sourced_id)

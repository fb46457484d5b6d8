"""Draw the district's schools, teachers, learners and classes."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from pipelines.synth.draws import stream
from pipelines.synth.identities import (
    DEMO_ACCOUNT,
    TEST_STUDENT,
    UNKNOWN_LEARNER,
    roster_address,
)
from pipelines.synth.names import FAMILY_NAMES, GIVEN_NAMES, SCHOOL_NAMES
from pipelines.synth.values import Person, Population, Role, School, Section, Subject

if TYPE_CHECKING:
    from random import Random

GRADES = (6, 7, 8)
_LEARNERS_PER_SCHOOL = 420
_LEARNERS_PER_SECTION = 25
_SECTIONS_PER_TEACHER = 5
_PERIODS = 7


def draw_population(seed: int, students: int) -> Population:
    """Draw a district with this many learners."""
    random = stream(seed, "population")
    schools = _draw_schools(students)
    learners = tuple(_draw_learner(random, number, schools) for number in range(students))
    sections: list[Section] = []
    teachers: list[Person] = []
    for school in schools:
        _add_school_sections(random, school, learners, (sections, teachers))
    return Population(
        schools=schools,
        learners=learners,
        teachers=tuple(teachers),
        sections=tuple(sections),
        outsiders=_outsiders(schools[0]),
        sections_of_learner=_index_sections(sections),
        school_of_id={school.school_id: school for school in schools},
    )


def _draw_schools(students: int) -> tuple[School, ...]:
    count = max(2, -(-students // _LEARNERS_PER_SCHOOL))
    return tuple(_school(number) for number in range(count))


def _school(number: int) -> School:
    name = SCHOOL_NAMES[number % len(SCHOOL_NAMES)]
    suffix = f" {number // len(SCHOOL_NAMES) + 1}" if number >= len(SCHOOL_NAMES) else ""
    opens = 485 if number % 2 == 0 else 505
    return School(
        f"SCH-{number + 1:02d}", number, f"{name} Middle School{suffix}", opens, opens + 420
    )


def _draw_learner(random: Random, number: int, schools: tuple[School, ...]) -> Person:
    school = schools[number % len(schools)]
    grade = GRADES[number // len(schools) % len(GRADES)]
    given, family = random.choice(GIVEN_NAMES), random.choice(FAMILY_NAMES)
    username = f"{_ascii(given)[:1]}{_ascii(family)}{number:04d}"
    return Person(
        number=number,
        sourced_id=f"STU-{random.randrange(16**6):06x}-{number:05d}",
        username=username,
        identifier=f"4{number:06d}",
        given_name=given,
        family_name=family,
        email=roster_address(number, username),
        school_id=school.school_id,
        grade=grade,
        role=Role.STUDENT,
    )


def _add_school_sections(
    random: Random,
    school: School,
    learners: tuple[Person, ...],
    found: tuple[list[Section], list[Person]],
) -> None:
    sections, teachers = found
    for subject in Subject:
        for place, group in enumerate(_class_groups(school, learners)):
            if place % _SECTIONS_PER_TEACHER == 0:
                teachers.append(_draw_teacher(random, len(teachers), school))
            sections.append(_section(len(sections), subject, group, teachers[-1]))


def _class_groups(school: School, learners: tuple[Person, ...]) -> list[tuple[Person, ...]]:
    """Split each grade of a school into classes of equal size; classes stay together all day."""
    groups = []
    for grade in GRADES:
        members = [p for p in learners if p.school_id == school.school_id and p.grade == grade]
        count = max(1, -(-len(members) // _LEARNERS_PER_SECTION))
        groups += [tuple(members[place::count]) for place in range(count)]
    return [group for group in groups if group]


def _section(number: int, subject: Subject, group: tuple[Person, ...], teacher: Person) -> Section:
    grade = group[0].grade
    # The two subjects meet in different halves of the day, so nobody sits in two rooms at once.
    period = number % 3 + (1 if subject is Subject.MATHEMATICS else 5)
    return Section(
        section_id=f"SEC-{number + 1:04d}",
        number=number,
        school_id=group[0].school_id,
        subject=subject,
        grade=grade,
        title=f"{subject.value.capitalize()} {grade}, period {period}",
        period=min(period, _PERIODS),
        teacher=teacher,
        learners=group,
    )


def _draw_teacher(random: Random, number: int, school: School) -> Person:
    given, family = random.choice(GIVEN_NAMES), random.choice(FAMILY_NAMES)
    username = f"{_ascii(given)}.{_ascii(family)}.t{number:03d}"
    return Person(
        number=number,
        sourced_id=f"TCH-{random.randrange(16**6):06x}-{number:04d}",
        username=username,
        identifier=f"9{number:05d}",
        given_name=given,
        family_name=family,
        email=f"{username}@riverbend.example",
        school_id=school.school_id,
        grade=0,
        role=Role.TEACHER,
    )


def _outsiders(school: School) -> tuple[Person, ...]:
    """Accounts that are no student's: a vendor's, a learner's who moved in, the school's own."""
    names = (
        (DEMO_ACCOUNT, "Demo", "Account"),
        (UNKNOWN_LEARNER, "Robin", "Newcombe"),
        (TEST_STUDENT, "Test", "Student"),
    )
    return tuple(
        Person(
            number=number,
            sourced_id=f"EXT-{kind}",
            username=f"{kind}",
            identifier=f"80000{number}",
            given_name=given,
            family_name=family,
            email=f"{kind}@elsewhere.example",
            school_id=school.school_id,
            grade=GRADES[0],
            role=Role.OUTSIDER,
        )
        for number, (kind, given, family) in enumerate(names)
    )


def _index_sections(sections: list[Section]) -> dict[str, tuple[Section, ...]]:
    index: dict[str, tuple[Section, ...]] = {}
    for section in sections:
        for learner in section.learners:
            index[learner.sourced_id] = (*index.get(learner.sourced_id, ()), section)
    return index


def _ascii(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "".join(letter for letter in plain.lower() if letter.isalnum())

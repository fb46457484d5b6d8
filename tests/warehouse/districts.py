"""Small random districts that meet every rule of the measures, the same for the same seed."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from tests.oracles.values import Event
from tests.warehouse.classroom import classroom_tables
from tests.warehouse.students import ADL, SKILLS, SOURCES, STANDARDS, TOOL_VERB, Student
from tests.warehouse.warehouse import Contents

if TYPE_CHECKING:
    from collections.abc import Iterator

# Dates around the two changes of the clock, in two stretches of a school year.
DATES: Final = [date(2025, 10, 22) + timedelta(days=days) for days in range(16)] + [
    date(2026, 2, 26) + timedelta(days=days) for days in range(16)
]
AS_OF_DATE: Final = date(2026, 3, 12)
GRADING_PERIODS: Final = [
    ("q1", date(2025, 8, 18), date(2025, 10, 27)),
    ("q2", date(2025, 10, 27), date(2026, 1, 16)),
    ("q3", date(2026, 3, 2), date(2026, 5, 1)),
    ("q4", date(2026, 5, 1), date(2026, 6, 12)),
]


def random_district(
    seed: int, *, zone: str, students: int, zone_of_south: str | None = None
) -> Contents:
    """Return a district of two schools with a calendar, a roster and the year's events."""
    draws = random.Random(seed)  # noqa: S311 - the same district for the same seed
    tables = {**_roster(zone, students), **classroom_tables(students)}
    tables["school_zones"] = [("south", zone_of_south)] if zone_of_south else []
    events = [
        event
        for number in range(students)
        for event in Student(draws, ZoneInfo(zone), number).events(DATES)
    ]
    events += list(_strangers(draws))
    events += list(_voids(draws, events))
    draws.shuffle(events)
    return Contents(tables, events)


def _roster(zone: str, students: int) -> dict[str, list[tuple[Any, ...]]]:
    return {
        "district": [("riverbend", zone, 1, "fingerprint")],
        "sources": [
            ("mathpath", "by_verb", None),
            ("reader", "before", None),
            ("cinema", "after", "stars"),
        ],
        "verb_actions": [
            (f"{TOOL_VERB}pulse", None, "heartbeat"),
            (f"{TOOL_VERB}helped", None, "hinted"),
            (f"{TOOL_VERB}aimed", None, "goal_set"),
            (f"{TOOL_VERB}solved", None, "answered"),
            (f"{TOOL_VERB}solved", "https://tool.example/types/game", "viewed"),
        ],
        "schools": [("north", "North School"), ("south", "South School")],
        "academic_sessions": [
            (name, name, "gradingPeriod", starts_on, ends_on, None)
            for name, starts_on, ends_on in GRADING_PERIODS
        ]
        + [("year", "year", "schoolYear", date(2025, 8, 18), date(2026, 6, 12), None)],
        "sections": [
            ("section-1", "north", "M5", "Mathematics", date(2025, 8, 18), date(2026, 6, 12)),
            ("section-2", "south", "R5", "Reading", None, None),
            ("section-3", "south", "M6", "Mathematics", date(2025, 8, 18), date(2026, 6, 12)),
        ],
        "students": [
            (f"student-{number}", "5", ("north", "south", None)[number % 3])
            for number in range(students)
        ],
        "enrollments": [
            enrollment for number in range(students) for enrollment in _enrollments(number)
        ]
        + [("teacher-1", "section-1", "teacher", None, None)],
        "learner_identifiers": [
            (f"actor-{number}-{tool}", f"student-{number}")
            for number in range(students)
            for tool in range(2)
        ],
        "standards": [
            (
                *(standard_id, uri, f"S.{place}", "Can do it", _parent(place), "Framework", "1"),
                *("framework", [], _counts_as(place)),
                "current" if _counts_as(place) == standard_id else "replaced",
            )
            for place, (standard_id, uri) in enumerate(STANDARDS)
        ]
        + [
            (
                *("never", "https://case.example/CFItems/never", "S.never", "Is not assessed"),
                *(None, "Framework", "1", "framework", [], "never", "current"),
            )
        ],
        "standard_ancestors": [
            (standard_id, parent, 1)
            for place, (standard_id, _) in enumerate(STANDARDS)
            if (parent := _parent(place))
        ],
        # One activity has a second standard, one skill is known, one is too wide to tell.
        "alignments": [("https://tool.example/items/0-1", STANDARDS[3][0])],
        "skill_crosswalk": [
            (SKILLS[0], "narrower", STANDARDS[1][0]),
            (SKILLS[1], "broader", STANDARDS[1][0]),
        ],
        "school_days": list(_school_days()),
    }


def _parent(place: int) -> str | None:
    """The last standard is the parent of the first two."""
    return STANDARDS[4][0] if place in (0, 1) else None


def _counts_as(place: int) -> str:
    """The third standard was replaced by the fourth."""
    return STANDARDS[3 if place == 2 else place][0]


def _enrollments(number: int) -> Iterator[tuple[Any, ...]]:
    """Some are in two schools, some move in the middle, some are in no section at all."""
    student_key, moves_on = f"student-{number}", date(2026, 3, 4)
    if number % 5 in (0, 1):
        yield (student_key, "section-1", "student", None, None)
    if number % 5 in (1, 2):
        yield (student_key, "section-2", "student", None, None)
    if number % 5 == 3:
        yield (student_key, "section-3", "student", date(2025, 8, 18), moves_on)
        yield (student_key, "section-1", "student", moves_on, None)


def _school_days() -> Iterator[tuple[Any, ...]]:
    """The south opens late and has a holiday; some dates have no row, one has no bells."""
    for day in DATES:
        is_weekday = day.weekday() < 5
        yield ("north", day, is_weekday, *((time(8), time(15)) if is_weekday else (None, None)))
        if day == date(2026, 3, 3):
            yield ("south", day, True, None, None)
        elif day != date(2026, 3, 5):
            is_open = is_weekday and day != date(2025, 10, 30)
            bells = (time(9, 30), time(16, 10)) if is_open else (None, None)
            yield ("south", day, is_open, *bells)


def _strangers(draws: random.Random) -> Iterator[Event]:
    """Events of people that no roster knows, and of no single learner."""
    for number in range(30):
        actor_key = draws.choice((None, "actor-of-a-stranger"))
        yield Event(
            source=draws.choice(SOURCES),
            event_id=str(UUID(int=draws.getrandbits(128))),
            standard="xapi",
            verb=f"{ADL}answered",
            occurred_at=datetime(2026, 3, 3, 15, number, tzinfo=UTC),
            actor_key=actor_key,
            learner_role="actor" if actor_key else None,
            activity_id="https://tool.example/items/0-0",
            standard_refs=(STANDARDS[0][1],),
            success=True,
        )


def _voids(draws: random.Random, events: list[Event]) -> Iterator[Event]:
    """Void some events, before or after they happened; voids of voids and of others' are void."""
    for target in draws.sample(events, len(events) // 30):
        shift = timedelta(minutes=draws.choice((-3000, -1, 1, 3000)))
        void = Event(
            source=draws.choice((target.source, target.source, draws.choice(SOURCES))),
            event_id=str(UUID(int=draws.getrandbits(128))),
            standard="xapi",
            verb=f"{ADL}voided",
            occurred_at=target.occurred_at + shift,
            actor_key=draws.choice((target.actor_key, None)),
            voids_event_id=target.event_id,
        )
        yield void
        if draws.random() < 0.3:
            yield replace(
                void,
                event_id=str(UUID(int=draws.getrandbits(128))),
                voids_event_id=void.event_id,
            )

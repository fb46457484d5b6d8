"""Time by activity, and the screen share of sections, the slow, obvious way.

Written from the definitions: a moment that several activities share belongs to the one that was
begun first, so that activities add up to the union.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from tests.oracles.school_calendar import Interval, StudentCalendar
from tests.oracles.time_on_task import (
    MINUTE,
    NOTHING,
    credit_event,
    find_typical_gaps,
    timed_events,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.oracles.values import District, Enrollment, Event

BOUNDS = ("low", "mid", "high")
MODES = ("alone", "group", "teacher_led", "unknown")


class Stretch(NamedTuple):
    """A piece of time of one student that belongs to one activity, and in which part of the day."""

    student_key: str
    activity_date: date
    day_part: str
    activity_id: str | None
    mode: str
    bound: str
    length: timedelta


@dataclass(slots=True)
class ScreenShare:
    """One row: a section and a week."""

    section_id: str
    week_start_date: date
    instructional: timedelta = NOTHING
    spent: dict[str, timedelta] = field(default_factory=lambda: dict.fromkeys(BOUNDS, NOTHING))
    by_mode: dict[str, timedelta] = field(default_factory=lambda: dict.fromkeys(MODES, NOTHING))

    def share(self, bound: str) -> float:
        """Return the share of the instructional time."""
        return self.spent[bound] / self.instructional

    def share_of_mode(self, mode: str) -> float | None:
        """Return the share of mid that was spent in a mode."""
        return self.by_mode[mode] / self.spent["mid"] if self.spent["mid"] else None


def attribute_time(district: District, events: Iterable[Event]) -> list[Stretch]:
    """Return every piece of credited time once."""
    timed = timed_events(district, events)
    typical_gaps = find_typical_gaps(district, timed)
    stretches = []
    for student_key in sorted({one.learner_event.student_key for one in timed}):
        own = [one for one in timed if one.learner_event.student_key == student_key]
        calendar = StudentCalendar(district, student_key)
        for bound in BOUNDS:
            credited = [(credit_event(one, bound, typical_gaps), one.event) for one in own]
            found = [(interval, event) for interval, event in credited if interval]
            for piece, event in _without_overlaps(found):
                for part in calendar.split(piece):
                    day = calendar.local_date(part.start)
                    if day <= district.as_of_date:
                        stretches.append(
                            Stretch(
                                student_key,
                                day,
                                calendar.day_part(part.start),
                                event.activity_id,
                                event.interaction_mode or "unknown",
                                bound,
                                part.end - part.start,
                            )
                        )
    return stretches


def _without_overlaps(found: list[tuple[Interval, Event]]) -> Iterator[tuple[Interval, Event]]:
    """Give each moment to the activity that was begun first."""
    reached: datetime | None = None
    for interval, event in sorted(
        found,
        key=lambda each: (
            each[0].start,
            each[1].activity_id or "",
            each[1].interaction_mode or "unknown",
        ),
    ):
        start = interval.start if reached is None else max(interval.start, reached)
        if start < interval.end:
            yield Interval(start, interval.end), event
            reached = interval.end


def measure_activities(
    district: District, events: Iterable[Event]
) -> dict[tuple[str, date, str | None], dict[str, float]]:
    """Return the minutes of each student, date and activity by bound."""
    minutes: dict[tuple[str, date, str | None], dict[str, float]] = defaultdict(
        lambda: dict.fromkeys(BOUNDS, 0.0)
    )
    for each in attribute_time(district, events):
        key = (each.student_key, each.activity_date, each.activity_id)
        minutes[key][each.bound] += each.length / MINUTE
    return dict(minutes)


def measure_screen_share(district: District, events: Iterable[Event]) -> list[ScreenShare]:
    """Return a row for each section and week in which one of its students was active."""
    rows: dict[tuple[str, date], ScreenShare] = {}
    for each in attribute_time(district, events):
        for enrollment in district.enrollments:
            if enrollment.student_key == each.student_key and _is_in(
                enrollment, each.activity_date
            ):
                key = (enrollment.section_id, _monday(each.activity_date))
                row = rows.setdefault(key, ScreenShare(*key))
                if each.day_part == "school":
                    row.spent[each.bound] += each.length
                    if each.bound == "mid":
                        row.by_mode[each.mode] += each.length
    for row in rows.values():
        row.instructional = _instructional(district, row)
    return [row for row in rows.values() if row.instructional]


def _instructional(district: District, row: ScreenShare) -> timedelta:
    """Add up the school hours of every enrolled student on every date of the week."""
    total = NOTHING
    for (school_id, day), school_day in district.school_days.items():
        if _monday(day) != row.week_start_date or day > district.as_of_date:
            continue
        opens, closes = school_day.opens_at, school_day.closes_at
        if not school_day.is_instructional or opens is None or closes is None:
            continue
        hours = datetime.combine(day, closes) - datetime.combine(day, opens)
        total += hours * sum(
            enrollment.section_id == row.section_id
            and enrollment.school_id == school_id
            and _is_in(enrollment, day)
            for enrollment in district.enrollments
        )
    return total


def _is_in(enrollment: Enrollment, day: date) -> bool:
    starts_on, ends_on = enrollment.starts_on, enrollment.ends_on
    return (starts_on is None or starts_on <= day) and (ends_on is None or day < ends_on)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())

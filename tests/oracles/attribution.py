"""Time by activity, and the screen share of sections, the slow, obvious way.

Written from the definitions: a moment belongs to the activity that the most trusted interval names;
of several that are trusted as much, to the one begun first. So activities add up to the union.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
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

    from tests.oracles.time_on_task import Timed
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


class Claim(NamedTuple):
    """What an event asks for by one bound; the smallest comes first."""

    trust: int
    begun: datetime
    activity_id: str
    mode: str
    part: Interval


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
    """Return every moment of credited time once for each bound that credits it."""
    timed = timed_events(district, events)
    typical_gaps = find_typical_gaps(district, timed)
    stretches: list[Stretch] = []
    for student_key in sorted({one.learner_event.student_key for one in timed}):
        own = [one for one in timed if one.learner_event.student_key == student_key]
        calendar = StudentCalendar(district, student_key)
        for day, claims in _claims_by_date(calendar, own, typical_gaps).items():
            if day <= district.as_of_date:
                stretches += _share_out(calendar, day, claims)
    return stretches


def _claims_by_date(
    calendar: StudentCalendar, own: list[Timed], typical_gaps: dict[str, timedelta]
) -> dict[date, list[Claim]]:
    """Return what each event asks for by each bound, cut at midnights and bells."""
    claims = defaultdict(list)
    for one in own:
        for trust, bound in enumerate(("trusted", *BOUNDS)):
            interval = credit_event(one, bound, typical_gaps)
            if interval and (bound != "trusted" or one.known):
                for part in calendar.split(interval):
                    claims[calendar.local_date(part.start)].append(
                        Claim(
                            trust,
                            interval.start,
                            one.event.activity_id or "",
                            one.event.interaction_mode or "unknown",
                            part,
                        )
                    )
    return claims


def _share_out(calendar: StudentCalendar, day: date, claims: list[Claim]) -> Iterator[Stretch]:
    """Give each moment between two cuts to the first of those who ask for it."""
    cuts = sorted({moment for claim in claims for moment in claim.part})
    for start, end in pairwise(cuts):
        asking = [claim for claim in claims if claim.part.start <= start and claim.part.end >= end]
        if asking:
            first = min(asking)
            for bound in BOUNDS[max(first.trust - 1, 0) :]:
                yield Stretch(
                    calendar.student_key,
                    day,
                    calendar.day_part(start),
                    first.activity_id or None,
                    first.mode,
                    bound,
                    end - start,
                )


def measure_activities(
    stretches: Iterable[Stretch],
) -> dict[tuple[str, date, str | None], dict[str, float]]:
    """Return the minutes of each student, date and activity by bound."""
    minutes: dict[tuple[str, date, str | None], dict[str, float]] = defaultdict(
        lambda: dict.fromkeys(BOUNDS, 0.0)
    )
    for each in stretches:
        key = (each.student_key, each.activity_date, each.activity_id)
        minutes[key][each.bound] += each.length / MINUTE
    return dict(minutes)


def measure_screen_share(district: District, stretches: Iterable[Stretch]) -> list[ScreenShare]:
    """Return a row for each section and week in which one of its students was active."""
    rows: dict[tuple[str, date], ScreenShare] = {}
    for each in stretches:
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

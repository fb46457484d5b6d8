"""Time on task the slow, obvious way, written from the definition of the measure, not from the SQL.

`measure_time` gives the rows of proxies.time_on_task from a plain list of events.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from math import floor
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from tests.oracles.school_calendar import Interval, StudentCalendar
from tests.oracles.values import learner_events

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.oracles.values import District, Event, LearnerEvent

BOUNDS = ("trusted", "low", "mid", "high")
MINUTE = timedelta(minutes=1)
NOTHING = timedelta()
A_DAY_SECONDS = 86_400.0  # longer durations are set aside like this one
LONGEST_DURATION = timedelta(hours=2)
SESSION_CUT = 30 * MINUTE
PLAYING = {"media_played", "heartbeat"}
SEGMENT_ENDS = {"media_played", "media_stopped", "heartbeat", "completed"}
ENDED_ACTIONS = {
    "answered",
    "graded",
    "passed_failed",
    "completed",
    "submitted",
    "media_stopped",
    "session_ended",
}


@dataclass(slots=True)
class DayPart:
    """One row: a student, a date, a part of the day."""

    student_key: str
    activity_date: date
    day_part: str
    credited: dict[str, timedelta] = field(default_factory=lambda: dict.fromkeys(BOUNDS, NOTHING))
    event_count: int = 0
    set_aside_count: int = 0

    def minutes(self, bound: str) -> float:
        """Return the minutes of one bound."""
        return self.credited[bound] / MINUTE

    @property
    def share_inferred(self) -> float | None:
        """The share of mid that no source vouches for."""
        if not self.credited["mid"]:
            return None
        return 1 - self.credited["trusted"] / self.credited["mid"]


class Timed(NamedTuple):
    """An event, its interval where a source tells it, and the gap to the student's next event."""

    learner_event: LearnerEvent
    known: Interval | None
    gap: timedelta | None
    is_set_aside: bool

    @property
    def event(self) -> Event:
        """The event itself."""
        return self.learner_event.event


def measure_time(district: District, events: Iterable[Event]) -> list[DayPart]:
    """Return a row for each student, date and part of the day with an event or credited time."""
    timed = timed_events(district, events)
    typical_gaps = find_typical_gaps(district, timed)
    rows: dict[tuple[str, date, str], DayPart] = {}
    for student_key in sorted({one.learner_event.student_key for one in timed}):
        own = [one for one in timed if one.learner_event.student_key == student_key]
        calendar = StudentCalendar(district, student_key)
        for bound in BOUNDS:
            intervals = [credit_event(one, bound, typical_gaps) for one in own]
            for merged in _union(interval for interval in intervals if interval):
                for piece in calendar.split(merged):
                    if calendar.local_date(piece.start) <= district.as_of_date:
                        row = _row(rows, student_key, calendar, piece.start)
                        row.credited[bound] += piece.end - piece.start
        for one in own:
            row = _row(rows, student_key, calendar, one.event.occurred_at)
            row.event_count += 1
            row.set_aside_count += one.is_set_aside
    return list(rows.values())


def _row(
    rows: dict[tuple[str, date, str], DayPart],
    student_key: str,
    calendar: StudentCalendar,
    moment: datetime,
) -> DayPart:
    key = (student_key, calendar.local_date(moment), calendar.day_part(moment))
    return rows.setdefault(key, DayPart(*key))


def timed_events(district: District, events: Iterable[Event]) -> list[Timed]:
    """Return the students' own events with what is known of their time."""
    by_student = defaultdict(list)
    for learner_event in learner_events(district, events):
        event = learner_event.event
        day = district.local_date(learner_event.student_key, event.occurred_at)
        is_past = day <= district.as_of_date
        if event.learner_role == "actor" and is_past:
            by_student[learner_event.student_key].append(learner_event)
    timed = []
    for own in by_student.values():
        own.sort(key=lambda one: (one.event.occurred_at, one.event.event_id, one.event.source))
        for place, learner_event in enumerate(own):
            later = own[place + 1 :]
            timed.append(
                Timed(
                    learner_event,
                    _measured(learner_event, later) or _reported(district, learner_event),
                    later[0].event.occurred_at - learner_event.event.occurred_at if later else None,
                    any(length > LONGEST_DURATION for length in _lengths(learner_event.event)),
                )
            )
    return timed


def _lengths(event: Event) -> Iterator[timedelta]:
    if event.started_at is not None and event.ended_at is not None:
        yield event.ended_at - event.started_at
    if event.duration_seconds is not None:
        yield timedelta(seconds=min(event.duration_seconds, A_DAY_SECONDS))


def _measured(learner_event: LearnerEvent, later: list[LearnerEvent]) -> Interval | None:
    event = learner_event.event
    if (
        event.started_at is not None
        and event.ended_at is not None
        and NOTHING < event.ended_at - event.started_at <= LONGEST_DURATION
    ):
        return Interval(event.started_at, event.ended_at)
    if learner_event.action not in PLAYING:
        return None
    for other in later:
        if other.action in SEGMENT_ENDS and _is_same_session(event, other.event):
            is_near = other.event.occurred_at - event.occurred_at <= SESSION_CUT
            return Interval(event.occurred_at, other.event.occurred_at) if is_near else None
    return None


def _is_same_session(event: Event, other: Event) -> bool:
    return (event.source, event.session_key, event.activity_id) == (
        other.source,
        other.session_key,
        other.activity_id,
    )


def _reported(district: District, learner_event: LearnerEvent) -> Interval | None:
    event = learner_event.event
    if event.duration_seconds is None:
        return None
    duration = timedelta(seconds=min(event.duration_seconds, A_DAY_SECONDS))
    if not NOTHING < duration <= LONGEST_DURATION:
        return None
    placement = district.duration_placements.get(event.source, "by_verb")
    if placement == "by_verb":
        placement = "before" if learner_event.action in ENDED_ACTIONS else "after"
    if placement == "before":
        return Interval(event.occurred_at - duration, event.occurred_at)
    return Interval(event.occurred_at, event.occurred_at + duration)


def find_typical_gaps(district: District, timed: list[Timed]) -> dict[str, timedelta]:
    """Return what a longer gap is worth after an activity of each type."""
    window_start = district.reporting_window_start()
    gaps = defaultdict(list)
    for one in timed:
        if (
            one.known is None
            and one.gap is not None
            and NOTHING < one.gap <= SESSION_CUT
            and one.event.activity_type is not None
            and window_start is not None
            and district.local_date(one.learner_event.student_key, one.event.occurred_at)
            < window_start
        ):
            gaps[one.event.activity_type].append(one.gap.total_seconds())
    return {
        activity_type: min(timedelta(seconds=floor(median(of_type))), 2 * MINUTE)
        for activity_type, of_type in gaps.items()
    }


def credit_event(one: Timed, bound: str, typical_gaps: dict[str, timedelta]) -> Interval | None:
    """Return the time that an event is credited with, or nothing."""
    if one.known is not None:
        return one.known if one.known.start < one.known.end else None
    start = one.event.occurred_at
    typical = typical_gaps.get(one.event.activity_type or "", MINUTE / 2)
    length = {
        "trusted": NOTHING,
        "low": _credited_gap(one.gap, up_to=2 * MINUTE, otherwise=NOTHING),
        "mid": _credited_gap(one.gap, up_to=10 * MINUTE, otherwise=typical),
        "high": min(10 * MINUTE, _credited_gap(one.gap, up_to=30 * MINUTE, otherwise=2 * MINUTE)),
    }[bound]
    return Interval(start, start + length) if length else None


def _credited_gap(gap: timedelta | None, *, up_to: timedelta, otherwise: timedelta) -> timedelta:
    return otherwise if gap is None or gap > up_to else gap


def _union(intervals: Iterable[Interval]) -> list[Interval]:
    merged: list[Interval] = []
    for interval in sorted(intervals):
        if merged and interval.start <= merged[-1].end:
            merged[-1] = Interval(merged[-1].start, max(merged[-1].end, interval.end))
        else:
            merged.append(interval)
    return merged

"""The school year: which days are taught, when the bells ring, which grading period a day is in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipelines.synth.values import School

_MONDAY, _THURSDAY, _FRIDAY, _SATURDAY = 0, 3, 4, 5
_LESSON_MINUTES, _PASSING_MINUTES, _LUNCH_MINUTES = 47, 5, 35
_FIRST_BELL_AFTER_OPENING = 10
_EARLY_RELEASE_CUT_MINUTES = 120


@dataclass(frozen=True, slots=True)
class GradingPeriod:
    """A stretch of the year that ends with a report."""

    title: str
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class SchoolYear:
    """The year's days; `taught` are the first days, those that have events."""

    starts_on: date
    ends_on: date
    taught: tuple[date, ...]
    grading_periods: tuple[GradingPeriod, ...]

    def dates(self) -> list[date]:
        """Return every date of the year."""
        length = (self.ends_on - self.starts_on).days + 1
        return [self.starts_on + timedelta(days=offset) for offset in range(length)]

    def event_dates(self) -> list[date]:
        """Return every date from the first to the last taught day, weekends included."""
        length = (self.taught[-1] - self.taught[0]).days + 1
        return [self.taught[0] + timedelta(days=offset) for offset in range(length)]


def plan_school_year(start: date, days: int) -> SchoolYear:
    """Plan a year that begins at `start`; a grading period ends amid its first `days` lessons."""
    ends_on = _memorial_friday(start)
    taught = [start]
    while len(taught) < days:
        taught.append(_next_taught(taught[-1]))
    ends_on = max(ends_on, taught[-1] + timedelta(days=14))
    periods = _grading_periods(start, ends_on, boundary=taught[days // 2])
    return SchoolYear(start, ends_on, tuple(taught), periods)


def is_instructional(day: date) -> bool:
    """Whether lessons are held that day."""
    return day.weekday() < _SATURDAY and not _is_holiday(day)


def is_early_release(day: date) -> bool:
    """Whether lessons end two hours early: on the last Friday of a month."""
    return day.weekday() == _FRIDAY and (day + timedelta(days=7)).month != day.month


def closing_minute(school: School, day: date) -> int:
    """Return the minute of the last bell."""
    return school.closes_minute - (_EARLY_RELEASE_CUT_MINUTES if is_early_release(day) else 0)


def lesson_minutes(school: School, period: int, day: date) -> tuple[int, int]:
    """Return the first and last minute of a period; short lessons on early-release days."""
    cut = 16 if is_early_release(day) else 0
    lesson = _LESSON_MINUTES - cut
    lunch = _LUNCH_MINUTES if period > 4 else 0
    begin = school.opens_minute + _FIRST_BELL_AFTER_OPENING + lunch
    begin += (period - 1) * (lesson + _PASSING_MINUTES)
    return begin, begin + lesson


def _next_taught(day: date) -> date:
    day += timedelta(days=1)
    while not is_instructional(day):
        day += timedelta(days=1)
    return day


def _memorial_friday(start: date) -> date:
    year = start.year + (1 if start.month >= 7 else 0)
    day = date(year, 5, 28)
    while day.weekday() != _FRIDAY:
        day -= timedelta(days=1)
    return day


def _is_holiday(day: date) -> bool:
    fixed = (day.month, day.day) in {(11, 11), (6, 19), (7, 4)}
    winter = (day.month == 12 and day.day >= 21) or (day.month == 1 and day.day <= 1)
    floating = day in {
        _nth_weekday(day.year, 9, _MONDAY, 1),
        _nth_weekday(day.year, 10, _MONDAY, 2),
        _nth_weekday(day.year, 11, _THURSDAY, 4),
        _nth_weekday(day.year, 11, _THURSDAY, 4) + timedelta(days=1),
        _nth_weekday(day.year, 1, _MONDAY, 3),
        _nth_weekday(day.year, 2, _MONDAY, 3),
    }
    spring_monday = _nth_weekday(day.year, 3, _MONDAY, 3)
    spring = spring_monday <= day <= spring_monday + timedelta(days=4)
    return fixed or winter or floating or spring


def _nth_weekday(year: int, month: int, weekday: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


def _grading_periods(
    starts_on: date, ends_on: date, *, boundary: date
) -> tuple[GradingPeriod, ...]:
    starts = [starts_on]
    if boundary > starts_on:
        starts.append(boundary)
    while starts[-1] + timedelta(days=2 * 63) < ends_on:
        starts.append(starts[-1] + timedelta(days=63))
    lasts = [start - timedelta(days=1) for start in starts[1:]] + [ends_on]
    return tuple(
        GradingPeriod(f"Grading period {number}", begin, last)
        for number, (begin, last) in enumerate(zip(starts, lasts, strict=True), start=1)
    )

"""The local dates, bells and parts of the day that hold for one student."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from tests.oracles.values import SchoolDay

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.oracles.values import District


class Interval(NamedTuple):
    """A stretch of time without its end."""

    start: datetime
    end: datetime


class StudentCalendar(NamedTuple):
    """The local dates and bells that hold for one student."""

    district: District
    student_key: str

    def local_date(self, moment: datetime) -> date:
        """Return the student's date of a moment."""
        return self.district.local_date(self.student_key, moment)

    def split(self, interval: Interval) -> Iterator[Interval]:
        """Cut at each local midnight and each bell."""
        first = self.local_date(interval.start)
        cuts = {interval.start, interval.end}
        for days in range((interval.end - interval.start).days + 3):
            cuts.update(self._cuts(first + timedelta(days=days)))
        inside = sorted(cut for cut in cuts if interval.start <= cut <= interval.end)
        yield from (Interval(start, end) for start, end in pairwise(inside))

    def day_part(self, moment: datetime) -> str:
        """Return the part of the day that holds a moment."""
        local_date = self.local_date(moment)
        school_day = self._school_day(local_date)
        if not school_day.is_instructional:
            return "weekend_or_holiday"
        if school_day.opens_at is None or school_day.closes_at is None:
            return "home"
        opens = self._moment(local_date, school_day.opens_at)
        closes = self._moment(local_date, school_day.closes_at)
        return "school" if opens <= moment < closes else "home"

    def _cuts(self, local_date: date) -> Iterator[datetime]:
        yield self.district.midnight(self.student_key, local_date)
        school_day = self._school_day(local_date)
        if school_day.is_instructional:
            for bell in (school_day.opens_at, school_day.closes_at):
                if bell is not None:
                    yield self._moment(local_date, bell)

    def _moment(self, local_date: date, clock: time) -> datetime:
        return self.district.moment(self.student_key, local_date, clock)

    def _school_day(self, local_date: date) -> SchoolDay:
        school_id = self.district.school(self.student_key, local_date)
        return self.district.school_days.get(
            (school_id or "", local_date),
            SchoolDay(is_instructional=False, opens_at=None, closes_at=None),
        )

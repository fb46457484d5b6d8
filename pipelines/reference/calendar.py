"""Read the school calendar: rosters/calendar.csv, a row for each school and date."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pipelines.reference.tables import read_csv

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, time
    from pathlib import Path

_COLUMNS = ("school_id", "date", "is_instructional", "opens_at", "closes_at")


class SchoolDay(NamedTuple):
    """One date of one school; the bells are local clock times, empty without instruction."""

    school_id: str
    date: date
    is_instructional: bool
    opens_at: time | None
    closes_at: time | None


def read_calendar(file: Path) -> tuple[SchoolDay, ...]:
    """Return the school days; raise InputError naming file, row and column."""
    return tuple(_days(file))


def _days(file: Path) -> Iterator[SchoolDay]:
    rows: dict[tuple[str, date], int] = {}
    for row in read_csv(file, _COLUMNS):
        day = row.date("date")
        if day is None:
            raise row.error("date", "is empty")
        is_instructional = row.flag("is_instructional")
        opens_at, closes_at = row.clock_time("opens_at"), row.clock_time("closes_at")
        if is_instructional and (opens_at is None or closes_at is None or opens_at >= closes_at):
            raise row.error("opens_at and closes_at", "must be the bells of the day, in order")
        school_id = row.text("school_id")
        if (school_id, day) in rows:
            raise row.error("date", f"the school has this date in row {rows[school_id, day]} too")
        rows[school_id, day] = row.number
        yield SchoolDay(school_id, day, is_instructional, opens_at, closes_at)

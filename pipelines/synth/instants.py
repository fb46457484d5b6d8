"""Instants and durations as the event specifications write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_MS_PER_HOUR = 3_600_000


def local_midnight_ms(day: date, zone: ZoneInfo) -> int:
    """Return noon of the local day minus twelve hours, in milliseconds since the epoch.

    On the two days a year on which clocks change, minutes counted from here are right for every
    hour after the change, which is when people are awake.
    """
    noon = datetime.combine(day, time(12), zone)
    return int(noon.timestamp()) * 1000 - 12 * _MS_PER_HOUR


def format_instant(instant_ms: int) -> str:
    """Write an instant in UTC with exactly three fraction digits and a Z."""
    seconds, milliseconds = divmod(instant_ms, 1000)
    return f"{datetime.fromtimestamp(seconds, UTC).isoformat()[:19]}.{milliseconds:03d}Z"


def format_local_instant(instant_ms: int, zone: ZoneInfo) -> str:
    """Write an instant in local time with its offset from UTC, as devices do."""
    seconds, milliseconds = divmod(instant_ms, 1000)
    text = datetime.fromtimestamp(seconds, zone).isoformat()
    return f"{text[:19]}.{milliseconds:03d}{text[19:]}"


def format_duration(seconds: float) -> str:
    """Write a duration in hours, minutes and seconds, with at most hundredths of a second."""
    hundredths = round(seconds * 100)
    minutes, rest = divmod(hundredths, 6000)
    hours, minutes = divmod(minutes, 60)
    whole, fraction = divmod(rest, 100)
    second_text = f"{whole}.{fraction:02d}S" if fraction else f"{whole}S"
    hour_text = f"{hours}H" if hours else ""
    minute_text = f"{minutes}M" if minutes else ""
    return f"PT{hour_text}{minute_text}{second_text}"

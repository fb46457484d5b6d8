"""Read the times and durations of events."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

_DURATION = re.compile(
    r"P(?:(?P<years>\d+(?:[.,]\d+)?)Y)?(?:(?P<months>\d+(?:[.,]\d+)?)M)?"
    r"(?:(?P<weeks>\d+(?:[.,]\d+)?)W)?(?:(?P<days>\d+(?:[.,]\d+)?)D)?"
    r"(?:T(?:(?P<hours>\d+(?:[.,]\d+)?)H)?(?:(?P<minutes>\d+(?:[.,]\d+)?)M)?"
    r"(?:(?P<seconds>\d+(?:[.,]\d+)?)S)?)?",
    re.ASCII,
)
# Years and months have no fixed length; 365 and 30 days only ever serve to see that a
# duration is far over two hours (measures, section 2).
_SECONDS = {
    "years": 365 * 86400,
    "months": 30 * 86400,
    "weeks": 7 * 86400,
    "days": 86400,
    "hours": 3600,
    "minutes": 60,
    "seconds": 1,
}
_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
_NORMAL_LENGTH = len("2025-09-01T14:00:00.000Z")
_WHOLE_SECOND_LENGTH = len("2025-09-01T14:00:00Z")
_TENS_OF_A_LEAP_SECOND = "6"
_LEAP_SECOND = re.compile(r"(\d{2}:?\d{2}:?)60")


def parse_time(text: str) -> datetime | None:
    """Return the UTC time of an ISO 8601 string, or None; a time without zone is taken as UTC.

    A leap second (:60) is the first moment of the next minute.
    """
    try:
        return _as_utc(datetime.fromisoformat(text))
    except ValueError:
        return _parse_leap_second(text)
    except OverflowError:
        return None


def microseconds_of(text: str) -> int | None:
    """Return the microseconds from 1970 to a time in ISO 8601, or None where it is none."""
    moment = parse_time(text)
    return None if moment is None else (moment - _EPOCH) // _MICROSECOND


def normal_time(text: str) -> str:
    """Return a time as UTC to the millisecond, in which the order of texts is that of times.

    A store keeps at least milliseconds (xAPI 1.0.3 Data 4.5); what cannot be read stays as it is.
    """
    if text[10:11] == "T" and text[17:18] != _TENS_OF_A_LEAP_SECOND:
        if len(text) == _NORMAL_LENGTH and text[19] == "." and text[-1] == "Z":
            return text
        if len(text) == _WHOLE_SECOND_LENGTH and text[-1] == "Z":
            return f"{text[:-1]}.000Z"
    moment = parse_time(text)
    return f"{moment.isoformat(timespec='milliseconds')[:-6]}Z" if moment else text


def _as_utc(moment: datetime) -> datetime:
    if moment.tzinfo is UTC:
        return moment
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _parse_leap_second(text: str) -> datetime | None:
    earlier, replaced = _LEAP_SECOND.subn(r"\g<1>59", text, count=1)
    if not replaced:
        return None
    try:
        return _as_utc(datetime.fromisoformat(earlier)) + timedelta(seconds=1)
    except (ValueError, OverflowError):
        return None


@lru_cache(maxsize=65536)
def parse_duration_seconds(text: str) -> float | None:
    """Return the seconds of an ISO 8601 duration (4.4.3.2), or None where it is none."""
    match = _DURATION.fullmatch(text)
    if match is None or text[-1] in "PT":
        return None
    return sum(
        float(amount.replace(",", ".")) * _SECONDS[unit]
        for unit, amount in match.groupdict().items()
        if amount is not None
    )

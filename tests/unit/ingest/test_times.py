"""Times become UTC and durations seconds; what is neither is None and never raises."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.ingest.times import parse_duration_seconds, parse_time

NOON = datetime(2025, 9, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        pytest.param("2025-09-01T12:00:00Z", NOON, id="utc"),
        pytest.param("2025-09-01T07:00:00-05:00", NOON, id="offset"),
        pytest.param("2025-09-01T17:30:00+0530", NOON, id="offset-without-colon"),
        pytest.param("2025-09-01T12:00:00", NOON, id="no-zone-is-utc"),
        pytest.param(
            "2025-09-01T12:00:00.123456789Z", NOON.replace(microsecond=123456), id="nanoseconds"
        ),
        pytest.param("2016-12-31T23:59:60Z", datetime(2017, 1, 1, tzinfo=UTC), id="leap-second"),
        pytest.param(
            "2016-12-31T18:59:60.250-05:00",
            datetime(2017, 1, 1, 0, 0, 0, 250_000, tzinfo=UTC),
            id="leap-second-with-offset",
        ),
        pytest.param("0001-01-01T00:00:00+14:00", None, id="before-the-first-year"),
        pytest.param("9999-12-31T23:59:59-14:00", None, id="after-the-last-year"),
        pytest.param("9999-12-31T23:59:60Z", None, id="leap-second-after-the-last-year"),
        pytest.param("yesterday", None, id="words"),
        pytest.param("", None, id="empty"),
    ],
)
def test_a_time_is_read_as_utc(text: str, moment: datetime | None) -> None:
    """Every form that the standards allow is one moment in UTC."""
    assert parse_time(text) == moment


@given(
    moment=st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)),  # noqa: DTZ001 - zone follows
    offset_minutes=st.integers(-720, 840),
)
def test_a_time_survives_being_written(moment: datetime, offset_minutes: int) -> None:
    """A moment that is written in any zone is read as itself."""
    aware = moment.replace(tzinfo=timezone(timedelta(minutes=offset_minutes)))
    parsed = parse_time(aware.isoformat())
    assert parsed == aware
    assert parsed is not None
    assert parsed.tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        pytest.param("PT1M30.5S", 90.5, id="minutes-and-seconds"),
        pytest.param("PT1,5S", 1.5, id="comma"),
        pytest.param("P1DT1H", 90_000, id="days"),
        pytest.param("P2W", 1_209_600, id="weeks"),
        pytest.param("P1Y1M", 395 * 86_400, id="years-and-months"),
        pytest.param("PT0S", 0, id="zero"),
        pytest.param("P", None, id="no-amount"),
        pytest.param("PT", None, id="no-amount-after-t"),
        pytest.param("P1DT", None, id="nothing-after-t"),
        pytest.param("", None, id="empty"),
        pytest.param("90", None, id="bare-number"),
        pytest.param("PT-5S", None, id="negative"),
        pytest.param("PT٣S", None, id="digits-of-another-script"),
    ],
)
def test_a_duration_is_read_as_seconds(text: str, seconds: float | None) -> None:
    """ISO 8601 durations are seconds; anything else is no duration."""
    assert parse_duration_seconds(text) == seconds


@given(text=st.text(max_size=30) | st.from_regex(r"[PT0-9:.,ZYMWDHS+-]{0,30}", fullmatch=True))
def test_no_text_raises(text: str) -> None:
    """Whatever a tool writes is a value or None."""
    parse_time(text)
    parse_duration_seconds(text)

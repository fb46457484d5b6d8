"""The oracle itself gives what the definition of the measure works out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.oracles.mastery import judge_mastery
from tests.oracles.time_on_task import measure_time
from tests.oracles.values import District, Event, Reading

ANSWERED = "http://adlnet.gov/expapi/verbs/answered"
DISTRICT = District(
    zone=ZoneInfo("America/Chicago"),
    as_of_date=date(2026, 3, 31),
    grading_periods=(),
    students_by_actor={"actor": "student"},
    schools_by_student={},
    enrollments=(),
    standards=(("uri", "standard"),),
    school_days={},
    duration_placements={},
    readings=(Reading(False, "xapi", ANSWERED, None, None, "answered"),),  # noqa: FBT003
)
EVENT = Event(
    source="mathpath",
    event_id="event",
    standard="xapi",
    verb=ANSWERED,
    occurred_at=datetime(2026, 3, 2, 15, tzinfo=UTC),
    actor_key="actor",
    standard_refs=("uri",),
)


def test_five_outcomes_by_hand() -> None:
    """Outcomes 1, 0, 1, 1, 1 with the default base rate of .65, from old to new."""
    events = [
        replace(
            EVENT,
            event_id=f"event-{number}",
            activity_id=f"item-{number}",
            occurred_at=EVENT.occurred_at + timedelta(days=number),
            success=is_right,
        )
        for number, is_right in enumerate((True, False, True, True, True))
    ]
    (row,) = judge_mastery(DISTRICT, events)
    successes, failures = 0.9**4 + 0.9**2 + 0.9 + 1, 0.9**3
    assert row.effective_n == pytest.approx(successes + failures)
    assert row.estimate == pytest.approx((successes + 2.6) / (successes + failures + 4))
    assert row.prior_free_estimate == pytest.approx((successes + 1) / (successes + failures + 2))
    assert row.status == "developing"


def test_a_lone_event_is_worth_little() -> None:
    """Low is nothing, mid half a minute, high two minutes; nothing vouches for them."""
    (row,) = measure_time(DISTRICT, [EVENT])
    assert [row.minutes(bound) for bound in ("trusted", "low", "mid", "high")] == [0, 0, 0.5, 2]
    assert row.share_inferred == 1

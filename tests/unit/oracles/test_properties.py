"""What must hold of the oracles, whatever the events: the properties of the measures."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.oracles.attribution import BOUNDS, attribute_time, measure_activities
from tests.oracles.mastery import judge_mastery, mix_evidence
from tests.oracles.practice import judge_all_practice
from tests.oracles.time_on_task import measure_time
from tests.oracles.values import District, Event, Reading, SchoolDay

ANSWERED, VIEWED = (f"http://adlnet.gov/expapi/verbs/{verb}" for verb in ("answered", "viewed"))
FIRST_DATE = date(2026, 3, 7)
DISTRICT = District(
    zone=ZoneInfo("America/Chicago"),
    as_of_date=date(2026, 3, 18),
    grading_periods=((date(2026, 3, 9), date(2026, 5, 1)),),
    students_by_actor={"actor": "student"},
    schools_by_student={"student": "north"},
    enrollments=(),
    standards=(("uri", "standard"),),
    school_days={
        ("north", FIRST_DATE + timedelta(days=days)): SchoolDay(
            is_instructional=True, opens_at=time(8), closes_at=time(15)
        )
        for days in range(10)
        if days not in (0, 1, 7, 8)
    },
    duration_placements={},
    readings=tuple(
        Reading(
            is_of_district=False,
            standard="xapi",
            verb=verb,
            event_type=None,
            activity_type=None,
            action=action,
        )
        for verb, action in ((ANSWERED, "answered"), (VIEWED, "viewed"))
    ),
)
# Saturday before the clocks go forward, to the Thursday of the week after.
START = datetime(2026, 3, 7, 12, tzinfo=UTC)
MOMENTS = st.integers(0, 9 * 24 * 60).map(lambda minutes: START + timedelta(minutes=minutes))


@st.composite
def events(draw: st.DrawFn, *, least: int = 0) -> list[Event]:
    """Draw tries and views of a few activities; some report how long they took."""
    moments = draw(st.lists(MOMENTS, min_size=least, max_size=25))
    return [
        Event(
            source="mathpath",
            event_id=f"event-{number:03d}",
            standard="xapi",
            verb=draw(st.sampled_from((ANSWERED, ANSWERED, VIEWED))),
            occurred_at=moment,
            actor_key="actor",
            activity_id=f"item-{draw(st.integers(0, 5))}",
            standard_refs=("uri",),
            success=draw(st.booleans()),
            duration_seconds=draw(st.sampled_from((None, None, 30.0, 900.0, 7201.0))),
            interaction_mode=draw(st.sampled_from((None, "alone", "group"))),
        )
        for number, moment in enumerate(moments)
    ]


few = settings(max_examples=40, deadline=None)


@few
@given(events())
def test_bounds_are_in_order(found: list[Event]) -> None:
    """Low is at most mid, and mid at most high, in every part of every day and of each activity."""
    for row in measure_time(DISTRICT, found):
        assert 0 <= row.minutes("low") <= row.minutes("mid") <= row.minutes("high")
    for minutes in measure_activities(attribute_time(DISTRICT, found)).values():
        assert 0 <= minutes["low"] <= minutes["mid"] + 1e-9
        assert minutes["mid"] <= minutes["high"] + 1e-9


@few
@given(events(), st.randoms(use_true_random=False))
def test_order_of_delivery_changes_nothing(found: list[Event], draws: object) -> None:
    """Minutes, estimates and signals are the same for the same events."""
    shuffled = sorted(found, key=lambda event: hash((str(draws), event.event_id)))
    assert {
        (row.activity_date, row.day_part, row.minutes("mid"))
        for row in measure_time(DISTRICT, shuffled)
    } == {
        (row.activity_date, row.day_part, row.minutes("mid"))
        for row in measure_time(DISTRICT, found)
    }
    assert judge_mastery(DISTRICT, shuffled) == judge_mastery(DISTRICT, found)
    assert judge_all_practice(DISTRICT, shuffled) == judge_all_practice(DISTRICT, found)


@few
@given(events())
def test_a_second_tab_takes_no_time(found: list[Event]) -> None:
    """Everything open twice takes the minutes that it takes once, in all and by activity."""
    twice = [*found, *(replace(event, event_id=f"{event.event_id}-tab") for event in found)]
    for once, doubled in zip(
        sorted(measure_time(DISTRICT, found), key=str),
        sorted(measure_time(DISTRICT, twice), key=str),
        strict=True,
    ):
        assert (once.day_part, once.credited) == (doubled.day_part, doubled.credited)
    doubled_minutes = measure_activities(attribute_time(DISTRICT, twice))
    for key, minutes in measure_activities(attribute_time(DISTRICT, found)).items():
        assert doubled_minutes.pop(key) == pytest.approx(minutes)
    assert not doubled_minutes


@few
@given(events())
def test_activities_and_day_parts_add_up_to_the_union(found: list[Event]) -> None:
    """Nothing is counted twice, and nothing is lost, on no date; a date is not exceeded."""
    parts: dict[tuple[date, str], float] = defaultdict(float)
    activities: dict[tuple[date, str], float] = defaultdict(float)
    for row in measure_time(DISTRICT, found):
        for bound in BOUNDS:
            parts[row.activity_date, bound] += row.minutes(bound)
    for (_, day, _), minutes in measure_activities(attribute_time(DISTRICT, found)).items():
        for bound in BOUNDS:
            activities[day, bound] += minutes[bound]
    for key, total in parts.items():
        assert activities[key] == pytest.approx(total)
        hours = 23 if key[0] == date(2026, 3, 8) else 24
        assert total <= hours * 60


@few
@given(MOMENTS)
def test_a_lone_event_takes_next_to_nothing(moment: datetime) -> None:
    """Low is nothing, and mid at most two minutes."""
    event = Event("mathpath", "event", "xapi", VIEWED, moment, "actor", activity_id="item")
    rows = measure_time(DISTRICT, [event])
    assert sum(row.minutes("low") for row in rows) == 0
    assert sum(row.minutes("mid") for row in rows) <= 2


@few
@given(events(least=1))
def test_estimates_lie_within_their_interval(found: list[Event]) -> None:
    """An estimate is a share within its bounds, rests on at most ten outcomes, and wholly."""
    for row in judge_mastery(DISTRICT, found):
        assert 0 <= row.interval_low <= row.estimate + 1e-12
        assert row.estimate - 1e-12 <= row.interval_high <= 1
        assert 0 < row.effective_n <= 10
        assert 0 < row.prior_free_estimate < 1
    whole: dict[str, float] = defaultdict(float)
    for part in mix_evidence(DISTRICT, found):
        whole[part.standard_id] += part.share_of_evidence
    assert all(share == pytest.approx(1) for share in whole.values())


@few
@given(events(least=1))
def test_a_right_outcome_never_tells_against_a_student(found: list[Event]) -> None:
    """With one more try, later than all others, right is better than wrong."""
    last = replace(
        found[0],
        event_id="last",
        verb=ANSWERED,
        activity_id="another",
        occurred_at=START + timedelta(days=10),
    )
    wrong, right = (
        judge_mastery(DISTRICT, [*found, replace(last, success=success)])[0].estimate
        for success in (False, True)
    )
    assert wrong < right


@few
@given(events())
def test_time_and_views_are_no_evidence(found: list[Event]) -> None:
    """Without durations and views every estimate and every signal is the same."""
    bare = [replace(event, duration_seconds=None) for event in found if event.verb == ANSWERED]
    assert judge_mastery(DISTRICT, bare) == judge_mastery(DISTRICT, found)
    assert judge_all_practice(DISTRICT, bare) == judge_all_practice(DISTRICT, found)


@few
@given(events(least=12))
def test_no_signal_comes_from_little(found: list[Event]) -> None:
    """No signal is of fewer than six outcomes, or of a run that has three right in a row."""
    for row in judge_all_practice(DISTRICT, found):
        assert row.attempts >= 6
        assert row.days <= row.attempts
        assert row.started_on <= row.last_evidence_date < date(2026, 3, 16)


@few
@given(events(least=6))
def test_three_right_in_a_row_end_every_struggle(found: list[Event]) -> None:
    """With three more right outcomes in a row, none but over-practice is left."""
    streak = [
        replace(
            found[0],
            event_id=f"right-{number}",
            verb=ANSWERED,
            activity_id=f"new-{number}",
            occurred_at=START + timedelta(days=10 + number),
            success=True,
        )
        for number in range(3)
    ]
    later = replace(DISTRICT, as_of_date=date(2026, 3, 25))
    states = {row.state for row in judge_all_practice(later, [*found, *streak])}
    assert states <= {"over_practice"}

"""The marts agree with slow, obvious calculations from the definitions of the measures."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from tests.oracles.attribution import (
    MODES,
    attribute_time,
    measure_activities,
    measure_screen_share,
)
from tests.oracles.coverage import Covered, cover_standards, read_teaching
from tests.oracles.evidence import judge_evidence
from tests.oracles.mastery import judge_mastery, mix_evidence
from tests.oracles.practice import judge_practice, week_start
from tests.oracles.time_on_task import measure_time

if TYPE_CHECKING:
    from tests.warehouse.conftest import BuiltDistrict

SECOND = 1 / 60


@pytest.fixture(params=["riverbend", "habana"])
def built(request: pytest.FixtureRequest) -> BuiltDistrict:
    """Each district in turn."""
    district: BuiltDistrict = request.getfixturevalue(request.param)
    return district


def test_evidence_is_that_of_the_oracle(built: BuiltDistrict) -> None:
    """Each try has the outcome, weight, order and reason that the definition gives it."""
    expected = {
        (row.student_key, row.standard_id, row.event.source, UUID(row.event.event_id)): {
            "occurred_at": row.event.occurred_at,
            "performed_at": row.performed_at,
            "evidence_date": row.evidence_date,
            "item_id": row.event.activity_id,
            "method": row.method,
            "outcome": _close(row.outcome),
            "weight": _close(row.weight),
            "attempt_number": row.attempt_number,
            "is_assisted": row.is_assisted,
            "is_included": row.is_included,
            "exclusion_reason": row.exclusion_reason,
        }
        for row in judge_evidence(built.district, built.events)
    }
    found = _by_key(built, "learning.mastery_evidence", "student_key standard_id source event_id")
    assert found == expected


def test_mastery_is_that_of_the_oracle(built: BuiltDistrict) -> None:
    """Estimates, intervals and statuses agree to 1e-9."""
    parents = dict(built.build.rows("select standard_id, parent_id from loaded.standards"))
    expected = {
        (row.student_key, row.standard_id): {
            "parent_id": parents[row.standard_id],
            "status": row.status,
            "is_stale": row.is_stale,
            "estimate": _close(row.estimate),
            "interval_low": _close(row.interval_low),
            "interval_high": _close(row.interval_high),
            "prior_free_estimate": _close(row.prior_free_estimate),
            "base_rate": _close(row.base_rate),
            "evidence_count": row.evidence_count,
            "evidence_days": row.evidence_days,
            "effective_n": _close(row.effective_n),
            "last_evidence_date": row.last_evidence_date,
        }
        for row in judge_mastery(built.district, built.events)
    }
    assert _by_key(built, "learning.mastery", "student_key standard_id") == expected


def test_what_an_estimate_rests_on_is_that_of_the_oracle(built: BuiltDistrict) -> None:
    """Counts, shares and last dates by method agree."""
    expected = {
        (row.student_key, row.standard_id, row.method): {
            "evidence_count": row.evidence_count,
            "share_of_evidence": _close(row.share_of_evidence),
            "last_evidence_date": row.last_evidence_date,
        }
        for row in mix_evidence(built.district, built.events)
    }
    found = _by_key(built, "learning.evidence_mix", "student_key standard_id method")
    assert found == expected


def test_coverage_is_that_of_the_oracle(built: BuiltDistrict) -> None:
    """Each section has its standards, with and without evidence, and its untagged evidence."""
    with built.build.connect() as connection:
        teaching = read_teaching(connection)
    expected = cover_standards(built.district, teaching, built.events)
    found = {
        key: Covered(**row)
        for key, row in _by_key(
            built, "learning.standard_coverage", "section_id standard_id"
        ).items()
    }
    assert found == expected
    assert {row.students_with_evidence == 0 for row in found.values()} == {True, False}
    assert any(row.untagged_evidence_count for row in found.values())


def test_a_rollup_counts_what_lies_below(built: BuiltDistrict) -> None:
    """Each status of a class is counted once at its parent, and nowhere is an estimate."""
    parents = dict(built.build.rows("select standard_id, parent_id from loaded.standards"))
    expected: Counter[tuple[str, str, str]] = Counter()
    for row in built.build.mart("learning.class_mastery"):
        assert row["parent_id"] == parents[row["standard_id"]]
        if row["parent_id"]:
            expected[row["section_id"], row["parent_id"], row["status"]] += row["students"]
    rollup = built.build.mart("learning.class_rollup")
    assert rollup
    found = {
        (row["section_id"], row["standard_id"], row["status"]): row["student_standards"]
        for row in rollup
    }
    assert found == expected


def test_time_on_task_is_that_of_the_oracle(built: BuiltDistrict) -> None:
    """Minutes by student, date and part of the day agree to the second."""
    expected = {
        (row.student_key, row.activity_date, row.day_part): {
            "minutes_low": pytest.approx(row.minutes("low"), abs=SECOND / 1000),
            "minutes_mid": pytest.approx(row.minutes("mid"), abs=SECOND / 1000),
            "minutes_high": pytest.approx(row.minutes("high"), abs=SECOND / 1000),
            "share_inferred": None
            if row.share_inferred is None
            else pytest.approx(row.share_inferred, abs=1e-6),
            "event_count": row.event_count,
            "set_aside_count": row.set_aside_count,
        }
        for row in measure_time(built.district, built.events)
    }
    found = _by_key(built, "proxies.time_on_task", "student_key activity_date day_part")
    assert found == expected


def test_minutes_of_activities_are_those_of_the_oracle(built: BuiltDistrict) -> None:
    """Minutes by student, date and activity agree to the second."""
    expected = {
        key: {
            f"minutes_{bound}": pytest.approx(value, abs=SECOND / 1000)
            for bound, value in minutes.items()
        }
        for key, minutes in measure_activities(attribute_time(built.district, built.events)).items()
    }
    found = _by_key(built, "proxies.time_on_activity", "student_key activity_date activity_id")
    assert found == expected


def test_screen_share_is_that_of_the_oracle(built: BuiltDistrict) -> None:
    """Shares of the instructional time, and of how it was spent, agree."""
    expected = {
        (row.section_id, row.week_start_date): {
            **{f"share_{bound}": _close(row.share(bound)) for bound in ("low", "mid", "high")},
            **{f"share_{mode}": _close(row.share_of_mode(mode)) for mode in MODES},
        }
        for row in measure_screen_share(
            built.district, attribute_time(built.district, built.events)
        )
    }
    found = _by_key(built, "proxies.screen_share", "section_id week_start_date")
    assert expected
    assert found == expected


def test_practice_signals_are_those_of_the_oracle(built: BuiltDistrict) -> None:
    """Whose practice may be worth a look, and why, agrees; no class has more than five rows."""
    expected = {
        (row.student_key, row.standard_id): {
            "state": row.state,
            "attempts": row.attempts,
            "days": row.days,
            "week_start_date": week_start(built.district),
            "started_on": row.started_on,
            "last_evidence_date": row.last_evidence_date,
        }
        for row in judge_practice(built.district, built.events)
    }
    found = _by_key(built, "signals.practice_episodes", "student_key standard_id")
    for row in found.values():
        assert row.pop("sentence").endswith("; a look may help")
        assert (row.pop("false_alarm_rate") is None) == (
            row["state"] in {"over_practice", "indeterminate"}
        )
    assert found == expected


def test_the_district_meets_every_rule(riverbend: BuiltDistrict) -> None:
    """What the oracles agree on is not empty: every reason, status and basis occurs."""
    reasons = riverbend.build.rows(
        "select distinct exclusion_reason from learning.mastery_evidence"
    )
    assert {reason for (reason,) in reasons} == {
        None,
        "no_scale",
        "unreviewed_scale",
        "score_success_conflict",
        "repeat_same_day",
        "repeat_too_soon",
    }
    statuses = riverbend.build.rows("select distinct status from learning.mastery")
    assert len(statuses) == 4
    bases = riverbend.build.rows(
        "select time_basis, count(*) from intermediate.int_activity_timed group by time_basis"
    )
    assert len(bases) == 3
    assert min(events for _, events in bases) > 100


def _close(value: float | None) -> object:
    return None if value is None else pytest.approx(value, abs=1e-9, rel=0)


def _by_key(built: BuiltDistrict, mart: str, key: str) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Return the rows of a mart by their key, without what the build adds to each."""
    names = key.split()
    added = {*names, "build_id", "definition_version", "definition_hash"}
    return {
        tuple(row[name] for name in names): {
            name: value for name, value in row.items() if name not in added
        }
        for row in built.build.mart(mart)
    }

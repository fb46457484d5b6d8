"""The harness itself: figures and challengers by hand, and the marts asked before each attempt."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import duckdb
import numpy as np
import orjson
import pyarrow as pa
import pytest

from pipelines.explain.formula import Outcome, judge
from pipelines.measures import SHIPPED, read_definitions
from pipelines.resources import resource_path
from tests.validation_harness import challengers, figures
from tests.validation_harness.attempts import Attempts, say_before_each
from tests.validation_harness.figures import Sample
from tests.validation_harness.gates import bounds_of_activity, recovery_gates
from tests.validation_harness.oulad import write_home
from tests.validation_harness.synthetic import (
    Excess,
    Minutes,
    SignalTruth,
    StatusTruth,
    SyntheticResult,
    Tenth,
    find_excess,
)

if TYPE_CHECKING:
    from pathlib import Path

FIRST = date(2014, 2, 1)
OUTCOMES = {"ada": (1, 0, 1, 1, 1), "ben": (0, 1)}
HOUR = "2026-03-02T15"
CREDITED = f"""
create schema intermediate;
create schema proxies;
create table learners as
select sourced_id, sourced_id as student_key from (values ('idler'), ('worker')) as t (sourced_id);
create table proxies.time_on_task as
select * from (values ('idler', date '2026-03-02', 11), ('worker', date '2026-03-02', 10))
    as t (student_key, activity_date, minutes_low);
create table intermediate.int_activity_pieces as
select student_key, date '2026-03-02' as activity_date, bound,
    epoch_us(timestamptz '{HOUR}:00:00Z') + 60000000 * starts as starts_us,
    epoch_us(timestamptz '{HOUR}:00:00Z') + 60000000 * ends as ends_us
from (values ('idler', 'trusted', 0, 10), ('idler', 'low', 10, 11), ('idler', 'high', 11, 20),
    ('worker', 'trusted', 0, 10)) as t (student_key, bound, starts, ends)
"""
SCORES = {
    "student_assessment": (
        "select * from (values (1, 7, 3, false, 40), (2, 7, 9, false, 39), (1, 8, -1, true, 80),"
        " (2, 8, 9, false, null))"
        " as t (id_assessment, id_student, date_submitted, is_banked, score)"
    ),
    "assessment": (
        "select * from (values ('AAA', '2014B', 1, 5), ('AAA', '2014B', 2, 9))"
        " as t (code_module, code_presentation, id_assessment, date)"
    ),
    "course": "select 'AAA' as code_module, '2014B' as code_presentation, 200 as length",
    "student": (
        "select 'AAA' as code_module, '2014B' as code_presentation, unnest([7, 8]) as id_student"
    ),
}


def _sample(predicted: list[float], outcome: list[int]) -> Sample:
    people = np.arange(len(outcome)) // 2
    return Sample(np.array(predicted), np.array(outcome, dtype=float), people)


def test_auc_counts_ties_as_half() -> None:
    """Of four pairs of a success and a failure, two and a half are in order."""
    assert figures.auc(_sample([0.9, 0.4, 0.4, 0.6], [1, 1, 0, 0])) == 2.5 / 4


def test_calibration_error_is_the_mean_distance_over_tenths() -> None:
    """Two attempts at .85 with one success, two at .15 with none."""
    found = figures.quality(_sample([0.85, 0.85, 0.15, 0.15], [1, 0, 0, 0]))
    assert found.calibration_error.value == pytest.approx((0.35 + 0.15) / 2)
    assert found.rmse.value == pytest.approx(((0.15**2 + 0.85**2 + 2 * 0.15**2) / 4) ** 0.5)
    assert found.auc.error > 0


def test_draws_are_of_students_and_repeat() -> None:
    """The same sample has the same errors; copies of a student's rows do not lower them."""
    sample = _sample([0.7] * 40, [1, 0, 0, 1] * 10)
    twice = Sample(*(np.repeat(column, 3) for column in sample))
    assert figures.gap(sample) == figures.gap(sample)
    assert figures.gap(twice).error == pytest.approx(figures.gap(sample).error)


def test_what_is_said_before_an_attempt_rests_on_the_earlier_ones() -> None:
    """Before each attempt the marts say what the formula says of the attempts before it."""
    attempts = _attempts()
    parameters = next(
        each.parameters
        for each in read_definitions(resource_path(SHIPPED)).measures
        if each.measure == "mastery"
    )
    for person, outcomes in enumerate(OUTCOMES.values()):
        mine = attempts.where(attempts.person == person)
        assert mine.outcome.tolist() == list(outcomes)
        assert mine.estimate[0] == mine.base_rate[0] == parameters["default_base_rate"]
        assert mine.status[0] == "none"
        for number in range(1, len(outcomes)):
            earlier = [
                Outcome(outcome, 1.0, FIRST + timedelta(days=day))
                for day, outcome in enumerate(outcomes[:number])
            ]
            judged = judge(earlier, mine.base_rate[number], parameters)
            assert mine.estimate[number] == pytest.approx(judged.estimate, abs=1e-9)
            assert mine.prior_free[number] == pytest.approx(judged.prior_free_estimate, abs=1e-9)
            assert mine.status[number] == judged.status
    assert challengers.last_five(attempts.where(attempts.person == 0)).tolist() == pytest.approx(
        [1 / 2, 2 / 3, 2 / 4, 3 / 5, 4 / 6]
    )


@pytest.mark.parametrize(
    ("shares", "signal", "failing"),
    [
        ((0.9, 0.9, 0.9, 0.9), SignalTruth("over_practice", 2, 2, 5, 0), []),
        ((0.89, 1.0, 0.9, 1.0), SignalTruth("over_practice", 2, 2, 5, 0), ["open"]),
        ((1.0, 0.89, 0.9, 1.0), SignalTruth("over_practice", 2, 2, 5, 0), ["open"]),
        ((1.0, 1.0, 0.89, 1.0), SignalTruth("over_practice", 2, 2, 5, 0), ["active"]),
        ((1.0, 1.0, 1.0, 0.89), SignalTruth("over_practice", 2, 2, 5, 0), ["active"]),
        ((1.0, 1.0, 1.0, 1.0), SignalTruth("over_practice", 2, 1, 5, 0), ["over_practice"]),
        ((1.0, 1.0, 1.0, 1.0), SignalTruth("over_practice", 2, 2, 5, 1), ["over_practice"]),
    ],
)
def test_gates_of_planted_truth_fail_where_it_is_missed(
    shares: tuple[float, float, float, float], signal: SignalTruth, failing: list[str]
) -> None:
    """A bound short of its share, a signal not found and one that is invented each fail a gate."""
    statuses = [
        StatusTruth(status, 10, known, known, known)
        for status, known in (("not_yet", 0.3), ("developing", 0.6), ("secure", 0.9))
    ]
    minutes = Minutes(10, *shares, 1.0, 2.0, 3.0, 2.0, 1.0)
    excess = Excess(2, 5.0, 9.0, 9.5, 0.5, 2, 0)
    result = SyntheticResult(1, statuses, [Tenth(5, 10, 0.5, 0.5)], minutes, excess, [signal])
    gates = [*recovery_gates([result]), *bounds_of_activity([result])]
    failed = [gate.asked for gate in gates if not gate.holds]
    assert len(failed) == len(failing)
    assert all(word in asked for word, asked in zip(failing, failed, strict=True))


def test_idle_minutes_are_told_apart_by_who_credits_them(tmp_path: Path) -> None:
    """Of eleven minutes five are active: five are idle in a session, and one in a gap."""
    (tmp_path / "active_minutes.csv").write_text(
        "sourced_id,date,day_part,active_seconds\nidler,2026-03-02,school,300\n"
        "worker,2026-03-02,school,600\n"
    )
    spans = [
        {"sourced_id": name, "started_at": f"{HOUR}:00:00Z", "ended_at": f"{HOUR}:{end}:00Z"}
        for name, end in (("idler", "05"), ("worker", "10"))
    ]
    (tmp_path / "active_intervals.ndjson").write_bytes(b"\n".join(map(orjson.dumps, spans)))
    with duckdb.connect() as warehouse:
        warehouse.execute("set TimeZone = 'UTC'")
        warehouse.execute(CREDITED)
        assert find_excess(warehouse, tmp_path) == Excess(1, 6.0, 6.0, 5.0, 1.0, 1, 0)


def _attempts() -> Attempts:
    rows = [
        {
            "student_key": name,
            "standard_id": "module-AAA",
            "source": "tutor",
            "event_id": f"{name}-{day}",
            "item_id": f"item-{day}",
            "outcome": float(outcome),
            "weight": 1.0,
            "is_included": True,
            "evidence_date": FIRST + timedelta(days=day),
            "performed_at": datetime(2014, 2, 1, tzinfo=UTC) + timedelta(days=day),
        }
        for name, outcomes in OUTCOMES.items()
        for day, outcome in enumerate(outcomes)
    ]
    people = {"student_key": list(OUTCOMES), "person": [0, 1], "fold": [0, 1]}
    return say_before_each(pa.Table.from_pylist(rows), pa.table(people), [FIRST])


def test_a_score_becomes_a_statement(tmp_path: Path) -> None:
    """40 passes and 39 fails; what was banked or has no score is counted, and left out."""
    for name, query in SCORES.items():
        duckdb.execute(f"copy ({query}) to '{tmp_path}/oulad_{name}.parquet' (format parquet)")
    written = write_home(tmp_path, tmp_path / "home")
    assert written == (2, 1, 1)
    lines = (tmp_path / "home/landing/tutor/scores.ndjson").read_bytes().splitlines()
    statements = [orjson.loads(line) for line in lines]
    assert [each["verb"]["id"].rpartition("/")[2] for each in statements] == ["passed", "failed"]
    assert [each["timestamp"] for each in statements] == [
        "2014-02-04T09:01:00Z",
        "2014-02-10T09:02:00Z",
    ]
    assert all("score" not in each["result"] for each in statements)

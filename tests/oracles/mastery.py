"""Mastery the slow, obvious way, written from the definition of the measure, not from the SQL.

`judge_mastery` gives the rows of learning.mastery from a plain list of events.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scipy.stats import beta as beta_distribution

from tests.oracles.evidence import judge_evidence

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from tests.oracles.evidence import Evidence
    from tests.oracles.values import District, Event

DECAY = 0.9
PRIOR_WEIGHT = 4
DISTRICT_WEIGHT = 20
DEFAULT_BASE_RATE = 0.65


@dataclass(frozen=True, slots=True)
class Mastery:
    """What is believed of one student and one academic standard."""

    student_key: str
    standard_id: str
    status: str
    is_stale: bool
    estimate: float
    interval_low: float
    interval_high: float
    prior_free_estimate: float
    base_rate: float
    evidence_count: int
    evidence_days: int
    effective_n: float
    last_evidence_date: date


def judge_mastery(district: District, events: Iterable[Event]) -> list[Mastery]:
    """Return a row for each student and standard with included evidence."""
    included = [row for row in judge_evidence(district, events) if row.is_included]
    base_rates = find_base_rates(district, included)
    histories = defaultdict(list)
    for row in included:
        histories[row.student_key, row.standard_id].append(row)
    return [
        judge_history(district, history, base_rates[standard_id])
        for (_, standard_id), history in sorted(histories.items())
    ]


@dataclass(frozen=True, slots=True)
class Part:
    """What evidence of one method an estimate rests on, and for how much of it."""

    student_key: str
    standard_id: str
    method: str
    evidence_count: int
    share_of_evidence: float
    last_evidence_date: date


def mix_evidence(district: District, events: Iterable[Event]) -> list[Part]:
    """Return a row for each student, standard and method with included evidence."""
    histories = defaultdict(list)
    for row in judge_evidence(district, events):
        if row.is_included:
            histories[row.student_key, row.standard_id].append(row)
    return [part for history in histories.values() for part in _parts(history)]


def _parts(history: list[Evidence]) -> list[Part]:
    newest_first = sorted(history, key=in_order, reverse=True)
    weights = [row.weight * DECAY**age for age, row in enumerate(newest_first)]
    parts = []
    for method in sorted({row.method for row in history}):
        own = [row for row in history if row.method == method]
        counted = [weight for weight, row in zip(weights, newest_first, strict=True) if row in own]
        parts.append(
            Part(
                student_key=own[0].student_key,
                standard_id=own[0].standard_id,
                method=method,
                evidence_count=len(own),
                share_of_evidence=sum(counted) / sum(weights),
                last_evidence_date=max(row.evidence_date for row in own),
            )
        )
    return parts


def in_order(row: Evidence) -> tuple[datetime, str, str]:
    """Sort rows by time, then event, then source."""
    return (row.performed_at, row.event.event_id, row.event.source)


def find_base_rates(district: District, included: list[Evidence]) -> dict[str, float]:
    """Return the base rate of each standard with included evidence."""
    window_start = district.reporting_window_start()
    before = [
        row for row in included if window_start is not None and row.evidence_date < window_start
    ]
    district_rate = DEFAULT_BASE_RATE
    if before:
        district_rate = sum(outcome_of(row) for row in before) / len(before)
    rates = {}
    for standard_id in {row.standard_id for row in included}:
        outcomes = [outcome_of(row) for row in before if row.standard_id == standard_id]
        rates[standard_id] = (sum(outcomes) + DISTRICT_WEIGHT * district_rate) / (
            len(outcomes) + DISTRICT_WEIGHT
        )
    return rates


def outcome_of(row: Evidence) -> float:
    """Return the outcome of a row that counts."""
    assert row.outcome is not None
    return row.outcome


def judge_history(district: District, history: list[Evidence], base_rate: float) -> Mastery:
    """Return what is believed after the included evidence of one student and standard."""
    history = sorted(history, key=in_order)
    successes = failures = 0.0
    for row in history:
        successes = DECAY * successes + row.weight * outcome_of(row)
        failures = DECAY * failures + row.weight * (1 - outcome_of(row))
    alpha = successes + PRIOR_WEIGHT * base_rate
    beta = failures + PRIOR_WEIGHT * (1 - base_rate)
    estimate = alpha / (alpha + beta)
    low, high = quantile(0.1, alpha, beta), quantile(0.9, alpha, beta)
    days = {row.evidence_date for row in history}
    effective_n = successes + failures
    is_sufficient = len(history) >= 4 and len(days) >= 2 and effective_n >= 2.5
    return Mastery(
        student_key=history[0].student_key,
        standard_id=history[0].standard_id,
        status=_status(estimate, low, high) if is_sufficient else "insufficient_evidence",
        is_stale=(district.as_of_date - max(days)).days > 30,
        estimate=estimate,
        interval_low=low,
        interval_high=high,
        prior_free_estimate=(successes + 1) / (successes + failures + 2),
        base_rate=base_rate,
        evidence_count=len(history),
        evidence_days=len(days),
        effective_n=effective_n,
        last_evidence_date=max(days),
    )


def _status(estimate: float, low: float, high: float) -> str:
    if estimate >= 0.80 and low >= 0.65:
        return "secure"
    return "not_yet" if high < 0.65 else "developing"


def quantile(probability: float, alpha: float, beta: float) -> float:
    """Return the quantile of Beta(alpha, beta), certain where one side has no weight."""
    if beta <= 0:
        return 1.0
    if alpha <= 0:
        return 0.0
    return float(beta_distribution.ppf(probability, alpha, beta))

"""Mastery the slow, obvious way, written from the definition of the measure and not from the SQL.

`judge_evidence` gives the rows of learning.mastery_evidence, `judge_mastery` those of
learning.mastery, both from a plain list of events.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from scipy.stats import beta as beta_distribution

from tests.oracles.values import learner_events

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from tests.oracles.values import District, Event, LearnerEvent

DECAY = 0.9
PRIOR_WEIGHT = 4
DISTRICT_WEIGHT = 20
DEFAULT_BASE_RATE = 0.65


@dataclass(frozen=True, slots=True)
class Evidence:
    """One try of a student, looked at from one academic standard."""

    student_key: str
    standard_id: str
    event: Event
    performed_at: datetime
    evidence_date: date
    outcome: float | None
    weight: float
    attempt_number: int
    is_assisted: bool
    exclusion_reason: str | None

    @property
    def is_included(self) -> bool:
        """Whether it counts."""
        return self.exclusion_reason is None


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


class _Happening(NamedTuple):
    """A try or a hint; sorts by time, then event, then source."""

    performed_at: datetime
    event_id: str
    source: str
    learner_event: LearnerEvent

    @property
    def event(self) -> Event:
        return self.learner_event.event


def judge_mastery(district: District, events: Iterable[Event]) -> list[Mastery]:
    """Return a row for each student and standard with included evidence."""
    included = [row for row in judge_evidence(district, events) if row.is_included]
    base_rates = _base_rates(district, included)
    histories = defaultdict(list)
    for row in included:
        histories[row.student_key, row.standard_id].append(row)
    return [
        _judge(district, history, base_rates[standard_id])
        for (_, standard_id), history in sorted(histories.items())
    ]


def judge_evidence(district: District, events: Iterable[Event]) -> list[Evidence]:
    """Return a row for each student, standard and assessed event."""
    tries, hints = defaultdict(list), defaultdict(list)
    for learner_event in learner_events(district, events):
        happening = _happening(learner_event)
        if district.local_date(happening.performed_at) > district.as_of_date:
            continue
        item = learner_event.event.activity_id
        if learner_event.action == "hinted":
            for hinted in {item, learner_event.event.parent_id} - {None}:
                hints[learner_event.student_key, hinted].append(happening)
        elif item is not None and _is_candidate(learner_event):
            tries[learner_event.student_key, item].append(happening)
    return [
        row
        for key, tries_of_item in tries.items()
        for row in _judge_item(district, sorted(tries_of_item), hints[key])
    ]


def _happening(learner_event: LearnerEvent) -> _Happening:
    event = learner_event.event
    performed_at = event.occurred_at
    if event.learner_role == "assignee" and event.ended_at is not None:
        performed_at = event.ended_at
    return _Happening(performed_at, event.event_id, event.source, learner_event)


def _is_candidate(learner_event: LearnerEvent) -> bool:
    event = learner_event.event
    has_score = event.score_scaled is not None or event.score_raw is not None
    if learner_event.action == "completed":
        return has_score
    if learner_event.action in ("answered", "graded", "passed_failed"):
        return has_score or event.success is not None
    return False


def _score_credit(event: Event) -> float | None:
    """Return the credit that the score alone gives."""
    credit = None
    if event.standard == "caliper":
        if event.score_raw is not None and event.score_max is not None and event.score_max > 0:
            credit = event.score_raw / event.score_max
    elif event.score_scaled is not None:
        credit = event.score_scaled
    elif None not in (event.score_raw, event.score_min, event.score_max):
        raw, low, high = event.score_raw, event.score_min, event.score_max
        assert raw is not None
        assert low is not None
        assert high is not None
        if high > low:
            credit = (raw - low) / (high - low)
    return None if credit is None else min(1.0, max(0.0, credit))


def _credit(learner_event: LearnerEvent) -> float | None:
    event = learner_event.event
    credit = _score_credit(event)
    if (
        credit is None
        and event.standard == "xapi"
        and learner_event.action != "completed"
        and event.success is not None
    ):
        return 1.0 if event.success else 0.0
    return credit


def _judge_item(
    district: District, tries: list[_Happening], hints: list[_Happening]
) -> list[Evidence]:
    """Judge all tries of one student at one item, given in order."""
    rows = []
    attempts: dict[str, int] = defaultdict(int)
    dates_that_count = _dates_that_count([_date(district, happening) for happening in tries])
    for place, happening in enumerate(tries):
        day = _date(district, happening)
        earlier = [other for other in tries[:place] if _date(district, other) == day]
        is_assisted = any(_is_wrong(other) for other in earlier) or any(
            hint[:3] < happening[:3] and _date(district, hint) == day for hint in hints
        )
        reason = _exclusion(
            happening, is_first_of_day=not earlier, date_counts=day in dates_that_count
        )
        credit = _credit(happening.learner_event)
        standards = _standards(district, happening.event)
        for standard_id in standards:
            attempts[standard_id] += 1
            rows.append(
                Evidence(
                    student_key=happening.learner_event.student_key,
                    standard_id=standard_id,
                    event=happening.event,
                    performed_at=happening.performed_at,
                    evidence_date=day,
                    outcome=0.0 if is_assisted and credit is not None else credit,
                    weight=_guess_weight(happening.event) / len(standards),
                    attempt_number=attempts[standard_id],
                    is_assisted=is_assisted,
                    exclusion_reason=reason,
                )
            )
    return rows


def _date(district: District, happening: _Happening) -> date:
    return district.local_date(happening.performed_at)


def _dates_that_count(dates: list[date]) -> set[date]:
    """Walk from date to date; one counts when a whole date lies behind the last that counted."""
    counting: list[date] = []
    for day in sorted(set(dates)):
        if not counting or day - counting[-1] >= timedelta(days=2):
            counting.append(day)
    return set(counting)


def _is_wrong(happening: _Happening) -> bool:
    if happening.event.success is not None:
        return not happening.event.success
    credit = _credit(happening.learner_event)
    return credit is not None and credit < 1


def _exclusion(happening: _Happening, *, is_first_of_day: bool, date_counts: bool) -> str | None:
    success, score_credit = happening.event.success, _score_credit(happening.event)
    if _credit(happening.learner_event) is None:
        return "no_scale"
    if (score_credit == 1 and success is False) or (score_credit == 0 and success is True):
        return "score_success_conflict"
    if not is_first_of_day:
        return "repeat_same_day"
    return None if date_counts else "repeat_too_soon"


def _standards(district: District, event: Event) -> list[str]:
    return sorted(
        {
            standard_id
            for uri, standard_id in district.standards
            for reference in event.standard_refs
            if reference in (uri, standard_id)
        }
    )


def _guess_weight(event: Event) -> float:
    if event.choice_count is None or event.choice_count < 2:
        return 1.0
    return 1 - 1 / event.choice_count


def _base_rates(district: District, included: list[Evidence]) -> dict[str, float]:
    window_start = district.reporting_window_start()
    before = [
        row for row in included if window_start is not None and row.evidence_date < window_start
    ]
    district_rate = DEFAULT_BASE_RATE
    if before:
        district_rate = sum(_outcome(row) for row in before) / len(before)
    rates = {}
    for standard_id in {row.standard_id for row in included}:
        outcomes = [_outcome(row) for row in before if row.standard_id == standard_id]
        rates[standard_id] = (sum(outcomes) + DISTRICT_WEIGHT * district_rate) / (
            len(outcomes) + DISTRICT_WEIGHT
        )
    return rates


def _outcome(row: Evidence) -> float:
    assert row.outcome is not None
    return row.outcome


def _judge(district: District, history: list[Evidence], base_rate: float) -> Mastery:
    history = sorted(
        history, key=lambda row: (row.performed_at, row.event.event_id, row.event.source)
    )
    successes = failures = 0.0
    for row in history:
        successes = DECAY * successes + row.weight * _outcome(row)
        failures = DECAY * failures + row.weight * (1 - _outcome(row))
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

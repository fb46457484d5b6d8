"""The mastery estimate in plain steps, written from docs/measures.md and not from the models."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pipelines.explain.beta import beta_quantile

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date


class Outcome(NamedTuple):
    """One included row of evidence: outcome and weight from 0 to 1, and its local date."""

    outcome: float
    weight: float
    evidence_date: date


class Term(NamedTuple):
    """What one outcome adds to the sums."""

    age: int
    discount: float
    to_successes: float
    to_failures: float


class Rule(NamedTuple):
    """One comparison of the status: what is compared, with what, and whether it holds."""

    status: str
    text: str
    value: float
    bound: float
    holds: bool


class Judgement(NamedTuple):
    """The numbers of one student and standard."""

    terms: tuple[Term, ...]
    successes: float
    failures: float
    alpha: float
    beta: float
    estimate: float
    interval_low: float
    interval_high: float
    prior_free_estimate: float
    effective_n: float
    rules: tuple[Rule, ...]
    status: str


def judge(
    outcomes: Sequence[Outcome], base_rate: float, parameters: Mapping[str, float]
) -> Judgement:
    """Return the judgement of outcomes in their order, oldest first; there is at least one."""
    terms = tuple(
        _term(each, age, parameters["decay"])
        for each, age in zip(outcomes, reversed(range(len(outcomes))), strict=True)
    )
    successes = sum(term.to_successes for term in terms)
    failures = sum(term.to_failures for term in terms)
    alpha = successes + parameters["prior_weight"] * base_rate
    beta = failures + parameters["prior_weight"] * (1 - base_rate)
    numbers = {
        "attempts": float(len(outcomes)),
        "days": float(len({each.evidence_date for each in outcomes})),
        "effective_n": successes + failures,
        "estimate": alpha / (alpha + beta),
        "interval_low": beta_quantile(parameters["lower_probability"], alpha, beta),
        "interval_high": beta_quantile(parameters["upper_probability"], alpha, beta),
    }
    rules = _rules(numbers, parameters)
    return Judgement(
        terms,
        successes,
        failures,
        alpha,
        beta,
        estimate=numbers["estimate"],
        interval_low=numbers["interval_low"],
        interval_high=numbers["interval_high"],
        prior_free_estimate=(successes + 1) / (successes + failures + 2),
        effective_n=numbers["effective_n"],
        rules=rules,
        status=_status(rules),
    )


def _term(outcome: Outcome, age: int, decay: float) -> Term:
    discount = decay**age
    share = outcome.weight * discount
    return Term(age, discount, share * outcome.outcome, share * (1 - outcome.outcome))


def _rules(numbers: Mapping[str, float], parameters: Mapping[str, float]) -> tuple[Rule, ...]:
    insufficient, secure, not_yet = "insufficient_evidence", "secure", "not_yet"
    compared = (
        (insufficient, "attempts", "<", "least_evidence"),
        (insufficient, "days", "<", "least_days"),
        (insufficient, "effective_n", "<", "least_effective_n"),
        (secure, "estimate", ">=", "secure_estimate"),
        (secure, "interval_low", ">=", "secure_lower"),
        (not_yet, "interval_high", "<", "not_yet_upper"),
    )
    return tuple(
        Rule(
            status,
            f"{name} {sign} {bound}",
            numbers[name],
            parameters[bound],
            _holds(numbers[name], sign, parameters[bound]),
        )
        for status, name, sign, bound in compared
    )


def _holds(value: float, sign: str, bound: float) -> bool:
    return value < bound if sign == "<" else value >= bound


def _status(rules: tuple[Rule, ...]) -> str:
    """Return the first status whose rules hold: any of insufficiency, all of the others."""
    by_status: dict[str, list[bool]] = {}
    for rule in rules:
        by_status.setdefault(rule.status, []).append(rule.holds)
    if any(by_status.pop("insufficient_evidence")):
        return "insufficient_evidence"
    return next((status for status, held in by_status.items() if all(held)), "developing")

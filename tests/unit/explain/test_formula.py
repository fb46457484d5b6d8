"""The plain formula gives the worked example, and its quantiles are those of a library."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import betainc, betaincinv

from pipelines.explain.beta import beta_quantile, beta_share
from pipelines.explain.formula import Outcome, judge

PARAMETERS = {
    "decay": 0.9,
    "prior_weight": 4,
    "lower_probability": 0.1,
    "upper_probability": 0.9,
    "least_evidence": 4,
    "least_days": 2,
    "least_effective_n": 2.5,
    "secure_estimate": 0.8,
    "secure_lower": 0.65,
    "not_yet_upper": 0.65,
}
MONDAY = date(2026, 3, 2)
SIZES = st.floats(0.01, 200)


def _outcomes(*values: float) -> list[Outcome]:
    return [
        Outcome(value, 1, MONDAY + timedelta(days=number)) for number, value in enumerate(values)
    ]


def test_the_worked_example() -> None:
    """Right, wrong and three times right, with a base rate of .75."""
    judged = judge(_outcomes(1, 0, 1, 1, 1), 0.75, PARAMETERS)
    assert judged.successes == pytest.approx(3.3661)
    assert judged.failures == pytest.approx(0.729)
    assert judged.alpha == pytest.approx(6.3661)
    assert judged.beta == pytest.approx(1.729)
    assert round(judged.estimate, 3) == 0.786
    assert [term.age for term in judged.terms] == [4, 3, 2, 1, 0]


@pytest.mark.parametrize(
    ("outcomes", "base_rate", "status"),
    [
        ((1, 1, 1), 0.9, "insufficient_evidence"),
        ((1,) * 12, 0.8, "secure"),
        ((0,) * 8, 0.4, "not_yet"),
        ((1, 0, 1, 0, 1), 0.65, "developing"),
    ],
)
def test_the_status_is_the_first_that_holds(
    outcomes: tuple[float, ...], base_rate: float, status: str
) -> None:
    """Too little evidence comes first, then secure, then not yet."""
    assert judge(_outcomes(*outcomes), base_rate, PARAMETERS).status == status


def test_many_tries_on_one_day_are_not_enough() -> None:
    """Twelve right answers of one date say nothing yet."""
    outcomes = [Outcome(1, 1, MONDAY)] * 12
    assert judge(outcomes, 0.8, PARAMETERS).status == "insufficient_evidence"


@given(probability=st.floats(0.01, 0.99), alpha=SIZES, beta=SIZES)
def test_quantiles_are_those_of_a_library(probability: float, alpha: float, beta: float) -> None:
    """The quantile without a library lies where scipy's does."""
    expected = float(betaincinv(alpha, beta, probability))
    assert beta_quantile(probability, alpha, beta) == pytest.approx(expected, abs=1e-10)


# Of points below the smallest normal number the library itself is unsure.
@given(point=st.floats(0, 1, allow_subnormal=False), alpha=SIZES, beta=SIZES)
def test_shares_are_those_of_a_library(point: float, alpha: float, beta: float) -> None:
    """So does how much lies below a point."""
    assert beta_share(point, alpha, beta) == pytest.approx(
        float(betainc(alpha, beta, point)), abs=1e-10
    )


def test_no_weight_on_one_side_is_certainty() -> None:
    """A Beta without failures is certain of 1, without successes of 0."""
    assert (beta_quantile(0.1, 3, 0), beta_quantile(0.1, 0, 3)) == (1, 0)

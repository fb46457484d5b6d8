"""Quantiles of the Beta distribution without a library, to check those of the models.

NIST Digital Library of Mathematical Functions, 8.17 (https://dlmf.nist.gov/8.17): the regularized
incomplete beta function by its continued fraction (8.17.22), evaluated by Lentz's method.
"""

from __future__ import annotations

from math import exp, lgamma, log, log1p

_HALVINGS = 200
_TERMS = 10_000
_PRECISION = 1e-16
_TINY = 1e-300


def beta_quantile(probability: float, alpha: float, beta: float) -> float:
    """Return where Beta(alpha, beta) reaches a probability between 0 and 1.

    Without weight on one side it is certain of the other: 1 where beta is 0, else 0.
    """
    if alpha <= 0 or beta <= 0:
        return 1.0 if beta <= 0 else 0.0
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if beta_share(middle, alpha, beta) < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def beta_share(point: float, alpha: float, beta: float) -> float:
    """Return how much of Beta(alpha, beta) lies below a point (8.17.2)."""
    if point <= 0 or point >= 1:
        return float(point >= 1)
    if point > (alpha + 1) / (alpha + beta + 2):
        return 1 - beta_share(1 - point, beta, alpha)
    weight = lgamma(alpha + beta) - lgamma(alpha) - lgamma(beta)
    front = exp(weight + alpha * log(point) + beta * log1p(-point)) / alpha
    return front / _fraction(point, alpha, beta)


def _fraction(point: float, alpha: float, beta: float) -> float:
    """Return 1 + d1/(1 + d2/(1 + ...)) with the coefficients of 8.17.23."""
    value, numerators, denominators = 1.0, 1.0, 0.0
    for term in range(1, _TERMS):
        coefficient = _coefficient(term, point, alpha, beta)
        denominators = 1 / _nonzero(1 + coefficient * denominators)
        numerators = _nonzero(1 + coefficient / numerators)
        change = numerators * denominators
        value *= change
        if abs(change - 1) < _PRECISION:
            break
    return value


def _coefficient(term: int, point: float, alpha: float, beta: float) -> float:
    half = term // 2
    if term % 2:
        upper = -(alpha + half) * (alpha + beta + half)
        return upper * point / ((alpha + 2 * half) * (alpha + 2 * half + 1))
    return half * (beta - half) * point / ((alpha + 2 * half - 1) * (alpha + 2 * half))


def _nonzero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY

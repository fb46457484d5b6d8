"""Other ways to predict the next attempt, to hold the marts against; nothing of it is published.

n-of-5: successes among the last five, smoothed. Elo: Pelánek R., "Applications of the Elo rating
system in adaptive educational systems", Computers & Education 98 (2016). PFA: Pavlik P., Cen H.,
Koedinger K., "Performance factors analysis", AIED (2009).
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit

from tests.validation_harness.attempts import FOLDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from tests.validation_harness.attempts import Attempts

LAST = 5
# How far a first answer moves a rating, and how fast later ones move it less (Pelánek's U(n)).
ELO_STEP, ELO_DECAY = 1.0, 0.05
# A penalty that keeps the coefficients of PFA finite where everything was a success.
PFA_PENALTY = 1e-3


def last_five(attempts: Attempts) -> NDArray[np.float64]:
    """Predict (s + 1) / (n + 2) of the last five attempts of the student at the standard."""
    return _of_last_five(attempts, np.full(len(attempts.outcome), 0.5))


def last_five_with_base_rate(attempts: Attempts) -> NDArray[np.float64]:
    """Predict (s + 2b) / (n + 2): the same, drawn to the base rate that the marts use."""
    return _of_last_five(attempts, attempts.base_rate)


def elo(attempts: Attempts) -> NDArray[np.float64]:
    """Predict by ratings of students at a standard and of items, moved by each attempt in turn.

    Items are rated by the other folds alone; a student's rating follows all that the student did.
    """
    predicted = np.empty(len(attempts.outcome))
    for fold in range(FOLDS):
        difficulties = _difficulties(attempts.where(attempts.fold != fold))
        inside = attempts.fold == fold
        predicted[inside] = _rated(attempts.where(inside), difficulties)
    return predicted


def pfa(attempts: Attempts) -> NDArray[np.float64]:
    """Predict by a logistic regression on earlier successes and failures, for each standard."""
    features = _features(attempts)
    predicted = np.empty(len(attempts.outcome))
    for fold in range(FOLDS):
        inside = attempts.fold == fold
        weights = _fitted(features[~inside], attempts.outcome[~inside])
        predicted[inside] = expit(features[inside] @ weights)
    return predicted


def _of_last_five(attempts: Attempts, centre: NDArray[np.float64]) -> NDArray[np.float64]:
    seen: dict[tuple[int, int], list[float]] = defaultdict(list)
    predicted = np.empty(len(centre))
    for number, (person, standard, outcome) in enumerate(_tries(attempts)):
        recent = seen[person, standard]
        predicted[number] = (sum(recent) + 2 * centre[number]) / (len(recent) + 2)
        recent.append(outcome)
        del recent[:-LAST]
    return predicted


def _tries(attempts: Attempts) -> Iterator[tuple[int, int, float]]:
    columns = (attempts.person, attempts.standard, attempts.outcome)
    return zip(*(column.tolist() for column in columns), strict=True)


def _difficulties(attempts: Attempts) -> dict[int, float]:
    difficulties: dict[int, float] = defaultdict(float)
    answers: dict[int, int] = defaultdict(int)
    abilities: dict[tuple[int, int], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for item, (person, standard, outcome) in zip(
        attempts.item.tolist(), _tries(attempts), strict=True
    ):
        ability = abilities[person, standard]
        surprise = outcome - float(expit(ability[0] - difficulties[item]))
        difficulties[item] -= _step(answers[item]) * surprise
        answers[item] += 1
        _move(ability, surprise)
    return difficulties


def _rated(attempts: Attempts, difficulties: dict[int, float]) -> NDArray[np.float64]:
    abilities: dict[tuple[int, int], list[float]] = defaultdict(lambda: [0.0, 0.0])
    predicted = np.empty(len(attempts.outcome))
    items = attempts.item.tolist()
    for number, (person, standard, outcome) in enumerate(_tries(attempts)):
        ability = abilities[person, standard]
        predicted[number] = expit(ability[0] - difficulties.get(items[number], 0.0))
        _move(ability, outcome - predicted[number])
    return predicted


def _step(answers: float) -> float:
    return ELO_STEP / (1 + ELO_DECAY * answers)


def _move(ability: list[float], surprise: float) -> None:
    """Move a rating, which is its value and how often it was moved."""
    ability[0] += _step(ability[1]) * surprise
    ability[1] += 1


def _features(attempts: Attempts) -> NDArray[np.float64]:
    """Return, for each standard, one, the earlier successes and the earlier failures."""
    standards = int(attempts.standard.max()) + 1
    features = np.zeros((len(attempts.outcome), 3 * standards))
    seen: dict[tuple[int, int], list[float]] = defaultdict(lambda: [1.0, 0.0, 0.0])
    for number, (person, standard, outcome) in enumerate(_tries(attempts)):
        counts = seen[person, standard]
        features[number, 3 * standard : 3 * standard + 3] = counts
        counts[1] += outcome
        counts[2] += 1 - outcome
    return features


def _fitted(features: NDArray[np.float64], outcomes: NDArray[np.float64]) -> NDArray[np.float64]:
    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        scores = features @ weights
        value = np.mean(np.logaddexp(0, scores) - outcomes * scores)
        gradient = features.T @ (expit(scores) - outcomes) / len(outcomes)
        penalty = PFA_PENALTY * float(weights @ weights) / 2
        return float(value) + penalty, gradient + PFA_PENALTY * weights

    start = np.zeros(features.shape[1])
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 500})
    weights: NDArray[np.float64] = found.x
    return weights

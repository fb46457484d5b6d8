"""How good predictions are, with standard errors from drawing students anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from numpy.typing import NDArray

    Column = NDArray[Any]
    Measure = Callable[[Column], Column]

BINS = 10
DRAWS = 200
SEED = 20_151
_LEAST_CHANCE = 1e-6


class Figure(NamedTuple):
    """A figure and its cluster-bootstrap standard error; clusters are students."""

    value: float
    error: float


class Quality(NamedTuple):
    """How good predictions of one set of attempts are."""

    attempts: int
    auc: Figure
    rmse: Figure
    log_loss: Figure
    calibration_error: Figure


class Bin(NamedTuple):
    """Attempts whose prediction lies in one tenth: how many, their mean prediction and outcome."""

    attempts: int
    predicted: float
    outcome: float


class Group(NamedTuple):
    """Attempts of one group of students."""

    name: str
    students: int
    attempts: int
    gap: Figure
    auc: float


class Sample(NamedTuple):
    """Predictions, outcomes, and whose they are."""

    predicted: Column
    outcome: Column
    person: Column

    def where(self, mask: Column) -> Sample:
        """Return some of them."""
        return Sample(*(column[mask] for column in self))


def quality(sample: Sample) -> Quality:
    """Return the figures of a sample."""
    students = Students(sample.person)
    measures = (_auc, _rmse, _log_loss, _calibration_error)
    figures = (students.figure(measure(sample, students)) for measure in measures)
    return Quality(len(sample.outcome), *figures)


def difference_of_auc(first: Sample, second: Sample) -> Figure:
    """Return how much larger the first AUC is; both are of the same attempts in the same order."""
    students = Students(first.person)
    one, other = (_auc(sample, students) for sample in (first, second))
    return students.figure(lambda counts: one(counts) - other(counts))


def reliability(sample: Sample) -> list[Bin]:
    """Return the tenths in which there are predictions."""
    places = _bins(sample.predicted)
    return [
        Bin(
            int(inside.sum()),
            float(sample.predicted[inside].mean()),
            float(sample.outcome[inside].mean()),
        )
        for inside in (places == number for number in range(BINS))
        if inside.any()
    ]


def gap(sample: Sample) -> Figure:
    """Return mean prediction minus mean outcome."""
    students = Students(sample.person)
    return students.figure(students.mean(sample.predicted - sample.outcome))


def mean_outcome(sample: Sample) -> Figure:
    """Return the share of successes."""
    students = Students(sample.person)
    return students.figure(students.mean(sample.outcome))


def auc(sample: Sample) -> float:
    """Return the chance that a success was predicted higher than a failure; ties count half."""
    students = Students(sample.person)
    return float(_auc(sample, students)(students.once)[0])


class Students:
    """The students of a sample, and samples of them drawn with repetition.

    A measure takes how often each student is in each draw, a row for a draw, and returns a value
    for each draw.
    """

    def __init__(self, person: Column) -> None:
        names, self.place = np.unique(person, return_inverse=True)
        self._count = len(names)
        self.once = np.ones((1, self._count))

    def figure(self, measure: Measure) -> Figure:
        """Return the value of all students once, and the standard deviation over the draws."""
        error = np.nanstd(measure(self._drawn()), ddof=1)
        return Figure(float(measure(self.once)[0]), float(error))

    def _drawn(self) -> Column:
        """Return how often each student is in each draw of as many students as there are."""
        draws = np.random.default_rng(SEED)
        drawn = (draws.integers(self._count, size=self._count) for _ in range(DRAWS))
        return np.array(
            [np.bincount(each, minlength=self._count) for each in drawn], dtype=np.float64
        )

    def sums(self, values: Column) -> Column:
        """Return the sum of the values of each student."""
        return np.bincount(self.place, values, self._count)

    def mean(self, values: Column) -> Measure:
        """Return the measure that is the mean of the values."""
        sums, sizes = self.sums(values), self.sums(np.ones(len(values)))
        return lambda counts: (counts @ sums) / (counts @ sizes)


def _auc(sample: Sample, students: Students) -> Measure:
    order = np.argsort(sample.predicted, kind="stable")
    predicted, outcome = sample.predicted[order], sample.outcome[order]
    place = students.place[order]
    starts = np.flatnonzero(np.r_[True, np.diff(predicted) > 0])

    def of_one(counts: Column) -> float:
        weights = counts[place]
        successes = np.add.reduceat(weights * outcome, starts)
        failures = np.add.reduceat(weights * (1 - outcome), starts)
        below = np.cumsum(failures) - failures
        pairs = successes.sum() * failures.sum()
        return float(successes @ (below + failures / 2) / pairs) if pairs else float("nan")

    return lambda counts: np.array([of_one(each) for each in counts])


def _rmse(sample: Sample, students: Students) -> Measure:
    mean = students.mean((sample.predicted - sample.outcome) ** 2)
    return lambda counts: np.sqrt(mean(counts))


def _log_loss(sample: Sample, students: Students) -> Measure:
    chances = np.clip(sample.predicted, _LEAST_CHANCE, 1 - _LEAST_CHANCE)
    return students.mean(
        -(sample.outcome * np.log(chances) + (1 - sample.outcome) * np.log1p(-chances))
    )


def _calibration_error(sample: Sample, students: Students) -> Measure:
    places = _bins(sample.predicted)
    misses = sample.predicted - sample.outcome
    means = [students.mean(misses * (places == number)) for number in range(BINS)]
    return lambda counts: sum((np.abs(mean(counts)) for mean in means), np.zeros(len(counts)))


def _bins(predicted: Column) -> NDArray[np.int64]:
    return np.minimum((predicted * BINS).astype(np.int64), BINS - 1)

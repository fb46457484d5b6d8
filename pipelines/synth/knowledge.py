"""What a learner truly knows: log-odds per standard that grow with practice."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from pipelines.synth.draws import logistic, stream
from pipelines.synth.values import Item, Person, Standard, Subject

if TYPE_CHECKING:
    from pipelines.synth.framework import Framework

_SLIP = 0.06
_GUESS_WITHOUT_CHOICES = 0.04
_LEARNING_FROM_A_MISS = 0.75


class Habit(StrEnum):
    """A pattern planted in a learner's practice of one standard."""

    REMEDIATION_LOOP = "remediation_loop"
    OVER_PRACTICE = "over_practice"


class Plant(NamedTuple):
    """A habit planted for a learner and a standard."""

    learner_id: str
    standard: Standard
    habit: Habit


class Knowledge:
    """One learner's skills; the only state that grows from day to day."""

    __slots__ = ("_is_after_success", "_rate", "_skills", "changed", "plant")

    def __init__(self, skills: dict[str, float], rate: float, plant: Plant | None) -> None:
        self._skills = skills
        self._rate = rate
        self.plant = plant
        self.changed: set[str] = set()
        self._is_after_success = False

    @property
    def standard_ids(self) -> list[str]:
        """The standards that the learner is taught."""
        return list(self._skills)

    def probability(self, standard_id: str) -> float:
        """Return the probability that the learner knows a standard."""
        return logistic(self._skills[standard_id])

    def chance_of_success(self, item: Item) -> float:
        """Return the probability of a full answer: knowing without a slip, or a lucky guess."""
        if self._is_stuck_on(item):
            return 0.0
        if self._is_past_slips_on(item):
            return 1.0
        known = min(self.probability(standard.identifier) for standard in item.standards)
        guess = 1 / item.choice_count if item.choice_count else _GUESS_WITHOUT_CHOICES
        return known * (1 - _SLIP) + (1 - known) * guess

    def practise(self, item: Item, *, is_right: bool) -> None:
        """Learn from one item, a little less from a miss."""
        gain = self._rate * (1.0 if is_right else _LEARNING_FROM_A_MISS) / len(item.standards)
        for standard in item.standards:
            is_planted = self.plant is not None and self.plant.standard == standard
            self._skills[standard.identifier] += 0.0 if is_planted else gain
            self.changed.add(standard.identifier)
            if is_planted:
                self._is_after_success = is_right

    def _is_stuck_on(self, item: Item) -> bool:
        """Whether a lucky guess must not repeat: a loop is practice without a run of successes."""
        plant = self.plant
        if plant is None or plant.habit is not Habit.REMEDIATION_LOOP:
            return False
        return self._is_after_success and plant.standard in item.standards

    def _is_past_slips_on(self, item: Item) -> bool:
        """Whether a slip must not happen: over-practice goes on after being secure for good."""
        plant = self.plant
        if plant is None or plant.habit is not Habit.OVER_PRACTICE:
            return False
        return plant.standard in item.standards

    def take_changed(self) -> list[str]:
        """Return the standards practised since the last call, sorted."""
        changed = sorted(self.changed)
        self.changed.clear()
        return changed


def draw_knowledge(
    seed: int, learner: Person, framework: Framework, *, plant: Plant | None
) -> Knowledge:
    """Draw a learner's ability, learning rate and first skills."""
    random = stream(seed, "knowledge", learner.sourced_id)
    ability = random.gauss(0.0, 0.9)
    skills = {
        standard.identifier: ability + random.gauss(-0.5, 0.6)
        for subject in Subject
        for standard in framework.taught(subject, learner.grade)
    }
    if plant:
        is_loop = plant.habit is Habit.REMEDIATION_LOOP
        skills[plant.standard.identifier] = -3.0 if is_loop else 3.5
    return Knowledge(skills, rate=random.lognormvariate(-1.7, 0.5), plant=plant)


def draw_plants(seed: int, learners: tuple[Person, ...], framework: Framework) -> dict[str, Plant]:
    """Choose the few learners with a planted habit: three in a hundred each, at least one each."""
    random = stream(seed, "plants")
    count = max(1, round(len(learners) * 0.03))
    chosen = random.sample(learners, min(len(learners), 2 * count))
    plants = {}
    for place, learner in enumerate(chosen):
        standard = framework.taught(Subject.MATHEMATICS, learner.grade)[0]
        habit = Habit.REMEDIATION_LOOP if place < count else Habit.OVER_PRACTICE
        plants[learner.sourced_id] = Plant(learner.sourced_id, standard, habit)
    return plants

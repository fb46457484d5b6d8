"""The fixed facts of a district that every generator reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from pipelines.synth.framework import Framework, build_framework
from pipelines.synth.instants import local_midnight_ms
from pipelines.synth.item_bank import ItemBank, build_item_bank
from pipelines.synth.knowledge import Habit, Plant, draw_plants
from pipelines.synth.population import draw_population
from pipelines.synth.school_year import (
    SchoolYear,
    is_instructional,
    lesson_minutes,
    plan_school_year,
)
from pipelines.synth.values import Population, Section, Span, Standard

if TYPE_CHECKING:
    from datetime import date

ZONE_NAME = "America/Chicago"
ZONE = ZoneInfo(ZONE_NAME)
_MS_PER_MINUTE = 60_000
_DAYS_PER_UNIT = 4


class Day(NamedTuple):
    """One date: its place among the taught days, whether it is taught, its local midnight."""

    date: date
    taught_index: int
    is_taught: bool
    midnight_ms: int

    def at_minute(self, minute: float) -> int:
        """Return the instant of a local minute of the day."""
        return self.midnight_ms + int(minute * _MS_PER_MINUTE)


class Focus(NamedTuple):
    """A standard that is worked on now, and how often."""

    standard: Standard
    weight: float


@dataclass(frozen=True, slots=True)
class World:
    """Everything that does not change while events are drawn."""

    seed: int
    population: Population
    framework: Framework
    bank: ItemBank
    year: SchoolYear
    plants: dict[str, Plant]

    def days(self) -> list[Day]:
        """Return every date that can have events."""
        days, taught = [], 0
        for when in self.year.event_dates():
            is_taught = is_instructional(when) or when == self.year.taught[0]
            days.append(Day(when, max(taught - (not is_taught), 0), is_taught, _midnight(when)))
            taught += is_taught
        return days

    def lesson(self, section: Section, day: Day) -> Span:
        """Return when a class meets."""
        school = self.population.school_of_id[section.school_id]
        begin, end = lesson_minutes(school, section.period, day.date)
        return Span(day.at_minute(begin), day.at_minute(end))

    def focus(self, section: Section, day: Day, *, learner_id: str = "") -> tuple[Focus, ...]:
        """Return the standards of the current unit, the next one and, to review, the last one."""
        taught = self.framework.taught(section.subject, section.grade)
        unit = day.taught_index // _DAYS_PER_UNIT
        current, following = taught[unit % len(taught)], taught[(unit + 1) % len(taught)]
        review = taught[max(unit - 1, 0) % len(taught)]
        focus = (Focus(current, 0.55), Focus(following, 0.2), Focus(review, 0.25))
        plant = self.plants.get(learner_id)
        if plant and plant.standard.subject is section.subject:
            drill = 0.7 if plant.habit is Habit.REMEDIATION_LOOP else 0.5
            return (*focus, Focus(plant.standard, drill))
        return focus


def build_world(*, students: int, days: int, seed: int, start: date) -> World:
    """Draw the fixed facts of a district."""
    framework = build_framework()
    population = draw_population(seed, students)
    return World(
        seed=seed,
        population=population,
        framework=framework,
        bank=build_item_bank(framework),
        year=plan_school_year(start, days),
        plants=draw_plants(seed, population.learners, framework),
    )


def _midnight(when: date) -> int:
    return local_midnight_ms(when, ZONE)

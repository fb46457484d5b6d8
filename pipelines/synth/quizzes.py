"""Draw a class's quizzes and how each learner sits them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pipelines.synth.draws import draw_seconds, draw_uuid, stream
from pipelines.synth.practice import draw_points
from pipelines.synth.tools import BASE
from pipelines.synth.values import Item, ItemStyle, Person, Section, Span, Standard, Tool

if TYPE_CHECKING:
    from random import Random

    from pipelines.synth.knowledge import Knowledge
    from pipelines.synth.world import Day, World

_ITEMS_PER_QUIZ = 4
_MEDIAN_SECONDS = {ItemStyle.CHOICE: 45.0, ItemStyle.FILL_IN: 70.0, ItemStyle.OPEN: 200.0}


class Quiz(NamedTuple):
    """A quiz of one class on one day."""

    quiz_id: str
    title: str
    items: tuple[Item, ...]
    section: Section
    published_ms: int


class Sitting(NamedTuple):
    """One item of a quiz, worked on once."""

    item: Item
    started_ms: int
    ended_ms: int
    points: int
    variant: int


class QuizSession(NamedTuple):
    """A learner's whole quiz, from login to logout."""

    learner: Person
    quiz: Quiz
    session_id: str
    login_ms: int
    started_ms: int
    submitted_ms: int
    logout_ms: int
    sittings: tuple[Sitting, ...]

    @property
    def spans(self) -> tuple[Span, ...]:
        """The real activity: from login to submission."""
        return (Span(self.login_ms, self.submitted_ms),)

    @property
    def open_span(self) -> Span:
        """From login to logout."""
        return Span(self.login_ms, self.logout_ms)


def quiz_of(world: World, section: Section, day: Day) -> Quiz:
    """Draw the quiz that a class takes on a day, about its current standards."""
    random = stream(world.seed, "quiz", section.section_id, day.date)
    focus = world.focus(section, day)
    pool = list(dict.fromkeys(item for part in focus for item in _pool(world, part.standard)))
    return Quiz(
        quiz_id=f"{BASE[Tool.GAUGEWELL]}/assessments/{section.section_id.lower()}-{day.date}",
        title=f"{section.title}: check of {day.date:%d %B}",
        items=tuple(random.sample(pool, _ITEMS_PER_QUIZ)),
        section=section,
        published_ms=day.at_minute(6 * 60),
    )


def sit_quiz(
    learner: Person, quiz: Quiz, knowledge: Knowledge, *, window: Span, random: Random
) -> QuizSession:
    """Draw one learner's answers; an item not reached in time stays unanswered."""
    now_ms = window.start_ms + round(random.uniform(20, 150) * 1000)
    login_ms, now_ms = now_ms, now_ms + round(random.uniform(8, 40) * 1000)
    started_ms = now_ms
    sittings: list[Sitting] = []
    for item in quiz.items:
        if now_ms > window.end_ms - 240_000:
            break
        sittings.append(_sit_item(item, now_ms + 700, knowledge, random))
        now_ms = sittings[-1].ended_ms
    submitted_ms = now_ms + round(random.uniform(2, 15) * 1000)
    return QuizSession(
        learner=learner,
        quiz=quiz,
        session_id=f"{BASE[Tool.GAUGEWELL]}/sessions/{draw_uuid(random)}",
        login_ms=login_ms,
        started_ms=started_ms,
        submitted_ms=submitted_ms,
        logout_ms=submitted_ms + round(random.uniform(2, 30) * 1000),
        sittings=tuple(sittings),
    )


def _pool(world: World, standard: Standard) -> tuple[Item, ...]:
    return world.bank.of(Tool.GAUGEWELL, standard)


def _sit_item(item: Item, started_ms: int, knowledge: Knowledge, random: Random) -> Sitting:
    seconds = draw_seconds(random, median=_MEDIAN_SECONDS[item.style], spread=0.4)
    points = draw_points(random, item, knowledge.chance_of_success(item))
    knowledge.practise(item, is_right=points == item.points)
    ended_ms = started_ms + round(seconds * 1000)
    return Sitting(item, started_ms, ended_ms, points, random.randrange(1000))

"""What a whole class does in a lesson: chosen by its teacher, the same for every learner."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, NamedTuple

from pipelines.synth.draws import stream
from pipelines.synth.values import Person, Section, Subject, Team

if TYPE_CHECKING:
    from pipelines.synth.world import Day, World

_DAYS_BETWEEN_QUIZZES = 10
_FIRST_QUIZ_INDEX = 3
_TEAM_SIZE = 3


class LessonKind(Enum):
    """How a lesson uses software."""

    PRACTICE = auto()
    VIDEO_THEN_PRACTICE = auto()
    VIDEO = auto()
    TABLET = auto()
    QUIZ = auto()
    COURSEWORK = auto()
    NO_SOFTWARE = auto()


class LessonPlan(NamedTuple):
    """A lesson's kind and whether learners share screens."""

    kind: LessonKind
    is_group_work: bool


_MATHEMATICS_MIX = (
    (LessonKind.PRACTICE, 0.40),
    (LessonKind.VIDEO_THEN_PRACTICE, 0.10),
    (LessonKind.COURSEWORK, 0.12),
    (LessonKind.NO_SOFTWARE, 0.38),
)
_SCIENCE_MIX = (
    (LessonKind.VIDEO, 0.12),
    (LessonKind.TABLET, 0.17),
    (LessonKind.COURSEWORK, 0.25),
    (LessonKind.NO_SOFTWARE, 0.46),
)


def plan_lesson(world: World, section: Section, day: Day) -> LessonPlan:
    """Plan one class on one taught day; every tenth lesson is a quiz."""
    place = day.taught_index + section.number
    if place % _DAYS_BETWEEN_QUIZZES == _FIRST_QUIZ_INDEX:
        return LessonPlan(LessonKind.QUIZ, is_group_work=False)
    random = stream(world.seed, "lesson", section.section_id, day.date)
    mix = _MATHEMATICS_MIX if section.subject is Subject.MATHEMATICS else _SCIENCE_MIX
    kind = random.choices([kind for kind, _ in mix], [share for _, share in mix])[0]
    return LessonPlan(kind, is_group_work=random.random() < 0.12)


def team_of(section: Section, learner: Person, day: Day) -> Team:
    """Return the learner's team: neighbours in the class list, named after their table."""
    table = section.learners.index(learner) // _TEAM_SIZE
    members = section.learners[table * _TEAM_SIZE : (table + 1) * _TEAM_SIZE]
    team_id = f"{section.section_id.lower()}-{day.date}-table-{table + 1}"
    return Team(team_id, f"Table {table + 1}", members)

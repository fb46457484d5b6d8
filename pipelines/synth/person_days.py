"""What one person does on one day: lessons first, then evening or weekend."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pipelines.synth.coursework import CourseVisit, Guise, visit_course
from pipelines.synth.draws import stream
from pipelines.synth.lesson_plans import LessonKind, LessonPlan, plan_lesson, team_of
from pipelines.synth.practice import PracticeSession, Setting, practise
from pipelines.synth.quizzes import Quiz, QuizSession, quiz_of, sit_quiz
from pipelines.synth.values import Person, Section, Span, Subject, Team, Tool
from pipelines.synth.viewing import Screening, VideoView, video_on, watch

if TYPE_CHECKING:
    from random import Random

    from pipelines.synth.knowledge import Knowledge
    from pipelines.synth.world import Day, World

Session = PracticeSession | VideoView | QuizSession | CourseVisit

_ABSENT_SHARE = 0.05
_HOMEWORK_SHARE = 0.15
_WEEKEND_SHARE = 0.12
_EVENING_READING_SHARE = 0.14
_OWN_CHOICE_SHARE = 0.25
_GOAL_SHARE = 0.06
_STUDENT_VIEW_SHARE = 0.15
_IMPERSONATION_SHARE = 0.15
_MS_PER_MINUTE = 60_000


@dataclass(frozen=True, slots=True)
class Timetable:
    """What every class does today."""

    plans: dict[str, LessonPlan]
    quizzes: dict[str, Quiz]


@dataclass(slots=True)
class PersonDay:
    """One person's day while it is drawn."""

    world: World
    day: Day
    person: Person
    knowledge: Knowledge
    random: Random
    sessions: list[Session] = field(default_factory=list)


def plan_timetable(world: World, day: Day) -> Timetable:
    """Plan every lesson of a taught day; nothing on other days."""
    if not day.is_taught:
        return Timetable({}, {})
    sections = world.population.sections
    plans = {section.section_id: plan_lesson(world, section, day) for section in sections}
    quizzes = {
        section.section_id: quiz_of(world, section, day)
        for section in sections
        if plans[section.section_id].kind is LessonKind.QUIZ
    }
    return Timetable(plans, quizzes)


def live_learner_day(
    world: World, day: Day, learner: Person, *, knowledge: Knowledge, timetable: Timetable
) -> list[Session]:
    """Draw a learner's day; the learner's knowledge grows on the way."""
    random = stream(world.seed, "day", learner.sourced_id, day.date)
    today = PersonDay(world, day, learner, knowledge, random)
    sections = world.population.sections_of_learner[learner.sourced_id]
    if day.is_taught and random.random() >= _ABSENT_SHARE:
        for section in sections:
            _attend_lesson(today, section, timetable)
    _study_at_home(today, sections)
    return today.sessions


def live_teacher_day(world: World, day: Day, teacher: Person) -> list[Session]:
    """Draw a teacher's own use: previewing a video, tending the course pages."""
    random = stream(world.seed, "day", teacher.sourced_id, day.date)
    own = [part for part in world.population.sections if part.teacher is teacher]
    sessions: list[Session] = []
    if not day.is_taught or not own:
        return sessions
    section = random.choice(own)
    start_ms = day.at_minute(random.uniform(16 * 60, 17 * 60))
    if random.random() < 0.5:
        visit = visit_course(teacher, section, start_ms=start_ms, team=None, random=random)
        sessions.append(_perhaps_in_a_guise(visit, random))
    if random.random() < 0.25:
        video = video_on(world.focus(section, day)[1].standard, 1)
        later_ms = start_ms + 90 * _MS_PER_MINUTE
        screening = Screening(teacher, section, video, "teacher")
        sessions.append(watch(screening, later_ms, random))
    return sessions


def _perhaps_in_a_guise(visit: CourseVisit, random: Random) -> CourseVisit:
    """Let some teachers look as a student would: as nobody in particular, or as one of theirs."""
    chance = random.random()
    if chance < _STUDENT_VIEW_SHARE:
        return visit._replace(guise=Guise.STUDENT_VIEW)
    if chance < _STUDENT_VIEW_SHARE + _IMPERSONATION_SHARE:
        as_whom = random.choice(visit.section.learners)
        return visit._replace(visitor=as_whom, guise=Guise.ONE_STUDENT)
    return visit


def live_outsider_day(
    world: World, day: Day, outsider: Person, *, knowledge: Knowledge
) -> list[Session]:
    """Draw what an account that is in no roster does: a little practice, now and then a page."""
    random = stream(world.seed, "day", outsider.sourced_id, day.date)
    if not day.is_taught or random.random() > 0.6:
        return []
    today = PersonDay(world, day, outsider, knowledge, random)
    # The first class is in mathematics and in the outsiders' grade, however small the district.
    section = world.population.sections[0]
    _practise(today, section, day.at_minute(16 * 60 + random.uniform(0, 60)), minutes=20)
    if random.random() < 0.5:
        start_ms = day.at_minute(18 * 60 + random.uniform(0, 30))
        visit = visit_course(outsider, section, start_ms=start_ms, team=None, random=random)
        today.sessions.append(visit)
    return today.sessions


def _attend_lesson(today: PersonDay, section: Section, timetable: Timetable) -> None:
    plan = timetable.plans[section.section_id]
    lesson = today.world.lesson(section, today.day)
    begin_ms = lesson.start_ms + round(today.random.uniform(2, 6) * _MS_PER_MINUTE)
    window = Span(begin_ms, lesson.end_ms - 3 * _MS_PER_MINUTE)
    team = team_of(section, today.person, today.day) if plan.is_group_work else None
    match plan.kind:
        case LessonKind.PRACTICE:
            _lesson_practice(today, section, window, team)
        case LessonKind.VIDEO_THEN_PRACTICE:
            _watch(today, section, window.start_ms, "teacher")
            after = Span(today.sessions[-1].spans[-1].end_ms + 40_000, window.end_ms)
            _lesson_practice(today, section, after, None)
        case LessonKind.VIDEO:
            _watch(today, section, window.start_ms, "teacher")
        case LessonKind.TABLET:
            _lesson_practice(today, section, window, None)
        case LessonKind.QUIZ:
            quiz = timetable.quizzes[section.section_id]
            sitting = sit_quiz(
                today.person, quiz, today.knowledge, window=window, random=today.random
            )
            today.sessions.append(sitting)
        case LessonKind.COURSEWORK:
            _visit(today, section, window.start_ms, team)
        case LessonKind.NO_SOFTWARE:
            pass


def _study_at_home(today: PersonDay, sections: tuple[Section, ...]) -> None:
    random, day = today.random, today.day
    mathematics, science = _by_subject(sections)
    start_ms = day.at_minute(random.uniform(16.2 * 60, 19 * 60))
    if not day.is_taught:
        start_ms = day.at_minute(random.uniform(10 * 60, 18 * 60))
    if random.random() < (_HOMEWORK_SHARE if day.is_taught else _WEEKEND_SHARE):
        _practise(today, mathematics, start_ms, minutes=35)
    if random.random() < _EVENING_READING_SHARE * (1.0 if day.is_taught else 0.5):
        section = random.choice([mathematics, science])
        _visit(today, section, start_ms + 45 * _MS_PER_MINUTE, None)
    if random.random() < 0.04:
        _watch(today, science, start_ms + 90 * _MS_PER_MINUTE, "student")


def _by_subject(sections: tuple[Section, ...]) -> tuple[Section, Section]:
    first, second = sections
    return (first, second) if first.subject is Subject.MATHEMATICS else (second, first)


def _lesson_practice(today: PersonDay, section: Section, window: Span, team: Team | None) -> None:
    setting = _setting(today, section, window, chosen_by="teacher")
    _run_practice(today, setting._replace(team=team))


def _practise(today: PersonDay, section: Section, start_ms: int, *, minutes: int) -> None:
    random = today.random
    window = Span(start_ms, start_ms + minutes * _MS_PER_MINUTE)
    is_own_choice = random.random() < _OWN_CHOICE_SHARE
    chosen_by = "student" if is_own_choice else random.choice(["teacher", "system"])
    setting = _setting(today, section, window, chosen_by=chosen_by)
    _run_practice(today, setting._replace(has_goal=random.random() < _GOAL_SHARE * 3))


def _setting(today: PersonDay, section: Section, window: Span, *, chosen_by: str) -> Setting:
    learner_id = today.person.sourced_id
    is_mathematics = section.subject is Subject.MATHEMATICS
    return Setting(
        learner=today.person,
        tool=Tool.MATHPATH if is_mathematics else Tool.FIELDKIT,
        section=section,
        focus=today.world.focus(section, today.day, learner_id=learner_id),
        window=window,
        item_count=today.random.randrange(4, 9),
        chosen_by=chosen_by,
        team=None,
        has_goal=is_mathematics and today.random.random() < _GOAL_SHARE,
    )


def _run_practice(today: PersonDay, setting: Setting) -> None:
    session = practise(setting, today.world.bank, today.knowledge, today.random)
    today.sessions.append(session)


def _watch(today: PersonDay, section: Section, start_ms: int, chosen_by: str) -> None:
    focus = today.world.focus(section, today.day)
    standard = focus[0 if today.random.random() < 0.75 else 2].standard
    video = video_on(standard, today.day.taught_index % 2 + 1)
    screening = Screening(today.person, section, video, chosen_by)
    today.sessions.append(watch(screening, start_ms, today.random))


def _visit(today: PersonDay, section: Section, start_ms: int, team: Team | None) -> None:
    visit = visit_course(today.person, section, start_ms=start_ms, team=team, random=today.random)
    today.sessions.append(visit)

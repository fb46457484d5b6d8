"""Collect rendered events by source and by the day on which they are delivered."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import TYPE_CHECKING

import orjson

from pipelines.synth.caliper_course import render_visit
from pipelines.synth.caliper_quiz import render_quiz, render_teacher_grades
from pipelines.synth.coursework import CourseVisit
from pipelines.synth.defects import repeat_copy
from pipelines.synth.draws import stream
from pipelines.synth.instants import format_instant
from pipelines.synth.parcels import Entry, Note, Parcel
from pipelines.synth.practice import PracticeSession
from pipelines.synth.quizzes import QuizSession
from pipelines.synth.tools import BASE
from pipelines.synth.values import Tool
from pipelines.synth.viewing import VideoView
from pipelines.synth.xapi_practice import render_practice
from pipelines.synth.xapi_video import render_view

if TYPE_CHECKING:
    from random import Random

    from pipelines.synth.person_days import Session
    from pipelines.synth.world import Day, World

_SAME_DAY_SHARE = 0.2
_REDELIVERY_SHARE = 0.4
_GRADING_MINUTE = 16 * 60 + 20


class Outbox:
    """Parcels that wait for their delivery; only days to come are held in memory."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._last = world.year.taught[-1]
        self._days = {day.date: day for day in world.days()}
        self._waiting: dict[tuple[Tool, date], list[Parcel]] = defaultdict(list)

    def take(self, tool: Tool, when: date) -> list[Parcel]:
        """Return what a source delivers on a day."""
        return self._waiting.pop((tool, when), [])

    def put(self, tool: Tool, when: date, parcels: list[Parcel]) -> None:
        """Hold parcels until their delivery."""
        self._waiting[tool, when] += parcels

    def put_session(self, session: Session, day: Day, place: int) -> None:
        """Render a session and hold its events until the tool delivers them."""
        random = stream(self._world.seed, "render", _person_id(session), day.date, place)
        match session:
            case PracticeSession():
                self._put_practice(session, day, random)
            case VideoView():
                self.put(Tool.CLIPSTREAM, day.date, render_view(session, random))
            case CourseVisit():
                self.put(Tool.COURSEYARD, day.date, render_visit(session, random))
            case QuizSession():
                self.put(Tool.GAUGEWELL, day.date, render_quiz(session, random))
                self._put_teacher_grades(session, day, random)

    def _put_practice(self, session: PracticeSession, day: Day, random: Random) -> None:
        parcels = render_practice(session, random)
        if session.setting.tool is Tool.FIELDKIT:
            self._put_tablet(parcels, day, random)
        else:
            self.put(session.setting.tool, day.date, parcels)

    def _put_tablet(self, parcels: list[Parcel], day: Day, random: Random) -> None:
        """Deliver when the tablet is online again, and sometimes once more from its server."""
        days_late = 0 if random.random() < _SAME_DAY_SHARE else random.randrange(1, 6)
        arrival = min(day.date + timedelta(days=days_late), self._last)
        days_late = (arrival - day.date).days
        if days_late:
            note = Note(Entry.LATE_DELIVERY, f"{days_late}_days")
            parcels = [parcel._replace(note=note) for parcel in parcels]
        self.put(Tool.FIELDKIT, arrival, parcels)
        again = arrival + timedelta(days=random.randrange(1, 4))
        if random.random() < _REDELIVERY_SHARE and again <= self._last:
            stored_ms = self._days[arrival].at_minute(20 * 60)
            copies = [_redeliver(parcel, stored_ms, random) for parcel in parcels]
            self.put(Tool.FIELDKIT, again, copies)

    def _put_teacher_grades(self, session: QuizSession, day: Day, random: Random) -> None:
        taught = self._world.year.taught
        index = day.taught_index + random.randrange(1, 4)
        if index < len(taught):
            graded_on = self._days[taught[index]]
            at_ms = graded_on.at_minute(_GRADING_MINUTE + random.randrange(60))
            grades = render_teacher_grades(session, at_ms, random)
            self.put(Tool.GAUGEWELL, graded_on.date, grades)


def tool_of(session: Session) -> Tool:
    """Return the tool in which a session took place."""
    match session:
        case PracticeSession():
            return session.setting.tool
        case VideoView():
            return Tool.CLIPSTREAM
        case CourseVisit():
            return Tool.COURSEYARD
        case QuizSession():
            return Tool.GAUGEWELL


def _redeliver(parcel: Parcel, stored_ms: int, random: Random) -> Parcel:
    """Return the statement as a server hands it on: stored and vouched for, otherwise the same."""
    statement = orjson.loads(parcel.body)
    statement["stored"] = format_instant(stored_ms)
    statement["authority"] = {
        "objectType": "Agent",
        "account": {"homePage": BASE[Tool.FIELDKIT], "name": "sync-gateway"},
    }
    copy = repeat_copy(parcel, "redelivery", random)
    return copy._replace(body=orjson.dumps(statement))


def _person_id(session: Session) -> str:
    match session:
        case PracticeSession():
            return session.setting.learner.sourced_id
        case VideoView():
            return session.screening.viewer.sourced_id
        case CourseVisit():
            # Whoever looks in a guise is the teacher.
            own = session.section.teacher if session.guise else session.visitor
            return own.sourced_id
        case QuizSession():
            return session.learner.sourced_id

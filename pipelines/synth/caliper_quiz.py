"""Render quizzes as Caliper 1.2 events of the assessment platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from pipelines.synth.caliper import (
    Json,
    application,
    course_section,
    membership,
    person_entity,
    person_id,
    session_entity,
)
from pipelines.synth.caliper_items import (
    assessment_entity,
    item_attempt,
    item_entity,
    item_reference,
    item_response,
    item_score,
    quiz_attempt,
)
from pipelines.synth.draws import draw_uuid
from pipelines.synth.identities import owner_of
from pipelines.synth.instants import format_duration, format_instant
from pipelines.synth.parcels import Fate, Parcel
from pipelines.synth.tools import BASE, CALIPER_1P2
from pipelines.synth.values import ItemStyle, Tool

if TYPE_CHECKING:
    from random import Random

    from pipelines.synth.quizzes import Quiz, QuizSession, Sitting

_TOOL = Tool.GAUGEWELL
_GRADER_ID = f"{BASE[_TOOL]}/autograder"


def describe_quiz(quiz: Quiz) -> list[Parcel]:
    """Describe a quiz, its items and its class before it is taken: entities, not events."""
    entities = [
        assessment_entity(quiz) | {"items": [item_reference(item) for item in quiz.items]},
        *(item_entity(item, quiz) for item in quiz.items),
        course_section(_TOOL, quiz.section),
    ]
    bundle = f"describe-{quiz.quiz_id}"
    return [
        Parcel(
            quiz.published_ms,
            orjson.dumps({"@context": CALIPER_1P2, **entity}),
            "",
            bundle=bundle,
            fate=Fate.MINIMISED,
        )
        for entity in entities
    ]


def render_quiz(session: QuizSession, random: Random) -> list[Parcel]:
    """Render one learner's quiz from login to logout, with the grades a machine gives at once."""
    writer = _Writer(session, random)
    writer.log_in()
    writer.assessment(session.started_ms, "Started")
    for sitting in session.sittings:
        writer.item_started(sitting)
        writer.item_completed(sitting)
        if sitting.item.style is not ItemStyle.OPEN:
            writer.graded(sitting, sitting.ended_ms + 400)
    writer.assessment(session.submitted_ms, "Submitted")
    writer.log_out()
    return writer.parcels


def render_teacher_grades(session: QuizSession, at_ms: int, random: Random) -> list[Parcel]:
    """Render the grades that the teacher gives days later, one a minute."""
    writer = _Writer(session, random)
    written = [sitting for sitting in session.sittings if sitting.item.style is ItemStyle.OPEN]
    for place, sitting in enumerate(written):
        writer.graded(sitting, at_ms + 60_000 * place, is_by_teacher=True)
    return writer.parcels


class _Writer:
    """Writes the events of one learner's quiz."""

    def __init__(self, session: QuizSession, random: Random) -> None:
        self.session = session
        self.quiz = session.quiz
        self.random = random
        self.learner_id = person_id(_TOOL, session.learner)
        self.parcels: list[Parcel] = []

    def log_in(self) -> None:
        """Write the login, with what the platform tells about the browser."""
        session = session_entity(self.session.session_id, self.session.login_ms)
        session["user"] = self.learner_id
        session["client"] = {
            "id": f"{BASE[_TOOL]}/browser",
            "type": "SoftwareApplication",
            "userAgent": "Mozilla/5.0 (X11; CrOS x86_64) Gaugewell/7",
            "ipAddress": f"10.20.{self.random.randrange(256)}.{self.random.randrange(256)}",
        }
        self._session_event(self.session.login_ms, "LoggedIn", session)

    def log_out(self) -> None:
        """Write the logout."""
        seconds = (self.session.logout_ms - self.session.login_ms) / 1000
        session = session_entity(self.session.session_id, self.session.login_ms)
        session |= {
            "user": self.learner_id,
            "endedAtTime": format_instant(self.session.logout_ms),
            "duration": format_duration(seconds),
        }
        self._session_event(self.session.logout_ms, "LoggedOut", session)

    def assessment(self, at_ms: int, action: str) -> None:
        """Write the start or the submission of the whole quiz."""
        attempt = quiz_attempt(self.session)
        if action == "Submitted":
            seconds = (at_ms - self.session.started_ms) / 1000
            attempt["endedAtTime"] = format_instant(at_ms)
            attempt["duration"] = format_duration(seconds)
        event = self._event(at_ms, ("AssessmentEvent", "AssessmentProfile"), action)
        event |= {"object": assessment_entity(self.quiz), "generated": attempt}
        self._send(at_ms, event)

    def item_started(self, sitting: Sitting) -> None:
        """Write that an item was opened."""
        attempt = item_attempt(self.session, sitting)
        del attempt["endedAtTime"]
        event = self._event(
            sitting.started_ms, ("AssessmentItemEvent", "AssessmentProfile"), "Started"
        )
        event |= {"object": item_entity(sitting.item, self.quiz), "generated": attempt}
        self._send(sitting.started_ms, event)

    def item_completed(self, sitting: Sitting) -> None:
        """Write the response to an item."""
        event = self._event(
            sitting.ended_ms, ("AssessmentItemEvent", "AssessmentProfile"), "Completed"
        )
        event |= {
            "object": item_entity(sitting.item, self.quiz),
            "generated": item_response(self.session, sitting),
        }
        self._send(sitting.ended_ms, event)

    def graded(self, sitting: Sitting, at_ms: int, *, is_by_teacher: bool = False) -> None:
        """Write the score of an item; the learner is the assignee of the attempt."""
        teacher = self.quiz.section.teacher
        grader = {"id": _GRADER_ID, "type": "SoftwareApplication", "version": "7.4"}
        event = self._event(at_ms, ("GradeEvent", "GradingProfile"), "Graded")
        event["actor"] = person_entity(_TOOL, teacher) if is_by_teacher else grader
        event["object"] = item_attempt(self.session, sitting)
        event["generated"] = item_score(
            self.session, sitting, at_ms=at_ms, grader_id=event["actor"]["id"]
        )
        del event["membership"], event["session"]
        if is_by_teacher:
            event["membership"] = membership(_TOOL, self.quiz.section, teacher)
            event["generated"]["comment"] = "Show how you got there."
        bundle = f"grades-{teacher.sourced_id}-{at_ms // 86_400_000}" if is_by_teacher else None
        self._send(at_ms, event, bundle, item_id=sitting.item.item_id)

    def _session_event(self, at_ms: int, action: str, session: Json) -> None:
        event = self._event(at_ms, ("SessionEvent", "SessionProfile"), action)
        event |= {"object": application(_TOOL), "session": session}
        self._send(at_ms, event)

    def _event(self, at_ms: int, kind: tuple[str, str], action: str) -> Json:
        return {
            "@context": CALIPER_1P2,
            "id": f"urn:uuid:{draw_uuid(self.random)}",
            "type": kind[0],
            "profile": kind[1],
            "actor": person_entity(_TOOL, self.session.learner),
            "action": action,
            "object": None,
            "eventTime": format_instant(at_ms),
            "edApp": BASE[_TOOL],
            "group": course_section(_TOOL, self.quiz.section),
            "membership": membership(_TOOL, self.quiz.section, self.session.learner),
            "session": session_entity(self.session.session_id, self.session.login_ms),
        }

    def _send(
        self, at_ms: int, event: Json, bundle: str | None = None, *, item_id: str = ""
    ) -> None:
        event_id = event["id"].removeprefix("urn:uuid:")
        where = bundle or self.session.session_id
        owner = owner_of(self.session.learner, _TOOL)
        parcel = Parcel(at_ms, orjson.dumps(event), event_id, bundle=where, owner=owner)
        self.parcels.append(parcel._replace(item_id=item_id))

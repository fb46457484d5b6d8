"""Render visits to the course pages as Caliper 1.1 events of the LMS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from pipelines.synth.caliper import (
    Json,
    application,
    course_id,
    course_section,
    membership,
    person_entity,
    person_id,
    session_entity,
)
from pipelines.synth.coursework import Guise
from pipelines.synth.draws import draw_uuid
from pipelines.synth.identities import Owner, WhyNobody, owner_of
from pipelines.synth.instants import format_duration, format_instant
from pipelines.synth.parcels import Entry, Note, Parcel
from pipelines.synth.tools import BASE, CALIPER_1P1, CHOSEN_BY
from pipelines.synth.values import Role, Tool

if TYPE_CHECKING:
    from random import Random

    from pipelines.synth.coursework import CourseStep, CourseVisit

_TOOL = Tool.COURSEYARD
_EVENT_OF_ACTION = {
    "logged_in": ("SessionEvent", "LoggedIn"),
    "logged_out": ("SessionEvent", "LoggedOut"),
    "navigated": ("NavigationEvent", "NavigatedTo"),
    "viewed": ("ViewEvent", "Viewed"),
    "started": ("AssignableEvent", "Started"),
    "submitted": ("AssignableEvent", "Submitted"),
    "subscribed": ("ForumEvent", "Subscribed"),
    "posted": ("MessageEvent", "Posted"),
    "read": ("MessageEvent", "MarkedAsRead"),
}


def render_visit(visit: CourseVisit, random: Random) -> list[Parcel]:
    """Render one visit, an event per action."""
    parcels = []
    for step in visit.steps:
        event = _event(visit, step, draw_uuid(random))
        event_id = event["id"].removeprefix("urn:uuid:")
        parcels.append(
            Parcel(
                *(step.at_ms, orjson.dumps(event), event_id), note=_note(visit), owner=_owner(visit)
            )
        )
    return parcels


def _owner(visit: CourseVisit) -> Owner:
    match visit.guise:
        case Guise.ONE_STUDENT:
            return Owner(reason=WhyNobody.IMPERSONATED)
        case Guise.STUDENT_VIEW:
            return Owner(reason=WhyNobody.TEST_ACCOUNT)
        case None:
            return owner_of(visit.visitor, _TOOL)


def _note(visit: CourseVisit) -> Note | None:
    if visit.guise:
        return Note(Entry.STAFF, visit.guise.value)
    if visit.visitor.role is Role.OUTSIDER:
        return Note(Entry.OFF_ROSTER, visit.visitor.username)
    if visit.visitor.role is Role.TEACHER:
        return Note(Entry.STAFF, "course_pages")
    return None


def _event(visit: CourseVisit, step: CourseStep, event_uuid: str) -> Json:
    kind, action = _EVENT_OF_ACTION[step.action]
    event: Json = {
        "@context": CALIPER_1P1,
        "id": f"urn:uuid:{event_uuid}",
        "type": kind,
        "actor": person_entity(_TOOL, visit.visitor),
        "action": action,
        "object": _object(visit, step),
        "eventTime": format_instant(step.at_ms),
        "edApp": BASE[_TOOL],
        "group": _group(visit),
        "membership": membership(_TOOL, visit.section, visit.visitor),
        "session": _session(visit, step),
    }
    if step.action == "navigated":
        event["referrer"] = _page(visit, step.previous_path)
    if kind == "AssignableEvent":
        event["generated"] = _attempt(visit, step)
        event["extensions"] = {CHOSEN_BY: "teacher"}
    return event | _in_guise(visit)


def _in_guise(visit: CourseVisit) -> Json:
    """Return what gives away that somebody else looks: a real user, or the role of the launch."""
    if visit.guise is Guise.ONE_STUDENT:
        real_user = {"real_user_id": visit.section.teacher.identifier}
        actor = person_entity(_TOOL, visit.visitor)
        return {"actor": actor | {"extensions": {"com.instructure.canvas": real_user}}}
    if visit.guise is Guise.STUDENT_VIEW:
        launch = {"id": f"{visit.session_id}/launch", "type": "LtiSession"}
        roles = "Learner,http://purl.imsglobal.org/vocab/lti/system/person#TestUser"
        return {"federatedSession": launch | {"messageParameters": {"roles": roles}}}
    return {}


def _object(visit: CourseVisit, step: CourseStep) -> Json:
    match step.action:
        case "logged_in" | "logged_out":
            return application(_TOOL)
        case "viewed":
            return _resource(visit, step.path, "Document") | {"mediaType": "application/pdf"}
        case "started" | "submitted":
            return _resource(visit, step.path, "AssignableDigitalResource") | {"maxAttempts": 2}
        case "subscribed":
            return _resource(visit, step.path, "Forum")
        case "posted" | "read":
            return _message(visit, step)
        case _:
            return _page(visit, step.path)


def _page(visit: CourseVisit, path: str) -> Json:
    return _resource(visit, path, "WebPage")


def _resource(visit: CourseVisit, path: str, kind: str) -> Json:
    course = course_id(_TOOL, visit.section)
    return {
        "id": f"{course}/{path}",
        "type": kind,
        "name": path.rsplit("/", 1)[-1].replace("-", " "),
        "isPartOf": {"id": course, "type": "CourseSection"},
    }


def _message(visit: CourseVisit, step: CourseStep) -> Json:
    course = course_id(_TOOL, visit.section)
    topic = step.path.split("/messages/")[0]
    message: Json = {
        "id": f"{course}/{step.path}",
        "type": "Message",
        "isPartOf": {
            "id": f"{course}/{topic}",
            "type": "Thread",
            "isPartOf": {"id": f"{course}/forums/1", "type": "Forum"},
        },
    }
    if step.action == "posted":
        message["body"] = f"I think the second way is shorter. {visit.visitor.given_name}"
        message["creators"] = [person_entity(_TOOL, visit.visitor)]
        message["dateCreated"] = format_instant(step.at_ms)
    return message


def _attempt(visit: CourseVisit, step: CourseStep) -> Json:
    is_submission = step.action == "submitted"
    started_ms = step.at_ms - (round(step.seconds * 1000) if is_submission else 0)
    assignable = f"{course_id(_TOOL, visit.section)}/{step.path}"
    attempt: Json = {
        "id": f"{assignable}/attempts/{visit.visitor.number}",
        "type": "Attempt",
        "assignee": person_id(_TOOL, visit.visitor),
        "assignable": assignable,
        "count": 1,
        "startedAtTime": format_instant(started_ms),
    }
    if is_submission:
        attempt["endedAtTime"] = format_instant(step.at_ms)
        attempt["duration"] = format_duration(step.seconds)
    return attempt


def _group(visit: CourseVisit) -> Json:
    section = course_section(_TOOL, visit.section)
    if visit.team is None:
        return section
    return {
        "id": f"{BASE[_TOOL]}/groups/{visit.team.team_id}",
        "type": "Group",
        "name": visit.team.name,
        "subOrganizationOf": section,
        "members": [person_entity(_TOOL, member) for member in visit.team.members],
    }


def _session(visit: CourseVisit, step: CourseStep) -> Json:
    session = session_entity(visit.session_id, visit.steps[0].at_ms)
    if step.action == "logged_out":
        session["endedAtTime"] = format_instant(step.at_ms)
        seconds = (step.at_ms - visit.steps[0].at_ms) / 1000
        session["duration"] = format_duration(seconds)
    if step.action in {"logged_in", "logged_out"}:
        session["user"] = person_id(_TOOL, visit.visitor)
    return session

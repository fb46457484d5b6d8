"""Render video sittings as xAPI 2.0.0 statements of the video profile."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from pipelines.synth.draws import draw_uuid
from pipelines.synth.identities import owner_of
from pipelines.synth.instants import format_duration, format_instant
from pipelines.synth.parcels import Entry, Note, Parcel
from pipelines.synth.tools import (
    CHOSEN_BY,
    INTERACTION_MODE,
    VIDEO_EXTENSION,
    VIDEO_PROFILE,
    VIDEO_TYPE,
    VIDEO_VERB,
)
from pipelines.synth.values import Role, Tool
from pipelines.synth.viewing import FINISHED_SHARE
from pipelines.synth.xapi import (
    Json,
    adl_verb,
    clipstream_agent,
    course_activity,
    objective,
    text,
)

if TYPE_CHECKING:
    from random import Random

    from pipelines.synth.viewing import VideoStep, VideoView

_ADL_ACTIONS = frozenset({"initialized", "completed", "terminated"})
_ASSIGNER = "https://clipstream.example/xapi/agent-types/assigner"


def render_view(view: VideoView, random: Random) -> list[Parcel]:
    """Render one sitting, a statement per action."""
    note = None
    if view.screening.viewer.role is not Role.STUDENT:
        note = Note(Entry.STAFF, "video_preview")
    parcels = []
    for step in view.steps:
        statement = _statement(view, step, draw_uuid(random))
        owner = owner_of(view.screening.viewer, Tool.CLIPSTREAM)
        body = orjson.dumps(statement)
        parcels.append(Parcel(step.at_ms, body, statement["id"], note=note, owner=owner))
    return parcels


def _statement(view: VideoView, step: VideoStep, statement_id: str) -> Json:
    statement: Json = {
        "id": statement_id,
        "actor": clipstream_agent(view.screening.viewer),
        "verb": _verb(step.action),
        "object": {
            "objectType": "Activity",
            "id": view.screening.video.video_id,
            "definition": {"type": VIDEO_TYPE, "name": text(view.screening.video.title)},
        },
        "context": _context(view, step),
        "timestamp": format_instant(step.at_ms),
        "version": "2.0.0",
    }
    if step.action != "initialized":
        statement["result"] = _result(view, step)
    return statement


def _verb(action: str) -> Json:
    if action in _ADL_ACTIONS:
        return adl_verb(action)
    return {"id": VIDEO_VERB + action, "display": text(action)}


def _context(view: VideoView, step: VideoStep) -> Json:
    extensions: Json = {
        VIDEO_EXTENSION + "session-id": view.player_session,
        VIDEO_EXTENSION + "length": view.screening.video.length_seconds,
        CHOSEN_BY: view.screening.chosen_by,
    }
    if view.screening.chosen_by == "teacher":
        extensions[INTERACTION_MODE] = "teacher_led"
    if step.action == "initialized":
        extensions[VIDEO_EXTENSION + "completion-threshold"] = FINISHED_SHARE
        extensions[VIDEO_EXTENSION + "full-screen"] = False
        extensions[VIDEO_EXTENSION + "speed"] = "1x"
        extensions[VIDEO_EXTENSION + "user-agent"] = "ClipstreamPlayer/4.2"
    section, standard = view.screening.section, view.screening.video.standard
    context: Json = {
        "registration": view.registration,
        "language": "en-US",
        "contextActivities": {
            # A single activity may stand without a list around it.
            "category": {"objectType": "Activity", "id": VIDEO_PROFILE},
            "parent": [course_activity(Tool.CLIPSTREAM, section.section_id, section.title)],
            "grouping": [objective(standard.uri, standard)],
        },
        "extensions": extensions,
    }
    if view.screening.chosen_by == "teacher" and view.screening.viewer is not section.teacher:
        assigner = {
            "objectType": "contextAgent",
            "agent": clipstream_agent(section.teacher),
            "relevantTypes": [_ASSIGNER],
        }
        context["contextAgents"] = [assigner]
    return context


def _result(view: VideoView, step: VideoStep) -> Json:
    extensions: Json = {}
    if step.action == "seeked":
        extensions[VIDEO_EXTENSION + "time-from"] = step.position
        extensions[VIDEO_EXTENSION + "time-to"] = step.target
        return {"extensions": extensions}
    extensions[VIDEO_EXTENSION + "time"] = step.position
    if step.action != "played":
        segments = "[,]".join(f"{begin:g}[.]{end:g}" for begin, end in step.segments)
        extensions[VIDEO_EXTENSION + "played-segments"] = segments
        extensions[VIDEO_EXTENSION + "progress"] = _progress(view, step)
    result: Json = {"extensions": extensions}
    if step.action == "completed":
        result["completion"] = True
        result["duration"] = format_duration((step.at_ms - view.steps[0].at_ms) / 1000)
    return result


def _progress(view: VideoView, step: VideoStep) -> float:
    watched = sum(end - begin for begin, end in step.segments)
    return round(min(1.0, watched / view.screening.video.length_seconds), 3)

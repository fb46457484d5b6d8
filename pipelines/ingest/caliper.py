"""Turn a minimised Caliper event into the row of a canonical event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pipelines.identity.pseudonyms import LocalIdentifier
from pipelines.ingest.rows import (
    EventRow,
    Identity,
    Keyring,
    LearnerRole,
    Place,
    acting_as,
    alignments,
    chosen_by,
    interaction_mode,
)
from pipelines.ingest.times import parse_duration_seconds, parse_time

if TYPE_CHECKING:
    from datetime import datetime

IRI_NAMESPACE = "iri"
# What these are about is a person or a sitting, not something that is worked on.
_NO_ACTIVITY = frozenset({"Person", "Membership", "Session", "LtiSession", "Attempt", "Result"})
_ABOUT_A_LEARNER = frozenset({"GradeEvent", "SessionEvent"})
_ATTEMPT, _RESPONSE = "Attempt", "Response"
_PERSON, _SOFTWARE = "Person", "SoftwareApplication"
# People who do something together; the section of a course is an organisation of another type
# (Caliper 1.2, Group and CourseSection).
_GROUP = "Group"
# Roles of Membership, without their sub-roles (Caliper 1.2, Membership). Whoever is a learner as
# well is one; members and officers may be either.
_LEARNER = "Learner"
_STAFF = frozenset({"Administrator", "ContentDeveloper", "Instructor", "Manager", "Mentor"})
# Where Canvas says who acts as somebody else, and LTI in which roles somebody was launched.
_CANVAS, _REAL_USER = "com.instructure.canvas", "real_user_id"
_TEST_USER = "TestUser"
_LAUNCH_ROLES = ("roles", "https://purl.imsglobal.org/spec/lti/claim/roles")
_NOTHING: dict[str, Any] = {}


class _Learner(NamedTuple):
    """Whom the event concerns, and as what."""

    person: str | None
    role: LearnerRole | None


def caliper_row(
    event: dict[str, Any], identity: Identity, *, place: Place, keyring: Keyring
) -> EventRow | None:
    """Return the row of a valid, minimised event; None without a time: it has no school day."""
    occurred_at = parse_time(event["eventTime"])
    if occurred_at is None:
        return None
    target = _entity(event.get("object"))
    generated = _entity(event.get("generated"))
    attempt = _attempt(target, generated)
    activity = _activity(event["type"], target, attempt)
    learner = _learner(event, attempt)
    timed = next((part for part in (attempt, generated) if _is_timed(part)), _NOTHING)
    outcome = generated if "scoreGiven" in generated or "resultScore" in generated else target
    session = _id(event.get("session"))
    return EventRow(
        place.source,
        identity.event_id,
        "caliper",
        identity.spec_version,
        identity.body_digest,
        _actor_key(learner.person, keyring),
        keyring.pseudonymiser.namespace_key(IRI_NAMESPACE) if learner.person else None,
        learner.role,
        event["action"],
        event["type"],
        _id(activity),
        activity.get("type"),
        _id(activity.get("isPartOf")),
        _standard_refs(activity, event),
        _scored_by(event, generated),
        chosen_by(event.get("extensions")),
        interaction_mode(
            event.get("extensions"), has_team=_entity(event.get("group")).get("type") == _GROUP
        ),
        keyring.session_key(session) if session else None,
        None,
        None,
        _number(outcome.get("scoreGiven", outcome.get("resultScore"))),
        None,
        _number(outcome.get("maxScore", outcome.get("maxResultScore"))),
        None,
        _duration_seconds(timed),
        None,
        occurred_at,
        _time(timed.get("startedAtTime")),
        _time(timed.get("endedAtTime")),
        place.line_number,
        place.item_number,
    )


def _entity(value: Any) -> dict[str, Any]:
    """Return an entity as an object; an IRI stands for an entity of which only the id is known."""
    if isinstance(value, str):
        return {"id": value}
    return value if isinstance(value, dict) else _NOTHING


def _id(value: Any) -> str | None:
    return _entity(value).get("id")


def _attempt(target: dict[str, Any], generated: dict[str, Any]) -> dict[str, Any]:
    """Return the attempt that the event is about, wherever the event carries it."""
    if target.get("type") == _ATTEMPT:
        return target
    if generated.get("type") == _ATTEMPT:
        return generated
    return _entity(generated.get("attempt")) if "attempt" in generated else _NOTHING


def _activity(event_type: str, target: dict[str, Any], attempt: dict[str, Any]) -> dict[str, Any]:
    """Return what was worked on: the assignable of a graded attempt, else the object.

    An object of which only the IRI is known may name a learner's attempt or session.
    """
    kind = target.get("type")
    if kind in _NO_ACTIVITY or (kind is None and event_type in _ABOUT_A_LEARNER):
        return _entity(attempt.get("assignable"))
    return target


def _is_timed(part: dict[str, Any]) -> bool:
    """Tell whether this is a try that carries its own time; a session's time is no try's time."""
    if "startedAtTime" not in part and "duration" not in part:
        return False
    kind: str = part.get("type", _ATTEMPT)
    return kind == _ATTEMPT or kind.endswith(_RESPONSE)


def _learner(event: dict[str, Any], attempt: dict[str, Any]) -> _Learner:
    """Return the assignee of a graded attempt, else the person who acted.

    The actor of a GradeEvent is the grader (Caliper 1.2 Grading Profile), never the learner.
    """
    if event["type"] == "GradeEvent":
        assignee = _id(attempt.get("assignee"))
        return _Learner(assignee, LearnerRole.ASSIGNEE if assignee else None)
    actor = _entity(event["actor"])
    kind = actor.get("type", _PERSON)
    if kind != _PERSON:
        is_software = kind == _SOFTWARE
        return _Learner(None, LearnerRole.SOFTWARE if is_software else LearnerRole.GROUP)
    return _Learner(actor.get("id"), _role_of_actor(event, actor))


def _role_of_actor(event: dict[str, Any], actor: dict[str, Any]) -> LearnerRole:
    """Tell whether a person acts as a learner: by extensions, roles of a launch or membership."""
    if said := acting_as(event.get("extensions")):
        return said
    if _member(_member(actor, "extensions"), _CANVAS).get(_REAL_USER):
        return LearnerRole.IMPERSONATED
    launch = _member(_member(event, "federatedSession"), "messageParameters")
    if any(_is_test_user(role) for name in _LAUNCH_ROLES for role in _each(launch.get(name))):
        return LearnerRole.TEST_ACCOUNT
    roles = {role.partition("#")[0] for role in _each(_member(event, "membership").get("roles"))}
    return LearnerRole.STAFF if roles & _STAFF and _LEARNER not in roles else LearnerRole.ACTOR


def _member(value: dict[str, Any], name: str) -> dict[str, Any]:
    return _entity(value.get(name))


def _each(roles: Any) -> list[str]:
    """Return roles that stand in a list or, as in LTI 1.1, in one text with commas."""
    found = roles.split(",") if isinstance(roles, str) else roles
    return [role for role in found if isinstance(role, str)] if isinstance(found, list) else []


def _is_test_user(role: str) -> bool:
    """Tell the role in which a platform launches whoever only looks at it as a learner would."""
    return role.strip().endswith(_TEST_USER)


def _actor_key(person: str | None, keyring: Keyring) -> str | None:
    if person is None:
        return None
    return keyring.pseudonymiser.pseudonym(LocalIdentifier(IRI_NAMESPACE, person))


def _standard_refs(activity: dict[str, Any], event: dict[str, Any]) -> list[str] | None:
    objectives = map(_id, activity.get("learningObjectives") or [])
    aligned = alignments(activity.get("extensions")) + alignments(event.get("extensions"))
    return sorted({*filter(None, objectives), *aligned}) or None


def _scored_by(event: dict[str, Any], generated: dict[str, Any]) -> str | None:
    """Return person or software for a graded score; the score's own word goes before the actor."""
    if event["type"] != "GradeEvent":
        return None
    scorer = _entity(generated.get("scoredBy")).get("type") or _entity(event["actor"]).get("type")
    return {"Person": "person", "SoftwareApplication": "software"}.get(scorer or "")


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _duration_seconds(timed: dict[str, Any]) -> float | None:
    duration = timed.get("duration")
    return parse_duration_seconds(duration) if isinstance(duration, str) else None


def _time(text: Any) -> datetime | None:
    return parse_time(text) if isinstance(text, str) else None

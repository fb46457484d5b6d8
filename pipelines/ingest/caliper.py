"""Turn a minimised Caliper event into the row of a canonical event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pipelines.identity.pseudonyms import LocalIdentifier
from pipelines.ingest.rows import (
    EventRow,
    Identity,
    Keyring,
    Place,
    chosen_by,
)
from pipelines.ingest.times import parse_duration_seconds, parse_time

if TYPE_CHECKING:
    from datetime import datetime

IRI_NAMESPACE = "iri"
# What these are about is a person or a sitting, not something that is worked on.
_NO_ACTIVITY = frozenset({"Person", "Membership", "Session", "LtiSession", "Attempt", "Result"})
_ABOUT_A_LEARNER = frozenset({"GradeEvent", "SessionEvent"})
_ATTEMPT, _RESPONSE = "Attempt", "Response"
_NOTHING: dict[str, Any] = {}


class _Learner(NamedTuple):
    """Whom the event concerns, and as what."""

    person: str | None
    role: str | None


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
        learner.role if learner.person else None,
        event["action"],
        event["type"],
        _id(activity),
        activity.get("type"),
        _id(activity.get("isPartOf")),
        _standard_refs(activity),
        _scored_by(event, generated),
        chosen_by(event.get("extensions")),
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
        return _Learner(_id(attempt.get("assignee")), "assignee")
    actor = _entity(event["actor"])
    is_person = actor.get("type", "Person") == "Person"
    return _Learner(actor.get("id") if is_person else None, "actor")


def _actor_key(person: str | None, keyring: Keyring) -> str | None:
    if person is None:
        return None
    return keyring.pseudonymiser.pseudonym(LocalIdentifier(IRI_NAMESPACE, person))


def _standard_refs(activity: dict[str, Any]) -> list[str] | None:
    objectives = activity.get("learningObjectives") or []
    return sorted({found for found in map(_id, objectives) if found}) or None


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

"""Turn a minimised xAPI statement into the row of a canonical event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pipelines.identity.pseudonyms import LocalIdentifier
from pipelines.ingest.rows import (
    CASE_ITEM_PATH,
    OBJECTIVE_TYPE,
    EventRow,
    Keyring,
    Place,
    chosen_by,
    normal_event_id,
)
from pipelines.ingest.times import parse_duration_seconds, parse_time

if TYPE_CHECKING:
    from pipelines.ingest.rows import Identity

VOIDED = "http://adlnet.gov/expapi/verbs/voided"
_NOTHING: dict[str, Any] = {}
_CHOICES_OF_TRUE_FALSE = 2


class Parts(NamedTuple):
    """The columns that come from members which many statements share."""

    actor_key: str | None = None
    verb: str = ""
    activity_id: str | None = None
    activity_type: str | None = None
    choice_count: int | None = None
    voids_event_id: str | None = None
    parent_id: str | None = None
    standard_refs: list[str] | None = None
    chosen_by: str | None = None
    session_key: str | None = None


def xapi_row(
    statement: dict[str, Any], identity: Identity, *, place: Place, keyring: Keyring
) -> EventRow | None:
    """Return the row of a valid, minimised statement; None without a time: it has no school day."""
    return row_of_parts(statement, identity, place=place, parts=parts_of(statement, keyring))


def parts_of(statement: dict[str, Any], keyring: Keyring) -> Parts:
    """Return the parts of a minimised statement, or of as much of it as is given."""
    verb = statement.get("verb", _NOTHING).get("id", "")
    target = statement.get("object", _NOTHING)
    is_activity = target.get("objectType", "Activity") == "Activity"
    definition = target.get("definition", _NOTHING) if is_activity else _NOTHING
    context = statement.get("context", _NOTHING)
    activities = context.get("contextActivities", _NOTHING)
    registration = context.get("registration")
    return Parts(
        _actor_key(statement.get("actor", _NOTHING), keyring),
        verb,
        target.get("id") if is_activity else None,
        definition.get("type"),
        _choice_count(definition),
        normal_event_id(target["id"]) if verb == VOIDED else None,
        _first_id(activities.get("parent")),
        _standard_refs(activities),
        chosen_by(context.get("extensions")),
        keyring.session_key(registration) if registration else None,
    )


def row_of_parts(
    statement: dict[str, Any], identity: Identity, *, place: Place, parts: Parts
) -> EventRow | None:
    """Return the row of a minimised statement whose parts are known already."""
    time = statement.get("timestamp") or statement.get("stored")
    occurred_at = parse_time(time) if time else None
    if occurred_at is None:
        return None
    result = statement.get("result", _NOTHING)
    score = result.get("score", _NOTHING)
    duration = result.get("duration")
    return EventRow(
        place.source,
        identity.event_id,
        "xapi",
        identity.spec_version,
        identity.body_digest,
        parts.actor_key,
        "actor" if parts.actor_key else None,
        parts.verb,
        None,
        parts.activity_id,
        parts.activity_type,
        parts.parent_id,
        parts.standard_refs,
        None,
        parts.chosen_by,
        parts.session_key,
        parts.voids_event_id,
        score.get("scaled"),
        score.get("raw"),
        score.get("min"),
        score.get("max"),
        parts.choice_count,
        parse_duration_seconds(duration) if duration else None,
        result.get("success"),
        result.get("completion"),
        occurred_at,
        None,
        None,
        place.line_number,
        place.item_number,
    )


def identifier_of(actor: dict[str, Any]) -> LocalIdentifier | None:
    """Return the inverse functional identifier of an Agent (xAPI 1.0.3 Data 2.4.2.3).

    A Group is no single learner and gives None.
    """
    if actor.get("objectType", "Agent") != "Agent":
        return None
    if account := actor.get("account"):
        return LocalIdentifier(account["homePage"], account["name"])
    if mbox := actor.get("mbox"):
        return LocalIdentifier("mbox", mbox.removeprefix("mailto:").lower())
    if digest := actor.get("mbox_sha1sum"):
        return LocalIdentifier("mbox_sha1sum", digest.lower())
    if openid := actor.get("openid"):
        return LocalIdentifier("openid", openid)
    return None


def _actor_key(actor: dict[str, Any], keyring: Keyring) -> str | None:
    identifier = identifier_of(actor)
    return keyring.pseudonymiser.pseudonym(identifier) if identifier else None


def _each(activities: Any) -> list[dict[str, Any]]:
    """Context activities are a list or, by the standard's leave, a single one."""
    if activities is None:
        return []
    return activities if isinstance(activities, list) else [activities]


def _first_id(activities: Any) -> str | None:
    return next((activity["id"] for activity in _each(activities)), None)


def _standard_refs(activities: dict[str, Any]) -> list[str] | None:
    references = [
        activity["id"]
        for group in activities.values()
        for activity in _each(group)
        if activity.get("definition", _NOTHING).get("type") == OBJECTIVE_TYPE
        or CASE_ITEM_PATH in activity["id"]
    ]
    return sorted(set(references)) or None


def _choice_count(definition: dict[str, Any]) -> int | None:
    interaction = definition.get("interactionType")
    if interaction == "true-false":
        return _CHOICES_OF_TRUE_FALSE
    choices = definition.get("choices")
    return len(choices) if interaction == "choice" and choices else None

"""Turn a minimised xAPI statement into the row of a canonical event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pipelines.identity.pseudonyms import LocalIdentifier
from pipelines.ingest.rows import (
    CASE_ITEM_PATH,
    OBJECTIVE_TYPE,
    EventRow,
    Keyring,
    LearnerRole,
    Place,
    acting_as,
    chosen_by,
    normal_event_id,
)
from pipelines.ingest.times import parse_duration_seconds, parse_time

if TYPE_CHECKING:
    from datetime import datetime

    from pipelines.ingest.rows import Identity

VOIDED = "http://adlnet.gov/expapi/verbs/voided"
_NOTHING: dict[str, Any] = {}
_CHOICES_OF_TRUE_FALSE = 2


class Parts(NamedTuple):
    """The columns that come from members which many statements share."""

    actor_key: str | None = None
    namespace_key: str | None = None
    learner_role: LearnerRole | None = None
    verb: str = ""
    activity_id: str | None = None
    activity_type: str | None = None
    choice_count: int | None = None
    voids_event_id: str | None = None
    parent_id: str | None = None
    standard_refs: list[str] | None = None
    chosen_by: str | None = None
    acting_as: LearnerRole | None = None
    instructor_key: str | None = None


class Acts(NamedTuple):
    """Minimised statements of one version, column by column.

    A column of parts serves for the columns that come from the member it is named after.
    """

    spec_version: str
    event_ids: list[str]
    digests: list[str]
    statements: list[dict[str, Any]]
    actors: list[Parts]
    verbs: list[Parts]
    objects: list[Parts]
    contexts: list[Parts]
    session_keys: list[str | None]


def xapi_row(
    statement: dict[str, Any], identity: Identity, *, place: Place, keyring: Keyring
) -> EventRow | None:
    """Return the row of a valid, minimised statement; None where it lacks a time and needs one."""
    parts = [parts_of(statement, keyring)]
    registration = statement.get("context", _NOTHING).get("registration")
    session_key = keyring.session_key(registration) if registration else None
    event_id, digest, version = identity
    acts = Acts(
        version, [event_id], [digest], [statement], parts, parts, parts, parts, [session_key]
    )
    (row,) = rows_of(acts, [place])
    return row


def parts_of(statement: dict[str, Any], keyring: Keyring) -> Parts:
    """Return the parts of a minimised statement, or of as much of it as is given."""
    verb = statement.get("verb", _NOTHING).get("id", "")
    target = statement.get("object", _NOTHING)
    is_activity = target.get("objectType", "Activity") == "Activity"
    definition = target.get("definition", _NOTHING) if is_activity else _NOTHING
    context = statement.get("context", _NOTHING)
    activities = context.get("contextActivities", _NOTHING)
    actor = identifier_of(statement.get("actor", _NOTHING))
    instructor = identifier_of(context.get("instructor", _NOTHING))
    return Parts(
        keyring.pseudonymiser.pseudonym(actor) if actor else None,
        keyring.pseudonymiser.namespace_key(actor.namespace) if actor else None,
        LearnerRole.ACTOR if actor else LearnerRole.GROUP,
        verb,
        target.get("id") if is_activity else None,
        definition.get("type"),
        _choice_count(definition),
        normal_event_id(target["id"]) if verb == VOIDED else None,
        _first_id(activities.get("parent")),
        _standard_refs(activities),
        chosen_by(context.get("extensions")),
        acting_as(context.get("extensions")),
        keyring.pseudonymiser.pseudonym(instructor) if instructor else None,
    )


def rows_of(acts: Acts, places: list[Place]) -> list[EventRow | None]:
    """Return the row of each minimised statement, and None for one that lacks a time and needs one.

    A voiding statement needs none: it takes its target back whenever it was said.
    """
    results = [statement.get("result", _NOTHING) for statement in acts.statements]
    scores = [result.get("score", _NOTHING) for result in results]
    nothing = [None] * len(places)
    columns = (
        [place.source for place in places],
        acts.event_ids,
        ["xapi"] * len(places),
        [acts.spec_version] * len(places),
        acts.digests,
        [parts.actor_key for parts in acts.actors],
        [parts.namespace_key for parts in acts.actors],
        [
            _learner_role(actor, context)
            for actor, context in zip(acts.actors, acts.contexts, strict=True)
        ],
        [parts.verb for parts in acts.verbs],
        nothing,
        [parts.activity_id for parts in acts.objects],
        [parts.activity_type for parts in acts.objects],
        [parts.parent_id for parts in acts.contexts],
        [parts.standard_refs for parts in acts.contexts],
        nothing,
        [parts.chosen_by for parts in acts.contexts],
        acts.session_keys,
        [parts.voids_event_id for parts in acts.objects],
        [score.get("scaled") for score in scores],
        [score.get("raw") for score in scores],
        [score.get("min") for score in scores],
        [score.get("max") for score in scores],
        [parts.choice_count for parts in acts.objects],
        [_seconds(result.get("duration")) for result in results],
        [result.get("success") for result in results],
        [_time_of(statement) for statement in acts.statements],
        nothing,
        nothing,
        [place.line_number for place in places],
        [place.item_number for place in places],
    )
    rows = map(EventRow._make, zip(*columns, strict=True))
    return [row if row.occurred_at or row.voids_event_id else None for row in rows]


def _learner_role(actor: Parts, context: Parts) -> LearnerRole | None:
    """Tell as what the actor is named: whoever is the instructor as well is no learner."""
    if context.instructor_key and context.instructor_key == actor.actor_key:
        return LearnerRole.STAFF
    return (actor.actor_key and context.acting_as) or actor.learner_role


def _time_of(statement: dict[str, Any]) -> datetime | None:
    time = statement.get("timestamp") or statement.get("stored")
    return parse_time(time) if time else None


def _seconds(duration: str | None) -> float | None:
    return parse_duration_seconds(duration) if duration else None


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

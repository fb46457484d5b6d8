"""Read what a canonical event keeps of the members of a minimised xAPI statement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipelines.identity.pseudonyms import LocalIdentifier
from pipelines.ingest.rows import (
    CASE_ITEM_PATH,
    OBJECTIVE_TYPE,
    Keyring,
    LearnerRole,
    acting_as,
    alignments,
    chosen_by,
    interaction_mode,
    normal_event_id,
)

VOIDED = "http://adlnet.gov/expapi/verbs/voided"
_NOTHING: dict[str, Any] = {}
_CHOICES_OF_TRUE_FALSE = 2


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """The columns that come from members which many statements share.

    One is not compared with another, so that it is quickly found again.
    """

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
    interaction_mode: str | None = None
    score_scaled: float | None = None
    score_raw: float | None = None
    score_min: float | None = None
    score_max: float | None = None
    success: bool | None = None


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
        _standard_refs(activities, context.get("extensions"), definition.get("extensions")),
        chosen_by(context.get("extensions")),
        acting_as(context.get("extensions")),
        keyring.pseudonymiser.pseudonym(instructor) if instructor else None,
        interaction_mode(context.get("extensions"), has_team="team" in context),
        *_outcome_of(statement.get("result", _NOTHING)),
    )


def parts_of_result(result: dict[str, Any]) -> Parts:
    """Return the parts of a statement of which only the result is given."""
    scaled, raw, low, high, success = _outcome_of(result)
    return Parts(score_scaled=scaled, score_raw=raw, score_min=low, score_max=high, success=success)


def _outcome_of(
    result: dict[str, Any],
) -> tuple[float | None, float | None, float | None, float | None, bool | None]:
    # Arrow refuses an integer beyond 2^53 as a double; JSON gives it the nearest one.
    score = {name: float(number) for name, number in result.get("score", _NOTHING).items()}
    return (
        score.get("scaled"),
        score.get("raw"),
        score.get("min"),
        score.get("max"),
        result.get("success"),
    )


def learner_role(actor: Parts, context: Parts) -> LearnerRole | None:
    """Tell as what the actor is named: whoever is the instructor as well is no learner."""
    if context.instructor_key and context.instructor_key == actor.actor_key:
        return LearnerRole.STAFF
    return (actor.actor_key and context.acting_as) or actor.learner_role


def standard_refs(target: Parts, context: Parts) -> list[str] | None:
    """Return the standards that either what was worked on or its context refers to."""
    return sorted({*(target.standard_refs or ()), *(context.standard_refs or ())}) or None


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


def _standard_refs(activities: dict[str, Any], *extensions: Any) -> list[str] | None:
    references = [
        activity["id"]
        for group in activities.values()
        for activity in _each(group)
        if activity.get("definition", _NOTHING).get("type") == OBJECTIVE_TYPE
        or CASE_ITEM_PATH in activity["id"]
    ]
    references += [each for given in extensions for each in alignments(given)]
    return sorted(set(references)) or None


def _choice_count(definition: dict[str, Any]) -> int | None:
    interaction = definition.get("interactionType")
    if interaction == "true-false":
        return _CHOICES_OF_TRUE_FALSE
    choices = definition.get("choices")
    return len(choices) if interaction == "choice" and choices else None

"""What an xAPI statement must keep and a schema cannot say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.validation.explain import json_path
from pipelines.validation.findings import JsonObject, Severity
from pipelines.validation.rules import Rule

if TYPE_CHECKING:
    from collections.abc import Iterable

_NOTHING: JsonObject = {}
_COMPONENT_LISTS = ("choices", "scale", "source", "target", "steps")


def scores_out_of_order(statement: JsonObject) -> Iterable[str]:
    """Yield the scores whose minimum is above their maximum, or whose raw lies outside.

    A minimum that equals the maximum is let through: real tools send 0 of 0, and no suite
    refuses it (Data 2.4.5.1).
    """
    paths = []
    result = statement.get("result")
    if result and "score" in result and _is_out_of_order(result["score"]):
        paths.append("$.result.score")
    if statement.get("object", _NOTHING).get("objectType") == "SubStatement":
        nested = scores_out_of_order(statement["object"])
        paths += [path.replace("$", "$.object", 1) for path in nested]
    return paths


def repeated_component_ids(statement: JsonObject) -> Iterable[str]:
    """Yield the lists of an interaction in which two components have one id (Data 2.4.4.1)."""
    return [
        json_path([*place, "definition", name])
        for place, definition in interactions(statement)
        for name in _COMPONENT_LISTS
        if name in definition and _repeats_an_id(definition[name])
    ]


def interactions(statement: JsonObject) -> list[tuple[list[str | int], JsonObject]]:
    """Return each definition of an interaction, with its place, of whatever activity."""
    found: list[tuple[list[str | int], JsonObject]] = []
    activity = statement["object"]
    if "interactionType" in activity.get("definition", ()):
        found.append((["object"], activity["definition"]))
    elif activity.get("objectType") == "SubStatement":
        found += [(["object", *place], nested) for place, nested in interactions(activity)]
    if "context" in statement and "contextActivities" in statement["context"]:
        found += _surrounding_interactions(statement["context"]["contextActivities"])
    return found


STATEMENT_RULES = (
    Rule(
        "xapi.score.order",
        Severity.ERROR,
        "xAPI 1.0.3 Data 2.4.5.1",
        "expected min not above max, and raw from min to max",
        scores_out_of_order,
    ),
    Rule(
        "xapi.components.distinct-ids",
        Severity.ERROR,
        "xAPI 1.0.3 Data 2.4.4.1",
        "expected a different id for each component of the list",
        repeated_component_ids,
    ),
)


def _is_out_of_order(score: JsonObject) -> bool:
    low, high, raw = score.get("min"), score.get("max"), score.get("raw")
    if low is not None and high is not None and low > high:
        return True
    return raw is not None and (
        (low is not None and raw < low) or (high is not None and raw > high)
    )


def _surrounding_interactions(
    activities: JsonObject,
) -> list[tuple[list[str | int], JsonObject]]:
    found: list[tuple[list[str | int], JsonObject]] = []
    for name, one_or_more in activities.items():
        is_list = type(one_or_more) is list
        for index, activity in enumerate(one_or_more if is_list else (one_or_more,)):
            if "definition" in activity and "interactionType" in activity["definition"]:
                place: list[str | int] = ["context", "contextActivities", name]
                found.append(([*place, index] if is_list else place, activity["definition"]))
    return found


def _repeats_an_id(components: list[JsonObject]) -> bool:
    return len({component["id"] for component in components}) != len(components)

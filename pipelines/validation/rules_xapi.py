"""What an xAPI statement must keep and a schema cannot say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipelines.validation.findings import JsonObject, Severity
from pipelines.validation.rules import Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_COMPONENT_LISTS = ("choices", "scale", "source", "target", "steps")


def scores_out_of_order(statement: JsonObject) -> Iterable[str]:
    """Yield the scores whose minimum is above their maximum, or whose raw lies outside.

    Data 2.4.5.1. A minimum equal to the maximum is let through: see the decision record.
    """
    paths = [] if _score_is_in_order(statement.get("result")) else ["$.result.score"]
    nested = _substatement(statement)
    if nested is not None and not _score_is_in_order(nested.get("result")):
        paths.append("$.object.result.score")
    return paths


def repeated_component_ids(statement: JsonObject) -> Iterable[str]:
    """Yield the component lists in which two components have one id (Data 2.4.4.1)."""
    return [
        f"{path}.{name}"
        for path, definition in _definitions(statement, "$")
        for name in _COMPONENT_LISTS
        if name in definition and _repeats_an_id(definition[name])
    ]


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


def _score_is_in_order(result: Any) -> bool:
    if not isinstance(result, dict) or not isinstance(score := result.get("score"), dict):
        return True
    low, raw, high = (_number(score.get(name)) for name in ("min", "raw", "max"))
    in_order = [bound for bound in (low, raw, high) if bound is not None]
    return in_order == sorted(in_order)


def _number(value: Any) -> float | None:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return value if is_number else None


def _substatement(statement: JsonObject) -> JsonObject | None:
    nested = statement.get("object")
    if isinstance(nested, dict) and nested.get("objectType") == "SubStatement":
        return nested
    return None


def _definitions(statement: JsonObject, path: str) -> Iterator[tuple[str, JsonObject]]:
    for place, activity in _activities(statement, path):
        definition = activity.get("definition") if isinstance(activity, dict) else None
        if isinstance(definition, dict):
            yield f"{place}.definition", definition
    nested = _substatement(statement)
    if nested is not None:
        yield from _definitions(nested, f"{path}.object")


def _activities(statement: JsonObject, path: str) -> Iterator[tuple[str, Any]]:
    yield f"{path}.object", statement.get("object")
    context = statement.get("context")
    surrounding = context.get("contextActivities") if isinstance(context, dict) else None
    if not isinstance(surrounding, dict):
        return
    for name, value in surrounding.items():
        place = f"{path}.context.contextActivities.{name}"
        if isinstance(value, list):
            yield from ((f"{place}[{index}]", each) for index, each in enumerate(value))
        else:
            yield place, value


def _repeats_an_id(components: Any) -> bool:
    if not isinstance(components, list):
        return False
    ids = [each.get("id") for each in components if isinstance(each, dict)]
    texts = [each for each in ids if isinstance(each, str)]
    return len(texts) != len(set(texts))

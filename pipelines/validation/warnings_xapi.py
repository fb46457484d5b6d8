"""What an xAPI statement should keep: reported to its author, never a reason to refuse it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import orjson

from pipelines.validation.explain import json_path
from pipelines.validation.findings import JsonObject, Severity, SpecVersion
from pipelines.validation.rules import Rule
from pipelines.validation.rules_xapi import interactions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    Place = tuple[str | int, ...]

BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ZONED = re.compile(r"T.*(?:Z|[+-][0-9:]+)\Z")
_RFC_3339_IN_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)\Z")
_BEYOND_HUNDREDTHS = re.compile(r"[.,]\d\d\d+S\Z")
_IRI_MEMBERS = {"id", "type", "moreInfo", "homePage", "openid", "fileUrl", "usageType"}
_LISTS_BY_INTERACTION = {
    "choice": {"choices"},
    "sequencing": {"choices"},
    "likert": {"scale"},
    "matching": {"source", "target"},
    "performance": {"steps"},
}
_LISTS = {"choices", "scale", "source", "target", "steps"}


def times_without_zone(statement: JsonObject) -> Iterable[str]:
    """Yield the times that leave their zone to be guessed (Data 4.5)."""
    return [path for path, text in _times(statement) if not _ZONED.search(text)]


def times_not_in_utc(statement: JsonObject) -> Iterable[str]:
    """Yield the times that 2.0 asks senders to write in UTC, as RFC 3339 does."""
    return [path for path, text in _times(statement) if not _RFC_3339_IN_UTC.match(text)]


def components_of_another_type(statement: JsonObject) -> Iterable[str]:
    """Yield the component lists that the type of their interaction does not use (Data 2.4.4.1)."""
    return [
        json_path([*place, "definition", name])
        for place, definition in interactions(statement)
        for name in sorted(_LISTS & definition.keys())
        if name not in _LISTS_BY_INTERACTION.get(definition["interactionType"], ())
    ]


def component_ids_with_spaces(statement: JsonObject) -> Iterable[str]:
    """Yield the components whose id holds a space (Data 2.4.4.1)."""
    return [
        json_path([*place, "definition", name, index, "id"])
        for place, definition in interactions(statement)
        for name in sorted(_LISTS & definition.keys())
        for index, component in enumerate(definition[name])
        if any(sign.isspace() for sign in component["id"])
    ]


def verbs_without_display(statement: JsonObject) -> Iterable[str]:
    """Yield the verbs that say in no language what they mean (Data 2.4.3)."""
    return [
        f"{path}.verb"
        for path, each in _with_substatement(statement)
        if "display" not in each["verb"]
    ]


def missing_id(statement: JsonObject) -> Iterable[str]:
    """Yield a statement that leaves it to others to tell it from the next (Data 2.4.1)."""
    return () if "id" in statement else ("$",)


def durations_too_exact(statement: JsonObject) -> Iterable[str]:
    """Yield the durations that are told beyond a hundredth of a second (Data 4.6)."""
    return [
        f"{path}.result.duration"
        for path, each in _with_substatement(statement)
        if _BEYOND_HUNDREDTHS.search(each.get("result", {}).get("duration", ""))
    ]


def escapes_of_nothing(statement: JsonObject) -> Iterable[str]:
    """Yield the IRIs with a percent sign and no two hexadecimal digits behind it (Data 4.3)."""
    if b"%" not in orjson.dumps(statement):
        return []
    return [
        json_path(place)
        for place, value in _values(statement, ())
        if place and place[-1] in _IRI_MEMBERS and type(value) is str and BAD_ESCAPE.search(value)
    ]


def empty_parts(statement: JsonObject) -> Iterable[str]:
    """Yield the objects and lists that say nothing (Data 2.2)."""
    written = orjson.dumps(statement)
    if b"{}" not in written and b"[]" not in written:
        return []
    return [json_path(place) for place, value in _values(statement, ()) if value in ({}, [])]


def _with_substatement(statement: JsonObject) -> list[tuple[str, JsonObject]]:
    nested = statement["object"]
    if nested.get("objectType") == "SubStatement":
        return [("$", statement), ("$.object", nested)]
    return [("$", statement)]


def _times(statement: JsonObject) -> list[tuple[str, str]]:
    times = {name: statement.get(name) for name in ("timestamp", "stored")}
    return [(f"$.{name}", text) for name, text in times.items() if text]


def _values(value: Any, place: Place) -> Iterator[tuple[Place, Any]]:
    """Yield every value with its place, but none of an extension."""
    yield place, value
    if isinstance(value, list):
        for index, each in enumerate(value):
            yield from _values(each, (*place, index))
    elif isinstance(value, dict):
        for name, each in value.items():
            if name != "extensions":
                yield from _values(each, (*place, name))


def _warning(name: str, clause: str, message: str, broken_at: Any) -> Rule:
    return Rule(name, Severity.WARNING, clause, message, broken_at)


_OF_BOTH = (
    _warning(
        "xapi.statement.id-missing",
        "xAPI 1.0.3 Data 2.4.1",
        "a statement without an id is known by its content only",
        missing_id,
    ),
    _warning(
        "xapi.verb.display-missing",
        "xAPI 1.0.3 Data 2.4.3",
        "a verb should say in some language what it means",
        verbs_without_display,
    ),
    _warning(
        "xapi.components.of-another-type",
        "xAPI 1.0.3 Data 2.4.4.1",
        "this interactionType does not use this list",
        components_of_another_type,
    ),
    _warning(
        "xapi.component.id-space",
        "xAPI 1.0.3 Data 2.4.4.1",
        "the id of a component should hold no space",
        component_ids_with_spaces,
    ),
    _warning(
        "xapi.duration.precision",
        "xAPI 1.0.3 Data 4.6",
        "beyond a hundredth of a second a duration may be cut",
        durations_too_exact,
    ),
    _warning(
        "xapi.iri.escape",
        "xAPI 1.0.3 Data 4.3",
        "a percent sign should have two hexadecimal digits behind it",
        escapes_of_nothing,
    ),
    _warning(
        "xapi.empty",
        "xAPI 1.0.3 Data 2.2",
        "an empty object or list says nothing; leave it out",
        empty_parts,
    ),
)
STATEMENT_WARNINGS = {
    SpecVersion.XAPI_1_0_3: (
        _warning(
            "xapi.timestamp.zone",
            "xAPI 1.0.3 Data 4.5",
            "a time without a zone is taken as UTC",
            times_without_zone,
        ),
        *_OF_BOTH,
    ),
    SpecVersion.XAPI_2_0_0: (
        _warning(
            "xapi.timestamp.utc",
            "IEEE 9274.1.1-2023, Timestamps",
            "a time should be written as RFC 3339 does, and in UTC",
            times_not_in_utc,
        ),
        *_OF_BOTH,
    ),
}

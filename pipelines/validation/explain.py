"""A refusal of the schema engine in plain words, without the value that was refused."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import jsonschema_rs

# A name that nobody chose for a person: anything else is masked, it may be an address.
_PLAIN_NAME = re.compile(r"[@A-Za-z_][A-Za-z0-9_-]{0,39}\Z")

_JSON_TYPES = {
    "NoneType": "null",
    "bool": "a boolean",
    "dict": "an object",
    "float": "a number",
    "int": "a number",
    "list": "an array",
    "str": "a string",
}
_ARTICLES = {"null": "null", "integer": "an integer", "object": "an object", "array": "an array"}


def json_path(parts: Sequence[str | int]) -> str:
    """Write a path such as `$.actor.member[0]`; a name that may be personal becomes `[*]`."""
    return "$" + "".join(_step(part) for part in parts)


def shown_name(name: str) -> str:
    """Return the name of a member, or a star for one that may be personal."""
    return name if _PLAIN_NAME.match(name) else "*"


def places_of(error: jsonschema_rs.ValidationError) -> list[str]:
    """Return where an error is; an unknown property is its own place."""
    parts = error.instance_path
    if error.kind.name == "additionalProperties":
        return [json_path([*parts, name]) for name in error.kind.as_dict()["unexpected"]]
    return [json_path(parts)]


def message_of(error: jsonschema_rs.ValidationError, expected: str) -> str:
    """Say what was expected, and of the value at most what kind of value it is."""
    kind = error.kind.name
    details = error.kind.as_dict()
    if kind == "required":
        return f"{details['property']} is missing"
    if kind == "additionalProperties":
        return "not a property that may stand here"
    if kind == "type":
        found = _JSON_TYPES.get(type(error.instance).__name__, "another type")
        return f"expected {expected or _types(details['types'])}, found {found}"
    if expected:
        return f"expected {expected}"
    return f"expected {_from_keyword(kind, details)}"


@lru_cache(maxsize=4096)
def _step(part: str | int) -> str:
    if isinstance(part, int):
        return f"[{part}]"
    shown = shown_name(part)
    return "[*]" if shown == "*" else f".{shown}"


def _types(names: Sequence[str]) -> str:
    return " or ".join(_ARTICLES.get(name, f"a {name}") for name in names)


def _from_keyword(kind: str, details: dict[str, object]) -> str:
    if kind == "enum" and isinstance(options := details["options"], list):
        return "one of " + ", ".join(str(option) for option in options)
    if kind == "const":
        return str(details["expected_value"])
    limits = {
        "minimum": "at least",
        "maximum": "at most",
        "minItems": "a list of at least",
        "maxItems": "a list of at most",
    }
    if kind in limits:
        return f"{limits[kind]} {details['limit']}"
    return "another value"

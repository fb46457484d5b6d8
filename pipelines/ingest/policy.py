"""The field policy: what an event may keep. Whatever it does not name is removed and counted."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from pipelines.resources import resource_path

if TYPE_CHECKING:
    from pipelines.validation.findings import Standard

_STEP = re.compile(r'\["(?P<quoted>[^"]+)"\]|(?P<each>\[\])|(?P<name>[^.\[\]]+)')
# A member name is counted by name only where it looks like one; anything else may be personal.
_PLAIN_NAME = re.compile(r"[A-Za-z@_][A-Za-z0-9_.-]{0,63}|https?://[A-Za-z0-9._~:/#%-]{1,200}")
UNUSUAL_NAME = "(unusual name)"


@dataclass(frozen=True, slots=True)
class FieldRule:
    """One field that may be read, why, and the mart that needs it."""

    standard: str
    path: str
    column: str
    treatment: str
    purpose: str
    consumer: str
    retention_days: int


@dataclass(slots=True)
class Node:
    """The members that may be read at one place of an event; `path` is that place."""

    path: str
    children: dict[str, Node] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    # Members that are objects or lists of objects, with what may be read of them in turn.
    nested: tuple[tuple[str, Node], ...] = ()


class RefusedField(NamedTuple):
    """A member that arrived and was not stored, by the place and its name."""

    standard: str
    path: str


@cache
def field_rules() -> tuple[FieldRule, ...]:
    """Return every row of schemas/policy/fields.json."""
    document = orjson.loads(resource_path("schemas/policy/fields.json").read_bytes())
    return tuple(FieldRule(**row) for row in document["fields"])


@cache
def allowed_fields(standard: Standard) -> Node:
    """Return the tree of the fields that events of `standard` may keep."""
    root = Node("$")
    for rule in field_rules():
        if rule.standard == standard:
            _grow(root, rule.path)
    _freeze(root)
    return root


def steps_of(path: str) -> list[str]:
    """Split a policy path into member names; lists add no step."""
    return [match["quoted"] or match["name"] for match in _STEP.finditer(path) if not match["each"]]


def minimise(event: dict[str, Any], allowed: Node, refused: Counter[tuple[str, str]]) -> None:
    """Remove from `event`, in place, every member that is not allowed, and count it by name."""
    names = allowed.names
    if not event.keys() <= names:
        for name in [name for name in event if name not in names]:
            del event[name]
            refused[allowed.path, name] += 1
    for name, child in allowed.nested:
        value = event.get(name)
        if type(value) is dict:
            minimise(value, child, refused)
        elif type(value) is list:
            for element in value:
                if type(element) is dict:
                    minimise(element, child, refused)


def refused_fields(standard: Standard, refused: Counter[tuple[str, str]]) -> Counter[RefusedField]:
    """Return the counts by full path, with every name that may be personal replaced."""
    named: Counter[RefusedField] = Counter()
    for (place, name), events in refused.items():
        shown = name if _PLAIN_NAME.fullmatch(name) else UNUSUAL_NAME
        step = f'["{shown}"]' if "/" in shown else f".{shown}"
        named[RefusedField(standard.value, place + step)] += events
    return named


def _grow(root: Node, path: str) -> None:
    node = root
    for step in steps_of(path):
        if step not in node.children:
            node.children[step] = Node(f"{node.path}.{step}")
        node = node.children[step]


def _freeze(node: Node) -> None:
    node.names = frozenset(node.children)
    node.nested = tuple((name, child) for name, child in node.children.items() if child.children)
    for child in node.children.values():
        _freeze(child)

"""The field policy: what an event may keep. Whatever it does not name is removed and counted."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from pipelines.resources import resource_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.validation.findings import Standard

_STEP = re.compile(r'\["(?P<quoted>[^"]+)"\]|(?P<each>\[\])|(?P<name>[^.\[\]]+)')
# A member name is counted by name only where it looks like one; anything else may be personal.
_PLAIN_NAME = re.compile(r"[A-Za-z@_][A-Za-z0-9_.-]{0,63}|https?://[A-Za-z0-9._~:/#%-]{1,200}")
UNUSUAL_NAME = "(unusual name)"
MAXIMUM_SHAPES = 4096


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


_JSON_TYPES: dict[type, str] = {
    bool: "boolean",
    int: "number",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
    type(None): "null",
}


class RefusedField(NamedTuple):
    """A member that arrived and was not stored, by the place and its name."""

    standard: str
    path: str


@cache
def field_rules() -> tuple[FieldRule, ...]:
    """Return every row of schemas/policy/fields.json."""
    document = orjson.loads(resource_path("schemas/policy/fields.json").read_bytes())
    return tuple(FieldRule(**row) for row in document["fields"])


def steps_of(path: str) -> list[str]:
    """Split a policy path into member names; lists add no step."""
    return [match["quoted"] or match["name"] for match in _STEP.finditer(path) if not match["each"]]


class SurplusShape(NamedTuple):
    """The members of an object that had some too many, where it stood, and how many such."""

    path: str
    names: tuple[str, ...]
    occurrences: int
    types: tuple[tuple[str, frozenset[str]], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Surplus:
    """What was removed from a member; what equals it is mostly the same object."""

    shapes: tuple[SurplusShape, ...] = ()


surplus_of = lru_cache(maxsize=MAXIMUM_SHAPES)(Surplus)


class Minimiser:
    """Removes from events of one standard what the policy does not name, and counts it by name."""

    def __init__(self, standard: Standard) -> None:
        self._standard = standard
        self._root = _Place("$")
        for rule in field_rules():
            if rule.standard == standard:
                self._root.allow(steps_of(rule.path))
        self._place_at = {place.path: place for place in self._root.all_places()}

    def minimise(self, event: dict[str, Any]) -> None:
        """Remove, in place, every member that is not allowed."""
        _count([event], self._root)
        _remove([event], self._root)

    def types(self) -> dict[RefusedField, frozenset[str]]:
        """Tell the JSON types that removed members had: at least of the first of each shape."""
        return {
            RefusedField(self._standard.value, place.path + _shown_step(name)): frozenset(kinds)
            for place in self._root.all_places()
            for name, kinds in place.types.items()
        }

    def take_surplus(self) -> Surplus:
        """Return what was removed so far, to be counted elsewhere, and forget it here."""
        taken = tuple(
            SurplusShape(
                place.path,
                names,
                shape.occurrences,
                tuple((name, frozenset(place.types[name])) for name in shape.surplus),
            )
            for place in self._place_at.values()
            for names, shape in place.shapes.items()
            if shape.surplus
        )
        for place in self._place_at.values():
            place.shapes.clear()
            place.types.clear()
        return surplus_of(taken)

    def count_again(self, surplus: Surplus, times: int) -> None:
        """Count as if what had this surplus had been minimised here this many times."""
        for shape in surplus.shapes:
            self._place_at[shape.path].count_again(shape, times)

    def refused(self) -> Counter[RefusedField]:
        """Count the members removed so far; a name that may be personal is not shown."""
        named: Counter[RefusedField] = Counter()
        for place in self._root.all_places():
            for shape in place.shapes.values():
                for name in shape.surplus:
                    path = place.path + _shown_step(name)
                    named[RefusedField(self._standard.value, path)] += shape.occurrences
            if place.uncounted_names:
                path = f"{place.path}.{UNUSUAL_NAME}"
                named[RefusedField(self._standard.value, path)] += place.uncounted_names
        return named


@dataclass(slots=True)
class _Shape:
    """A set of members that objects at one place have, and which of them are not allowed."""

    surplus: tuple[str, ...]
    occurrences: int = 0


@dataclass(slots=True, eq=False)
class _Place:
    """What may be read at one place of an event.

    Objects of one place have few shapes, so what to remove is worked out once for each shape.
    """

    path: str
    members: dict[str, _Place] = field(default_factory=dict)
    nested: list[tuple[str, _Place]] = field(default_factory=list)
    shapes: dict[tuple[str, ...], _Shape] = field(default_factory=dict)
    types: dict[str, set[str]] = field(default_factory=dict)
    uncounted_names: int = 0

    def allow(self, steps: list[str]) -> None:
        """Allow the member that the steps lead to."""
        name, *rest = steps
        if name not in self.members:
            self.members[name] = _Place(self.path + _shown_step(name))
        if rest:
            member = self.members[name]
            member.allow(rest)
            if (name, member) not in self.nested:
                self.nested.append((name, member))

    def all_places(self) -> Iterator[_Place]:
        """Yield this place and all below it."""
        yield self
        for member in self.members.values():
            yield from member.all_places()

    def count(self, values: list[dict[str, Any]]) -> None:
        """Count objects by their shapes."""
        for names, occurrences in Counter(map(tuple, values)).items():
            shape = self.shapes.get(names)
            if shape is None:
                self._count_first(names, values, occurrences)
            else:
                shape.occurrences += occurrences

    def _count_first(
        self, names: tuple[str, ...], values: list[dict[str, Any]], occurrences: int
    ) -> None:
        """Count objects of a shape that was not met before; the first of them tells its types."""
        first = next(value for value in values if tuple(value) == names)
        shape = _Shape(tuple(name for name in names if name not in self.members))
        types = {name: frozenset({_JSON_TYPES[type(first[name])]}) for name in shape.surplus}
        self.add(names, shape, occurrences, types=types)

    def count_again(self, surplus: SurplusShape, times: int) -> None:
        """Count objects of a shape."""
        types = dict(surplus.types)
        self.add(surplus.names, _Shape(tuple(types)), surplus.occurrences * times, types=types)

    def add(
        self,
        names: tuple[str, ...],
        shape: _Shape,
        occurrences: int,
        *,
        types: dict[str, frozenset[str]],
    ) -> None:
        """Add objects to their shape, which is kept as long as there is room."""
        if len(self.shapes) < MAXIMUM_SHAPES or names in self.shapes:
            shape = self.shapes.setdefault(names, shape)
            for name, kinds in types.items():
                self.types.setdefault(name, set()).update(kinds)
        else:
            # Names that a tool makes up for each event must not fill the memory.
            self.uncounted_names += len(shape.surplus) * occurrences
        shape.occurrences += occurrences


def _count(values: list[dict[str, Any]], place: _Place) -> None:
    place.count(values)
    for name, member in place.nested:
        inner = _objects([value[name] for value in values if name in value])
        if inner:
            _count(inner, member)


def _remove(values: list[dict[str, Any]], place: _Place) -> None:
    for value in values:
        for name in value.keys() - place.members.keys():
            del value[name]
    for name, member in place.nested:
        inner = _objects([value[name] for value in values if name in value])
        if inner:
            _remove(inner, member)


def _objects(values: list[Any]) -> list[dict[str, Any]]:
    """Return the objects among values and, where these are lists, among their elements."""
    found = []
    for value in values:
        if type(value) is dict:
            found.append(value)
        elif type(value) is list:
            found += [element for element in value if type(element) is dict]
    return found


def shown_name(name: str) -> str:
    """Return a name as it may be shown: one that does not look like a name may be personal."""
    return name if _PLAIN_NAME.fullmatch(name) else UNUSUAL_NAME


def _shown_step(name: str) -> str:
    shown = shown_name(name)
    return f'["{shown}"]' if "/" in shown else f".{shown}"

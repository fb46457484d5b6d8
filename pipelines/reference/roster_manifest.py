"""Read manifest.csv: the version of a roster delivery, and which files it holds in which mode."""

from __future__ import annotations

import csv
import io
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from pipelines.reference.roster_package import MANIFEST_FILE
from pipelines.reference.roster_rules import (
    FILE_ENCODING,
    FILE_MISSING,
    FILE_NEEDED,
    FILE_UNANNOUNCED,
    FILE_UNKNOWN,
    MANIFEST_DUPLICATE,
    MANIFEST_MISSING,
    MANIFEST_MODE,
    MANIFEST_PROPERTY,
    MANIFEST_VERSION,
    NESTED,
    Effect,
    RosterRule,
    Violation,
)
from pipelines.reference.roster_tables import Version, tables_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.reference.roster_package import Package
    from pipelines.reference.roster_tables import Table

_FILE_PREFIX = "file."
_VERSION, _OWN_VERSION = "oneroster.version", "manifest.version"
_KNOWN = frozenset({_VERSION, _OWN_VERSION, "source.systemName", "source.systemCode"})


class Mode(StrEnum):
    """Whether a file is everything there is, or only what changed."""

    ABSENT = "absent"
    BULK = "bulk"
    DELTA = "delta"


class RosterManifest(NamedTuple):
    """What a manifest says, and how it breaks the rules; no version where nobody can tell."""

    version: Version | None
    modes: dict[str, Mode]
    violations: tuple[Violation, ...]


class _Property(NamedTuple):
    row: int
    name: str
    value: str


def read_manifest(package: Package) -> RosterManifest:
    """Return the manifest of a delivery, compared with the files that are there."""
    if MANIFEST_FILE not in package.members:
        return RosterManifest(None, {}, (_violation(MANIFEST_MISSING, Effect.DELIVERY),))
    try:
        text = package.read(MANIFEST_FILE).decode("utf-8-sig")
    except UnicodeDecodeError:
        return RosterManifest(None, {}, (_violation(FILE_ENCODING, Effect.DELIVERY),))
    properties = list(_properties(text))
    version = next((_version(each) for each in properties if each.name == _VERSION), None)
    violations = list(_property_violations(properties))
    if version is None:
        violations.append(_violation(MANIFEST_VERSION, Effect.DELIVERY))
        return RosterManifest(None, {}, tuple(violations))
    tables = tables_of(version)
    modes, faults = _modes(properties, tables)
    violations += [*faults, *_file_violations(package, modes, tables)]
    return RosterManifest(version, modes, tuple(violations))


def _properties(text: str) -> Iterator[_Property]:
    for number, row in enumerate(csv.reader(io.StringIO(text)), start=1):
        if number > 1 and any(row):
            name, value = [*(each.strip() for each in row), "", ""][:2]
            yield _Property(number, name, value)


def _version(each: _Property) -> Version | None:
    return Version(each.value) if each.value in set(Version) else None


def _property_violations(properties: list[_Property]) -> Iterator[Violation]:
    seen: set[str] = set()
    for each in properties:
        if each.name in seen:
            yield _violation(MANIFEST_DUPLICATE, Effect.DELIVERY, each)
        seen.add(each.name)
        if each.name not in _KNOWN and not each.name.startswith(_FILE_PREFIX):
            yield _violation(MANIFEST_PROPERTY, Effect.NONE, each)
        if each.name == _OWN_VERSION and each.value != "1.0":
            yield _violation(MANIFEST_VERSION, Effect.NONE, each)
    if _OWN_VERSION not in seen:
        yield _violation(MANIFEST_VERSION, Effect.NONE)


def _modes(
    properties: list[_Property], tables: dict[str, Table]
) -> tuple[dict[str, Mode], list[Violation]]:
    """Return the mode of each table; one that is not named counts as absent."""
    modes, violations = dict.fromkeys(tables, Mode.ABSENT), []
    named = {each.name: each for each in properties if each.name.startswith(_FILE_PREFIX)}
    for name in tables:
        each = named.pop(f"{_FILE_PREFIX}{name}", None)
        if each is None:
            message = f"a row file.{name} with absent, bulk or delta"
            violations.append(_violation(MANIFEST_MODE, Effect.NONE, message=message))
        elif each.value in set(Mode):
            modes[name] = Mode(each.value)
        else:
            violations.append(_violation(MANIFEST_MODE, Effect.DELIVERY, each))
    violations += [_violation(MANIFEST_PROPERTY, Effect.NONE, each) for each in named.values()]
    return modes, violations


def _file_violations(
    package: Package, modes: dict[str, Mode], tables: dict[str, Table]
) -> Iterator[Violation]:
    if package.is_nested:
        yield Violation(NESTED.name, Effect.NONE, package.name, None, None, NESTED.asks)
    present = set(package.members) - {MANIFEST_FILE}
    for table in tables.values():
        is_there, mode = table.file in present, modes[table.name]
        if mode is not Mode.ABSENT and not is_there:
            effect = Effect.DELIVERY if table.is_loaded else Effect.NONE
            yield _of_file(FILE_MISSING, effect, table.file)
        if mode is Mode.ABSENT and is_there:
            yield _of_file(FILE_UNANNOUNCED, Effect.NONE, table.file)
    if Mode.DELTA not in modes.values():
        for table in tables.values():
            if table.is_required and modes[table.name] is Mode.ABSENT:
                yield _of_file(FILE_NEEDED, Effect.DELIVERY, table.file)
    for name in sorted(present - {table.file for table in tables.values()}):
        yield _of_file(FILE_UNKNOWN, Effect.NONE, name)


def _of_file(rule: RosterRule, effect: Effect, file: str) -> Violation:
    return Violation(rule.name, effect, file, None, None, rule.asks)


def _violation(
    rule: RosterRule, effect: Effect, each: _Property | None = None, *, message: str = ""
) -> Violation:
    row, column = (each.row, "value") if each else (None, None)
    return Violation(rule.name, effect, MANIFEST_FILE, row, column, message or rule.asks)

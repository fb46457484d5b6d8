"""A document taken apart into the items that are validated, counted and loaded one by one."""

from __future__ import annotations

from typing import Any

from pipelines.validation.findings import (
    Finding,
    Item,
    JsonObject,
    Shape,
    SpecVersion,
    Standard,
    Unrecognised,
)
from pipelines.validation.recognise import caliper_version, recognise

_ENVELOPE_MEMBERS = {"sensor", "sendTime", "dataVersion", "data"}
# An envelope that lacks one or two of its four members is still meant as one.
_ENOUGH_MEMBERS = 2
_STATEMENT_RESULT_MEMBERS = {"statements", "more"}


def items_of(document: Any) -> list[Item | Unrecognised]:
    """Expand a document: a statement, event or entity, an envelope, a result or an array."""
    if isinstance(document, list):
        return [item for index, part in enumerate(document) for item in _part(part, f"$[{index}]")]
    if isinstance(document, dict) and _is_statement_result(document):
        statements = document["statements"]
        return [_item(part, f"$.statements[{index}]") for index, part in enumerate(statements)]
    return _part(document, "$")


def is_envelope(document: Any) -> bool:
    """Tell whether a document is a Caliper envelope, well formed or not."""
    if not isinstance(document, dict) or "verb" in document or "type" in document:
        return False
    return len(_ENVELOPE_MEMBERS & document.keys()) >= _ENOUGH_MEMBERS


def envelope_version(envelope: JsonObject) -> SpecVersion | None:
    """Return the version of an envelope, else of its first entry."""
    version = caliper_version(envelope.get("dataVersion"))
    entries = envelope.get("data")
    if version is None and isinstance(entries, list) and entries and isinstance(entries[0], dict):
        return caliper_version(entries[0].get("@context"))
    return version


def _part(part: Any, path: str) -> list[Item | Unrecognised]:
    return _entries(part, path) if is_envelope(part) else [_item(part, path)]


def _entries(envelope: JsonObject, path: str) -> list[Item | Unrecognised]:
    version, entries = envelope_version(envelope), envelope.get("data")
    if not isinstance(entries, list) or not entries:
        version = version or SpecVersion.CALIPER_1_2
        return [Item(envelope, Standard.CALIPER, version, Shape.ENVELOPE, path, envelope)]
    return [
        _item(entry, f"{path}.data[{index}]", version)._replace(envelope=envelope)
        for index, entry in enumerate(entries)
    ]


def _item(body: Any, path: str, inherited: SpecVersion | None = None) -> Item | Unrecognised:
    recognised = recognise(body, inherited)
    if isinstance(recognised, Finding):
        return Unrecognised(body, path, recognised._replace(path=path))
    return Item(body, recognised.standard, recognised.version, recognised.shape, path)


def _is_statement_result(document: JsonObject) -> bool:
    if "statements" not in document or not isinstance(document["statements"], list):
        return False
    return document.keys() <= _STATEMENT_RESULT_MEMBERS

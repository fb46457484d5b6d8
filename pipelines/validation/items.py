"""A document taken apart into the items that are validated, counted and loaded one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    from collections.abc import Iterator

_ENVELOPE_MEMBERS = ("sensor", "sendTime", "dataVersion")
_STATEMENT_RESULT_MEMBERS = {"statements", "more"}


def items_of(document: Any) -> Iterator[Item | Unrecognised]:
    """Expand a document: a statement, event or entity, an envelope, a result or an array."""
    if isinstance(document, list):
        for index, part in enumerate(document):
            yield from _part(part, f"$[{index}]")
    elif isinstance(document, dict) and "verb" not in document and _is_statement_result(document):
        for index, part in enumerate(document["statements"]):
            yield _item(part, f"$.statements[{index}]")
    else:
        yield from _part(document, "$")


def is_envelope(document: Any) -> bool:
    """Tell whether a document is a Caliper envelope, well formed or not."""
    if not isinstance(document, dict) or "verb" in document or "type" in document:
        return False
    return "data" in document and any(member in document for member in _ENVELOPE_MEMBERS)


def envelope_version(envelope: JsonObject) -> SpecVersion | None:
    """Return the version of an envelope, else of its first entry."""
    version = caliper_version(envelope.get("dataVersion"))
    entries = envelope.get("data")
    if version is None and isinstance(entries, list) and entries and isinstance(entries[0], dict):
        return caliper_version(entries[0].get("@context"))
    return version


def _part(part: Any, path: str) -> Iterator[Item | Unrecognised]:
    if is_envelope(part):
        yield from _entries(part, path)
    else:
        yield _item(part, path)


def _entries(envelope: JsonObject, path: str) -> Iterator[Item | Unrecognised]:
    version, entries = envelope_version(envelope), envelope["data"]
    if not isinstance(entries, list) or not entries:
        version = version or SpecVersion.CALIPER_1_2
        yield Item(envelope, Standard.CALIPER, version, Shape.ENVELOPE, path, envelope)
        return
    for index, entry in enumerate(entries):
        item = _item(entry, f"{path}.data[{index}]", version)
        yield item._replace(envelope=envelope) if isinstance(item, Item) else item


def _item(body: Any, path: str, inherited: SpecVersion | None = None) -> Item | Unrecognised:
    recognised = recognise(body, inherited)
    if isinstance(recognised, Finding):
        return Unrecognised(body, path, recognised)
    return Item(body, recognised.standard, recognised.version, recognised.shape, path)


def _is_statement_result(document: JsonObject) -> bool:
    statements = document.get("statements")
    return isinstance(statements, list) and document.keys() <= _STATEMENT_RESULT_MEMBERS

"""Items judged as a standard and version that somebody asks for, whatever they say they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pipelines.validation.findings import (
    Item,
    JsonObject,
    Shape,
    SpecVersion,
    Standard,
    Unrecognised,
)
from pipelines.validation.items import items_of
from pipelines.validation.recognise import caliper_version, shape_of, statement_version

if TYPE_CHECKING:
    from collections.abc import Iterator

STANDARD_OF = {
    SpecVersion.XAPI_1_0_3: Standard.XAPI,
    SpecVersion.XAPI_2_0_0: Standard.XAPI,
    SpecVersion.CALIPER_1_1: Standard.CALIPER,
    SpecVersion.CALIPER_1_2: Standard.CALIPER,
}


class Asked(NamedTuple):
    """What to judge every item as; what is left open is told from the item."""

    standard: Standard | None = None
    version: SpecVersion | None = None


def items_as(document: Any, asked: Asked) -> list[Item | Unrecognised]:
    """Expand a document as ever, and call each object in it what was asked for.

    To xAPI an envelope is nothing: it is one object, and no statement.
    """
    items = items_of(document)
    if asked.standard is None:
        return items
    if asked.standard is Standard.XAPI:
        items = list(_unopened(items))
    return [_called(item, asked) for item in items]


def _unopened(items: list[Item | Unrecognised]) -> Iterator[Item | Unrecognised]:
    last: JsonObject | None = None
    for item in items:
        envelope = item.envelope
        if envelope is None:
            yield item
        elif envelope is not last:
            path = item.path.partition(".data[")[0]
            yield Item(envelope, Standard.XAPI, SpecVersion.XAPI_1_0_3, Shape.STATEMENT, path)
        last = envelope


def _called(item: Item | Unrecognised, asked: Asked) -> Item | Unrecognised:
    if not isinstance(item.body, dict):
        return item
    if asked.standard is Standard.XAPI:
        version = asked.version or statement_version(item.body)
        return Item(item.body, Standard.XAPI, version, Shape.STATEMENT, item.path)
    is_envelope = isinstance(item, Item) and item.shape is Shape.ENVELOPE
    shape = Shape.ENVELOPE if is_envelope else shape_of(item.body)
    version = asked.version or _own_version(item)
    return Item(item.body, Standard.CALIPER, version, shape, item.path, item.envelope)


def _own_version(item: Item | Unrecognised) -> SpecVersion:
    if isinstance(item, Item) and item.standard is Standard.CALIPER:
        return item.version
    return caliper_version(item.body.get("@context")) or SpecVersion.CALIPER_1_2

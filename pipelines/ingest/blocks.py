"""The elements of the pipeline: blocks of files, and the parts of raw items that they hold."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pipelines.ingest.deliveries import Delivery, Layout, Range, Stamp
from pipelines.ingest.items import RawItem, cut_documents, cut_lines
from pipelines.ingest.open_stream import FAULT_OF_LAYOUT, Contents, file_fault
from pipelines.ingest.streams import Compression, UnpackLimit, read_range, read_unpacked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.settings import IngestSettings

# What an item costs beside its bytes: a file of a million tiny ones is cut into parts as well.
ITEM_OVERHEAD_BYTES = 256
# However short its lines are, a part stays of a size that fits into memory with all its reasons.
MAXIMUM_PART_ITEMS = 65536


class Block(NamedTuple):
    """A range of lines of a plain file, or a whole file that can only be read from its start."""

    path: str
    digest: str
    source: str
    compression: Compression
    layout: Layout
    number: int
    range: Range | None
    stamp: Stamp


class Part(NamedTuple):
    """Raw items of one block, about as many as fit the setting ingest.block_bytes.

    A range of very many items is cut into pieces, counted from 0.
    """

    digest: str
    source: str
    number: int
    items: list[RawItem]
    piece: int = 0


def blocks_of(delivery: Delivery) -> list[Block]:
    """Return the blocks that can be read side by side."""
    ranges: tuple[Range | None, ...] = delivery.ranges or (None,)
    return [
        Block(
            str(delivery.path),
            delivery.digest,
            delivery.source,
            delivery.compression,
            delivery.layout,
            number,
            lines,
            delivery.stamp,
        )
        for number, lines in enumerate(ranges)
    ]


def parts_of(block: Block, settings: IngestSettings) -> Iterator[Part]:
    """Read a block; a range is mostly one part, a whole file as many as its size asks for."""
    count, size, items = 0, 0, list[RawItem]()
    for item in _items_of(block, settings):
        items.append(item)
        size += len(item.raw) + ITEM_OVERHEAD_BYTES
        is_large = block.range is None and size >= settings.block_bytes
        if is_large or len(items) >= MAXIMUM_PART_ITEMS:
            yield _part(block, count, items)
            count, size, items = count + 1, 0, []
    if items or count == 0:
        yield _part(block, count, items)


def _part(block: Block, count: int, items: list[RawItem]) -> Part:
    """Name a part: only the block of a whole file may use up the numbers that follow."""
    if block.range is None:
        return Part(block.digest, block.source, block.number + count, items)
    return Part(block.digest, block.source, block.number, items, count)


def _items_of(block: Block, settings: IngestSettings) -> Iterator[RawItem]:
    item_bytes = settings.item_bytes
    if fault := FAULT_OF_LAYOUT.get(block.layout):
        yield file_fault(fault)
        return
    contents = _contents(block, settings)
    if block.layout is Layout.DOCUMENTS:
        yield from cut_documents(contents, item_bytes=item_bytes)
    else:
        start, line = (block.range.start, block.range.first_line) if block.range else (0, 1)
        yield from cut_lines(contents, item_bytes=item_bytes, byte_start=start, first_line=line)
    yield from contents.fault()


def _contents(block: Block, settings: IngestSettings) -> Contents:
    path = Path(block.path)
    if block.range:
        return Contents(read_range(path, block.range.start, block.range.end))
    limit = UnpackLimit(settings.unpacked_bytes, settings.unpacked_ratio)
    return Contents(read_unpacked(path, block.compression, limit))

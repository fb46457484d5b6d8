"""The elements of the pipeline: blocks of files, and the parts of raw items that they hold."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pipelines.ingest.deliveries import Delivery, Layout, Range
from pipelines.ingest.items import RawItem, cut_documents, cut_lines
from pipelines.ingest.rejection import (
    FILE_DAMAGED,
    FILE_TRUNCATED,
    FILE_UNRECOGNISED,
    FILE_UTF16,
)
from pipelines.ingest.streams import (
    Compression,
    DamagedStreamError,
    TruncatedStreamError,
    read_range,
    read_unpacked,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.settings import IngestSettings
    from pipelines.validation.findings import Finding

# What an item costs beside its bytes: a file of a million tiny ones is cut into parts as well.
ITEM_OVERHEAD_BYTES = 256
_FAULT_OF_LAYOUT = {Layout.UTF16: FILE_UTF16, Layout.UNRECOGNISED: FILE_UNRECOGNISED}


class Block(NamedTuple):
    """A range of lines of a plain file, or a whole file that can only be read from its start."""

    path: str
    digest: str
    source: str
    compression: Compression
    layout: Layout
    number: int
    range: Range | None


class Part(NamedTuple):
    """Raw items of one block, about as many as fit the setting ingest.block_bytes."""

    digest: str
    source: str
    number: int
    items: list[RawItem]


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
        )
        for number, lines in enumerate(ranges)
    ]


def parts_of(block: Block, settings: IngestSettings) -> Iterator[Part]:
    """Read a block; a range is one part, a whole file as many as its size asks for."""
    number, size, items = block.number, 0, list[RawItem]()
    for item in _items_of(block, settings.item_bytes):
        items.append(item)
        size += len(item.raw) + ITEM_OVERHEAD_BYTES
        if block.range is None and size >= settings.block_bytes:
            yield Part(block.digest, block.source, number, items)
            number, size, items = number + 1, 0, []
    if items or number == block.number:
        yield Part(block.digest, block.source, number, items)


def _items_of(block: Block, item_bytes: int) -> Iterator[RawItem]:
    fault = _FAULT_OF_LAYOUT.get(block.layout)
    if fault:
        yield _file_fault(fault)
        return
    stream = _Stream(block)
    if block.layout is Layout.DOCUMENTS:
        yield from cut_documents(stream, item_bytes=item_bytes)
    else:
        start, first_line = (block.range.start, block.range.first_line) if block.range else (0, 1)
        yield from cut_lines(stream, item_bytes=item_bytes, byte_start=start, first_line=first_line)
    if stream.fault:
        yield _file_fault(stream.fault)


def _file_fault(fault: Finding) -> RawItem:
    return RawItem(0, 0, 0, b"", fault)


class _Stream:
    """The unpacked bytes of a block; a fault of the packing ends it and is kept for afterwards."""

    def __init__(self, block: Block) -> None:
        self._block = block
        self.fault: Finding | None = None

    def __iter__(self) -> Iterator[bytes]:
        block = self._block
        if block.range:
            yield from read_range(Path(block.path), block.range.start, block.range.end)
            return
        try:
            yield from read_unpacked(Path(block.path), block.compression)
        except TruncatedStreamError:
            self.fault = FILE_TRUNCATED
        except DamagedStreamError:
            self.fault = FILE_DAMAGED

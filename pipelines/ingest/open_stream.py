"""The raw items of a stream that is read once from its start, however packed and laid out."""

from __future__ import annotations

from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from pipelines.ingest.deliveries import SAMPLE_BYTES, Layout, layout_of
from pipelines.ingest.items import RawItem, cut_documents, cut_lines
from pipelines.ingest.rejection import (
    FILE_DAMAGED,
    FILE_TRUNCATED,
    FILE_UNPACKS_TOO_LARGE,
    FILE_UNRECOGNISED,
    FILE_UTF16,
)
from pipelines.ingest.streams import (
    CHUNK_BYTES,
    MAGIC_BYTES,
    Compression,
    DamagedStreamError,
    TooLargeStreamError,
    TruncatedStreamError,
    compression_from,
    unpacked,
)

if TYPE_CHECKING:
    import io
    from collections.abc import Iterable, Iterator

    from pipelines.validation.findings import Finding

FAULT_OF_LAYOUT = {Layout.UTF16: FILE_UTF16, Layout.UNRECOGNISED: FILE_UNRECOGNISED}
_FAULT_OF_ERROR = {
    TruncatedStreamError: FILE_TRUNCATED,
    DamagedStreamError: FILE_DAMAGED,
    TooLargeStreamError: FILE_UNPACKS_TOO_LARGE,
}


class StreamLimits(NamedTuple):
    """How long an item may be, and to how much the stream may unpack, in bytes."""

    item_bytes: int
    unpacked_bytes: int


class Contents:
    """Unpacked bytes; a fault of their packing ends them and is kept for afterwards."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = chunks
        self._length = 0
        self._fault: Finding | None = None

    def __iter__(self) -> Iterator[bytes]:
        """Yield the bytes in pieces, up to the fault if there is one."""
        try:
            for chunk in self._chunks:
                self._length += len(chunk)
                yield chunk
        except tuple(_FAULT_OF_ERROR) as error:
            self._fault = _FAULT_OF_ERROR[type(error)]

    def fault(self) -> Iterator[RawItem]:
        """Yield the fault, if there was one, at the byte at which reading ended."""
        if self._fault:
            yield file_fault(self._fault, self._length)


def items_of_stream(stream: io.BufferedReader[Any], limits: StreamLimits) -> Iterator[RawItem]:
    """Yield the items of a stream as ingest finds them in a file of the same bytes."""
    contents = Contents(_unpacked(stream, limits.unpacked_bytes))
    rest = iter(contents)
    begin = _begin_of(rest)
    layout = layout_of(b"".join(begin)[:SAMPLE_BYTES])
    if fault := FAULT_OF_LAYOUT.get(layout):
        yield file_fault(fault)
        return
    cut = cut_documents if layout is Layout.DOCUMENTS else cut_lines
    yield from cut(chain(begin, rest), item_bytes=limits.item_bytes)
    yield from contents.fault()


def file_fault(fault: Finding, at: int = 0) -> RawItem:
    """Return what stands for all that could not be read of a file, from a byte of it on."""
    return RawItem(0, at, at, b"", fault)


def _unpacked(stream: io.BufferedReader[Any], most_bytes: int) -> Iterator[bytes]:
    compression = compression_from(stream.peek(MAGIC_BYTES))
    if compression is Compression.NONE:
        return iter(partial(stream.read1, CHUNK_BYTES), b"")
    return unpacked(stream, compression, most_bytes)


def _begin_of(chunks: Iterator[bytes]) -> list[bytes]:
    """Take as many chunks as it needs to tell how the items lie in a file."""
    begin: list[bytes] = []
    while sum(map(len, begin)) < SAMPLE_BYTES and (chunk := next(chunks, None)) is not None:
        begin.append(chunk)
    return begin

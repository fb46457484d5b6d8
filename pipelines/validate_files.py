"""Judge the items of files and of standard input, in bounded memory and in the order they stand."""

from __future__ import annotations

import io
import sys
from contextlib import contextmanager
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, cast

from pipelines.ingest.deliveries import SAMPLE_BYTES, Layout, layout_of
from pipelines.ingest.items import RawItem, cut_documents, cut_lines
from pipelines.ingest.rejection import (
    FILE_DAMAGED,
    FILE_TRUNCATED,
    FILE_UNPACKS_TOO_LARGE,
    FILE_UNRECOGNISED,
    FILE_UTF16,
    defect,
)
from pipelines.ingest.streams import (
    CHUNK_BYTES,
    MAGIC_BYTES,
    Compression,
    DamagedStreamError,
    TooLargeStreamError,
    TruncatedStreamError,
    UnpackLimit,
    compression_from,
    unpacked,
)
from pipelines.settings import IngestSettings
from pipelines.validation.report import Judged, Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pipelines.validation.findings import Finding
    from pipelines.validation.judge import Judge

STANDARD_INPUT = "-"
_LIMITS = IngestSettings()
_FAULT_OF_LAYOUT = {Layout.UTF16: FILE_UTF16, Layout.UNRECOGNISED: FILE_UNRECOGNISED}
_UNREADABLE = frozenset(
    finding.rule
    for finding in (
        FILE_DAMAGED,
        FILE_TRUNCATED,
        FILE_UNPACKS_TOO_LARGE,
        FILE_UNRECOGNISED,
        FILE_UTF16,
    )
)


class Unreadable(NamedTuple):
    """A file that cannot be opened or read, and why."""

    file: str
    reason: str


def judge_file(
    name: str, judge: Judge, *, advance: Callable[[int], None]
) -> Iterator[Judged | Unreadable]:
    """Yield every item of a file; `advance` learns how many more bytes were read."""
    try:
        with _opened(name) as stream:
            counting = io.BufferedReader(_Counting(stream, advance), CHUNK_BYTES)
            yield from judge_stream(counting, name, judge, unpacked_bytes=_most_unpacked(name))
    except OSError as error:
        yield Unreadable(name, error.strerror or "it cannot be read")


def judge_stream(
    stream: io.BufferedReader[Any],
    name: str,
    judge: Judge,
    *,
    unpacked_bytes: int = _LIMITS.unpacked_bytes,
) -> Iterator[Judged]:
    """Yield every item of a stream, however it is packed and laid out."""
    for raw in _raw_items(_Unpacked(stream, unpacked_bytes)):
        place = Place(name, raw.line_number or None)
        if raw.fault:
            yield Judged(place, None, None, (raw.fault,))
        else:
            yield from _judged(raw.raw, place, judge)


def _judged(raw: bytes, place: Place, judge: Judge) -> list[Judged]:
    try:
        return judge.judge(raw, place)
    except Exception as error:  # noqa: BLE001 - a defect of ours on one item is told as such
        return [Judged(place, None, None, (defect(error),))]


def is_of_the_file(judged: Judged) -> bool:
    """Tell whether it is the file that cannot be read (to its end), not an item that is wrong."""
    return any(finding.rule in _UNREADABLE for finding in judged.errors)


@contextmanager
def _opened(name: str) -> Iterator[BinaryIO]:
    if name == STANDARD_INPUT:
        yield sys.stdin.buffer
    else:
        with Path(name).open("rb") as stream:
            yield stream


def _most_unpacked(name: str) -> int:
    """Return the limit of the night; of standard input nobody knows the size beforehand."""
    if name == STANDARD_INPUT:
        return _LIMITS.unpacked_bytes
    return UnpackLimit(_LIMITS.unpacked_bytes, _LIMITS.unpacked_ratio).bytes_of(Path(name))


class _Counting(io.RawIOBase):
    """Reads what a stream has ready, enough to tell how it is packed, and counts it."""

    def __init__(self, stream: BinaryIO, advance: Callable[[int], None]) -> None:
        self._stream = cast("io.BufferedReader[Any]", stream)
        self._advance = advance

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # as RawIOBase is fed
        held = 0
        while held < MAGIC_BYTES and (more := self._stream.read1(len(buffer) - held)):
            buffer[held : held + len(more)] = more
            held += len(more)
        self._advance(held)
        return held


class _Unpacked:
    """The unpacked bytes of a stream; a fault of the packing ends them and is kept."""

    def __init__(self, stream: io.BufferedReader[Any], most_bytes: int) -> None:
        self._stream = stream
        self._most_bytes = most_bytes
        self.fault: Finding | None = None

    def __iter__(self) -> Iterator[bytes]:
        compression = compression_from(self._stream.peek(MAGIC_BYTES))
        try:
            if compression is Compression.NONE:
                yield from iter(partial(self._stream.read1, CHUNK_BYTES), b"")
            else:
                yield from unpacked(self._stream, compression, self._most_bytes)
        except TruncatedStreamError:
            self.fault = FILE_TRUNCATED
        except DamagedStreamError:
            self.fault = FILE_DAMAGED
        except TooLargeStreamError:
            self.fault = FILE_UNPACKS_TOO_LARGE


def _raw_items(contents: _Unpacked) -> Iterator[RawItem]:
    rest = iter(contents)
    begin = _begin_of(rest)
    layout = layout_of(b"".join(begin)[:SAMPLE_BYTES])
    fault = _FAULT_OF_LAYOUT.get(layout)
    if fault is None:
        cut = cut_documents if layout is Layout.DOCUMENTS else cut_lines
        yield from cut(chain(begin, rest), item_bytes=_LIMITS.item_bytes)
    if fault := fault or contents.fault:
        yield RawItem(0, 0, 0, b"", fault)


def _begin_of(chunks: Iterator[bytes]) -> list[bytes]:
    """Take as many chunks as it needs to tell how the items lie in a file."""
    begin: list[bytes] = []
    while sum(map(len, begin)) < SAMPLE_BYTES and (chunk := next(chunks, None)) is not None:
        begin.append(chunk)
    return begin

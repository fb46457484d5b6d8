"""Judge the items of files and of standard input, in bounded memory and in the order they stand."""

from __future__ import annotations

import io
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, cast

from pipelines.ingest.open_stream import StreamLimits, items_of_stream
from pipelines.ingest.rejection import (
    FILE_DAMAGED,
    FILE_TRUNCATED,
    FILE_UNPACKS_TOO_LARGE,
    FILE_UNRECOGNISED,
    FILE_UTF16,
    defect,
)
from pipelines.ingest.streams import CHUNK_BYTES, MAGIC_BYTES, UnpackLimit
from pipelines.settings import IngestSettings
from pipelines.validation.report import Judged, Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pipelines.validation.judge import Judge

STANDARD_INPUT = "-"
_LIMITS = IngestSettings()
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
    for raw in items_of_stream(stream, StreamLimits(_LIMITS.item_bytes, unpacked_bytes)):
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

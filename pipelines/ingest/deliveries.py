"""Find the files in the landing folder that are whole, and say how each is to be read."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from blake3 import blake3

from pipelines.ingest.streams import (
    CHUNK_BYTES,
    Compression,
    DamagedStreamError,
    TruncatedStreamError,
    compression_of,
    read_unpacked,
)

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.home import Home
    from pipelines.settings import Settings

SAMPLE_BYTES = 1 << 16
_UNFINISHED_SUFFIXES = (".part", ".partial", ".tmp", ".crdownload", ".filepart")
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
# UTF-16 without its mark: JSON begins with a character of ASCII, so one of two bytes is NUL.
_UTF16_STARTS = (b"{\0", b"[\0", b"\0{", b"\0[")
_NEWLINE = ord("\n")
_UTF8_MARK = b"\xef\xbb\xbf"


class Layout(StrEnum):
    """How the items of a file lie in it."""

    LINES = "lines"
    DOCUMENTS = "documents"
    UTF16 = "utf16"
    UNRECOGNISED = "unrecognised"


class Range(NamedTuple):
    """Whole lines of a plain file: bytes [start, end), and the number of the first line."""

    start: int
    end: int
    first_line: int


class Stamp(NamedTuple):
    """What changes when a file is written to or replaced; nobody can set `changed_ns` back."""

    size: int
    modified_ns: int
    changed_ns: int
    inode: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """One whole file: what it is, by content, and the ranges in which it can be read."""

    path: Path
    name: str
    source: str
    digest: str
    size_bytes: int
    compression: Compression
    layout: Layout
    ranges: tuple[Range, ...]
    stamp: Stamp


class Waiting(NamedTuple):
    """A file that is left for a later night, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Landing:
    """What the landing folder holds tonight."""

    deliveries: tuple[Delivery, ...]
    waiting: tuple[Waiting, ...]


def find_deliveries(home: Home, settings: Settings) -> Landing:
    """Return the whole files of every source, in the order of their names, and those that wait."""
    reasons = {file: _reason_to_wait(file, home, settings) for file in _files(home.landing)}
    settled = _settled(
        [file for file, reason in reasons.items() if reason is None],
        settings.ingest.settle_seconds,
    )
    deliveries: list[Delivery] = []
    for file, stamp in settled.items():
        try:
            delivery = _examine(file, home, settings.ingest.block_bytes, stamp)
        except OSError as error:
            reasons[file] = f"cannot be read ({error.strerror}); see who may read it"
            continue
        if not change_of(file, stamp):
            deliveries.append(delivery)
    found = {delivery.path for delivery in deliveries}
    waiting = tuple(
        Waiting(_name(file, home), reason or "still growing")
        for file, reason in reasons.items()
        if file not in found
    )
    return Landing(tuple(deliveries), waiting)


def _files(folder: Path) -> list[Path]:
    """Return the files; what lies in a hidden folder is on its way as a hidden file is."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )


def _name(file: Path, home: Home) -> str:
    return file.relative_to(home.landing).as_posix()


def _reason_to_wait(file: Path, home: Home, settings: Settings) -> str | None:
    if file.name.endswith(_UNFINISHED_SUFFIXES):
        return "still being delivered"
    if file.parent == home.landing:
        return "not in the folder of a source; move it to landing/<source>/"
    source = file.relative_to(home.landing).parts[0]
    if source not in {known.name for known in settings.sources}:
        return f"district.toml has no [sources.{source}]; add that table"
    return None


def change_of(file: Path, stamp: Stamp) -> str:
    """Say what happened to a file since it had this stamp; nothing is the empty text."""
    now = _stamp(file)
    if now is None:
        return "disappeared while it was read"
    return "" if now == stamp else "changed while it was read"


def _stamp(file: Path) -> Stamp | None:
    try:
        status = file.stat()
    except FileNotFoundError:
        return None
    return Stamp(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


def _settled(files: list[Path], settle_seconds: float) -> dict[Path, Stamp]:
    """Return the files that do not change; those touched just now are looked at twice."""
    stamps = {file: stamp for file in files if (stamp := _stamp(file))}
    newest = max((stamp.modified_ns for stamp in stamps.values()), default=0) / 1e9
    time.sleep(min(max(newest + settle_seconds - time.time(), 0), settle_seconds))
    return {file: stamp for file, stamp in stamps.items() if _stamp(file) == stamp}


def _examine(file: Path, home: Home, block_bytes: int, stamp: Stamp) -> Delivery:
    compression = compression_of(file)
    layout = layout_of(_sample(file, compression))
    is_cut = compression is Compression.NONE and layout is Layout.LINES
    digest, ranges = _scan(file, block_bytes)
    return Delivery(
        path=file,
        name=_name(file, home),
        source=file.relative_to(home.landing).parts[0],
        digest=digest,
        size_bytes=stamp.size,
        compression=compression,
        layout=layout,
        ranges=ranges if is_cut else (),
        stamp=stamp,
    )


def _sample(file: Path, compression: Compression) -> bytes:
    sample = b""
    # A fault is counted when reading reaches it; here, what comes before it is enough.
    with suppress(TruncatedStreamError, DamagedStreamError):
        for chunk in read_unpacked(file, compression):
            sample += chunk
            if len(sample) >= SAMPLE_BYTES:
                break
    return sample[:SAMPLE_BYTES]


def layout_of(sample: bytes) -> Layout:
    """Tell how items lie in a file that begins with `sample`."""
    if sample.startswith(_UTF16_MARKS + _UTF16_STARTS):
        return Layout.UTF16
    text = sample.removeprefix(_UTF8_MARK)
    lines = [line for line in text.split(b"\n") if line.strip()]
    # A first line that opens a list is no item, though those after it may be.
    if text.lstrip().startswith(b"[") or (lines and lines[0].rstrip().endswith(b"[")):
        return Layout.DOCUMENTS
    if not lines or any(_is_object(line) for line in lines):
        return Layout.LINES
    if text.lstrip().startswith(b"{"):
        return Layout.DOCUMENTS if len(lines) > 1 else Layout.LINES
    return Layout.UNRECOGNISED


def _is_object(line: bytes) -> bool:
    return line.startswith(b"{") and line.rstrip().endswith(b"}")


def _scan(file: Path, block_bytes: int) -> tuple[str, tuple[Range, ...]]:
    """Read a file once: its BLAKE3 digest, and ranges of whole lines of about a block each."""
    digest = blake3()
    ranges: list[Range] = []
    offset = start = 0
    line_number = first_line = 1
    with file.open("rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            digest.update(chunk)
            last = chunk.rfind(b"\n") + 1
            # Four times as quick as counting them with the method of bytes.
            lines = int(np.count_nonzero(np.frombuffer(chunk, np.uint8) == _NEWLINE))
            if last and offset + last - start >= block_bytes:
                ranges.append(Range(start, offset + last, first_line))
                start, first_line = offset + last, line_number + lines
            line_number += lines
            offset += len(chunk)
    if offset > start:
        ranges.append(Range(start, offset, first_line))
    return digest.hexdigest(), tuple(ranges)

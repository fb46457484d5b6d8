"""Write a source's parcels of one day as one file, and say where each of them lies."""

from __future__ import annotations

import gzip
import io
from enum import Enum, auto
from typing import IO, TYPE_CHECKING, Any, NamedTuple

import orjson
import zstandard

from pipelines.synth.instants import format_instant
from pipelines.synth.tools import BASE, CALIPER_1P2
from pipelines.synth.values import Tool

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipelines.synth.parcels import Parcel

_SENSOR = f"{BASE[Tool.GAUGEWELL]}/sensors/main"
_SEND_DELAY_MS = 4_000
_COMPRESSION_LEVEL = 6


class Layout(Enum):
    """How events lie in a file."""

    LINES = auto()
    LINES_CRLF = auto()
    ARRAY = auto()
    ENVELOPE_LINES = auto()
    PRETTY_ENVELOPE = auto()


class Location(NamedTuple):
    """Where a parcel lies: a line from 1, and a place from 0 within an array or an envelope."""

    line: int | None
    position: int | None


def wrap_in_envelope(body: bytes) -> dict[str, Any]:
    """Wrap a single event in an envelope of its own."""
    event = orjson.loads(body)
    sent_at = event.get("eventTime") or event.get("datePublished") or "2026-09-01T00:00:00.000Z"
    return {"sensor": _SENSOR, "sendTime": sent_at, "dataVersion": CALIPER_1P2, "data": [event]}


def write_delivery(path: Path, parcels: list[Parcel], layout: Layout) -> list[Location]:
    """Write the file, compressed as its name says, and return each parcel's place in it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with _open(path) as sink:
        match layout:
            case Layout.LINES:
                return _write_lines(sink, parcels, b"\n")
            case Layout.LINES_CRLF:
                return _write_lines(sink, parcels, b"\r\n")
            case Layout.ARRAY:
                return _write_array(sink, parcels)
            case Layout.ENVELOPE_LINES:
                return _write_envelope_lines(sink, parcels)
            case Layout.PRETTY_ENVELOPE:
                return _write_pretty_envelope(sink, parcels)


def _open(path: Path) -> IO[bytes]:
    """Open for writing; neither a clock nor a file name goes into a compressed file."""
    if path.suffix == ".gz":
        return _NamelessGzip(path)
    plain = path.open("wb")
    if path.suffix == ".zst":
        return zstandard.ZstdCompressor(level=_COMPRESSION_LEVEL).stream_writer(plain)
    return plain


class _NamelessGzip(io.BytesIO):
    """Gathers a file in memory and compresses it once: many small writes are slow."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def close(self) -> None:
        """Compress what was written."""
        if not self.closed:
            packed = gzip.compress(self.getbuffer(), compresslevel=_COMPRESSION_LEVEL, mtime=0)
            self._path.write_bytes(packed)
        super().close()


def _write_lines(sink: IO[bytes], parcels: list[Parcel], ending: bytes) -> list[Location]:
    for parcel in parcels:
        sink.write(parcel.body + ending)
    return [Location(line, None) for line in range(1, len(parcels) + 1)]


def _write_array(sink: IO[bytes], parcels: list[Parcel]) -> list[Location]:
    """Write a JSON array with one element on each line, from the second line on."""
    sink.write(b"[\n" + b",\n".join(parcel.body for parcel in parcels) + b"\n]\n")
    return [Location(place + 2, place) for place in range(len(parcels))]


def _write_envelope_lines(sink: IO[bytes], parcels: list[Parcel]) -> list[Location]:
    locations: dict[int, Location] = {}
    for line, (bundle, places) in enumerate(_bundles(parcels), start=1):
        first = parcels[places[0]]
        if first.is_raw_line:
            sink.write(first.body + b"\n")
        else:
            sink.write(_envelope(bundle) + b"\n")
        for index, place in enumerate(places):
            locations[place] = Location(line, None if first.is_raw_line else index)
    return [locations[place] for place in range(len(parcels))]


def _write_pretty_envelope(sink: IO[bytes], parcels: list[Parcel]) -> list[Location]:
    envelope = orjson.loads(_envelope(parcels))
    sink.write(orjson.dumps(envelope, option=orjson.OPT_INDENT_2) + b"\n")
    return [Location(None, index) for index in range(len(parcels))]


def _bundles(parcels: list[Parcel]) -> Iterator[tuple[list[Parcel], list[int]]]:
    """Yield the parcels of each envelope and their places, envelopes in order of appearance."""
    places_of: dict[str, list[int]] = {}
    for place, parcel in enumerate(parcels):
        places_of.setdefault(parcel.bundle, []).append(place)
    for places in places_of.values():
        yield [parcels[place] for place in places], places


def _envelope(parcels: list[Parcel]) -> bytes:
    sent_at = format_instant(max(parcel.at_ms for parcel in parcels) + _SEND_DELAY_MS)
    head = orjson.dumps({"sensor": _SENSOR, "sendTime": sent_at, "dataVersion": CALIPER_1P2})
    return head[:-1] + b',"data":[' + b",".join(parcel.body for parcel in parcels) + b"]}"

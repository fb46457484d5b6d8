"""Bytes of a delivered file, decompressed where need be, in bounded pieces."""

from __future__ import annotations

import zlib
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, Protocol

import zstandard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

CHUNK_BYTES = 1 << 20
# Small, because zstd can unfold four bytes into 128 KiB: this bounds a piece to 32 MiB.
_COMPRESSED_CHUNK_BYTES = 1024
# So much a file may unpack to however small it is: an honest small file may be very regular.
FREE_BYTES = 16 << 20
_GZIP_WINDOW_BITS = 31
MAGIC_BYTES = 4


class Compression(StrEnum):
    """How a file is packed; told by its first bytes, not by its name."""

    NONE = "none"
    GZIP = "gzip"
    ZSTD = "zstd"


class TruncatedStreamError(Exception):
    """The compressed data ends before its end mark."""


class DamagedStreamError(Exception):
    """The compressed data cannot be unpacked."""


class TooLargeStreamError(Exception):
    """The compressed data unpacks to more than the settings allow."""


class UnpackLimit(NamedTuple):
    """To how much a packed file may unpack: so many bytes, and so many times its own size."""

    most_bytes: int
    ratio: int

    def bytes_of(self, file: Path) -> int:
        """Return the limit for one file."""
        return min(self.most_bytes, max(FREE_BYTES, self.ratio * file.stat().st_size))


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


_MAGIC = {b"\x1f\x8b": Compression.GZIP, b"\x28\xb5\x2f\xfd": Compression.ZSTD}
_NEW_DECOMPRESSOR: dict[Compression, Callable[[], _Decompressor]] = {
    Compression.GZIP: partial(zlib.decompressobj, wbits=_GZIP_WINDOW_BITS),
    Compression.ZSTD: lambda: zstandard.ZstdDecompressor().decompressobj(),
}


def compression_of(file: Path) -> Compression:
    """Tell how a file is packed by its first bytes."""
    with file.open("rb") as stream:
        return compression_from(stream.read(MAGIC_BYTES))


def compression_from(head: bytes) -> Compression:
    """Tell how data is packed that begins with these bytes."""
    return next(
        (kind for magic, kind in _MAGIC.items() if head.startswith(magic)), Compression.NONE
    )


def read_range(file: Path, start: int, end: int) -> Iterator[bytes]:
    """Yield the bytes of [start, end) of a plain file."""
    with file.open("rb") as stream:
        stream.seek(start)
        remaining = end - start
        while remaining and (chunk := stream.read(min(CHUNK_BYTES, remaining))):
            remaining -= len(chunk)
            yield chunk


def read_unpacked(
    file: Path, compression: Compression, limit: UnpackLimit | None = None
) -> Iterator[bytes]:
    """Yield the unpacked bytes of a whole file, through all of its members or frames.

    Raises TruncatedStreamError, DamagedStreamError or TooLargeStreamError after the last bytes
    that could be unpacked.
    """
    with file.open("rb") as stream:
        if compression is Compression.NONE:
            yield from iter(partial(stream.read, CHUNK_BYTES), b"")
        else:
            most_bytes = limit.bytes_of(file) if limit else None
            yield from unpacked(stream, compression, most_bytes)


def unpacked(
    stream: BinaryIO, compression: Compression, most_bytes: int | None = None
) -> Iterator[bytes]:
    """Yield the unpacked bytes of a packed stream; raises as `read_unpacked`."""
    pieces = _unpack(stream, _NEW_DECOMPRESSOR[compression])
    yield from _in_chunks(pieces if most_bytes is None else _limited(pieces, most_bytes))


def _in_chunks(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the same bytes in chunks of CHUNK_BYTES, also those before a fault.

    An item that is not yet whole is searched anew with every chunk, so small ones would be slow.
    """
    held = bytearray()
    fault: Exception | None = None
    try:
        for piece in pieces:
            held += piece
            whole = len(held) - len(held) % CHUNK_BYTES
            for start in range(0, whole, CHUNK_BYTES):
                yield bytes(held[start : start + CHUNK_BYTES])
            del held[:whole]
    except (TruncatedStreamError, DamagedStreamError, TooLargeStreamError) as error:
        fault = error
    yield bytes(held)
    if fault:
        raise fault


def _limited(pieces: Iterator[bytes], most_bytes: int) -> Iterator[bytes]:
    remaining = most_bytes
    for piece in pieces:
        yield piece[:remaining]
        remaining -= len(piece)
        if remaining < 0:
            raise TooLargeStreamError


def _unpack(stream: BinaryIO, new_decompressor: Callable[[], _Decompressor]) -> Iterator[bytes]:
    decompressor = new_decompressor()
    try:
        for chunk in iter(partial(stream.read, _COMPRESSED_CHUNK_BYTES), b""):
            packed = chunk
            while packed:
                if decompressor.eof:
                    decompressor = new_decompressor()
                yield decompressor.decompress(packed)
                packed = decompressor.unused_data if decompressor.eof else b""
    except (zlib.error, zstandard.ZstdError):
        raise DamagedStreamError from None
    if not decompressor.eof:
        raise TruncatedStreamError

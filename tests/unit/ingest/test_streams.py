"""Compressed files are read through every member, and what is wrong with them is told."""

from __future__ import annotations

import gzip
import random
import zlib
from typing import TYPE_CHECKING

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.ingest.streams import (
    CHUNK_BYTES,
    FREE_BYTES,
    Compression,
    DamagedStreamError,
    TooLargeStreamError,
    TruncatedStreamError,
    UnpackLimit,
    compression_of,
    read_range,
    read_unpacked,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TEXT = bytes(range(256)) * 400
SKIPPABLE_FRAME = b"\x50\x2a\x4d\x18" + (3).to_bytes(4, "little") + b"abc"
PACKERS = pytest.mark.parametrize(
    ("pack", "kind"),
    [
        pytest.param(gzip.compress, Compression.GZIP, id="gzip"),
        pytest.param(zstandard.ZstdCompressor().compress, Compression.ZSTD, id="zstd"),
    ],
)


def _write(folder: Path, content: bytes) -> Path:
    file = folder / "delivery"
    file.write_bytes(content)
    return file


def _read(file: Path) -> bytes:
    return b"".join(read_unpacked(file, compression_of(file)))


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        pytest.param(b"", Compression.NONE, id="empty"),
        pytest.param(b"{}", Compression.NONE, id="text"),
        pytest.param(gzip.compress(b"{}"), Compression.GZIP, id="gzip"),
        pytest.param(zstandard.compress(b"{}"), Compression.ZSTD, id="zstd"),
    ],
)
def test_packing_is_told_by_the_first_bytes(
    tmp_path: Path, content: bytes, kind: Compression
) -> None:
    """The name of a file says nothing about how it is packed."""
    assert compression_of(_write(tmp_path, content)) is kind


@PACKERS
def test_all_members_are_read(
    tmp_path: Path, pack: Callable[[bytes], bytes], kind: Compression
) -> None:
    """Members or frames that follow each other are one stream, also where some are empty."""
    file = _write(tmp_path, pack(TEXT) + pack(b"") + pack(b"second") + pack(b"third"))
    assert compression_of(file) is kind
    assert _read(file) == TEXT + b"secondthird"


def test_a_frame_that_is_to_be_skipped_gives_nothing(tmp_path: Path) -> None:
    """A skippable frame of zstd (RFC 8878 3.1.2) lies between frames without harm."""
    frame = zstandard.compress(b"first")
    assert _read(_write(tmp_path, frame + SKIPPABLE_FRAME + frame)) == b"firstfirst"


@PACKERS
@pytest.mark.parametrize("is_second", [False, True], ids=["only-member", "second-member"])
def test_a_cut_stream_gives_what_it_holds_and_then_says_so(
    tmp_path: Path, pack: Callable[[bytes], bytes], kind: Compression, *, is_second: bool
) -> None:
    """What could be unpacked before the cut is read, and then the cut is told."""
    text = zlib.compress(TEXT) * 200
    before = pack(b"before") if is_second else b""
    file = _write(tmp_path, before + pack(text)[:-100])
    read: list[bytes] = []
    with pytest.raises(TruncatedStreamError):
        read.extend(read_unpacked(file, kind))
    whole = (b"before" if is_second else b"") + text
    assert whole.startswith(b"".join(read))


@PACKERS
@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda packed: packed + b"trailing garbage", id="trailing-garbage"),
        pytest.param(lambda packed: packed[:2000] + b"\0\xff" * 500 + packed[3000:], id="middle"),
    ],
)
def test_a_damaged_stream_is_told(
    tmp_path: Path,
    pack: Callable[[bytes], bytes],
    kind: Compression,
    spoil: Callable[[bytes], bytes],
) -> None:
    """Data that cannot be unpacked ends the stream with a fault of its own."""
    file = _write(tmp_path, spoil(pack(zlib.compress(TEXT, 0))))
    with pytest.raises((DamagedStreamError, TruncatedStreamError)):
        list(read_unpacked(file, kind))


@PACKERS
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(content=st.binary(max_size=300), cut=st.integers(1, 300), spoiled=st.integers(0, 300))
def test_no_bytes_raise_anything_else(  # noqa: PLR0913 - hypothesis hands over its draws
    tmp_path: Path,
    pack: Callable[[bytes], bytes],
    kind: Compression,
    *,
    content: bytes,
    cut: int,
    spoiled: int,
) -> None:
    """Whatever happened to a packed file, it is read, damaged or truncated."""
    packed = bytearray(pack(content)[: max(cut, 4)])
    packed[spoiled % len(packed)] ^= 0x55
    try:
        read = b"".join(read_unpacked(_write(tmp_path, bytes(packed)), kind))
    except (DamagedStreamError, TruncatedStreamError):
        return
    assert isinstance(read, bytes)


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES, CHUNK_BYTES + 5])
def test_a_plain_range_is_read_exactly(tmp_path: Path, size: int) -> None:
    """A range gives the bytes from its start up to, not including, its end."""
    content = b"ab" + b"x" * size + b"cd"
    file = _write(tmp_path, content)
    assert b"".join(read_range(file, 2, 2 + size)) == b"x" * size
    assert _read(file) == content


@PACKERS
def test_unpacked_bytes_come_in_large_pieces(
    tmp_path: Path, pack: Callable[[bytes], bytes], kind: Compression
) -> None:
    """An item that spans pieces is searched anew with each, so there must be few of them."""
    content = random.Random(1).randbytes(CHUNK_BYTES * 3)  # noqa: S311 - no secret
    sizes = [len(piece) for piece in read_unpacked(_write(tmp_path, pack(content)), kind)]
    assert sum(sizes) == len(content)
    assert all(size >= CHUNK_BYTES for size in sizes[:-1])


@PACKERS
def test_a_bomb_is_read_to_the_limit_and_then_told(
    tmp_path: Path, pack: Callable[[bytes], bytes], kind: Compression
) -> None:
    """What a file may unpack to is bounded by bytes and by its own size; chunks stay small."""
    file = _write(tmp_path, pack(b"\0" * (FREE_BYTES * 2)))
    for limit, most in (
        (UnpackLimit(FREE_BYTES * 4, 2), FREE_BYTES),
        (UnpackLimit(5 * CHUNK_BYTES, 10**9), 5 * CHUNK_BYTES),
    ):
        sizes: list[int] = []
        with pytest.raises(TooLargeStreamError):
            sizes.extend(map(len, read_unpacked(file, kind, limit)))
        assert sum(sizes) == most
    unlimited = UnpackLimit(FREE_BYTES * 4, 10**9)
    assert sum(map(len, read_unpacked(file, kind, unlimited))) == FREE_BYTES * 2


def test_many_empty_members_take_no_memory(tmp_path: Path) -> None:
    """Members without content add nothing, however many there are."""
    assert _read(_write(tmp_path, gzip.compress(b"") * 2000)) == b""

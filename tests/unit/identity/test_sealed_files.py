"""Files of any size are sealed in frames, and open only whole, unchanged and with their key."""

from __future__ import annotations

import io
import os
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import ConfigurationError, DamagedError
from pipelines.identity.keys import Key
from pipelines.identity.sealed_files import PIECE_BYTES, FileSealer

KEY = Key("vault", 1, bytes(range(32)))
OTHER_KEY = Key("vault", 1, bytes(range(1, 33)))
HEADER_BYTES = 41
FRAME_BYTES = PIECE_BYTES + 16
# It does not pack, so that it takes three frames.
LARGE = os.urandom(2 * PIECE_BYTES + 5)


def _seal(content: bytes, name: str = "one") -> bytes:
    sink = io.BytesIO()
    FileSealer(KEY).seal([content[:7], content[7:]], sink, name=name)
    return sink.getvalue()


def _open(sealed: bytes, name: str = "one", key: Key = KEY) -> bytes:
    return b"".join(FileSealer(key).open(io.BytesIO(sealed), name=name))


@given(st.binary(max_size=5000))
def test_what_is_sealed_opens(content: bytes) -> None:
    """Any content comes back as it was, and gives the same bytes whenever it is sealed."""
    assert _open(_seal(content)) == content
    assert _seal(content) == _seal(content)


@pytest.mark.parametrize("size", [0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, len(LARGE)])
def test_every_length_opens(size: int) -> None:
    """A content that just fills its frames is no exception."""
    assert _open(_seal(LARGE[:size])) == LARGE[:size]


def test_what_is_sealed_shows_nothing() -> None:
    """Neither the content nor its name can be read in the sealed file."""
    sealed = _seal(b'{"name": "Ada Example"}' * 100, name="riverbend")
    assert b"Ada" not in sealed
    assert b"riverbend" not in sealed


@pytest.mark.parametrize("at", [0, 3, HEADER_BYTES, HEADER_BYTES + FRAME_BYTES + 9, -1])
def test_a_changed_byte_is_found(at: int) -> None:
    """Whatever byte is changed, the file does not open."""
    sealed = bytearray(_seal(LARGE))
    sealed[at] ^= 1
    with pytest.raises((DamagedError, ConfigurationError)):
        _open(bytes(sealed))


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(lambda sealed: sealed[: HEADER_BYTES + 2 * FRAME_BYTES], id="cut off"),
        pytest.param(lambda sealed: sealed[:HEADER_BYTES], id="no frame"),
        pytest.param(lambda sealed: sealed[:0], id="empty"),
        pytest.param(
            lambda sealed: sealed[:HEADER_BYTES] + sealed[HEADER_BYTES + FRAME_BYTES :],
            id="first frame left out",
        ),
        pytest.param(
            lambda sealed: (
                sealed[:HEADER_BYTES]
                + sealed[HEADER_BYTES + FRAME_BYTES : HEADER_BYTES + 2 * FRAME_BYTES]
                + sealed[HEADER_BYTES : HEADER_BYTES + FRAME_BYTES]
                + sealed[HEADER_BYTES + 2 * FRAME_BYTES :]
            ),
            id="frames swapped",
        ),
        pytest.param(lambda sealed: sealed + sealed[-21:], id="a frame more"),
    ],
)
def test_frames_stand_in_their_place(changed: object) -> None:
    """A file that lacks a frame, has one more or has them in another order does not open."""
    assert callable(changed)
    with pytest.raises(DamagedError, match="is damaged"):
        _open(changed(_seal(LARGE)))


def test_a_file_opens_under_its_own_name_only() -> None:
    """A sealed file cannot be passed off as another."""
    with pytest.raises(DamagedError):
        _open(_seal(b"content"), name="two")


def test_another_key_is_told_apart_from_damage() -> None:
    """With another vault.key the message says so."""
    with pytest.raises(ConfigurationError, match=r"another vault\.key"):
        _open(_seal(b"content"), key=OTHER_KEY)


def test_memory_is_bounded() -> None:
    """A content of 200 MiB, which packs very well, is sealed and opened in a few MiB."""
    sealer, sink = FileSealer(KEY), io.BytesIO()
    pieces = 200
    tracemalloc.start()
    sealer.seal((bytes(PIECE_BYTES) for _ in range(pieces)), sink, name="zeros")
    sink.seek(0)
    total = sum(len(piece) for piece in sealer.open(sink, name="zeros"))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert total == pieces * PIECE_BYTES
    assert peak < 32 * PIECE_BYTES

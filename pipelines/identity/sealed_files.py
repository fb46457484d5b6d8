"""Encrypt whole files of any size in bounded memory, so that only the vault key opens them.

A sealed file is a header, then frames: the content packed with zstd, cut into pieces of a MiB, each
sealed with AES-SIV (RFC 5297). What a frame is bound to tells the file's name, the frame's number
and whether it is the last, as in the STREAM construction (Hoang et al., "Online Authenticated-
Encryption and its Nonce-Reuse Misuse-Resistance", CRYPTO 2015): frames that are swapped, left out,
cut off or of another file do not open. The same content gives the same bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

import zstandard
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from pipelines.errors import ConfigurationError, DamagedError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pipelines.identity.keys import Key

PIECE_BYTES = 1 << 20
_SIV_KEY_BYTES = 64
_SIV_TAG_BYTES = 16
_SLICE_BYTES = 256
_MAGIC = b"plumbline sealed file 1\n"


class FileSealer:
    """Seals and opens files with a key that is derived from vault.key."""

    def __init__(self, vault_key: Key) -> None:
        self._cipher = AESSIV(vault_key.derive("archived deliveries", size=_SIV_KEY_BYTES))
        self._fingerprint = f"{vault_key.fingerprint}\n".encode()

    def seal(self, pieces: Iterable[bytes], sink: BinaryIO, *, name: str) -> None:
        """Write the sealed content to `sink`; `name` is bound to it and needed to open it."""
        sink.write(_MAGIC + self._fingerprint)
        held = bytearray()
        number = 0
        for packed in _packed(pieces):
            held += packed
            # One piece is held back: only the end tells which is the last.
            while len(held) > PIECE_BYTES:
                place = _place(name, number, is_last=False)
                sink.write(self._cipher.encrypt(bytes(held[:PIECE_BYTES]), place))
                del held[:PIECE_BYTES]
                number += 1
        sink.write(self._cipher.encrypt(bytes(held), _place(name, number, is_last=True)))

    def open(self, source: BinaryIO, *, name: str) -> Iterator[bytes]:
        """Yield the content in pieces.

        Raises ConfigurationError with another vault.key, DamagedError where the file was changed,
        cut off, or sealed under another name.
        """
        self._refuse_other_key(source, name)
        unpacker = zstandard.ZstdDecompressor().decompressobj()
        for packed in _opened(self._cipher, source, name):
            # Small slices, because zstd can unfold four bytes into 128 KiB.
            for start in range(0, len(packed), _SLICE_BYTES):
                yield unpacker.decompress(packed[start : start + _SLICE_BYTES])

    def _refuse_other_key(self, source: BinaryIO, name: str) -> None:
        if source.read(len(_MAGIC)) != _MAGIC:
            raise _damaged(name)
        if source.read(len(self._fingerprint)) != self._fingerprint:
            raise ConfigurationError(
                f"the sealed file {name} was made with another vault.key",
                "use the vault.key that was in place when the file was archived",
            )


def _packed(pieces: Iterable[bytes]) -> Iterator[bytes]:
    packer = zstandard.ZstdCompressor().compressobj()
    for piece in pieces:
        yield packer.compress(piece)
    yield packer.flush()


def _opened(cipher: AESSIV, source: BinaryIO, name: str) -> Iterator[bytes]:
    number = 0
    frame = source.read(PIECE_BYTES + _SIV_TAG_BYTES)
    while True:
        following = source.read(PIECE_BYTES + _SIV_TAG_BYTES)
        place = _place(name, number, is_last=not following)
        try:
            piece = cipher.decrypt(frame, place)
        except (InvalidTag, ValueError):
            raise _damaged(name) from None
        yield piece
        if not following:
            return
        frame, number = following, number + 1


def _place(name: str, number: int, *, is_last: bool) -> list[bytes | bytearray | memoryview]:
    return [_MAGIC, name.encode(), number.to_bytes(8), b"\x01" if is_last else b"\x00"]


def _damaged(name: str) -> DamagedError:
    return DamagedError(
        f"the sealed file {name} is damaged", "restore it from the backup of the home"
    )

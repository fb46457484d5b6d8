"""Read and create the four key files of a home.

pseudonym.key turns identifiers into pseudonyms, warehouse.key encrypts the warehouse,
vault.key encrypts names and the originals of rejected events, marts.key encrypts published marts.
"""

from __future__ import annotations

import hmac
import os
import secrets
import stat
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from pipelines.errors import ConfigurationError
from pipelines.files import part_of, put_in_place

if TYPE_CHECKING:
    from pathlib import Path

KEY_NAMES = ("pseudonym", "warehouse", "vault", "marts")
KEY_BYTES = 32
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True, repr=False)
class Key:
    """A secret of 32 bytes and its version; never shown, not even by repr."""

    name: str
    version: int
    secret: bytes

    @property
    def hex(self) -> str:
        """The secret as 64 hexadecimal digits."""
        return self.secret.hex()

    @property
    def fingerprint(self) -> str:
        """16 hexadecimal digits that tell one key from another without telling the key."""
        return hmac.new(self.secret, b"plumbline key fingerprint", sha256).hexdigest()[:16]

    def derive(self, purpose: str, *, size: int = KEY_BYTES) -> bytes:
        """Return `size` bytes of key for one purpose (HKDF-Expand, RFC 5869 2.3)."""
        return HKDFExpand(algorithm=SHA256(), length=size, info=purpose.encode()).derive(
            self.secret
        )


def read_key(folder: Path, name: str) -> Key:
    """Return a key; raise ConfigurationError where its file is missing, open to all or broken."""
    file = folder / f"{name}.key"
    if not file.is_file():
        raise ConfigurationError(
            f"there is no key file {file}",
            "restore it from where the district keeps its keys; only for a new home, "
            "`plumbline init` creates keys",
        )
    if stat.S_IMODE(file.stat().st_mode) & _OTHERS:
        raise ConfigurationError(f"{file} can be read by others", f"run: chmod 600 {file}")
    return _parse_key(file, name)


def create_keys(folder: Path) -> None:
    """Create the keys of a new home; an existing key is never touched."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in KEY_NAMES:
        _write_new(folder / f"{name}.key", f"1 {secrets.token_hex(KEY_BYTES)}\n")


def _write_new(file: Path, text: str) -> None:
    if file.exists():
        return
    part = part_of(file)
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(text)
    put_in_place(part, file)


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii")
    except OSError as error:
        raise ConfigurationError(
            f"{file} cannot be read: {error.strerror}", "run as the user who owns the keys"
        ) from None


def _parse_key(file: Path, name: str) -> Key:
    try:
        version, secret = _read(file).split()
        key = Key(name, int(version), bytes.fromhex(secret))
    except ValueError:
        key = None
    if key is None or len(key.secret) != KEY_BYTES:
        raise ConfigurationError(
            f"{file} is not a key file",
            "it must hold one line: the key's version, a space, and 64 hexadecimal digits",
        )
    return key

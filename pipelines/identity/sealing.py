"""Encrypt the originals of rejected events so that only the vault key opens them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from pipelines.errors import ConfigurationError

if TYPE_CHECKING:
    from pipelines.identity.keys import Key

_SIV_KEY_BYTES = 64


class Sealer:
    """AES-SIV (RFC 5297): authenticated, and the same input gives the same bytes."""

    def __init__(self, vault_key: Key) -> None:
        self._cipher = AESSIV(vault_key.derive("rejected events", size=_SIV_KEY_BYTES))

    def seal(self, original: bytes, *, place: str) -> bytes:
        """Encrypt `original`; `place` (file digest and byte offset) is bound to it."""
        return self._cipher.encrypt(original, [place.encode()]) if original else b""

    def open(self, sealed: bytes, *, place: str) -> bytes:
        """Return the original; raise ConfigurationError with the wrong key or another place."""
        if not sealed:
            return b""
        try:
            return self._cipher.decrypt(sealed, [place.encode()])
        except InvalidTag:
            raise ConfigurationError(
                "a rejected event does not open with this vault.key",
                "use the vault.key that was in place when the file was ingested",
            ) from None

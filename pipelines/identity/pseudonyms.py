"""Turn identifiers of people into keyed pseudonyms."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipelines.identity.keys import Key

PSEUDONYM_HEX_DIGITS = 32
ROSTER_NAMESPACE = "roster"
_NAMESPACES = "namespace"
_SEPARATOR = "\x1f"
# HMAC (RFC 2104) hashes twice; what both begin with is the same for all, and is hashed once.
_BLOCK_BYTES = 64
_INNER, _OUTER = (bytes(byte ^ pad for byte in range(256)) for pad in (0x36, 0x5C))


class LocalIdentifier(NamedTuple):
    """How one tool names a person: a namespace and the identifier within it."""

    namespace: str
    value: str


class Pseudonymiser:
    """HMAC-SHA-256 over district, namespace and local id, of which 128 bits are kept."""

    def __init__(self, key: Key, district_id: str) -> None:
        block = key.secret.ljust(_BLOCK_BYTES, b"\0")
        self._inner = sha256(block.translate(_INNER) + f"{district_id}{_SEPARATOR}".encode())
        self._outer = sha256(block.translate(_OUTER))
        self._known: dict[LocalIdentifier, str] = {}

    def pseudonym(self, identifier: LocalIdentifier) -> str:
        """Return the 32 hexadecimal digits that stand for a person."""
        known = self._known.get(identifier)
        if known is None:
            known = self._known[identifier] = self._compute(identifier)
        return known

    def namespace_key(self, namespace: str) -> str:
        """Return what stands for a namespace: the home page of an account may name a person."""
        return self.pseudonym(LocalIdentifier(_NAMESPACES, namespace))

    def student_key(self, sourced_id: str) -> str:
        """Return the pseudonym of a person in the roster (OneRoster users.sourcedId)."""
        return self._compute(LocalIdentifier(ROSTER_NAMESPACE, sourced_id))

    def pseudonyms_in(self, namespace: str) -> Callable[[str], str]:
        """Return what gives the pseudonyms of many identifiers of a namespace, and keeps none."""
        inner = self._inner.copy()
        inner.update(f"{namespace}{_SEPARATOR}".encode("utf-8", "surrogatepass"))
        begin, finish = inner.copy, self._outer.copy

        def pseudonym(value: str) -> str:
            named, keyed = begin(), finish()
            named.update(value.encode("utf-8", "surrogatepass"))
            keyed.update(named.digest())
            return keyed.hexdigest()[:PSEUDONYM_HEX_DIGITS]

        return pseudonym

    def _compute(self, identifier: LocalIdentifier) -> str:
        return self.pseudonyms_in(identifier.namespace)(identifier.value)

"""Turn identifiers of people into keyed pseudonyms."""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipelines.identity.keys import Key

PSEUDONYM_HEX_DIGITS = 32
ROSTER_NAMESPACE = "roster"
_NAMESPACES = "namespace"
_SEPARATOR = "\x1f"


class LocalIdentifier(NamedTuple):
    """How one tool names a person: a namespace and the identifier within it."""

    namespace: str
    value: str


class Pseudonymiser:
    """HMAC-SHA-256 over district, namespace and local id, of which 128 bits are kept."""

    def __init__(self, key: Key, district_id: str) -> None:
        self._keyed = hmac.new(key.secret, f"{district_id}{_SEPARATOR}".encode(), sha256)
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
        keyed = self._keyed.copy()
        keyed.update(f"{namespace}{_SEPARATOR}".encode("utf-8", "surrogatepass"))

        def pseudonym(value: str) -> str:
            named = keyed.copy()
            named.update(value.encode("utf-8", "surrogatepass"))
            return named.hexdigest()[:PSEUDONYM_HEX_DIGITS]

        return pseudonym

    def _compute(self, identifier: LocalIdentifier) -> str:
        return self.pseudonyms_in(identifier.namespace)(identifier.value)

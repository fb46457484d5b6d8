"""The namespaces that are not a tool's own, and how identifiers of each are written."""

from __future__ import annotations

MBOX, MBOX_SHA1SUM, OPENID, IRI, ROSTER = "mbox", "mbox_sha1sum", "openid", "iri", "roster"
MAILTO = "mailto:"


def normal_identifier(namespace: str, identifier: str) -> str:
    """Write an identifier as those of events are written before they become pseudonyms."""
    if namespace == MBOX:
        return identifier.removeprefix(MAILTO).lower()
    return identifier.lower() if namespace == MBOX_SHA1SUM else identifier

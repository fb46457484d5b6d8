"""Bytes to JSON, refusing what the standards and RFC 8259 do not let two readers agree on."""

from __future__ import annotations

from typing import Any, NamedTuple

import orjson

from pipelines.validation.findings import Finding, Severity


class Document(NamedTuple):
    """A decoded JSON document."""

    value: Any


class Undecodable(NamedTuple):
    """Why bytes are no JSON document."""

    finding: Finding


def decode(raw: bytes) -> Document | Undecodable:
    """Decode one JSON document; bad bytes are a value, never an exception."""
    try:
        return Document(orjson.loads(raw))
    except orjson.JSONDecodeError:
        finding = Finding("json.syntax", Severity.ERROR, "$", "not a JSON document", "RFC 8259")
        return Undecodable(finding)

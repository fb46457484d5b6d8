"""Bytes to JSON, refusing whatever two honest readers could read differently."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, NamedTuple

import orjson

from pipelines.validation.explain import shown_name
from pipelines.validation.findings import Finding, Severity

# Deeper than any event needs, and what the serialiser of the suspect test can follow.
MAXIMUM_DEPTH = 254

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
DECODING_FINDINGS = {
    rule: Finding(rule, Severity.ERROR, "$", message, clause)
    for rule, message, clause in (
        ("json.encoding", "the bytes are not UTF-8", "RFC 8259 8.1"),
        ("json.syntax", "not one complete JSON document", "RFC 8259 2"),
        ("json.number", "a number is too large for IEEE 754", "RFC 8259 6"),
        ("json.surrogate", "half of a surrogate pair stands alone", "RFC 8259 8.2"),
        ("json.nesting", f"nested deeper than {MAXIMUM_DEPTH} levels", "RFC 8259 9"),
        (
            "json.duplicate-key",
            "an object has the same key more than once",
            "RFC 8259 4; xAPI 1.0.3 Data 2.2",
        ),
    )
}
# The words of the parser for what deserves a rule of its own.
_RULE_BY_WORDING = (
    ("UTF-8", "json.encoding"),
    ("surrogate", "json.surrogate"),
    ("infinity", "json.number"),
    ("depth limit", "json.nesting"),
)


class Document(NamedTuple):
    """A decoded JSON document, and its bytes written again with sorted members."""

    value: Any
    canonical: bytes


class Undecodable(NamedTuple):
    """Why bytes are no JSON document."""

    finding: Finding


def decode(raw: bytes) -> Document | Undecodable:
    """Decode one JSON document; bad bytes are a value, never an exception."""
    if raw[:3] == _BYTE_ORDER_MARK:
        raw = raw[3:]
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        return _undecodable(_rule_of(error.msg), f" (at character {error.pos + 1})")
    try:
        canonical = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError:
        return _undecodable("json.nesting")
    if _may_repeat_a_key(raw, canonical):
        name = _repeated_key(raw)
        if name is not None:
            return _undecodable("json.duplicate-key", f" ({shown_name(name)})")
    return Document(value, canonical)


def _undecodable(rule: str, detail: str = "") -> Undecodable:
    finding = DECODING_FINDINGS[rule]
    return Undecodable(finding._replace(message=finding.message + detail))


def _rule_of(wording: str) -> str:
    for words, rule in _RULE_BY_WORDING:
        if words in wording:
            return rule
    return "json.syntax"


def _may_repeat_a_key(raw: bytes, again: bytes) -> bool:
    """Tell whether members went missing: then there are fewer colons than before.

    A colon may also be written as an escape, which would hide a missing one.
    """
    if raw.count(b":") != again.count(b":"):
        return True
    return b"\\" in raw and (b"\\u003a" in raw or b"\\u003A" in raw)


def _repeated_key(raw: bytes) -> str | None:
    """Return the first key that an object has twice."""
    repeated: list[str] = []

    def look(members: list[tuple[str, object]]) -> None:
        if len(members) != len(dict(members)):
            counts = Counter(name for name, _ in members)
            repeated.extend(name for name, count in counts.items() if count > 1)

    # Numbers do not matter here, and a huge one would be slow or refused.
    json.loads(raw, object_pairs_hook=look, parse_int=len, parse_float=len)
    return repeated[0] if repeated else None

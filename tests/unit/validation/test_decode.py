"""Decoding refuses what two readers could read differently, and never raises."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.validation.decode import MAXIMUM_DEPTH, Document, Undecodable, decode


def _rule(raw: bytes) -> str | None:
    decoded = decode(raw)
    return decoded.finding.rule if isinstance(decoded, Undecodable) else None


def _nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


@pytest.mark.parametrize(
    ("raw", "rule"),
    [
        pytest.param(b"", "json.syntax", id="nothing"),
        pytest.param(b'{"a": 1', "json.syntax", id="truncated"),
        pytest.param(b'{"a": 1} {"b": 2}', "json.syntax", id="two-documents"),
        pytest.param(b'{"a": NaN}', "json.syntax", id="nan"),
        pytest.param(b'{"a": -Infinity}', "json.syntax", id="infinity"),
        pytest.param(b'{"a": 1e400}', "json.number", id="too-large"),
        pytest.param(b'{"a": "\\ud800"}', "json.surrogate", id="lone-surrogate"),
        pytest.param(b'"\xed\xa0\x80"', "json.encoding", id="encoded-surrogate"),
        pytest.param(b'"\xff"', "json.encoding", id="not-utf-8"),
        pytest.param('{"a": 1}'.encode("utf-16"), "json.encoding", id="utf-16"),
        pytest.param(b'{"a": "\x00"}', "json.syntax", id="nul-byte"),
        pytest.param(b"{'a': 1}", "json.syntax", id="single-quotes"),
        pytest.param(_nested(MAXIMUM_DEPTH + 1), "json.nesting", id="too-deep"),
        pytest.param(_nested(10_000), "json.nesting", id="much-too-deep"),
        pytest.param(b"[" * 10_000, "json.nesting", id="deep-and-truncated"),
        pytest.param(b'{"a":1,"a":1}', "json.duplicate-key", id="duplicate"),
        pytest.param(b'{"a" : 1, "a":2}', "json.duplicate-key", id="spaces-hide-it"),
        pytest.param(b'{"a":1,"\\u0061":2}', "json.duplicate-key", id="escaped-key"),
        pytest.param(b'{"a":":","a":"\\u003a"}', "json.duplicate-key", id="escape-hides-it"),
        pytest.param(b'{"a":1,"b":"\\u003A","a":1}', "json.duplicate-key", id="capital-escape"),
        pytest.param(b'[{"x":{"a":{},"a":{"b":1}}}]', "json.duplicate-key", id="deep-duplicate"),
    ],
)
def test_bad_bytes_are_refused_by_name(raw: bytes, rule: str) -> None:
    """Each way of being no document has its own rule."""
    assert _rule(raw) == rule


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        pytest.param(b'\xef\xbb\xbf{"a":1}', {"a": 1}, id="byte-order-mark"),
        pytest.param(b' {"a" : 1}\r\n', {"a": 1}, id="spaces-and-crlf"),
        pytest.param(b'{"a":":","b":"\\":"}', {"a": ":", "b": '":'}, id="colons-in-texts"),
        pytest.param(b'{"a":"\\u003a"}', {"a": ":"}, id="escaped-colon"),
        pytest.param(b'{"a":{"b":1},"b":{"b":1}}', {"a": {"b": 1}, "b": {"b": 1}}, id="no-repeat"),
        pytest.param(b'"\\ud83d\\ude00"', "😀", id="surrogate-pair"),
        pytest.param(b"[18446744073709551615]", [2**64 - 1], id="64-bit"),
        pytest.param(b"[100000000000000000000]", [1e20], id="huge-integer"),
        pytest.param(b"[1e5,1.50]", [1e5, 1.5], id="other-spelling-of-numbers"),
    ],
)
def test_good_bytes_are_decoded(raw: bytes, value: object) -> None:
    """What RFC 8259 allows is read as it stands."""
    decoded = decode(raw)
    assert isinstance(decoded, Document)
    assert decoded.value == value


def test_the_deepest_document_is_read() -> None:
    """The limit of nesting itself is allowed."""
    assert _rule(_nested(MAXIMUM_DEPTH)) is None


def test_a_huge_number_beside_a_suspect_is_no_error() -> None:
    """The exact search for duplicate keys does not trip over thousands of digits."""
    assert _rule(b'{"a":"\\u003a","b":' + b"9" * 300 + b"}") is None
    assert _rule(b'{"a":1,"a":' + b"9" * 300 + b"}") == "json.duplicate-key"


@settings(deadline=None)
@given(st.binary())
def test_decode_never_raises(raw: bytes) -> None:
    """Any bytes give a document or a finding."""
    assert isinstance(decode(raw), (Document, Undecodable))


_TEXT = st.text(st.characters(codec="utf-8"))
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | _TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(_TEXT, inner),
)


@settings(deadline=None)
@given(_JSON, st.sampled_from([None, 1]), st.sampled_from([True, False]))
def test_no_document_is_suspected_wrongly(
    value: object, indent: int | None, ensure_ascii: object
) -> None:
    """However a document without duplicates is written, it is read."""
    text = json.dumps(value, indent=indent, ensure_ascii=bool(ensure_ascii))
    decoded = decode(text.encode())
    assert isinstance(decoded, Document)
    assert decoded.value == value


@settings(deadline=None)
@given(st.dictionaries(_TEXT, _TEXT, min_size=1), st.data())
def test_every_duplicate_is_found(members: dict[str, str], data: st.DataObject) -> None:
    """A member said twice is found, however its characters are escaped."""
    name = data.draw(st.sampled_from(sorted(members)))
    text = json.dumps(members)[:-1] + ", " + json.dumps({name: ":"}, ensure_ascii=False)[1:]
    assert _rule(text.replace(":", data.draw(st.sampled_from([":", " : "]))).encode()) == (
        "json.duplicate-key"
    )


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        pytest.param(b'{"verb":1,"verb":2}', "(verb)", id="plain-name"),
        pytest.param(b'{"ada@b.c":1,"ada@b.c":2}', "(*)", id="masked-name"),
        pytest.param(b'{"a":tru}', "(at character 6)", id="place"),
    ],
)
def test_a_refusal_says_where_to_look(raw: bytes, message: str) -> None:
    """A repeated key is named unless it may be personal, a fault of syntax by its place."""
    decoded = decode(raw)
    assert isinstance(decoded, Undecodable)
    assert message in decoded.finding.message

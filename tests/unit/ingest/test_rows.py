"""What both standards share: the shape of a row, the id of an event and the digest of its body."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any, get_args, get_type_hints

import orjson
import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.canonical import Column, event_columns
from pipelines.ingest.rows import (
    ALIGNMENTS_EXTENSION,
    CHOSEN_BY_EXTENSION,
    INTERACTION_MODE_EXTENSION,
    EventRow,
    Keyring,
    alignments,
    chosen_by,
    event_id_of,
    interaction_mode,
    normal_event_id,
)
from tests.unit.examples import DISTRICT_ID, OTHER_KEY, event_id, rows_of, statement

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

PYTHON_TYPES = {
    "string": str,
    "uuid": str,
    "integer": int,
    "double": float,
    "boolean": bool,
    "timestamp": datetime,
    "list<string>": list[str],
}
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://w3id.org/plumbline/events-without-id")
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)


def test_the_fields_of_a_row_are_the_columns_in_order() -> None:
    """A row is written by position, so its fields are the columns of the canonical event."""
    assert list(EventRow._fields) == [column.name for column in event_columns()]


@pytest.mark.parametrize("column", event_columns(), ids=lambda column: column.name)
def test_a_field_has_the_type_of_its_column(column: Column) -> None:
    """A field may be None exactly where its column is not required."""
    hints = get_type_hints(EventRow, localns={"datetime": datetime})
    hint = hints[column.name]
    kinds = set(get_args(hint)) if type(None) in get_args(hint) else {hint}
    assert kinds == {PYTHON_TYPES[column.type]} | (set() if column.required else {type(None)})


@pytest.mark.parametrize(
    ("given_id", "normal"),
    [
        pytest.param(event_id(10), event_id(10), id="as-it-is"),
        pytest.param(event_id(10).upper(), event_id(10), id="upper-case"),
        pytest.param(f"urn:uuid:{event_id(10)}", event_id(10), id="urn"),
        pytest.param(f"URN:UUID:{event_id(10).upper()}", event_id(10), id="urn-in-upper-case"),
    ],
)
def test_one_event_has_one_id(given_id: str, normal: str) -> None:
    """However a tool writes a UUID, the event is the same."""
    assert normal_event_id(given_id) == normal


@pytest.mark.parametrize("length", [19, 36])
def test_an_id_that_is_no_uuid_becomes_one(length: int) -> None:
    """An id of another form gives a UUID of version 5 that depends on nothing else."""
    ids = [f"https://x.example/{number}".ljust(length, "0") for number in (1, 2)]
    first, second = (normal_event_id(given) for given in ids)
    assert first == normal_event_id(ids[0])
    assert first != second
    assert uuid.UUID(first).version == 5


def test_an_event_without_id_gets_the_uuid_of_its_canonical_json() -> None:
    """The id is UUIDv5 of RFC 8785, so the same event delivered twice is known."""
    event = statement(id=None)
    assert event_id_of(event) == str(uuid.uuid5(_NAMESPACE, rfc8785.dumps(event).decode()))
    assert event_id_of(event) != event_id_of(statement(id=None, timestamp="2025-09-02T00:00:00Z"))


# Numbers whose form RFC 8785 tells apart, after its appendix B and ECMA-262's Number::toString.
@pytest.mark.parametrize(
    ("written", "form"),
    [
        *(("0", "0"), ("-0.0", "0"), ("1.0", "1"), ("1e0", "1"), ("4.50", "4.5")),
        *(("2e-3", "0.002"), ("0.000001", "0.000001"), ("1e-7", "1e-7"), ("5e-324", "5e-324")),
        *(("1E30", "1e+30"), ("1e23", "1e+23"), ("1e21", "1e+21")),
        *(("1e20", "100000000000000000000"), ("333333333.33333329", "333333333.3333333")),
        *(("9007199254740991", "9007199254740991"), ("9007199254740993", "9007199254740992")),
        *(("9007199254740994", "9007199254740994"), ("-9007199254740995", "-9007199254740996")),
        ("295147905179352830000", "295147905179352830000"),
        ("1.7976931348623157e308", "1.7976931348623157e+308"),
    ],
)
def test_a_number_has_one_form_in_the_id(written: str, form: str) -> None:
    """An id is that of the JSON text with the number as RFC 8785 3.2.2.3 writes it."""
    event = orjson.loads(b'{"a":[%b]}' % written.encode())
    assert event_id_of(event) == str(uuid.uuid5(_NAMESPACE, f'{{"a":[{form}]}}'))


def test_the_id_is_that_of_the_canonical_text() -> None:
    """Members are sorted by UTF-16 code units, and text is escaped no more than needed."""
    event = {"\ufb33": 1, "\U0001f600": 2, "\u20ac": "\x0f\nA'B\\\"/", "1": True}
    text = '{"1":true,"\u20ac":"\\u000f\\nA\'B\\\\\\"/","\U0001f600":2,"\ufb33":1}'
    assert event_id_of(event) == str(uuid.uuid5(_NAMESPACE, text))


def _shuffled(value: Any, order: random.Random) -> Any:
    if isinstance(value, list):
        return [_shuffled(element, order) for element in value]
    if not isinstance(value, dict):
        return value
    names = list(value)
    order.shuffle(names)
    return {name: _shuffled(value[name], order) for name in names}


@settings(max_examples=60)
@given(
    members=st.dictionaries(st.text(max_size=4), JSON_VALUES, max_size=5),
    seed=st.randoms(use_true_random=False),
)
def test_the_order_of_members_does_not_change_the_id(
    members: dict[str, Any], seed: random.Random
) -> None:
    """JSON objects have no order, so neither has what is derived from them."""
    members.pop("id", None)
    assert event_id_of(members) == event_id_of(_shuffled(members, seed))


def test_another_act_or_key_gives_another_digest(keyring: Keyring) -> None:
    """A changed body is a conflict, and a digest cannot be recomputed without the key."""
    body = statement()
    digest = keyring.statement_digest(body)
    assert digest != keyring.statement_digest(statement(timestamp="2025-09-01T14:00:01Z"))
    assert digest != Keyring(OTHER_KEY, DISTRICT_ID).statement_digest(body)
    assert len(digest) == 32


def test_sessions_are_keyed_and_stable(keyring: Keyring) -> None:
    """A session has the same key every night, another under another key, and never its id."""
    session = event_id(5)
    assert keyring.session_key(session) == keyring.session_key(session)
    assert keyring.session_key(session) != Keyring(OTHER_KEY, DISTRICT_ID).session_key(session)
    assert session not in keyring.session_key(session)


@pytest.mark.parametrize(
    ("extensions", "chooser"),
    [
        pytest.param({CHOSEN_BY_EXTENSION: "student"}, "student", id="student"),
        pytest.param({CHOSEN_BY_EXTENSION: "teacher"}, "teacher", id="teacher"),
        pytest.param({CHOSEN_BY_EXTENSION: "system"}, "system", id="system"),
        pytest.param({CHOSEN_BY_EXTENSION: "Student"}, None, id="other-case"),
        pytest.param({CHOSEN_BY_EXTENSION: "Ada Example"}, None, id="a-name"),
        pytest.param({CHOSEN_BY_EXTENSION: ["student"]}, None, id="list"),
        pytest.param({CHOSEN_BY_EXTENSION: {"by": "student"}}, None, id="object"),
        pytest.param({}, None, id="absent"),
        pytest.param(None, None, id="no-extensions"),
    ],
)
def test_only_a_known_chooser_is_kept(extensions: Any, chooser: str | None) -> None:
    """The extension is of a closed set; free text never reaches a column."""
    assert chosen_by(extensions) == chooser


@pytest.mark.parametrize(
    ("extensions", "has_team", "mode"),
    [
        pytest.param({INTERACTION_MODE_EXTENSION: "alone"}, False, "alone", id="alone"),
        pytest.param({INTERACTION_MODE_EXTENSION: "teacher_led"}, True, "teacher_led", id="said"),
        pytest.param({INTERACTION_MODE_EXTENSION: "Ada Example"}, False, None, id="a-name"),
        pytest.param({INTERACTION_MODE_EXTENSION: ["alone"]}, False, None, id="list"),
        pytest.param({}, True, "group", id="team"),
        pytest.param(None, False, None, id="unknown-is-not-alone"),
    ],
)
def test_only_a_known_mode_is_kept(extensions: Any, has_team: bool, mode: str | None) -> None:  # noqa: FBT001
    """How work was done is told by an extension or a team; without both it is unknown."""
    assert interaction_mode(extensions, has_team=has_team) == mode


def test_documents_do_not_change_what_they_were(process: Callable[..., Any]) -> None:
    """The same line twice gives two rows that differ only in their line."""
    raw = orjson.dumps(statement())
    first, second = rows_of(process(raw, raw))
    assert second == first._replace(line_number=2)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("https://case.example/1", ["https://case.example/1"], id="an-iri"),
        pytest.param(["urn:uuid:1", "https://x.example/2"], None, id="a-list"),
        pytest.param({"targetUrl": "https://x.example/2"}, ["https://x.example/2"], id="an-object"),
        pytest.param(
            [{"targetUrl": "urn:uuid:1"}, {"targetName": "Ada"}], ["urn:uuid:1"], id="mixed"
        ),
        pytest.param("Ada Example", [], id="no-iri"),
        pytest.param(7, [], id="a-number"),
        pytest.param(None, [], id="null"),
    ],
)
def test_alignments_are_the_iris_of_an_extension(value: Any, expected: list[str] | None) -> None:
    """Whatever is no IRI may be personal, and is left out."""
    found = alignments({ALIGNMENTS_EXTENSION: value})
    assert found == (value if expected is None else expected)

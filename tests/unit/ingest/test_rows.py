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
    CHOSEN_BY_EXTENSION,
    EventRow,
    Keyring,
    chosen_by,
    event_id_of,
    normal_event_id,
)
from tests.unit.examples import DISTRICT_ID, OTHER_KEY, event_id, statement

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

PYTHON_TYPES = {
    "string": str,
    "integer": int,
    "double": float,
    "boolean": bool,
    "timestamp": datetime,
    "list<string>": list[str],
}
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


def test_an_id_that_is_no_uuid_becomes_one() -> None:
    """An id of another form gives a UUID of version 5 that depends on nothing else."""
    first, second = normal_event_id("https://x.example/1"), normal_event_id("https://x.example/2")
    assert first == normal_event_id("https://x.example/1")
    assert first != second
    assert uuid.UUID(first).version == 5


def test_an_event_without_id_gets_the_uuid_of_its_canonical_json() -> None:
    """The id is UUIDv5 of RFC 8785, so the same event delivered twice is known."""
    event = statement(id=None)
    namespace = uuid.uuid5(uuid.NAMESPACE_URL, "https://w3id.org/plumbline/events-without-id")
    assert event_id_of(event) == str(uuid.uuid5(namespace, rfc8785.dumps(event).decode()))
    assert event_id_of(event) != event_id_of(statement(id=None, timestamp="2025-09-02T00:00:00Z"))


def test_an_event_with_an_integer_beyond_the_canonical_form_still_gets_an_id() -> None:
    """RFC 8785 has no form for an integer beyond 2^53; the event is known all the same."""
    large, other = {"a": 2**53 + 2, "b": 1}, {"b": 1, "a": 2**53 + 4}
    assert event_id_of(large) == event_id_of({"b": 1, "a": 2**53 + 2})
    assert event_id_of(large) != event_id_of(other)


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
def test_the_order_of_members_changes_neither_id_nor_digest(
    keyring: Keyring, members: dict[str, Any], seed: random.Random
) -> None:
    """JSON objects have no order, so neither has what is derived from them."""
    members.pop("id", None)
    other = _shuffled(members, seed)
    assert event_id_of(members) == event_id_of(other)
    assert keyring.body_digest(members) == keyring.body_digest(other)


@pytest.mark.parametrize(
    "added",
    [
        pytest.param({"stored": "2025-09-01T15:00:00Z"}, id="stored"),
        pytest.param({"authority": {"mbox": "mailto:store@x.example"}}, id="authority"),
        pytest.param({"version": "1.0.3"}, id="version"),
    ],
)
def test_what_a_store_adds_does_not_change_the_body(
    keyring: Keyring, added: dict[str, Any]
) -> None:
    """The same act, forwarded by a store, is a duplicate and no conflict."""
    assert keyring.statement_digest(statement() | added) == keyring.statement_digest(statement())


def test_another_act_or_key_gives_another_digest(keyring: Keyring) -> None:
    """A changed body is a conflict, and a digest cannot be recomputed without the key."""
    body = statement()
    digest = keyring.statement_digest(body)
    assert digest != keyring.statement_digest(statement(timestamp="2025-09-01T14:00:01Z"))
    assert digest != Keyring(OTHER_KEY, DISTRICT_ID).statement_digest(body)
    assert len(digest) == 32


def test_the_digest_covers_what_the_policy_removes(row_of: Callable[[Any], EventRow]) -> None:
    """Two bodies that differ only in a refused member are still two bodies."""
    plain = row_of(statement())
    named = row_of(statement(verb=statement()["verb"] | {"display": {"en": "answered"}}))
    assert plain._replace(body_digest="") == named._replace(body_digest="")
    assert plain.body_digest != named.body_digest


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


def test_documents_do_not_change_what_they_were(process: Callable[..., Any]) -> None:
    """The same line twice gives two rows that differ only in their line."""
    raw = orjson.dumps(statement())
    first, second = process(raw, raw).rows
    assert second == first._replace(line_number=2)

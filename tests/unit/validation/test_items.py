"""Every document is taken apart into items, and each item is recognised by itself."""

from __future__ import annotations

from typing import Any

import pytest

from pipelines.validation.findings import Item, Shape, SpecVersion, Unrecognised
from pipelines.validation.items import items_of

_ACTOR = {"mbox": "mailto:ada@school.example"}
_STATEMENT: dict[str, Any] = {
    "actor": _ACTOR,
    "verb": {"id": "https://tool.example/verbs/did"},
    "object": {"id": "https://tool.example/items/1"},
}
_V11 = "http://purl.imsglobal.org/ctx/caliper/v1p1"
_V12 = "http://purl.imsglobal.org/ctx/caliper/v1p2"
_PERSON = {"@context": _V12, "id": "https://school.example/people/1", "type": "Person"}
_EVENT = {"@context": _V12, "type": "ViewEvent", "action": "Viewed"}
_CONTEXT_2: dict[str, Any] = {"context": {"contextAgents": []}}


@pytest.mark.parametrize(
    ("body", "version", "shape"),
    [
        pytest.param(_STATEMENT, "1.0.3", "statement", id="no-version"),
        pytest.param({**_STATEMENT, "version": "1.0"}, "1.0.3", "statement", id="1.0"),
        pytest.param({**_STATEMENT, "version": "2.0"}, "2.0.0", "statement", id="2.0"),
        pytest.param({**_STATEMENT, "version": "2.0.1"}, "2.0.0", "statement", id="2.0.1"),
        pytest.param({**_STATEMENT, "version": "2.1.0"}, "1.0.3", "statement", id="2.1-is-none"),
        pytest.param({**_STATEMENT, **_CONTEXT_2}, "2.0.0", "statement", id="2.0-by-member"),
        pytest.param(
            {**_STATEMENT, **_CONTEXT_2, "version": "1.0.3"}, "1.0.3", "statement", id="by-word"
        ),
        pytest.param(
            {**_STATEMENT, "object": {"objectType": "SubStatement", **_CONTEXT_2}},
            "2.0.0",
            "statement",
            id="2.0-by-substatement",
        ),
        pytest.param({"actor": _ACTOR}, "1.0.3", "statement", id="half-a-statement"),
        pytest.param(_EVENT, "1.2", "event", id="event"),
        pytest.param({**_EVENT, "@context": _V11}, "1.1", "event", id="event-1.1"),
        pytest.param(
            {**_EVENT, "@context": f"{_V11}/SearchProfile-extension"}, "1.1", "event", id="profile"
        ),
        pytest.param({**_EVENT, "@context": [{}, _V12]}, "1.2", "event", id="last-context"),
        pytest.param({**_EVENT, "type": 5}, "1.2", "event", id="event-by-action"),
        pytest.param({**_EVENT, "verb": 1}, "1.2", "event", id="a-verb-in-an-event"),
        pytest.param(_PERSON, "1.2", "entity", id="entity"),
    ],
)
def test_an_item_is_recognised(body: dict[str, Any], version: str, shape: str) -> None:
    """Standard, version and shape follow from what the item says."""
    (item,) = items_of(body)
    assert isinstance(item, Item)
    assert (item.version, item.shape, item.path) == (version, shape, "$")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        pytest.param({}, "neither", id="empty-object"),
        pytest.param({"type": "Person", "id": "a:b"}, "@context", id="no-context"),
        pytest.param(
            {"@context": "https://schema.org", "type": "Person"}, "1.1 or 1.2", id="other"
        ),
        pytest.param({"@context": {"a": "b"}, "type": "Person"}, "1.1 or 1.2", id="inline"),
        pytest.param({"@context": [_V12, "a:b"], "type": "Person"}, "last", id="not-last"),
        pytest.param({"@context": [], "type": "Person"}, "1.1 or 1.2", id="no-contexts"),
        pytest.param(
            {"@context": "http://purl.imsglobal.org/ctx/caliper/v1/Context", "@type": "x"},
            "1.0",
            id="caliper-1.0",
        ),
        pytest.param("statement", "object", id="text"),
        pytest.param(None, "object", id="null"),
        pytest.param(5, "object", id="number"),
    ],
)
def test_what_is_unknown_is_refused_with_a_reason(body: object, words: str) -> None:
    """An item of no standard says in words what was expected."""
    (item,) = items_of(body)
    assert isinstance(item, Unrecognised)
    assert item.finding.rule == "unrecognised"
    assert words in item.finding.message


def _envelope(version: str, *entries: object) -> dict[str, Any]:
    return {"sensor": "a:b", "sendTime": "x", "dataVersion": version, "data": list(entries)}


def test_an_envelope_gives_its_entries() -> None:
    """Each entry is an item of its own, in the version of the envelope."""
    items = items_of(_envelope(_V11, _PERSON, {"type": "Person"}, 5))
    assert [item.path for item in items] == ["$.data[0]", "$.data[1]", "$.data[2]"]
    assert [item.version for item in items if isinstance(item, Item)] == ["1.1", "1.1"]
    assert isinstance(items[2], Unrecognised)
    assert all(item.envelope is not None for item in items)


def test_entries_tell_the_version_of_an_envelope_that_does_not() -> None:
    """Without a known dataVersion the first entry decides, so that the rest can be checked."""
    envelope = _envelope("1.2", {**_PERSON, "@context": _V11})
    assert [item.version for item in items_of(envelope) if isinstance(item, Item)] == [
        SpecVersion.CALIPER_1_1
    ]


@pytest.mark.parametrize("entries", [[], {}, None, "x"], ids=["empty", "object", "null", "text"])
def test_an_envelope_without_entries_is_one_item(entries: object) -> None:
    """What cannot be taken apart still counts."""
    (item,) = items_of({**_envelope(_V12), "data": entries})
    assert isinstance(item, Item)
    assert item.shape is Shape.ENVELOPE


def test_an_envelope_that_lacks_its_data_is_one_item() -> None:
    """What is plainly meant as an envelope is judged as one."""
    (item,) = items_of({"sensor": "a:b", "dataVersion": _V12})
    assert isinstance(item, Item)
    assert item.shape is Shape.ENVELOPE


def test_a_statement_result_gives_its_statements() -> None:
    """The answer of a record store is a list of statements."""
    items = items_of({"statements": [_STATEMENT, {"a": 1}], "more": ""})
    assert [item.path for item in items] == ["$.statements[0]", "$.statements[1]"]
    assert [isinstance(item, Item) for item in items] == [True, False]


def test_a_statement_may_speak_of_statements() -> None:
    """Only an object of nothing else is a statement result."""
    (item,) = items_of({**_STATEMENT, "statements": []})
    assert isinstance(item, Item)


def test_an_array_may_mix_everything() -> None:
    """Standards, versions and envelopes stand side by side in one array."""
    items = items_of([_STATEMENT, _EVENT, _envelope(_V12, _PERSON), [_STATEMENT]])
    assert [item.path for item in items] == ["$[0]", "$[1]", "$[2].data[0]", "$[3]"]
    assert [isinstance(item, Item) for item in items] == [True, True, True, False]


@pytest.mark.parametrize("document", [[], {"statements": []}], ids=["array", "result"])
def test_nothing_gives_nothing(document: object) -> None:
    """An empty list has no items."""
    assert items_of(document) == []

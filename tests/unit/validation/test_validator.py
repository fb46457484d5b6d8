"""The validator judges each item of a document and says where it is wrong."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.validation.findings import Severity
from pipelines.validation.items import items_of
from pipelines.validation.validator import Validator

_V12 = "http://purl.imsglobal.org/ctx/caliper/v1p2"
_PERSON = {"@context": _V12, "id": "https://school.example/people/1", "type": "Person"}
_VALIDATOR = Validator.load()


def _envelope(**changes: object) -> dict[str, Any]:
    envelope = {
        "sensor": "https://tool.example/sensors/1",
        "sendTime": "2026-03-02T14:05:09.250Z",
        "dataVersion": _V12,
        "data": [_PERSON, _PERSON],
    }
    return envelope | changes


def test_a_valid_envelope_has_no_findings() -> None:
    """Two valid entries in a valid envelope give two verdicts without findings."""
    verdicts = _VALIDATOR.examine(_envelope())
    assert [verdict.is_valid for verdict in verdicts] == [True, True]


def test_a_broken_envelope_refuses_each_entry() -> None:
    """What is wrong with the envelope is found once for each entry, at the envelope."""
    verdicts = _VALIDATOR.examine(_envelope(sendTime="today"))
    assert [[(each.rule, each.path) for each in verdict.findings] for verdict in verdicts] == [
        [("caliper.date-time", "$.sendTime")],
        [("caliper.date-time", "$.sendTime")],
    ]


def test_a_broken_entry_leaves_the_others_alone() -> None:
    """An entry answers for itself, and its paths start at the document."""
    good, bad = _VALIDATOR.examine([_envelope(data=[_PERSON, {**_PERSON, "name": 5}])])
    assert good.is_valid
    assert [finding.path for finding in bad.findings] == ["$[0].data[1].name"]


def test_an_envelope_without_data_is_refused() -> None:
    """An envelope that carries nothing is one refused item."""
    (verdict,) = _VALIDATOR.examine(_envelope(data=[]))
    assert [finding.rule for finding in verdict.findings] == ["caliper.envelope.data"]


def test_all_errors_are_found_at_once() -> None:
    """A vendor learns everything that is wrong from one answer."""
    body = {"actor": {}, "verb": {"id": "x"}, "object": {"id": "a:b"}, "timestamp": "now", "foo": 1}
    (verdict,) = _VALIDATOR.examine(body)
    assert {(finding.rule, finding.path) for finding in verdict.findings} == {
        ("xapi.actor.one-identifier", "$.actor"),
        ("xapi.iri", "$.verb.id"),
        ("xapi.statement.unknown-property", "$.foo"),
        ("xapi.timestamp", "$.timestamp"),
    }


@pytest.mark.parametrize(
    "edit",
    [{}, {"version": "2.0.0"}, {"@context": _V12}, {"@type": "a:b"}, {"sensor": 1, "data": []}],
    ids=lambda edit: "-".join(edit) or "plain",
)
def test_the_short_way_of_a_statement_is_the_long_one(edit: dict[str, Any]) -> None:
    """A statement is judged at once, and just as among others."""
    body = {"actor": {"mbox": "mailto:a@b.c"}, "verb": {"id": "a:b"}, "object": {"id": "a:b"}}
    document = {**body, **edit}
    assert _VALIDATOR.examine(document) == _VALIDATOR.judge(items_of(document))


def test_a_finding_of_xapi_2_cites_where_nothing_changed() -> None:
    """What 2.0 took over is cited from 1.0.3, and says so."""
    body = {"actor": {}, "verb": {"id": "a:b"}, "object": {"id": "a:b"}, "version": "2.0.0"}
    (verdict,) = _VALIDATOR.examine(body)
    assert [finding.clause for finding in verdict.findings] == [
        "xAPI 1.0.3 Data 2.4.2.3 (unchanged in xAPI 2.0)"
    ]


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        ({"actor": None}, "expected an object, found null"),
        ({"actor": {}}, "expected exactly one of mbox, mbox_sha1sum, openid and account"),
        ({"verb": {}}, "id is missing"),
        ({"seen": 1}, "not a property that may stand here"),
        ({"attachments": 1}, "expected an array, found a number"),
        ({"result": {"success": "true"}}, "expected a boolean, found a string"),
        ({"result": {"score": {"scaled": 2}}}, "expected a number from -1 to 1"),
        ({"context": {"statement": {"id": "7" * 36}}}, "objectType is missing"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_messages_say_what_was_expected(edit: dict[str, Any], message: str) -> None:
    """A message is a sentence for the author of the event."""
    body = {
        "actor": {"mbox": "mailto:ada@school.example"},
        "verb": {"id": "a:b"},
        "object": {"id": "a:b"},
        **edit,
    }
    (verdict,) = _VALIDATOR.examine(body)
    assert message in [finding.message for finding in verdict.findings]


def test_a_strange_name_is_masked_in_the_path() -> None:
    """A key that may be an address is not repeated."""
    body = {"actor": {"mbox": "mailto:a@b"}, "verb": {"id": "a:b"}, "object": {"id": "a:b"}}
    (verdict,) = _VALIDATOR.examine({**body, "ada@school.example": 1})
    assert [finding.path for finding in verdict.findings] == ["$[*]"]


_NAMES = [
    "actor",
    "verb",
    "object",
    "id",
    "type",
    "@context",
    "data",
    "sensor",
    "action",
    "objectType",
    "definition",
    "context",
    "contextActivities",
    "parent",
    "member",
    "result",
    "score",
    "min",
    "max",
    "choices",
    "interactionType",
    "dataVersion",
]
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(_NAMES),
            inner
            | st.sampled_from([_V12, "Person", "ViewEvent", "SubStatement", "Group", "choice"]),
            max_size=5,
        )
    ),
)


@settings(max_examples=300, deadline=None)
@given(_JSON)
def test_examining_never_raises(document: object) -> None:
    """Whatever the shape, every item gets a verdict and every finding a name and a clause."""
    verdicts = _VALIDATOR.examine(document)
    assert verdicts == _VALIDATOR.judge(items_of(document)), "the short way differs"
    for verdict in verdicts:
        for finding in verdict.findings:
            assert finding.rule
            assert finding.clause
            assert finding.path.startswith("$")
            assert finding.severity is Severity.ERROR

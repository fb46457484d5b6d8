"""The short way of an ordinary statement comes to what the long way comes to, and counts alike."""

from __future__ import annotations

import gzip
import json
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.ingest import members, process
from pipelines.ingest.blocks import Part
from pipelines.ingest.items import RawItem
from pipelines.ingest.members import (
    ABSENT,
    DURATION,
    PROBE,
    REGISTRATION,
    SHARED,
    UNUSUAL,
    UNUSUAL_DURATION,
    Durations,
    Memo,
)
from pipelines.ingest.process import PartOutcome, PartProcessor
from pipelines.ingest.statements import StatementReader
from pipelines.resources import resource_path
from pipelines.validation.findings import SpecVersion
from pipelines.validation.rules_xapi import STATEMENT_RULES
from pipelines.validation.validator import OWN, Validator
from tests.unit.examples import CASE, SSO, caliper_event, event_id, statement

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipelines.ingest.rows import Keyring

_CORPUS = Path(__file__).resolve().parents[3].parent / "shared" / "conformance"
_ACTIVITY = {
    "objectType": "Activity",
    "id": "https://mathpath.example/items/1",
    "definition": {
        "type": "http://adlnet.gov/expapi/activities/cmi.interaction",
        "name": {"en-US": "One: ünë \u2028 \U0001f600"},
        "interactionType": "choice",
        "choices": [{"id": "a", "description": {"en": "A"}}, {"id": "b"}],
        "extensions": {"https://w3id.org/plumbline/extensions/alignments": f"{CASE}/angle"},
    },
}
_AGENT = {"mbox": "mailto:cleo@x.example", "name": "Cleo"}
FULL = statement(
    actor={"objectType": "Agent", "name": "Ada", "account": {"homePage": SSO, "name": "s:1"}},
    verb={"id": "http://adlnet.gov/expapi/verbs/answered", "display": {"en": "did: it"}},
    object=_ACTIVITY,
    result={
        "score": {"scaled": 1.0, "raw": 2, "min": 0, "max": 2},
        "success": True,
        "response": 'a "b" \\ : c',
        "duration": "PT32.5S",
        "extensions": {"http://x.example/e": {"z": 1e3, "a": [None, -0.0]}},
    },
    context={
        "registration": event_id(7),
        "platform": "Mathpath",
        "revision": "1",
        "language": "en-US",
        "instructor": _AGENT,
        "team": {"objectType": "Group", "name": "T", "member": [_AGENT]},
        "contextActivities": {"parent": [_ACTIVITY], "grouping": {"id": f"{CASE}/ratio"}},
        "extensions": {"https://w3id.org/plumbline/extensions/chosen-by": "student"},
    },
    stored="2025-09-01T15:00:00.000Z",
    authority={"objectType": "Agent", "mbox": "mailto:lrs@x.example"},
    version="1.0.3",
)
_VOIDING = statement(
    verb={"id": "http://adlnet.gov/expapi/verbs/voided"},
    object={"objectType": "StatementRef", "id": event_id(9)},
)
_SUB = {"objectType": "SubStatement", **{name: FULL[name] for name in ("actor", "verb", "object")}}
# What stands in for a member: of other kinds, versions and standards, and subtly wrong.
_STRANGE: st.SearchStrategy[Any] = st.sampled_from(
    [
        *(None, True, 0, -1, 2**63 + 1, 1e308, "", "x", ":", "http://x.example/y", [], {}, [1]),
        *("1.0", "1.0.9", "1.1", "2.0.0", "P1Y", "2025-02-30T00:00:00Z", "2025-09-01T14:00:60Z"),
        *(_AGENT, _SUB, _VOIDING["verb"], _VOIDING["object"], _ACTIVITY, [_ACTIVITY, _ACTIVITY]),
        *({"objectType": "Group", "member": [_AGENT]}, {"scaled": 2}, {"min": 3, "max": 1}),
        {**_ACTIVITY, "definition": {"interactionType": "choice", "choices": [{"id": "a"}] * 2}},
        {"contextAgents": [{"objectType": "contextAgent", "agent": _AGENT}]},
    ]
)
_EXTRA_NAMES = st.sampled_from(
    [
        *("attachments", "contextAgents", "statement", "revision", "platform", "moreInfo", "type"),
        *("objectType", "context", "id", "version", "stored", "@context", "x:y", "ünë"),
    ]
)
_DOCUMENTS = st.sampled_from(
    [FULL, statement(), _VOIDING, statement(object=_SUB), {**FULL, "version": "2.0.0"}]
)


# The text that stands for all durations, spelt so that it is not found by its bytes.
_ESCAPED_DURATION = orjson.dumps(statement(result={"duration": DURATION.kept.decode()})).replace(
    b'"PT', b'"\\u0050T'
)


def _never(_reader: StatementReader, items: list[RawItem]) -> list[RawItem]:
    return items


def _assert_same(short: PartOutcome, long: PartOutcome) -> None:
    """All is the same, but the short way may tell of more types that removed members had."""
    assert replace(short, field_types={}) == replace(long, field_types={})
    assert short.field_types.keys() == long.field_types.keys()
    assert all(short.field_types[name] >= types for name, types in long.field_types.items())


@pytest.fixture(scope="session")
def both_ways(keyring: Keyring) -> Callable[..., tuple[PartOutcome, PartOutcome]]:
    """Give a function that takes lines the short way, where it is open, and all the long way."""
    processor = PartProcessor(Validator.load(), keyring)

    def run(*raws: bytes) -> tuple[PartOutcome, PartOutcome]:
        items = [RawItem(n, n * 1000, n * 1000 + len(raw), raw) for n, raw in enumerate(raws, 1)]
        part = Part("digest", "mathpath", 0, items)
        with pytest.MonkeyPatch.context() as patch:
            short = processor.process(part)
            patch.setattr(StatementReader, "read", _never)
            return short, processor.process(part)

    return run


@pytest.fixture
def is_ordinary(keyring: Keyring) -> Callable[[bytes], bool]:
    """Give a function that tells whether a line goes the short way."""
    processor = PartProcessor(Validator.load(), keyring)

    def run(raw: bytes) -> bool:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(process, "decode", lambda _: pytest.fail("took the long way"))
            try:
                processor.process(Part("digest", "mathpath", 0, [RawItem(1, 0, len(raw), raw)]))
            except pytest.fail.Exception:
                return False
        return True

    return run


def _places(value: Any) -> list[tuple[Any, Any]]:
    if not isinstance(value, dict | list):
        return []
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    return [place for key, inner in pairs for place in [(value, key), *_places(inner)]]


@settings(max_examples=600, deadline=None)
@given(document=_DOCUMENTS, data=st.data())
def test_a_changed_statement_comes_to_the_same(
    both_ways: Callable[..., tuple[PartOutcome, PartOutcome]],
    document: dict[str, Any],
    data: st.DataObject,
) -> None:
    """Whatever is changed, left out or added, both ways agree on rows, reasons and counts."""
    changed = orjson.loads(orjson.dumps(document))
    for _ in range(data.draw(st.integers(1, 2))):
        places = _places(changed)
        if not places:
            break
        container, key = places[data.draw(st.integers(0, len(places) - 1))]
        if data.draw(st.booleans()):
            container[key] = deepcopy(data.draw(_STRANGE))
        elif isinstance(container, dict) and data.draw(st.booleans()):
            container[data.draw(_EXTRA_NAMES)] = deepcopy(data.draw(_STRANGE))
        else:
            del container[key]
    short, long = both_ways(orjson.dumps(changed), orjson.dumps(document))
    _assert_same(short, long)


@settings(max_examples=600, deadline=None)
@given(data=st.data())
def test_changed_bytes_come_to_the_same(
    both_ways: Callable[..., tuple[PartOutcome, PartOutcome]], data: st.DataObject
) -> None:
    """Bytes that are cut, repeated or replaced are taken or refused alike."""
    raw = orjson.dumps(FULL)
    start = data.draw(st.integers(0, len(raw)))
    end = data.draw(st.integers(start, min(start + 60, len(raw))))
    scraps = [
        b"",
        b"\\",
        b'"',
        b":",
        b"\xff",
        b"\x01",
        b"\\u003a",
        b"{",
        b"}",
        b",",
        b" ",
        b"1e999",
    ]
    scraps += [raw[start:end] * 2, b'"id":"x",', b'"\\u0069d":1,', b"\\ud800", b"[" * 300, b"01"]
    changed = raw[:start] + data.draw(st.sampled_from(scraps)) + raw[end:]
    short, long = both_ways(changed)
    _assert_same(short, long)


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(orjson.dumps(FULL), id="every-member"),
        pytest.param(orjson.dumps(statement()), id="fewest-members"),
        pytest.param(json.dumps(FULL).encode(), id="spaces-and-escapes"),
        pytest.param(orjson.dumps({**FULL, "version": "2.0.0"}), id="xapi-2"),
        pytest.param(orjson.dumps({**FULL, "context": {}}), id="empty-context"),
        pytest.param(
            orjson.dumps({**FULL, "context": {"registration": event_id(7).upper()}}),
            id="only-a-registration",
        ),
        pytest.param(orjson.dumps(dict(reversed(FULL.items()))), id="another-order"),
        pytest.param(orjson.dumps({**FULL, "id": event_id(7).upper()}), id="capitals"),
        pytest.param(
            orjson.dumps({**FULL, "timestamp": "2025-09-01T09:00:00.1234567-05:00"}),
            id="another-zone-and-more-digits",
        ),
        pytest.param(orjson.dumps({**FULL, "stored": "20250901T150000Z"}), id="basic-form"),
    ],
)
def test_an_ordinary_statement_goes_the_short_way(
    both_ways: Callable[..., tuple[PartOutcome, PartOutcome]],
    is_ordinary: Callable[[bytes], bool],
    raw: bytes,
) -> None:
    """What most statements look like needs no closer look, and comes to the same row."""
    assert is_ordinary(raw)
    short, long = both_ways(raw, raw)
    _assert_same(short, long)
    assert short.events.num_rows == 2


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(orjson.dumps(_VOIDING), id="voiding"),
        pytest.param(orjson.dumps(statement(object=_SUB)), id="sub-statement"),
        pytest.param(orjson.dumps(statement(object=_AGENT | {"objectType": "Agent"})), id="agent"),
        pytest.param(orjson.dumps(statement(id=None)), id="without-id"),
        pytest.param(orjson.dumps(statement(timestamp=None)), id="without-time"),
        pytest.param(orjson.dumps(statement(attachments=[])), id="attachments"),
        pytest.param(orjson.dumps([statement()]), id="array"),
        pytest.param(orjson.dumps(caliper_event()), id="caliper"),
        pytest.param(orjson.dumps(statement())[:-1] + b',"verb":{"id":"x:y"}}', id="verb-twice"),
        pytest.param(
            orjson.dumps(statement(context={"language": "en"}))[:-2] + b',"language":"en"}}',
            id="language-twice",
        ),
        pytest.param(
            orjson.dumps(statement(result={"score": {"raw": 3, "max": 2}})), id="score-order"
        ),
        pytest.param(
            orjson.dumps(statement(context={"registration": "7"})), id="unusual-registration"
        ),
        pytest.param(orjson.dumps(statement(context={"registration": ""})), id="no-registration"),
        pytest.param(orjson.dumps(statement(id="urn:uuid:" + event_id(7))), id="unusual-id"),
        pytest.param(orjson.dumps(statement(id=event_id(7) + "\0")), id="id-and-a-zero"),
        pytest.param(
            orjson.dumps(statement(context={"registration": event_id(7)})).replace(
                b'0"}}', b'0\0"}}'
            ),
            id="registration-and-a-bare-zero",
        ),
        pytest.param(
            orjson.dumps(statement(timestamp="2025-09-01T14:00:00.000Z\0")), id="time-and-a-zero"
        ),
        pytest.param(orjson.dumps(statement(timestamp="x")), id="unreadable-time"),
        pytest.param(orjson.dumps(statement(timestamp="2025-02-29T14:00:00.000Z")), id="no-day"),
        pytest.param(orjson.dumps(statement(timestamp="0000-01-01T00:00:00.000Z")), id="year-0"),
        pytest.param(orjson.dumps(statement(stored="x")), id="unreadable-store"),
        pytest.param(orjson.dumps(statement(stored="")), id="empty-store"),
        pytest.param(orjson.dumps(statement(version="")), id="empty-version"),
        pytest.param(orjson.dumps(statement(version="1.0.x")), id="malformed-version"),
        pytest.param(orjson.dumps(statement(result={"duration": "5 min"})), id="no-duration"),
        pytest.param(orjson.dumps(statement(result={"duration": ""})), id="empty-duration"),
        pytest.param(_ESCAPED_DURATION, id="escaped-duration"),
        pytest.param(
            orjson.dumps(statement(result={"extensions": {"x:y": {"duration": "PT5S"}}})),
            id="a-duration-elsewhere",
        ),
        pytest.param(
            orjson.dumps(statement(result={"duration": "PT5S"}))[:-2] + b',"duration":"PT5S"}}',
            id="duration-twice",
        ),
        pytest.param(
            orjson.dumps(
                statement(result={"extensions": {"x:y": {"duration": "PT5S"}}, "duration": "PT6S"})
            ),
            id="another-duration-before",
        ),
        pytest.param(
            orjson.dumps(statement(result={"response": DURATION.kept.decode()})),
            id="what-stands-for-durations",
        ),
        pytest.param(
            _ESCAPED_DURATION.replace(b'"duration"', b'"response"')[:-2] + b',"duration":"PT6S"}}',
            id="what-stands-for-durations-escaped",
        ),
        pytest.param(
            orjson.dumps(statement(timestamp="2025-09-01T14:00:00.000Z")).replace(
                b"14:00:", b"14\\u003a00:"
            )[:-1]
            + b',"version":"1.0.3","version":"1.0.3"}',
            id="version-twice-and-an-escaped-colon",
        ),
        pytest.param(
            orjson.dumps(
                statement(
                    context={
                        "extensions": {"http://x.example/e": {"registration": event_id(7)}},
                        "registration": event_id(7),
                    }
                )
            ),
            id="another-registration-before",
        ),
        pytest.param(
            orjson.dumps(
                statement(
                    context={
                        "extensions": {"http://x.example/e": {"registration": event_id(7)}},
                        "registration": REGISTRATION.kept.decode(),
                    }
                )
            ),
            id="another-registration-before-ours",
        ),
        pytest.param(
            orjson.dumps(statement(context={"registration": event_id(7)}))[:-2]
            + b',"registration":"%b"}}' % event_id(7).encode(),
            id="registration-twice",
        ),
        pytest.param(b"\xef\xbb\xbf" + orjson.dumps(statement()), id="byte-order-mark"),
        pytest.param(orjson.dumps(statement(verb={"id": "x" * 20000})), id="long-member"),
    ],
)
def test_anything_else_goes_the_long_way(
    both_ways: Callable[..., tuple[PartOutcome, PartOutcome]],
    is_ordinary: Callable[[bytes], bool],
    raw: bytes,
) -> None:
    """What is rare, or may be wrong, is looked at as a whole."""
    assert not is_ordinary(raw)
    short, long = both_ways(raw)
    _assert_same(short, long)


def test_the_corpus_comes_to_the_same(
    both_ways: Callable[..., tuple[PartOutcome, PartOutcome]],
) -> None:
    """Every labelled case of other projects is judged alike both ways."""
    path = _CORPUS / "xapi.jsonl.gz"
    if not path.exists():
        pytest.skip(f"the labelled cases are not here: {path.name} is in no ../shared/conformance")
    with gzip.open(path, "rt", encoding="utf-8") as cases:
        raws = [json.loads(case)["raw"].encode() for case in cases]
    short, long = both_ways(*raws)
    _assert_same(short, long)


@pytest.mark.parametrize("version", ["1.0.3", "2.0.0"])
def test_the_schema_ties_no_other_members_to_each_other(version: str) -> None:
    """The short way rests on it: two rules tie members of a statement, none those within others."""
    folder = resource_path(f"schemas/xapi/{version}")
    whole = orjson.loads((folder / "statement.json").read_bytes())
    context = orjson.loads((folder / "context.json").read_bytes())
    says_nothing = {"$schema", "$id", "$defs", "title", "description", "x-subject", "x-clause"}
    assert set(whole) - says_nothing == {
        *("type", "properties", "required", "additionalProperties", "allOf")
    }
    assert set(context) - says_nothing == {"type", "properties", "additionalProperties"}
    assert [rule["$ref"] for rule in whole["allOf"]] == [
        "#/$defs/voiding",
        "#/$defs/activity_only_context",
    ]
    assert set(whole["required"]) <= PROBE.keys()
    assert {*SHARED, *OWN, "attachments"} - {"registration"} == whole["properties"].keys()
    assert "registration" in context["properties"]
    (about_result,) = whole["properties"]["result"].values()
    result = orjson.loads((folder / about_result).resolve().read_bytes())
    assert set(result) - says_nothing == {"type", "properties", "additionalProperties"}
    assert "duration" in result["properties"]


def test_every_rule_reads_what_is_known_of_members() -> None:
    """The short way judges member by member, and asks no rule about id, times or registration."""
    assert [rule.name for rule in STATEMENT_RULES] == [
        "xapi.score.order",
        "xapi.components.distinct-ids",
    ]


def test_durations_stay_within_their_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many are kept as there is room for, and each is read to the same seconds again."""
    monkeypatch.setattr(members, "MOST_DURATIONS_KEPT", 10)
    durations = Durations(SpecVersion.XAPI_1_0_3, Validator.load())
    for number in range(100):
        assert durations.look_up([b"PT%dS" % number, b"", b"PT1.5S"]) == [number, None, 1.5]
        assert len(durations) <= 11
    assert durations[b"P1Y\xff"] == durations[b"5 minutes"] == UNUSUAL_DURATION
    assert durations[b"PT" + b"1" * 100 + b"S"] == UNUSUAL_DURATION


def test_known_members_stay_within_their_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the memory for members is full all are forgotten, and are learnt anew."""
    monkeypatch.setattr(members, "MOST_BYTES_KEPT", 20_000)
    examined = []

    class Examiner(members.Examiner):
        def __init__(self) -> None:
            pass

        def examine(self, name: str, raw: bytes) -> members.Member:
            examined.append((name, raw))
            return members.Member(raw)

    memo = Memo("verb", Examiner())
    for number in range(1000):
        raw = b"%d" % number
        assert memo[raw].compared == raw
        assert len(memo) < 25
    assert memo[b""] is ABSENT
    assert memo[b"1" * 20_000] is UNUSUAL
    assert len(examined) == 1000

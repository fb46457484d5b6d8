"""Every raw item is counted once, and what is refused keeps its bytes and its reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.ingest.blocks import Part
from pipelines.ingest.items import RawItem
from pipelines.ingest.process import DOCUMENT_ITEMS, PartOutcome, PartProcessor
from pipelines.ingest.rejection import FILE_TRUNCATED, Stage
from pipelines.ingest.rows import Keyring
from pipelines.ingest.write import write_part
from pipelines.validation.validator import Validator
from tests.unit.examples import (
    CALIPER_CONTEXT,
    DISTRICT_ID,
    PSEUDONYM_KEY,
    caliper_event,
    rows_of,
    statement,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ENVELOPE = {
    "sensor": "https://quizroom.example",
    "sendTime": "2025-09-01T15:00:00.000Z",
    "dataVersion": CALIPER_CONTEXT,
}
# What stands in for a member of a valid event, to see that nothing can end the run.
STRANGE_VALUES: st.SearchStrategy[Any] = st.sampled_from(
    [
        *(None, True, 0, -1, 2**53 + 1, 2**63 + 1, 1e308, "", "x", "http://x.example/y"),
        *([], {}, [1], [[]], [{}], {"id": 1}, {"id": "http://x.example/y"}),
        *("0001-01-01T00:00:00+14:00", "2016-12-31T23:59:60Z", "P1Y", "urn:uuid:x"),
    ]
)
EVENTS = st.sampled_from(
    [
        statement(
            result={"score": {"raw": 1, "min": 0, "max": 2}, "duration": "PT1S"},
            context={"contextActivities": {"parent": [{"id": "http://x.example/p"}]}},
        ),
        caliper_event(session={"id": "http://x.example/s", "type": "Session"}),
        {**ENVELOPE, "data": [caliper_event(1), caliper_event(2)]},
    ]
)


def _adds_up(outcome: PartOutcome) -> bool:
    kept: int = outcome.events.num_rows + len(outcome.rejections)
    return outcome.read == kept + outcome.minimised.total()


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Return every container with each of its keys."""
    if not isinstance(value, dict | list):
        return []
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    return [place for key, inner in pairs for place in [(value, key), *_places(inner)]]


@pytest.mark.parametrize(
    ("document", "stages"),
    [
        pytest.param(statement(), [], id="valid"),
        pytest.param(b"{", [Stage.DECODE], id="no-json"),
        pytest.param(b"\xff", [Stage.DECODE], id="not-utf-8"),
        pytest.param(b"7", [Stage.VALIDATE], id="a-number"),
        pytest.param({"a": 1}, [Stage.VALIDATE], id="another-object"),
        pytest.param(statement(verb=None), [Stage.VALIDATE], id="broken-statement"),
        pytest.param({**ENVELOPE, "data": []}, [Stage.VALIDATE], id="envelope-without-data"),
        pytest.param([statement(1), statement(2, verb=None), 3], [Stage.VALIDATE] * 2, id="array"),
    ],
)
def test_what_is_wrong_is_counted_where_it_was_found(
    process: Callable[..., PartOutcome], document: Any, stages: list[Stage]
) -> None:
    """A document that cannot be used counts once, at its stage, and never raises."""
    outcome = process(document)
    assert [rejection.stage for rejection in outcome.rejections] == stages
    assert all(rejection.findings for rejection in outcome.rejections)
    assert _adds_up(outcome)


def test_a_fault_of_reading_is_counted(process: Callable[..., PartOutcome]) -> None:
    """A stretch of a file that gives no item is a rejection like any other."""
    processor = PartProcessor(Validator.load(), Keyring(PSEUDONYM_KEY, DISTRICT_ID))
    fault = RawItem(0, 0, 0, b"", FILE_TRUNCATED)
    outcome = processor.process(Part("digest", "mathpath", 0, [fault]))
    assert [(rule.stage, rule.rule) for rule in outcome.broken_rules()] == [
        ("read", "file.truncated")
    ]
    assert _adds_up(outcome)
    assert _adds_up(process())


def test_the_bytes_of_an_envelope_are_kept_once(process: Callable[..., PartOutcome]) -> None:
    """Where every entry is refused, memory does not grow with the square of the envelope."""
    broken = {**ENVELOPE, "data": [caliper_event(number, action=None) for number in range(5)]}
    raw = orjson.dumps(broken)
    rejections = process(statement(), raw, b"{").rejections
    assert [rejection.original for rejection in rejections] == [raw, b"", b"", b"", b"", b"{"]
    assert [rejection.item_number for rejection in rejections] == [0, 1, 2, 3, 4, 0]
    assert len({rejection.byte_start for rejection in rejections[:5]}) == 1


def test_a_document_of_too_many_entries_is_refused_as_one(
    process: Callable[..., PartOutcome],
) -> None:
    """Memory is bounded also where one line holds a million entries."""
    entries = b"[" + b"1," * DOCUMENT_ITEMS + b"1]"
    envelope = orjson.dumps({**ENVELOPE, "data": [1] * (DOCUMENT_ITEMS + 1)})
    for document in (entries, envelope, b"[" + envelope + b"]"):
        (rejection,) = process(document).rejections
        assert [finding.rule for finding in rejection.findings] == ["item.too-many-entries"]
        assert (rejection.item_number, rejection.item_count) == (0, 1)


def test_a_rule_counts_the_items_that_break_it(process: Callable[..., PartOutcome]) -> None:
    """An item that breaks one rule in two places counts once for that rule."""
    broken = statement(verb=None, object=None)
    counts = process(broken, broken).broken_rules()
    assert set(counts.values()) == {2}


def test_a_score_beyond_exact_doubles_is_written(
    process: Callable[..., PartOutcome], tmp_path: Path
) -> None:
    """JSON numbers have no limit; a huge integer becomes the nearest double."""
    huge = statement(result={"score": {"raw": 2**53 + 1, "max": 2**63 + 1}})
    outcome = process(statement(), huge)
    write_part(tmp_path / "rows.parquet", outcome.events)
    _, row = rows_of(outcome)
    assert (row.score_raw, row.score_max) == (float(2**53 + 1), float(2**63 + 1))


@settings(max_examples=150, deadline=None)
@given(event=EVENTS, data=st.data())
def test_no_event_raises(
    process: Callable[..., PartOutcome],
    tmp_path_factory: pytest.TempPathFactory,
    event: dict[str, Any],
    data: st.DataObject,
) -> None:
    """Whatever stands in the place of a member, the event is a row, a rejection or minimised."""
    event = orjson.loads(orjson.dumps(event))
    places = _places(event)
    container, key = places[data.draw(st.integers(0, len(places) - 1))]
    container[key] = data.draw(STRANGE_VALUES)
    outcome = process(event)
    assert _adds_up(outcome)
    write_part(tmp_path_factory.getbasetemp() / "rows.parquet", outcome.events)

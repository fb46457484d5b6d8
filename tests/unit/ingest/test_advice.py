"""A sample of each part tells what a source could do better."""

from __future__ import annotations

from typing import Any

import pytest

from pipelines.ingest.advice import LONGEST_BYTES, SAMPLED_DOCUMENTS, Advice, advice_on, together
from pipelines.ingest.blocks import Part
from pipelines.ingest.items import RawItem
from pipelines.ingest.rejection import ITEM_TOO_LONG
from pipelines.validation.validator import Validator
from tests.unit.examples import caliper_event, lines, statement

ZONELESS = statement(1, timestamp="2025-09-01T10:00:00")
RULE = "xapi.timestamp.zone"


@pytest.fixture(scope="module")
def validator() -> Validator:
    """Give one compiled validator."""
    return Validator.load()


def _part(*documents: Any) -> Part:
    raws = [lines(each).strip() for each in documents]
    return Part("digest", "mathpath", 0, [RawItem(1, 0, len(raw), raw) for raw in raws])


def test_a_warning_counts_the_accepted_events_that_it_is_about(validator: Validator) -> None:
    """What is refused is told by its errors, and is no part of the sample."""
    refused = {**ZONELESS, "object": None}
    told = advice_on(_part(ZONELESS, statement(2), refused, b"{", caliper_event(3)), validator)
    assert told.sampled == 3
    assert told.warnings[RULE] == 1


def test_the_sample_is_spread_and_bounded(validator: Validator) -> None:
    """However many items a part has, so many are looked at, from its beginning to its end."""
    many = [statement(number) for number in range(10 * SAMPLED_DOCUMENTS)]
    many[-10:] = [ZONELESS] * 10
    told = advice_on(_part(*many), validator)
    assert told.sampled == SAMPLED_DOCUMENTS
    assert told.warnings[RULE] == 1


def test_what_is_long_or_no_item_is_left_out(validator: Validator) -> None:
    """A long document and a fault are not looked at."""
    long = statement(1, timestamp="2025-09-01T10:00:00", context={"platform": "x" * LONGEST_BYTES})
    part = _part(long)
    part.items.append(RawItem(2, 0, 0, b"", ITEM_TOO_LONG))
    assert advice_on(part, validator) == Advice(0, {})


def test_a_defect_in_a_warning_costs_nothing(
    validator: Validator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a warning fails, its event is left out of the sample, and ingest goes on."""
    monkeypatch.setattr(Validator, "warnings_of", lambda *_: 1 / 0)
    assert advice_on(_part(statement(1)), validator) == Advice(0, {})


def test_samples_add_up() -> None:
    """The sample of a file is that of its parts."""
    parts = [Advice(2, {"b": 1}), Advice(), Advice(3, {"a": 2, "b": 1})]
    assert together(parts) == Advice(5, {"a": 2, "b": 2})

"""The standards compiled once, and a way to put one event through the whole step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import pytest

from pipelines.ingest.blocks import Part
from pipelines.ingest.items import RawItem
from pipelines.ingest.process import PartOutcome, PartProcessor
from pipelines.ingest.rows import EventRow, Keyring
from pipelines.validation.validator import Validator
from tests.unit.examples import DISTRICT_ID, PSEUDONYM_KEY, rows_of

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture(scope="session")
def keyring() -> Keyring:
    """Give the keyring of the test's district."""
    return Keyring(PSEUDONYM_KEY, DISTRICT_ID)


@pytest.fixture(scope="session")
def process(keyring: Keyring) -> Callable[..., PartOutcome]:
    """Give a function that processes documents, each as a line of one part."""
    processor = PartProcessor(Validator.load(), keyring)

    def run(*documents: Any) -> PartOutcome:
        raws = [part if isinstance(part, bytes) else orjson.dumps(part) for part in documents]
        items = [
            RawItem(number, number * 1000, number * 1000 + len(raw), raw)
            for number, raw in enumerate(raws, start=1)
        ]
        return processor.process(Part("digest", "mathpath", 0, items))

    return run


@pytest.fixture(scope="session")
def row_of(process: Callable[..., PartOutcome]) -> Callable[[Any], EventRow]:
    """Give a function that returns the row of one valid event."""

    def run(document: Any) -> EventRow:
        outcome = process(document)
        assert not outcome.rejections
        (row,) = rows_of(outcome)
        return row

    return run

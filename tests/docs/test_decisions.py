"""Decision records are numbered, and each says why."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.docs.repository import DOCS

if TYPE_CHECKING:
    from pathlib import Path

RECORDS = sorted((DOCS / "decisions").glob("*.md"))
PARTS = ["Status", "Context", "Decision", "Consequences"]


def test_every_decision_has_a_number_of_its_own() -> None:
    """The numbers begin at 0001 and none is used twice; a room may leave some free for another."""
    numbers = [record.name[:5] for record in RECORDS]
    assert numbers[0] == "0001-"
    assert len(set(numbers)) == len(numbers)
    assert all(re.fullmatch(r"\d{4}-", number) for number in numbers)


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.stem)
def test_decisions_have_their_four_parts(record: Path) -> None:
    """A record has a numbered title, then status, context, decision and consequences."""
    text = record.read_text(encoding="utf-8")
    assert re.match(r"# \d+\. \S", text)
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == PARTS
    assert re.search(r"## Status\n\n(Accepted|Superseded by)", text)

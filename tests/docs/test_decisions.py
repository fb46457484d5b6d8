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


def test_decisions_are_numbered_without_gaps() -> None:
    """The numbers run from 0001."""
    assert [record.name[:5] for record in RECORDS] == [
        f"{number:04d}-" for number in range(1, len(RECORDS) + 1)
    ]


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.stem)
def test_decisions_have_their_four_parts(record: Path) -> None:
    """A record has a numbered title, then status, context, decision and consequences."""
    text = record.read_text(encoding="utf-8")
    assert re.match(r"# \d+\. \S", text)
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == PARTS
    assert re.search(r"## Status\n\n(Accepted|Superseded by)", text)

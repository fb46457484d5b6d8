"""What a sample of a part's events should keep and does not: warnings, counted by rule.

Warnings refuse nothing, and to ask them of every event would slow every night. A few items of each
part, spread evenly over it, tell a district what its tools could do better.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from pipelines.validation.decode import Undecodable, decode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pipelines.ingest.blocks import Part
    from pipelines.validation.findings import Finding
    from pipelines.validation.validator import Validator

SAMPLED_DOCUMENTS = 32
# A longer one holds so many events that looking at it once more would be felt.
LONGEST_BYTES = 1 << 16


class Advice(NamedTuple):
    """How many accepted events were looked at, and how many of them each warning is about."""

    sampled: int = 0
    warnings: dict[str, int] = {}  # noqa: RUF012 - a value; nobody changes it


NO_ADVICE = Advice()


def advice_on(part: Part, validator: Validator) -> Advice:
    """Look at a sample of a part; where Plumbline itself fails on an item, it is left out."""
    step = max(1, len(part.items) // SAMPLED_DOCUMENTS)
    sampled = 0
    warnings: Counter[str] = Counter()
    for raw in part.items[::step][:SAMPLED_DOCUMENTS]:
        if raw.fault is None and len(raw.raw) <= LONGEST_BYTES:
            with suppress(Exception):
                for findings in list(_warnings_in(raw.raw, validator)):
                    sampled += 1
                    warnings.update({finding.rule for finding in findings})
    return Advice(sampled, dict(warnings))


def together(parts: Iterable[Advice]) -> Advice:
    """Add up the samples of several parts."""
    sampled, warnings = 0, Counter[str]()
    for each in parts:
        sampled += each.sampled
        warnings.update(each.warnings)
    return Advice(sampled, dict(sorted(warnings.items())))


def _warnings_in(raw: bytes, validator: Validator) -> Iterator[tuple[Finding, ...]]:
    """Yield the warnings of each accepted event of a document."""
    document = decode(raw)
    if isinstance(document, Undecodable):
        return
    for verdict in validator.examine(document.value):
        if verdict.is_valid:
            yield validator.warnings_of(verdict.item)

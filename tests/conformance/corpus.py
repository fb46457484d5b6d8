"""The labelled cases of other projects, read where they lie and judged."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from pipelines.validation.decode import Undecodable, decode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.validation.findings import Finding
    from pipelines.validation.validator import Validator

STANDARDS = ("xapi", "caliper")
CORPUS = Path(__file__).resolve().parents[2].parent / "shared" / "conformance"


class Case(NamedTuple):
    """One labelled document."""

    id: str
    standard: str
    version: str
    source: str
    expected: str
    raw: str


class Group(NamedTuple):
    """The cases that are told as one row."""

    standard: str
    version: str
    source: str


class Judgement(NamedTuple):
    """What was expected of a case, and whether it was accepted."""

    expected: str
    is_accepted: bool


def is_present() -> bool:
    """Tell whether the cases lie where they are looked for."""
    return all(_path(standard).exists() for standard in STANDARDS)


def cases(standard: str) -> Iterator[Case]:
    """Yield the labelled cases of a standard."""
    with gzip.open(_path(standard), "rt", encoding="utf-8") as lines:
        for line in lines:
            case = json.loads(line)
            yield Case(*(case[name] for name in Case._fields))


def findings_of(validator: Validator, raw: str) -> list[Finding]:
    """Return everything that a document is refused for."""
    decoded = decode(raw.encode())
    if isinstance(decoded, Undecodable):
        return [decoded.finding]
    return [each for verdict in validator.examine(decoded.value) for each in verdict.findings]


def judged(validator: Validator) -> dict[Group, Counter[Judgement]]:
    """Judge every case and count by group what was expected and what came of it."""
    counts: dict[Group, Counter[Judgement]] = {}
    for standard in STANDARDS:
        for case in cases(standard):
            group = Group(case.standard, case.version, case.source)
            is_accepted = not findings_of(validator, case.raw)
            counts.setdefault(group, Counter())[Judgement(case.expected, is_accepted)] += 1
    return dict(sorted(counts.items(), key=lambda pair: (pair[0].standard == "caliper", pair[0])))


def _path(standard: str) -> Path:
    return CORPUS / f"{standard}.jsonl.gz"

"""The labelled cases of other projects, read where they lie: none may be judged wrongly."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.validation.decode import Undecodable, decode
from pipelines.validation.validator import Validator

if TYPE_CHECKING:
    from pipelines.validation.findings import Finding

_CORPUS = Path(__file__).resolve().parents[2].parent / "shared" / "conformance"
# How many invalid cases may pass. It only ever goes down.
_MOST_MISSED = 0


def _cases(standard: str) -> list[dict[str, Any]]:
    path = _CORPUS / f"{standard}.jsonl.gz"
    if not path.exists():
        pytest.skip(f"the labelled cases are not here: {path.name} is in no ../shared/conformance")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _findings(validator: Validator, raw: str) -> list[Finding]:
    decoded = decode(raw.encode())
    if isinstance(decoded, Undecodable):
        return [decoded.finding]
    return [each for verdict in validator.examine(decoded.value) for each in verdict.findings]


@pytest.fixture(scope="module")
def validator() -> Validator:
    """Return one compiled validator for all cases."""
    return Validator.load()


@pytest.mark.parametrize("standard", ["xapi", "caliper"])
def test_the_corpus_is_judged_rightly(
    validator: Validator, standard: str, record_property: Any
) -> None:
    """No valid case is refused, and no invalid one passes beyond those still allowed."""
    right: Counter[str] = Counter()
    refused, missed = [], []
    for case in _cases(standard):
        is_valid = not _findings(validator, case["raw"])
        if case["expected"] == "valid" and not is_valid:
            refused.append(case["id"])
        elif case["expected"] == "invalid" and is_valid:
            missed.append(case["id"])
        else:
            right[f"{case['version']} {case['source']} {case['expected']}"] += 1
    record_property("right", dict(right))
    assert refused == []
    assert len(missed) <= _MOST_MISSED, missed


@pytest.mark.parametrize("standard", ["xapi", "caliper"])
def test_every_refusal_of_the_corpus_is_explained(validator: Validator, standard: str) -> None:
    """Each finding on a real case has a rule, a clause and a message."""
    for case in _cases(standard):
        for finding in _findings(validator, case["raw"]):
            assert finding.rule
            assert not finding.rule.startswith("schema.")
            assert finding.message
            assert finding.clause

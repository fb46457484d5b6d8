"""The labelled cases of other projects: none is judged wrongly, and docs/conformance.md says so."""

from __future__ import annotations

import pytest

from pipelines.validation.validator import Validator
from tests.conformance.corpus import STANDARDS, cases, findings_of, is_present, judged
from tests.conformance.table import render
from tests.docs.repository import generated_sections, read

pytestmark = pytest.mark.skipif(
    not is_present(), reason="the labelled cases are not here: ../shared/conformance lacks them"
)


@pytest.fixture(scope="module")
def validator() -> Validator:
    """Return one compiled validator for all cases."""
    return Validator.load()


@pytest.mark.parametrize("standard", STANDARDS)
def test_the_corpus_is_judged_rightly(validator: Validator, standard: str) -> None:
    """No valid case is refused, and no invalid one passes."""
    refused, missed = [], []
    for case in cases(standard):
        is_valid = not findings_of(validator, case.raw)
        if case.expected == "valid" and not is_valid:
            refused.append(case.id)
        elif case.expected == "invalid" and is_valid:
            missed.append(case.id)
    assert refused == []
    assert missed == []


@pytest.mark.parametrize("standard", STANDARDS)
def test_every_refusal_of_the_corpus_is_explained(validator: Validator, standard: str) -> None:
    """Each finding on a real case has a rule, a clause and a message."""
    for case in cases(standard):
        for finding in findings_of(validator, case.raw):
            assert finding.rule
            assert not finding.rule.startswith("schema.")
            assert finding.message
            assert finding.clause


def test_the_document_has_the_figures_of_today(validator: Validator) -> None:
    """docs/conformance.md is what `make conformance` would write."""
    assert generated_sections(read("conformance.md"))["conformance"] == render(judged(validator))

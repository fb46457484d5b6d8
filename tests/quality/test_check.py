"""The checks of both stages against a small warehouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipelines.errors import CheckFailedError
from pipelines.quality.check import run_checks
from pipelines.quality.outcome import Stage, refuse_failed

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from pipelines.home import Home
    from pipelines.identity.keys import Key

    Change = Callable[[str], None]


@pytest.mark.parametrize("stage", list(Stage))
def test_good_data_meets_every_expectation(
    home: Home, key: Key, as_of: date, stage: Stage
) -> None:
    """Good data passes every check of both stages, and nothing is refused."""
    outcome = run_checks(home, stage, key=key, as_of=as_of)

    assert outcome.findings == ()
    assert outcome.passed == len(outcome.results) > 0
    refuse_failed(outcome)


def test_file_that_does_not_add_up_is_critical(
    home: Home, key: Key, as_of: date, change: Change
) -> None:
    """One file that does not add up stops the run, with its count and the reason."""
    change("update audit.reconciliation set adds_up = false where file_name like '%night-1%'")

    outcome = run_checks(home, Stage.AFTER_BUILD, key=key, as_of=as_of)

    assert [(finding.name, finding.observed) for finding in outcome.findings] == [
        ("every_file_adds_up", 2.0)
    ]
    with pytest.raises(CheckFailedError, match="nothing that was read is unaccounted for"):
        refuse_failed(outcome)

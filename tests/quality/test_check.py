"""The checks of both stages, run against a small warehouse."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING, NoReturn

import pytest

from pipelines.errors import CheckFailedError
from pipelines.quality.check import run_checks
from pipelines.quality.outcome import Stage, Verdict, refuse_failed

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from pipelines.home import Home
    from pipelines.identity.keys import Key

    Change = Callable[[str], None]


@pytest.mark.parametrize("stage", list(Stage))
def test_good_data_meets_every_expectation(home: Home, key: Key, as_of: date, stage: Stage) -> None:
    """Good data passes every check of both stages, and nothing is refused."""
    outcome = run_checks(home, stage, key=key, as_of=as_of)

    assert outcome.findings == ()
    assert outcome.passed == len(outcome.results) > 0
    refuse_failed(outcome)


def test_critical_finding_stops_the_run(home: Home, key: Key, as_of: date, change: Change) -> None:
    """Files that do not add up stop the run, with their number, the reason and the mend."""
    change("update audit.reconciliation set adds_up = false where file_name like '%night-1%'")

    outcome = run_checks(home, Stage.AFTER_BUILD, key=key, as_of=as_of)

    assert outcome.failed == 1
    assert [(finding.name, finding.observed) for finding in outcome.findings] == [
        ("every_file_adds_up", 2.0)
    ]
    with pytest.raises(CheckFailedError, match="nothing that was read is unaccounted for") as error:
        refuse_failed(outcome)
    assert error.value.mend == outcome.findings[0].reason.mend


def test_warning_reports_and_lets_the_run_go_on(
    home: Home, key: Key, as_of: date, change: Change
) -> None:
    """A warning is counted and described, and does not stop the run."""
    change("update loaded.students set grade_band = null")

    outcome = run_checks(home, Stage.AFTER_LOAD, key=key, as_of=as_of)

    assert (outcome.warned, outcome.failed) == (1, 0)
    assert [finding.verdict for finding in outcome.findings] == [Verdict.WARNED]
    refuse_failed(outcome)


def test_missing_table_is_not_taken_for_a_good_one(
    home: Home, key: Key, as_of: date, change: Change
) -> None:
    """What cannot be evaluated has failed, whatever its severity, and says so."""
    change("drop table audit.reconciliation")

    outcome = run_checks(home, Stage.AFTER_BUILD, key=key, as_of=as_of)

    unevaluated = {result.name for result in outcome.findings if not result.is_evaluated}
    assert outcome.failed == len(unevaluated)
    assert unevaluated == {"every_file_adds_up", "every_file_is_reconciled", "few_events_voided"}
    with pytest.raises(CheckFailedError, match="could not be evaluated"):
        refuse_failed(outcome)


def test_critical_findings_come_first(home: Home, key: Key, as_of: date, change: Change) -> None:
    """Findings list what stops the run before what only warns."""
    change("update loaded.students set grade_band = null; delete from loaded.rejections")

    outcome = run_checks(home, Stage.AFTER_LOAD, key=key, as_of=as_of)

    assert [finding.verdict for finding in outcome.findings] == [Verdict.FAILED, Verdict.WARNED]


def test_results_are_written_as_json(home: Home, key: Key, as_of: date) -> None:
    """reports/checks/ holds each expectation with its reason and observed number."""
    outcome = run_checks(home, Stage.AFTER_BUILD, key=key, as_of=as_of)

    document = json.loads((home.reports / "checks" / "after_build.json").read_bytes())

    assert (document["stage"], document["as_of_date"]) == ("after_build", "2025-10-10")
    assert document["passed"] == outcome.passed == len(document["results"])
    assert all(
        isinstance(result["observed"], float) and result["reason"]["mend"]
        for result in document["results"]
    )


def test_checks_write_nothing_into_the_warehouse(home: Home, key: Key, as_of: date) -> None:
    """The warehouse is read in place and keeps its bytes; nothing is left beside it."""
    before = home.warehouse_file.read_bytes()

    run_checks(home, Stage.AFTER_LOAD, key=key, as_of=as_of)

    assert home.warehouse_file.read_bytes() == before
    assert [file.name for file in home.warehouse_file.parent.iterdir()] == ["warehouse.duckdb"]


def test_checks_use_no_network(
    home: Home, key: Key, as_of: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither Great Expectations nor DuckDB opens a connection to anywhere."""

    def refuse(*_: object) -> NoReturn:
        raise AssertionError("something wants to reach the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)

    assert run_checks(home, Stage.AFTER_BUILD, key=key, as_of=as_of).failed == 0


def test_nothing_is_printed(
    home: Home, key: Key, as_of: date, capfd: pytest.CaptureFixture[str]
) -> None:
    """No progress bar and no remark of a library gets between the lines of the night."""
    run_checks(home, Stage.AFTER_BUILD, key=key, as_of=as_of)

    assert capfd.readouterr() == ("", "")

"""Run the suites of a stage against the warehouse, in place, and report what they found."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import orjson

from pipelines.files import write_whole
from pipelines.quality.outcome import CheckOutcome, Stage
from pipelines.quality.suites import read_suites
from pipelines.warehouse.connection import open_encrypted

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from pipelines.home import Home
    from pipelines.identity.keys import Key

CHECKS_FOLDER = "checks"
DATA_DOCS_FOLDER = "data_docs"


def run_checks(home: Home, stage: Stage, *, key: Key, as_of: date) -> CheckOutcome:
    """Check one stage; write reports/checks/<stage>.json and reports/data_docs/<stage>/.

    Nothing is raised for an expectation that is not met: `refuse_failed` decides on that.
    """
    from pipelines.quality.data_docs import write_data_docs
    from pipelines.quality.evaluate import evaluate_suites

    with open_encrypted(home.warehouse_file, key, read_only=True) as connection:
        evaluations = evaluate_suites(connection, read_suites(stage), as_of=as_of)
    results = tuple(result for each in evaluations for result in each.results)
    outcome = CheckOutcome(stage, as_of, results)
    _write_outcome(home.reports / CHECKS_FOLDER / f"{stage}.json", outcome)
    write_data_docs(home.reports / DATA_DOCS_FOLDER, outcome, evaluations)
    return outcome


def _write_outcome(file: Path, outcome: CheckOutcome) -> None:
    document = {
        "stage": outcome.stage,
        "as_of_date": outcome.as_of_date,
        "passed": outcome.passed,
        "warned": outcome.warned,
        "failed": outcome.failed,
        "results": [asdict(result) for result in outcome.results],
    }
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    write_whole(file, orjson.dumps(document, option=orjson.OPT_INDENT_2))

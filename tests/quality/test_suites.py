"""The suites in expectations/: complete, in words, and about tables and columns that exist."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import orjson
import pytest
import yaml

from pipelines.quality.evaluate import evaluate_suites
from pipelines.quality.outcome import Severity, Stage, Verdict
from pipelines.quality.suites import Suite, fill_in, read_suites
from pipelines.resources import resource_path
from pipelines.warehouse.schema import prepare_schema

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from pathlib import Path

SUITES = [suite for stage in Stage for suite in read_suites(stage)]
# Without a student the run stops anyway.
EMPTY_DISTRICT_FINDINGS = {
    "some_file_was_delivered",
    "there_are_standards",
    "there_are_students",
    "grade_bands_known",
    "schools_known",
}


@pytest.fixture(scope="module")
def empty_warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    """Give every table of the warehouse without a row: the schema's, and the marts of dbt."""
    connection = duckdb.connect()
    connection.execute("attach ':memory:' as warehouse; use warehouse")
    prepare_schema(connection)
    for file in sorted(resource_path("dbt").glob("models/marts/*/*.yml")):
        connection.execute(f"create schema if not exists {file.parent.name}")
        for model in yaml.safe_load(file.read_text("utf-8")).get("models", []):
            columns = ", ".join(
                f'"{each["name"]}" {each["data_type"]}' for each in model["columns"]
            )
            connection.execute(f"create table {file.parent.name}.{model['name']} ({columns})")
    yield connection
    connection.close()


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.table)
def test_suite_asks_only_for_what_exists(
    suite: Suite, empty_warehouse: duckdb.DuckDBPyConnection, as_of: date
) -> None:
    """Every figure and column of a suite is found in schema.sql and in dbt's marts."""
    data_sets = {None: f"select * from {suite.table}"} | {
        name: fill_in(query, as_of) for name, query in suite.figures.items()
    }

    for expected in suite.expectations:
        columns = empty_warehouse.execute(data_sets[expected.figures]).description
        assert expected.kwargs.get("column", columns[0][0]) in {column[0] for column in columns}


def test_empty_district_raises_no_false_alarm(
    empty_warehouse: duckdb.DuckDBPyConnection, as_of: date
) -> None:
    """Without any row, only the expectations that ask for rows are not met."""
    evaluations = evaluate_suites(empty_warehouse, SUITES, as_of=as_of)

    results = [result for evaluation in evaluations for result in evaluation.results]
    assert all(result.is_evaluated for result in results)
    unmet = {result.name for result in results if result.verdict is not Verdict.PASSED}
    assert unmet == EMPTY_DISTRICT_FINDINGS


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.table)
def test_suite_is_named_and_reasoned(suite: Suite) -> None:
    """A suite's file is named after its table; each expectation has its own name and reason."""
    names = [expected.name for expected in suite.expectations]

    assert resource_path(f"expectations/{suite.table}.json").is_file()
    assert len(set(names)) == len(names) > 0
    for expected in suite.expectations:
        reason = expected.reason
        assert all(text.endswith(".") for text in (reason.means, reason.matters, reason.mend))


def test_suites_are_read_completely() -> None:
    """Every file in expectations/ is one suite, and every figure is used."""
    files = list(resource_path("expectations").glob("*.json"))

    assert len(SUITES) == len(files)
    for suite in SUITES:
        used = {expected.figures for expected in suite.expectations} - {None}
        assert used == set(suite.figures)


def test_both_stages_have_both_severities() -> None:
    """Each stage can stop a run and can warn."""
    severities = {
        (suite.stage, expected.severity) for suite in SUITES for expected in suite.expectations
    }

    assert severities == {(stage, severity) for stage in Stage for severity in Severity}


def test_suites_hold_no_generated_ids() -> None:
    """A suite says only what a person wrote."""
    allowed = {"name", "type", "kwargs", "severity", "reason", "figures"}

    for file in resource_path("expectations").glob("*.json"):
        document = orjson.loads(file.read_bytes())
        assert all(set(entry) <= allowed for entry in document["expectations"])


def test_expectation_that_would_show_a_row_is_refused(tmp_path: Path) -> None:
    """The largest value of a table's column is some student's; only figures may be asked for it."""
    document = orjson.loads(resource_path("expectations/loaded.students.json").read_bytes())
    document["expectations"][0]["type"] = "expect_column_max_to_be_between"
    (tmp_path / "loaded.students.json").write_bytes(orjson.dumps(document))

    with pytest.raises(ValueError, match="may show a row's value"):
        read_suites(Stage.AFTER_LOAD, tmp_path)

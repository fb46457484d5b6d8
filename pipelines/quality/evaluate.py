"""Evaluate suites with Great Expectations inside an open DuckDB connection."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import duckdb

from pipelines.quality.outcome import CheckResult, Severity, Verdict
from pipelines.quality.suites import SUBJECT, fill_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date
    from types import ModuleType

    from pipelines.quality.suites import Expected, Suite

# No unexpected value, index or row leaves the database.
_RESULT_FORMAT = {"result_format": "BASIC", "partial_unexpected_count": 0}
_FIGURES_SCHEMA = "memory.main"
# More than anybody reads, and fewer than the order of rows can change in a sum.
_SIGNIFICANT_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One suite's results, and the library's own result of each expectation by its name."""

    suite: Suite
    results: tuple[CheckResult, ...]
    validations: Mapping[str, Any]


def evaluate_suites(
    connection: duckdb.DuckDBPyConnection, suites: Iterable[Suite], *, as_of: date
) -> tuple[Evaluation, ...]:
    """Return what came of every expectation; one that cannot be evaluated has failed."""
    source = _warehouse_source(connection)
    return tuple(_evaluate(connection, source, suite, as_of) for suite in suites)


def import_great_expectations() -> ModuleType:
    """Return the library; it takes seconds to import, and one of its imports is deprecated."""
    with warnings.catch_warnings():
        # It imports sre_constants, which Python 3.11 deprecates; nothing here can mend that.
        warnings.filterwarnings("ignore", category=DeprecationWarning)
        import great_expectations

    library: ModuleType = great_expectations
    return library


def _warehouse_source(connection: duckdb.DuckDBPyConnection) -> Any:
    great_expectations = import_great_expectations()
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )

    from pipelines.quality.dialect import DRIVER_URL, engine_options

    configuration = DataContextConfig(
        analytics_enabled=False,
        progress_bars=ProgressBarsConfig(globally=False),
        store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
    )
    context = great_expectations.get_context(mode="ephemeral", project_config=configuration)
    return context.data_sources.add_sql(
        "warehouse",
        connection_string=DRIVER_URL,
        create_temp_table=False,
        kwargs=engine_options(connection),
    )


def _evaluate(
    connection: duckdb.DuckDBPyConnection, source: Any, suite: Suite, as_of: date
) -> Evaluation:
    validations: dict[str, Any] = {}
    subjects: dict[str, tuple[str, ...]] = {}
    for figures, expectations in _by_data_set(suite):
        try:
            query = _data_set_query(connection, suite, figures, as_of)
            found = _validate(source, _title(suite, figures), query, expectations)
            subjects |= _unmet_subjects(connection, query, expectations, found)
            validations |= found
        except duckdb.Error:
            # The table is missing or differs; DuckDB's message may quote a value, so it stays here.
            continue
    results = (
        replace(
            _result(suite, each, validations.get(each.name)), subjects=subjects.get(each.name, ())
        )
        for each in suite.expectations
    )
    return Evaluation(suite, tuple(results), validations)


def _unmet_subjects(
    connection: duckdb.DuckDBPyConnection,
    query: str,
    expectations: list[Expected],
    validations: Mapping[str, Any],
) -> dict[str, tuple[str, ...]]:
    """Return whom figures by subject name as not meeting an expectation: a source, a mart."""
    columns = {column[0] for column in connection.execute(query).description}
    unmet = [each for each in expectations if each.name in validations]
    unmet = [each for each in unmet if not validations[each.name].success]
    if SUBJECT not in columns:
        return {}
    return {
        each.name: tuple(
            subject
            for (subject,) in connection.execute(
                f"select distinct {SUBJECT} from ({query}) where {_is_beyond(each)} order by all"
            ).fetchall()
        )
        for each in unmet
    }


def _is_beyond(expected: Expected) -> str:
    column = expected.kwargs["column"]
    limits = [
        f"{column} {sign} {float(expected.kwargs[name])}"
        for name, sign in (("min_value", "<"), ("max_value", ">"))
        if name in expected.kwargs
    ]
    return f"{SUBJECT} is not null and ({' or '.join(limits)})"


def _by_data_set(suite: Suite) -> Iterator[tuple[str | None, list[Expected]]]:
    for figures in (None, *suite.figures):
        expectations = [each for each in suite.expectations if each.figures == figures]
        if expectations:
            yield figures, expectations


def _title(suite: Suite, figures: str | None) -> str:
    return suite.table if figures is None else f"{suite.table} ({figures.replace('_', ' ')})"


def _data_set_query(
    connection: duckdb.DuckDBPyConnection, suite: Suite, figures: str | None, as_of: date
) -> str:
    if figures is None:
        query = f"select * from {suite.table}"
        connection.execute(f"{query} limit 0")
        return query
    # The library runs a query once for each metric: compute the figures once, in memory.
    table = f'{_FIGURES_SCHEMA}."{suite.table} {figures}"'
    query = fill_in(suite.figures[figures], as_of)
    connection.execute(f"create or replace table {table} as {query}")
    return f"select * from {table}"


def _validate(source: Any, title: str, query: str, expectations: list[Expected]) -> dict[str, Any]:
    from great_expectations import ExpectationSuite

    batch = source.add_query_asset(title, query=query).add_batch_definition_whole_table("all")
    suite = ExpectationSuite(title, expectations=[_to_library(each) for each in expectations])
    validation = batch.get_batch().validate(suite, result_format=_RESULT_FORMAT)
    return {
        each.expectation_config.meta["name"]: each
        for each in validation.results
        if not _has_raised(each)
    }


def _to_library(expected: Expected) -> Any:
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
    from great_expectations.expectations.metadata_types import FailureSeverity

    return ExpectationConfiguration(
        type=expected.type,
        kwargs=dict(expected.kwargs),
        severity=FailureSeverity(expected.severity.value),
        meta={"name": expected.name},
    ).to_domain_obj()


def _has_raised(validation: Any) -> bool:
    information = validation.exception_info or {}
    if "raised_exception" in information:
        return bool(information["raised_exception"])
    return any(each.get("raised_exception") for each in information.values())


def _result(suite: Suite, expected: Expected, validation: Any) -> CheckResult:
    return CheckResult(
        table=suite.table,
        name=expected.name,
        expectation=expected.type,
        severity=expected.severity,
        verdict=_verdict(expected, validation),
        observed=None if validation is None else _observed(validation.result),
        reason=expected.reason,
        is_evaluated=validation is not None,
    )


def _verdict(expected: Expected, validation: Any) -> Verdict:
    if validation is None:
        # Whatever the severity: a table that is missing or differs must not be published.
        return Verdict.FAILED
    if validation.success:
        return Verdict.PASSED
    return Verdict.FAILED if expected.severity is Severity.CRITICAL else Verdict.WARNED


def _observed(result: dict[str, Any]) -> float | None:
    """Return a count or a rate: the last digits of a mean depend on the order of its rows."""
    percent = result.get("unexpected_percent")
    value = result.get("observed_value") if percent is None else percent / 100
    return None if value is None else float(f"{value:.{_SIGNIFICANT_DIGITS}g}")

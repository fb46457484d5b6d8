"""Read the suites in expectations/: plain JSON in, frozen values out."""

from __future__ import annotations

from dataclasses import dataclass, field
from string import Template
from typing import TYPE_CHECKING, Any

import orjson

from pipelines.quality.outcome import Reason, Severity, Stage
from pipelines.resources import resource_path

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

# Their observed value is a count or a share of rows, whatever the rows hold.
COUNTING_TYPES = frozenset(
    {
        "expect_table_row_count_to_be_between",
        "expect_column_proportion_of_non_null_values_to_be_between",
        "expect_column_values_to_be_between",
        "unexpected_rows_expectation",
    }
)
# The column in which figures name what each is about: a source, a mart, a status; never a person.
SUBJECT = "subject"
# Their observed value is taken from a row, so they look at figures only: rates, never people.
FIGURE_TYPES = frozenset({"expect_column_max_to_be_between", "expect_column_min_to_be_between"})


@dataclass(frozen=True, slots=True)
class Expected:
    """One expectation of a suite; `figures` names the query it looks at, none means the table."""

    name: str
    type: str
    kwargs: Mapping[str, Any]
    severity: Severity
    reason: Reason
    figures: str | None = None


@dataclass(frozen=True, slots=True)
class Suite:
    """What is expected of one table at one stage."""

    table: str
    stage: Stage
    about: str
    expectations: tuple[Expected, ...]
    figures: Mapping[str, str] = field(default_factory=dict)


def read_suites(stage: Stage, folder: Path | None = None) -> tuple[Suite, ...]:
    """Return the suites of one stage, ordered by table."""
    files = sorted((folder or resource_path("expectations")).glob("*.json"))
    suites = (_parse_suite(file) for file in files)
    return tuple(suite for suite in suites if suite.stage is stage)


def fill_in(query: str, as_of: date) -> str:
    """Return a query of a suite with its one parameter, `$as_of_date`, replaced by a literal."""
    return Template(query).substitute(as_of_date=f"date '{as_of.isoformat()}'")


def _parse_suite(file: Path) -> Suite:
    document = orjson.loads(file.read_bytes())
    return Suite(
        table=document["table"],
        stage=Stage(document["stage"]),
        about=document["about"],
        expectations=tuple(_parse_expectation(file, entry) for entry in document["expectations"]),
        # JSON has no multi-line text: a query is a list of lines.
        figures={name: "\n".join(lines) for name, lines in document.get("figures", {}).items()},
    )


def _parse_expectation(file: Path, entry: dict[str, Any]) -> Expected:
    expected = Expected(
        name=entry["name"],
        type=entry["type"],
        kwargs=entry["kwargs"],
        severity=Severity(entry["severity"]),
        reason=Reason(**entry["reason"]),
        figures=entry.get("figures"),
    )
    allowed = FIGURE_TYPES if expected.figures else COUNTING_TYPES
    if expected.type not in allowed:
        raise ValueError(f"{file.name}: {expected.name}: {expected.type} may show a row's value")
    return expected

"""The definitions of the measures in the warehouse: a version stands for the same ones for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from pipelines.errors import CheckFailedError
from pipelines.measures import Definition, shipped_versions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from duckdb import DuckDBPyConnection

    from pipelines.measures import Definitions


def refuse_changed_definitions(connection: DuckDBPyConnection, definitions: Definitions) -> None:
    """Raise CheckFailedError for a definition that is not what its version stands for.

    That is what Plumbline ever shipped under it, or what a build here was made by.
    """
    problems = [
        problem
        for known in (*shipped_versions(), *_built(connection))
        for each in definitions.measures
        if (each.measure, each.version) == (known.measure, known.version)
        for problem in _differences(known, each)
    ]
    if problems:
        raise CheckFailedError(
            f"{definitions.file} changes what a version stands for:"
            + "".join(f"\n    {each}" for each in dict.fromkeys(problems)),
            'give the measure another version there, such as "riverbend-2", or take the value back',
        )


def write_definitions(connection: DuckDBPyConnection, definitions: Definitions) -> None:
    """Let the models see the definitions."""
    connection.execute("delete from loaded.measure_parameters")
    connection.executemany(
        "insert into loaded.measure_parameters values (?, ?, ?, ?, ?)",
        [
            (each.measure, each.version, each.hash, name, value)
            for each in definitions.measures
            for name, value in each.parameters.items()
        ],
    )


def record_definitions(connection: DuckDBPyConnection) -> None:
    """Write down for good what the build was made by; what was written down is left as it is."""
    connection.execute(
        "insert into loaded.measure_definitions"
        " select measure, version, hash, json_group_object(parameter, value)"
        " from loaded.measure_parameters anti join loaded.measure_definitions as known"
        " using (measure, version) group by all order by all"
    )


def changed_measures(connection: DuckDBPyConnection, definitions: Definitions) -> tuple[str, ...]:
    """Return the measures of which the warehouse was built by another definition."""
    rows = connection.execute("select distinct hash from loaded.measure_parameters").fetchall()
    return tuple(
        f"{each.measure} {each.version}"
        for each in definitions.measures
        if (each.hash,) not in rows
    )


def _built(connection: DuckDBPyConnection) -> Iterable[Definition]:
    rows = connection.execute(
        "select measure, version, parameters from loaded.measure_definitions order by all"
    ).fetchall()
    return [Definition(measure, version, orjson.loads(text)) for measure, version, text in rows]


def _differences(known: Definition, now: Definition) -> Iterator[str]:
    for name in sorted({*known.parameters, *now.parameters}):
        before, after = known.parameters.get(name), now.parameters.get(name)
        if before != after:
            yield (
                f"{now.measure}.{name}: {_said(after)}, where version {now.version} has"
                f" {_said(before)}"
            )


def _said(value: float | None) -> str:
    return "nothing" if value is None else f"{value:g}"

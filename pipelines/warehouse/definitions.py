"""The definitions of the measures: a changed parameter is a new version, or nothing is built."""

from __future__ import annotations

import csv
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

import orjson

from pipelines.errors import CheckFailedError
from pipelines.resources import resource_path

if TYPE_CHECKING:
    from pathlib import Path

PARAMETERS = "dbt/seeds/measure_parameters.csv"
VERSIONS = "dbt/measure_versions.json"


class Definition(NamedTuple):
    """A measure, its version, and the hash of both with every parameter."""

    measure: str
    version: str
    hash: str


def read_definitions(file: Path) -> tuple[Definition, ...]:
    """Return the measures of a file of parameters, hashed as audit.measure_definitions does."""
    with file.open(encoding="utf-8", newline="") as stream:
        rows = sorted((row["measure"], row["parameter"], row) for row in csv.DictReader(stream))
    measures = sorted({measure for measure, _, _ in rows})
    return tuple(
        _definition(measure, [row for named, _, row in rows if named == measure])
        for measure in measures
    )


def refuse_changed_definitions(parameters: Path, versions: Path) -> None:
    """Raise CheckFailedError where a definition is not the one recorded under its version."""
    recorded = {
        (each["measure"], each["version"]): each["hash"]
        for each in orjson.loads(versions.read_bytes())["definitions"]
    }
    changed = [
        f"{each.measure} version {each.version} (hash {each.hash})"
        for each in read_definitions(parameters)
        if recorded.get((each.measure, each.version)) != each.hash
    ]
    if changed:
        raise CheckFailedError(
            f"not defined as recorded in {versions.name}: {', '.join(changed)}",
            f"give what you changed in {parameters.name} a new version, and add its hash to"
            f" {versions.name}",
        )


def refuse_changed_measures() -> None:
    """Raise CheckFailedError where a shipped measure is not the one recorded."""
    refuse_changed_definitions(resource_path(PARAMETERS), resource_path(VERSIONS))


def _definition(measure: str, rows: list[dict[str, str]]) -> Definition:
    versions = sorted({row["version"] for row in rows})
    if len(versions) != 1:
        raise CheckFailedError(
            f"{measure} has {len(versions)} versions: {', '.join(versions)}",
            "give all its parameters the same version",
        )
    values = ", ".join(f'"{row["parameter"]}": {float(row["value"])}' for row in rows)
    text = f"{measure} {versions[0]} {{{values}}}"
    return Definition(measure, versions[0], sha256(text.encode()).hexdigest())

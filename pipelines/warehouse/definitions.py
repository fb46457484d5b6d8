"""The definitions of the measures: a changed parameter is a new version, or nothing is built."""

from __future__ import annotations

import csv
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

import jsonschema_rs
import orjson

from pipelines.errors import CheckFailedError
from pipelines.resources import resource_path

if TYPE_CHECKING:
    from pathlib import Path

PARAMETERS = "dbt/seeds/measure_parameters.csv"
VERSIONS = "dbt/measure_versions.json"
SCHEMA = "schemas/measures/parameters.schema.json"
_COLUMNS = ["measure", "version", "parameter", "value", "unit", "description"]


class Definition(NamedTuple):
    """A measure, its version, and the hash of both with every parameter."""

    measure: str
    version: str
    hash: str


def read_definitions(file: Path) -> tuple[Definition, ...]:
    """Return the measures of a file of parameters, hashed as audit.measure_definitions does.

    Raises CheckFailedError for a parameter that the schema does not have, such as one of a student,
    a group or a school, and for a value that it cannot take.
    """
    rows = sorted(_read_rows(file), key=lambda row: (row["measure"], row["parameter"]))
    by_measure: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        by_measure.setdefault(row["measure"], []).append(row)
    _refuse_unknown_parameters(file, by_measure)
    return tuple(_definition(measure, rows) for measure, rows in by_measure.items())


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


def _read_rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        rows = list(reader)
    if reader.fieldnames != _COLUMNS:
        raise CheckFailedError(
            f"{file.name} has other columns than {', '.join(_COLUMNS)}",
            "a parameter is one number for everybody; remove what else is there",
        )
    return rows


def _refuse_unknown_parameters(file: Path, by_measure: dict[str, list[dict[str, str]]]) -> None:
    schema = orjson.loads(resource_path(SCHEMA).read_bytes())
    document = {
        measure: {row["parameter"]: _number(row["value"]) for row in rows}
        for measure, rows in by_measure.items()
    }
    problems = [
        f"{'.'.join(map(str, error.instance_path)) or 'the file'}: {error.message}"
        for error in jsonschema_rs.Draft202012Validator(schema).iter_errors(document)
    ]
    doubled = [
        measure for measure, rows in by_measure.items() if len(rows) > len(document[measure])
    ]
    problems += [f"{measure}: a parameter stands twice" for measure in doubled]
    if problems:
        raise CheckFailedError(
            f"{file.name} cannot define the measures:"
            + "".join(f"\n    {each}" for each in problems),
            f"correct it; {SCHEMA} has every parameter and its range",
        )


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


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

"""Read and check the definitions of the measures: a home's measures.toml, else the shipped one."""

from __future__ import annotations

import tomllib
from hashlib import sha256
from math import isfinite
from typing import TYPE_CHECKING, Any, NamedTuple

import jsonschema_rs
import orjson

from pipelines.errors import ConfigurationError
from pipelines.resources import resource_path

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipelines.home import Home

SHIPPED = "schemas/measures/measures.toml"
SCHEMA = "schemas/measures/measures.schema.json"
VERSIONS = "schemas/measures/versions.json"
_VERSION = "version"
# Of each pair, the first must not be over the second: low, mid and high could not be in order.
_IN_ORDER = (
    ("mastery", "lower_probability", "upper_probability"),
    ("time_on_task", "low_gap", "mid_gap"),
    ("time_on_task", "mid_gap", "high_gap"),
    ("time_on_task", "mid_gap", "high_credit"),
    ("time_on_task", "mid_tail_unknown", "mid_tail_cap"),
    ("time_on_task", "mid_tail_cap", "high_tail"),
)


class Definition(NamedTuple):
    """A measure, its version, and every parameter of it by name."""

    measure: str
    version: str
    parameters: dict[str, float]

    @property
    def hash(self) -> str:
        """SHA-256 of name, version and parameters, in hexadecimal digits."""
        named = sorted(self.parameters.items())
        values = ", ".join(f'"{name}": {float(value)}' for name, value in named)
        return sha256(f"{self.measure} {self.version} {{{values}}}".encode()).hexdigest()


class Definitions(NamedTuple):
    """What holds for a district: a definition of each measure, and the file that says so."""

    file: Path
    measures: tuple[Definition, ...]

    @property
    def hash(self) -> str:
        """A digest of all of them."""
        return sha256("".join(each.hash for each in self.measures).encode()).hexdigest()


def definitions_of(home: Home) -> Definitions:
    """Return the definitions that hold for a home; raise ConfigurationError with file and field."""
    own = home.measures_file
    return read_definitions(own if own.is_file() else resource_path(SHIPPED))


def read_definitions(file: Path) -> Definitions:
    """Return the definitions of a file, by name of the measure.

    Raises ConfigurationError for a parameter that the schema does not have, such as one of a
    student, a group or a school, and for a value that it cannot take.
    """
    document = _parse(file)
    _refuse(file, list(_violations(document)) or list(_disorder(document)))
    return Definitions(file, tuple(_definition(*each) for each in sorted(document.items())))


def shipped_versions() -> tuple[Definition, ...]:
    """Return every version of a measure that Plumbline ever shipped."""
    document = orjson.loads(resource_path(VERSIONS).read_bytes())
    return tuple(Definition(**each) for each in document["definitions"])


def _parse(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{file} is not TOML: {error}", "correct it there") from None
    except OSError as error:
        raise ConfigurationError(
            f"{file} cannot be read: {error.strerror}", "run as a user who may read the home"
        ) from None


def _violations(document: dict[str, Any]) -> Iterator[str]:
    schema = orjson.loads(resource_path(SCHEMA).read_bytes())
    for error in jsonschema_rs.Draft202012Validator(schema).iter_errors(
        _without_infinity(document)
    ):
        field = ".".join(map(str, error.instance_path)) or "the file"
        yield f"{field}: {error.message}"


def _without_infinity(document: dict[str, Any]) -> dict[str, Any]:
    """Write as text what TOML calls a number and JSON does not: inf, nan, and dates."""
    plain: dict[str, Any] = orjson.loads(orjson.dumps(document, default=str))
    for name, table in document.items():
        for parameter, value in table.items() if isinstance(table, dict) else ():
            if isinstance(value, float) and not isfinite(value):
                plain[name][parameter] = str(value)
    return plain


def _disorder(document: dict[str, Any]) -> Iterator[str]:
    for measure, smaller, larger in _IN_ORDER:
        values = document[measure]
        if values[smaller] > values[larger]:
            yield f"{measure}.{smaller}: {values[smaller]} is over {larger}, {values[larger]}"


def _refuse(file: Path, problems: list[str]) -> None:
    if problems:
        raise ConfigurationError(
            f"{file} cannot define the measures:" + "".join(f"\n    {each}" for each in problems),
            f"correct it; {SCHEMA} has every parameter and its range. A parameter is one number,"
            " the same for every student, group and school",
        )


def _definition(measure: str, table: dict[str, Any]) -> Definition:
    parameters = {name: float(value) for name, value in table.items() if name != _VERSION}
    return Definition(measure, table[_VERSION], dict(sorted(parameters.items())))

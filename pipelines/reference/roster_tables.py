"""The tables of OneRoster's CSV binding, as schemas/oneroster/tables.json lists them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

import orjson

from pipelines.resources import resource_path

_TABLES_FILE = "schemas/oneroster/tables.json"
IDENTIFIER = "sourcedId"
STATUS = "status"
TO_BE_DELETED = "tobedeleted"


class Version(StrEnum):
    """A version of OneRoster whose CSV files are read."""

    V1_1 = "1.1"
    V1_2 = "1.2"


class Kind(StrEnum):
    """What the values of a column are; the names of tables.json."""

    GUID = "guid"
    REFERENCE = "reference"
    REFERENCES = "references"
    TEXT = "text"
    LIST = "list"
    ENUMERATION = "enumeration"
    ENUMERATION_LIST = "enumeration_list"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    YEAR = "year"
    INTEGER = "integer"
    NUMBER = "number"
    USER_IDS = "user_ids"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: `target` is the table whose sourcedId it names, `values` its vocabulary."""

    name: str
    kind: Kind
    is_required: bool
    is_needed: bool
    target: str | None
    target_types: tuple[str, ...]
    values: tuple[str, ...]
    is_extensible: bool


@dataclass(frozen=True, slots=True)
class Table:
    """A table, delivered as the file of its name with the ending .csv."""

    name: str
    columns: tuple[Column, ...]
    is_required: bool
    is_loaded: bool

    @property
    def file(self) -> str:
        """The name of its file."""
        return f"{self.name}.csv"

    def column(self, name: str) -> Column | None:
        """Return a column by its name, or nothing."""
        return next((each for each in self.columns if each.name == name), None)


@cache
def tables_of(version: Version) -> dict[str, Table]:
    """Return the tables of a version by name; a table follows those that it needs."""
    document = orjson.loads(resource_path(_TABLES_FILE).read_bytes())
    return {
        table["name"]: Table(
            table["name"],
            tuple(_column(each, version) for each in table["columns"] if _has(each, version)),
            table.get("is_required", False),
            table.get("is_loaded", False),
        )
        for table in document["tables"]
        if _has(table, version)
    }


def _has(entry: dict[str, Any], version: Version) -> bool:
    return version in entry.get("versions", list(Version))


def _column(entry: dict[str, Any], version: Version) -> Column:
    is_boolean = entry["kind"] == Kind.BOOLEAN
    values = ["false", "true"] if is_boolean else entry.get("values", {}).get(version, [])
    return Column(
        name=entry["name"],
        kind=Kind(entry["kind"]),
        is_required=entry.get("is_required", False),
        is_needed=entry.get("is_needed", False),
        target=entry.get("target"),
        target_types=tuple(entry.get("target_types", [])),
        values=tuple(values),
        # Vocabularies can be extended by tokens that begin with `ext:`, from 1.2 on.
        is_extensible=entry.get("is_extensible", False) and version is Version.V1_2,
    )

"""The canonical event: one shape for both standards, read from schemas/canonical/event.json."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import orjson
import pyarrow as pa

from pipelines.resources import resource_path

_ARROW_TYPES = {
    "string": pa.string(),
    "uuid": pa.string(),
    "integer": pa.int32(),
    "double": pa.float64(),
    "boolean": pa.bool_(),
    "timestamp": pa.timestamp("us", tz="UTC"),
    "list<string>": pa.list_(pa.string()),
}
_DUCKDB_TYPES = {
    "string": "varchar",
    "uuid": "uuid",
    "integer": "integer",
    "double": "double",
    "boolean": "boolean",
    "timestamp": "timestamptz",
    "list<string>": "varchar[]",
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the canonical event."""

    name: str
    type: str
    description: str
    required: bool = False


@cache
def event_columns() -> tuple[Column, ...]:
    """Return the columns of the canonical event in their order."""
    document = orjson.loads(resource_path("schemas/canonical/event.json").read_bytes())
    return tuple(Column(**column) for column in document["columns"])


@cache
def event_arrow_schema() -> pa.Schema:
    """Return the Arrow schema of lake/events."""
    return pa.schema(
        pa.field(column.name, _ARROW_TYPES[column.type], nullable=not column.required)
        for column in event_columns()
    )


def event_table_ddl() -> str:
    """Return the statement that creates loaded.events: the canonical event and its file."""
    columns = [
        f"{column.name} {_DUCKDB_TYPES[column.type]}{' not null' if column.required else ''}"
        for column in event_columns()
    ]
    columns += ["file_digest varchar not null", "batch_number integer not null"]
    return f"create table if not exists loaded.events ({', '.join(columns)})"

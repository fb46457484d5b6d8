"""The canonical event has one shape, from which Arrow and DuckDB are derived."""

from __future__ import annotations

import duckdb
import pyarrow as pa

from pipelines.canonical import event_arrow_schema, event_columns, event_table_ddl


def test_arrow_has_the_columns_in_order() -> None:
    """Names, order and nullability are those of the schema file."""
    fields = [(field.name, not field.nullable) for field in event_arrow_schema()]
    assert fields == [(column.name, column.required) for column in event_columns()]


def test_the_table_takes_what_arrow_holds() -> None:
    """The table has the same types, and the file and batch that an event came with."""
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("create schema loaded")
        connection.execute(event_table_ddl())
        connection.execute(event_table_ddl())
        empty = connection.execute("select * from loaded.events").to_arrow_table()
    assert empty.schema.names == [*event_arrow_schema().names, "file_digest", "batch_number"]
    for field in event_arrow_schema():
        found = empty.schema.field(field.name).type
        assert str(found) == str(field.type).replace("<item:", "<l:").replace("<element:", "<l:")


def test_every_column_is_described() -> None:
    """A column says in a sentence what it means."""
    assert all(column.description.endswith(".") for column in event_columns())
    assert pa.types.is_timestamp(event_arrow_schema().field("occurred_at").type)

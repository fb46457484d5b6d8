"""Put rows of Python values into tables of the schema `loaded`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duckdb import DuckDBPyConnection


def insert_rows(connection: DuckDBPyConnection, table: str, rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows, whose values stand in the order of the table's columns."""
    if not rows:
        return
    columns = [pa.array(column) for column in zip(*rows, strict=True)]
    names = [f"column_{index}" for index in range(len(columns))]
    connection.register("incoming_rows", pa.Table.from_arrays(columns, names=names))
    connection.execute(f"insert into loaded.{table} select * from incoming_rows")
    connection.unregister("incoming_rows")

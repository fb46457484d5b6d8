"""Write Parquet and JSON so that the same content gives the same bytes, whole or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.files import part_of, put_in_place, write_whole

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

_COMPRESSION = "zstd"


def write_rows(file: Path, rows: Iterable[Sequence[Any]], schema: pa.Schema) -> None:
    """Write `rows`, tuples in the order of `schema`, as one Parquet file."""
    write_table(file, table_of(rows, schema))


def write_table(file: Path, table: pa.Table) -> None:
    """Write a table as one Parquet file."""
    write_part(file, table)
    put_in_place(part_of(file), file)


def write_part(file: Path, table: pa.Table) -> None:
    """Write a table as one Parquet file that has not its name yet."""
    file.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, part_of(file), compression=_COMPRESSION)


def table_of(rows: Iterable[Sequence[Any]], schema: pa.Schema) -> pa.Table:
    """Return `rows`, tuples in the order of `schema`, as a table."""
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    arrays = [_array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def in_order(*tables: pa.Table) -> pa.Table:
    """Return the events of tables together, in the order in which they stand in their file."""
    together = pa.concat_tables(tables)
    lines = together["line_number"].to_numpy()
    if (lines[1:] >= lines[:-1]).all():
        return together
    return together.sort_by([("line_number", "ascending"), ("item_number", "ascending")])


def write_json(file: Path, document: Any) -> None:
    """Write a JSON document with sorted keys."""
    file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(
        file,
        orjson.dumps(
            document, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
        ),
    )


def _array(column: Sequence[Any], kind: pa.DataType) -> pa.Array:
    try:
        return pa.array(column, kind)
    except pa.ArrowInvalid:
        # Arrow refuses an integer beyond 2^53 as a double; JSON gives it the nearest one.
        if not pa.types.is_floating(kind):
            raise
        return pa.array([None if value is None else float(value) for value in column], kind)

"""Read one CSV file of a roster into Arrow, every value as text, every row with its number."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv

from pipelines.reference.roster_rules import (
    COLUMN_DUPLICATE,
    CSV_QUOTES,
    FILE_ENCODING,
    RosterRule,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

ROW_NUMBER = "row_number"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_FIRST_ROW = 2  # the header is row 1, as in a spreadsheet


class FileFault(NamedTuple):
    """Why a file cannot be read as rows, and the row at which that shows."""

    rule: RosterRule
    row: int | None = None


@dataclass(frozen=True, slots=True)
class CsvFile:
    """The rows of a file: columns of text and `row_number`; rows of another length are apart.

    `plain` columns hold ASCII alone, and neither a space nor a tabulator.
    """

    header: tuple[str, ...]
    rows: pa.Table
    rows_of_another_length: tuple[int, ...]
    may_have_line_breaks: bool
    plain: frozenset[str]


def read_csv_file(data: bytes) -> CsvFile | FileFault:
    """Return the rows of a CSV file (RFC 4180, UTF-8), or what keeps it from being read."""
    data = data.removeprefix(_BYTE_ORDER_MARK)
    if fault := _fault(data):
        return fault
    header = _header(data)
    if len(set(header)) < len(header):
        return FileFault(COLUMN_DUPLICATE, 1)
    refused: list[int] = []
    table = _parse(data, header, refused, use_threads=True)
    if refused:
        # Only a reader without threads knows the numbers of the rows that it refuses.
        refused.clear()
        table = _parse(data, header, refused, use_threads=False)
    lines = data.count(b"\n") + (not data.endswith(b"\n"))
    return CsvFile(
        header,
        table.append_column(ROW_NUMBER, _numbers(table.num_rows, refused)),
        tuple(refused),
        lines != table.num_rows + len(refused) + 1,
        frozenset(name for name in header if _is_plain(table.column(name))),
    )


def _fault(data: bytes) -> FileFault | None:
    if not data.isascii():
        try:
            data.decode()
        except UnicodeDecodeError as error:
            return FileFault(FILE_ENCODING, data.count(b"\n", 0, error.start) + 1)
    if data.count(b'"') % 2:
        return FileFault(CSV_QUOTES)
    return None


def _header(data: bytes) -> tuple[str, ...]:
    """Return the names of the columns; spaces around a name are nobody's intention."""
    first = io.BytesIO(data).readline().splitlines()
    names = next(csv.reader([first[0].decode()]), []) if first else []
    return tuple(name.strip() for name in names)


def _parse(
    data: bytes, header: Sequence[str], refused: list[int], *, use_threads: bool
) -> pa.Table:
    def refuse(row: Any) -> str:
        refused.append(row.number or 0)
        return "skip"

    types = dict.fromkeys(header, pa.string())
    if not header or data.isspace():
        return pa.table({name: pa.array([], pa.string()) for name in header})
    # A header without a line end is no block to Arrow.
    source = data if data.endswith((b"\n", b"\r")) else data + b"\n"
    table = arrow_csv.read_csv(
        io.BytesIO(source),
        read_options=arrow_csv.ReadOptions(
            use_threads=use_threads, column_names=list(header), skip_rows=0
        ),
        parse_options=arrow_csv.ParseOptions(
            newlines_in_values=True, ignore_empty_lines=False, invalid_row_handler=refuse
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types=types, strings_can_be_null=False, quoted_strings_can_be_null=False
        ),
    )
    return table.slice(1)


def _numbers(rows: int, refused: Sequence[int]) -> pa.Array:
    """Return the number of each row that is left."""
    every = np.arange(_FIRST_ROW, _FIRST_ROW + rows + len(refused), dtype=np.int64)
    left = np.setdiff1d(every, refused, assume_unique=True) if refused else every
    # As a buffer: pa.array would import pandas for it.
    return pa.Array.from_buffers(pa.int64(), rows, [None, pa.py_buffer(left)])


def _is_plain(column: pa.ChunkedArray) -> bool:
    """Tell by the bytes of all values together, which is far less work than value by value."""
    return all(
        text.isascii() and b" " not in text and b"\t" not in text
        for text in map(_text, column.chunks)
    )


def _text(values: pa.StringArray) -> bytes:
    if not len(values):
        return b""
    _, ends, text = values.buffers()
    first, last = np.frombuffer(ends, np.int32)[values.offset :][[0, len(values)]]
    return bytes(memoryview(text)[first:last]) if text else b""

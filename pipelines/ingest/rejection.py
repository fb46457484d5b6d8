"""The one envelope in which everything that is refused is kept.

| stage | what was refused |
| --- | --- |
| read | a file, or a stretch of it, that gives no items |
| decode | bytes that are no JSON document |
| validate | an item that breaks its standard, belongs to none, or has an impossible time |
| defect | an item on which Plumbline itself failed |
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

import pyarrow as pa

from pipelines.validation.findings import Finding, Severity


class Stage(StrEnum):
    """Where in ingest an item was refused."""

    READ = "read"
    DECODE = "decode"
    VALIDATE = "validate"
    DEFECT = "defect"


class Rejection(NamedTuple):
    """One refused item: where it stands, every reason, and its bytes (not yet sealed).

    Items of the same bytes, as the entries of an envelope are, keep them with the first of them;
    `item_count` says how many items those bytes gave, refused or not.
    """

    stage: Stage
    findings: tuple[Finding, ...]
    line_number: int
    item_number: int
    item_count: int
    byte_start: int
    byte_end: int
    original: bytes


REJECT_ARROW_SCHEMA = pa.schema(
    [
        pa.field("source", pa.string(), nullable=False),
        pa.field("stage", pa.string(), nullable=False),
        pa.field("line_number", pa.int32(), nullable=False),
        pa.field("item_number", pa.int32(), nullable=False),
        pa.field("item_count", pa.int32(), nullable=False),
        pa.field("byte_start", pa.int64(), nullable=False),
        pa.field("byte_end", pa.int64(), nullable=False),
        pa.field(
            "findings",
            pa.list_(
                pa.struct(
                    [
                        pa.field("rule", pa.string(), nullable=False),
                        pa.field("path", pa.string(), nullable=False),
                        pa.field("message", pa.string(), nullable=False),
                        pa.field("clause", pa.string(), nullable=False),
                    ]
                )
            ),
            nullable=False,
        ),
        pa.field("sealed_original", pa.binary(), nullable=False),
    ]
)


def _error(rule: str, message: str, clause: str = "Plumbline data contract") -> Finding:
    return Finding(rule, Severity.ERROR, "$", message, clause)


FILE_UNRECOGNISED = _error(
    "file.unrecognised", "no line of the file begins a JSON object or array; is it another kind?"
)
FILE_UTF16 = _error("file.utf16", "the file is UTF-16; deliver it as UTF-8", "RFC 8259 8.1")
FILE_TRUNCATED = _error(
    "file.truncated",
    "the compressed file ends early; deliver it again, whole",
    "RFC 1952, RFC 8878",
)
FILE_DAMAGED = _error(
    "file.damaged", "the compressed data is damaged; deliver it again", "RFC 1952, RFC 8878"
)
FILE_UNPACKS_TOO_LARGE = _error(
    "file.unpacks-too-large",
    "unpacks to more than the settings ingest.unpacked_bytes and unpacked_ratio allow",
)
ITEM_TOO_LONG = _error("item.too-long", "longer than the setting ingest.item_bytes allows")
TOO_MANY_ENTRIES = _error(
    "item.too-many-entries", "more entries than the setting ingest.document_items allows"
)
TIME_TOO_EARLY = _error("time.too-early", "before the setting time_limits.earliest_date")
TIME_TOO_LATE = _error(
    "time.too-late",
    "more than the setting time_limits.future_days after the date of the night",
)
ARRAY_UNCLOSED = _error("json.array-unclosed", "the array is not closed", "RFC 8259 5")
DEFECT = _error(
    "internal.defect",
    "Plumbline failed on this item: report it, and run `plumbline replay` once it is mended",
)


def defect(error: Exception) -> Finding:
    """Return what is said of an item on which Plumbline failed: the kind of failure, no value."""
    return DEFECT._replace(message=f"{DEFECT.message} ({type(error).__name__})")

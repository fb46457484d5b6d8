"""The ledger of delivered files: what was read of each, and what became of it.

Every row adds up: read = loaded + duplicate + conflicting + rejected + minimised.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa

from pipelines.warehouse.tables import insert_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duckdb import DuckDBPyConnection

    from pipelines.ingest.manifest import Manifest


class FileCounts(NamedTuple):
    """A row of the ledger: read = loaded + duplicate + conflicting + rejected + minimised."""

    file_digest: str
    file_name: str
    source: str
    size_bytes: int
    read: int
    loaded: int
    duplicate: int
    conflicting: int
    rejected: int
    minimised: int
    batch_number: int
    generation: int


_FILES = pa.schema(
    [
        ("file_digest", pa.string()),
        ("file_name", pa.string()),
        ("source", pa.string()),
        ("size_bytes", pa.uint64()),
        ("read", pa.uint64()),
        ("rejected", pa.uint64()),
        ("minimised", pa.uint64()),
        ("generation", pa.int32()),
    ]
)

_COUNT_INCOMING = """
create or replace temp table counted as
select
    incoming_files.*,
    count(*) filter (incoming.outcome = 'loaded') as loaded,
    count(*) filter (incoming.outcome = 'duplicate') as duplicate,
    count(*) filter (incoming.outcome = 'conflicting') as conflicting
from incoming_files
left join incoming using (file_digest)
group by all
"""

_UPDATE_LEDGER = """
update loaded.files as files
set
    read = counted.read,
    loaded = files.loaded + counted.loaded,
    duplicate = files.duplicate + counted.duplicate,
    conflicting = files.conflicting + counted.conflicting,
    rejected = counted.rejected,
    minimised = counted.minimised,
    generation = counted.generation
from counted
where files.file_digest = counted.file_digest
"""

_INSERT_LEDGER = """
insert into loaded.files
select
    file_digest,
    file_name,
    source,
    size_bytes,
    read,
    loaded,
    duplicate,
    conflicting,
    rejected,
    minimised,
    ? as batch_number,
    generation
from counted
anti join loaded.files using (file_digest)
"""


def new_generations(
    connection: DuckDBPyConnection, manifests: Sequence[Manifest]
) -> dict[str, int]:
    """Return the generation that was loaded of each file that is to be loaded; -1 for none."""
    query = "select file_digest, generation from loaded.files"
    known = dict(connection.execute(query).fetchall())
    return {
        each.digest: known.get(each.digest, -1)
        for each in manifests
        if known.get(each.digest, -1) < each.generation
    }


def as_table(manifests: Sequence[Manifest]) -> pa.Table:
    """Return what the manifests of files say, a row each: the table `incoming_files` of a load."""
    rows = [
        (
            each.digest,
            each.name,
            each.source,
            each.size_bytes,
            each.read,
            each.rejected,
            sum(each.minimised.values()),
            each.generation,
        )
        for each in manifests
    ]
    columns = zip(*rows, strict=True)
    arrays = [pa.array(column, kind) for column, kind in zip(columns, _FILES.types, strict=True)]
    return pa.Table.from_arrays(arrays, schema=_FILES)


def write_ledger(
    connection: DuckDBPyConnection, manifests: Sequence[Manifest], batch_number: int
) -> list[FileCounts]:
    """Write the files that the tables `incoming_files` and `incoming` hold; return their rows."""
    connection.execute(_COUNT_INCOMING)
    connection.execute(_UPDATE_LEDGER)
    connection.execute(_INSERT_LEDGER, [batch_number])
    _replace_counts(connection, manifests)
    return _ledger_rows(connection)


def _replace_counts(connection: DuckDBPyConnection, manifests: Sequence[Manifest]) -> None:
    """Write what ingest counted besides events: rules, reasons and fields."""
    for table in ("rejections", "minimised_events", "refused_fields"):
        connection.execute(
            f"delete from loaded.{table} where file_digest in (select file_digest from counted)"
        )
    insert_rows(
        connection,
        "rejections",
        [
            (each.digest, rule.stage, rule.rule, rule.clause, events)
            for each in manifests
            for rule, events in each.rejections.items()
        ],
    )
    insert_rows(
        connection,
        "minimised_events",
        [
            (each.digest, reason, events)
            for each in manifests
            for reason, events in each.minimised.items()
        ],
    )
    insert_rows(
        connection,
        "refused_fields",
        [
            (
                each.digest,
                name.standard,
                name.path,
                occurrences,
                sorted(each.field_types.get(name, ())),
            )
            for each in manifests
            for name, occurrences in each.refused_fields.items()
        ],
    )


def _ledger_rows(connection: DuckDBPyConnection) -> list[FileCounts]:
    rows = connection.execute(
        "select * from loaded.files semi join counted using (file_digest)"
        " order by file_name, file_digest"
    ).fetchall()
    return [FileCounts(*row) for row in rows]

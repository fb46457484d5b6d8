"""Load the events of new files exactly once, and write them into the ledger.

An event is known by (source, event_id). The first in the order of file name, line and item stays;
another with the same body is a duplicate, with another body a conflict.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa

from pipelines.canonical import event_columns
from pipelines.warehouse.tables import insert_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from duckdb import DuckDBPyConnection

    from pipelines.home import Home
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


_FILES = pa.schema(
    [
        ("file_digest", pa.string()),
        ("file_name", pa.string()),
        ("source", pa.string()),
        ("size_bytes", pa.uint64()),
        ("read", pa.uint64()),
        ("rejected", pa.uint64()),
        ("minimised", pa.uint64()),
    ]
)

_JUDGE_INCOMING = """
create or replace temp table incoming as
with delivered as (
    select
        events.source,
        events.event_id,
        events.body_digest,
        events.line_number,
        events.item_number,
        events.filename,
        events.file_row_number,
        incoming_files.file_digest,
        row_number() over (
            partition by events.source, events.event_id
            order by
                incoming_files.file_name,
                incoming_files.file_digest,
                events.line_number,
                events.item_number
        ) as arrival
    from read_parquet(?, filename = true, file_row_number = true) as events
    inner join incoming_files
        on incoming_files.file_digest = parse_path(events.filename)[-2]
),

known as (
    select loaded_events.source, loaded_events.event_id, loaded_events.body_digest
    from loaded.events as loaded_events
    semi join delivered
        on delivered.source = loaded_events.source
        and delivered.event_id = loaded_events.event_id
),

standing as (
    select * from known
    union all
    select source, event_id, body_digest
    from delivered
    anti join known using (source, event_id)
    where arrival = 1
)

select
    delivered.*,
    standing.body_digest as standing_body_digest,
    case
        when known.event_id is null and delivered.arrival = 1 then 'loaded'
        when delivered.body_digest = standing.body_digest then 'duplicate'
        else 'conflicting'
    end as outcome
from delivered
inner join standing using (source, event_id)
left join known using (source, event_id)
"""

_INSERT_EVENTS = f"""
insert into loaded.events
select {", ".join(f"events.{column.name}" for column in event_columns())},
    incoming.file_digest,
    ? as batch_number
from read_parquet(?, filename = true, file_row_number = true) as events
inner join incoming using (filename, file_row_number)
where incoming.outcome = 'loaded'
"""

_INSERT_CONFLICTS = """
insert into loaded.conflicts
select
    source,
    event_id,
    standing_body_digest,
    body_digest,
    file_digest,
    line_number,
    item_number
from incoming
where outcome = 'conflicting'
"""

_INSERT_LEDGER = """
insert into loaded.files
select
    incoming_files.file_digest,
    incoming_files.file_name,
    incoming_files.source,
    incoming_files.size_bytes,
    incoming_files.read,
    count(*) filter (incoming.outcome = 'loaded'),
    count(*) filter (incoming.outcome = 'duplicate'),
    count(*) filter (incoming.outcome = 'conflicting'),
    incoming_files.rejected,
    incoming_files.minimised,
    ?
from incoming_files
left join incoming using (file_digest)
group by all
"""


def load_files(
    connection: DuckDBPyConnection, home: Home, manifests: Sequence[Manifest]
) -> tuple[FileCounts, ...]:
    """Load the files that the ledger does not know; return their rows of the ledger."""
    known = {
        row[0] for row in connection.execute("select file_digest from loaded.files").fetchall()
    }
    new = [manifest for manifest in manifests if manifest.digest not in known]
    if not new:
        return ()
    batch_number = _next_batch_number(connection)
    parts = [
        str(part) for each in new for part in sorted((home.events / each.digest).glob("*.parquet"))
    ]
    connection.register("incoming_files", _as_table(new))
    connection.execute(_JUDGE_INCOMING, [parts])
    connection.execute(_INSERT_EVENTS, [batch_number, parts])
    connection.execute(_INSERT_CONFLICTS)
    connection.execute(_INSERT_LEDGER, [batch_number])
    connection.unregister("incoming_files")
    _insert_counts(connection, new)
    return _ledger_rows(connection, batch_number)


def _next_batch_number(connection: DuckDBPyConnection) -> int:
    query = "select coalesce(max(batch_number), 0) + 1 from loaded.files"
    return int(connection.execute(query).fetchall()[0][0])


def _as_table(manifests: Sequence[Manifest]) -> pa.Table:
    rows = [
        (
            each.digest,
            each.name,
            each.source,
            each.size_bytes,
            each.read,
            each.rejected,
            sum(each.minimised.values()),
        )
        for each in manifests
    ]
    columns = zip(*rows, strict=True)
    arrays = [pa.array(column, kind) for column, kind in zip(columns, _FILES.types, strict=True)]
    return pa.Table.from_arrays(arrays, schema=_FILES)


def _insert_counts(connection: DuckDBPyConnection, manifests: Sequence[Manifest]) -> None:
    """Write what ingest counted besides events: rules, reasons and fields."""
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
            (each.digest, name.standard, name.path, occurrences)
            for each in manifests
            for name, occurrences in each.refused_fields.items()
        ],
    )


def _ledger_rows(connection: DuckDBPyConnection, batch_number: int) -> tuple[FileCounts, ...]:
    rows = connection.execute(
        "select * from loaded.files where batch_number = ? order by file_name, file_digest",
        [batch_number],
    ).fetchall()
    return tuple(FileCounts(*row) for row in rows)

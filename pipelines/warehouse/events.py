"""Load the events of new files exactly once, and write them into the ledger.

An event is known by (source, event_id). The first in the order of file name, line and item stays;
another with the same body is a duplicate, with another body a conflict. Of a file that the ledger
knows, only the parts of later generations are loaded (replayed rejects), and its row is brought up
to date.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa

from pipelines.canonical import event_columns
from pipelines.ingest.parts import parts_between
from pipelines.warehouse.tables import insert_rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

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
    select
        loaded_events.source,
        loaded_events.event_id,
        loaded_events.body_digest,
        loaded_events.file_digest,
        loaded_events.line_number
    from loaded.events as loaded_events
    semi join delivered
        on delivered.source = loaded_events.source
        and delivered.event_id = loaded_events.event_id
),

standing as (
    select * from known
    union all
    select source, event_id, body_digest, file_digest, line_number
    from delivered
    anti join known using (source, event_id)
    where arrival = 1
)

select
    delivered.*,
    standing.body_digest as standing_body_digest,
    standing.file_digest as standing_file_digest,
    standing.line_number as standing_line_number,
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
    standing_file_digest,
    standing_line_number,
    body_digest,
    file_digest,
    line_number,
    item_number
from incoming
where outcome = 'conflicting'
"""

_NOTHING_INCOMING = """
create or replace temp table incoming as
select '' as file_digest, '' as outcome
where false
"""

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


def load_files(
    connection: DuckDBPyConnection, home: Home, manifests: Sequence[Manifest], *, night: date
) -> tuple[FileCounts, ...]:
    """Load what the ledger does not know of these files; return their rows of the ledger."""
    loaded = new_generations(connection, manifests)
    fresh = [manifest for manifest in manifests if manifest.digest in loaded]
    if not fresh:
        return ()
    batch_number = _begin_batch(connection, night)
    connection.register("incoming_files", _as_table(fresh))
    _load_parts(
        connection,
        [str(part) for each in fresh for part in _parts(home, each, loaded[each.digest])],
        batch_number,
    )
    connection.execute(_COUNT_INCOMING)
    connection.execute(_UPDATE_LEDGER)
    connection.execute(_INSERT_LEDGER, [batch_number])
    connection.unregister("incoming_files")
    _replace_counts(connection, fresh)
    return _ledger_rows(connection)


def _parts(home: Home, manifest: Manifest, loaded: int) -> list[Path]:
    folder = home.events / manifest.digest
    return parts_between(folder, after=loaded, up_to=manifest.generation)


def _load_parts(connection: DuckDBPyConnection, parts: list[str], batch_number: int) -> None:
    if not parts:
        connection.execute(_NOTHING_INCOMING)
        return
    connection.execute(_JUDGE_INCOMING, [parts])
    connection.execute(_INSERT_EVENTS, [batch_number, parts])
    connection.execute(_INSERT_CONFLICTS)


def _begin_batch(connection: DuckDBPyConnection, night: date) -> int:
    query = "select coalesce(max(batch_number), 0) + 1 from loaded.batches"
    batch_number = int(connection.execute(query).fetchall()[0][0])
    connection.execute("insert into loaded.batches values (?, ?)", [batch_number, night])
    return batch_number


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
            each.generation,
        )
        for each in manifests
    ]
    columns = zip(*rows, strict=True)
    arrays = [pa.array(column, kind) for column, kind in zip(columns, _FILES.types, strict=True)]
    return pa.Table.from_arrays(arrays, schema=_FILES)


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


def _ledger_rows(connection: DuckDBPyConnection) -> tuple[FileCounts, ...]:
    rows = connection.execute(
        "select * from loaded.files semi join counted using (file_digest)"
        " order by file_name, file_digest"
    ).fetchall()
    return tuple(FileCounts(*row) for row in rows)

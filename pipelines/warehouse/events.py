"""Load the events of new files exactly once, and write them into the ledger.

An event is known by (source, event_id). The first in the order of file name, line and item stays;
another with the same body is a duplicate, with another body a conflict. Of a file that the ledger
knows, only the parts of later generations are loaded (replayed rejects), and its row is brought up
to date.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.canonical import event_columns
from pipelines.ingest.parts import parts_between
from pipelines.warehouse.ledger import FileCounts, as_table, new_generations, write_ledger

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from pipelines.home import Home
    from pipelines.ingest.manifest import Manifest


EVENTS_AT_A_TIME = 500_000


_JUDGE_INCOMING = """
create or replace temp table incoming as
with delivered as (
    select
        events.source,
        events.event_id::uuid as event_id,
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

-- Of nearly all events that are loaded, nothing but the key is read.
known as (
    select source, event_id, body_digest, file_digest, line_number
    from loaded.events
    where rowid in (
        select loaded_events.rowid
        from loaded.events as loaded_events
        semi join delivered
            on delivered.source = loaded_events.source
            and delivered.event_id = loaded_events.event_id
    )
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


def load_files(
    connection: DuckDBPyConnection, home: Home, manifests: Sequence[Manifest], *, night: date
) -> tuple[FileCounts, ...]:
    """Load what the ledger does not know of these files; return their rows of the ledger.

    Files are loaded some at a time, in the order of their names: a backfill of years needs no more
    memory than a night, and comes to the same rows.
    """
    loaded = new_generations(connection, manifests)
    fresh = [manifest for manifest in manifests if manifest.digest in loaded]
    if not fresh:
        return ()
    batch_number = _begin_batch(connection, night)
    rows: list[FileCounts] = []
    for group in _groups(fresh):
        parts = [str(part) for each in group for part in _parts(home, each, loaded[each.digest])]
        connection.register("incoming_files", as_table(group))
        _load_parts(connection, parts, batch_number)
        rows += write_ledger(connection, group, batch_number)
        connection.unregister("incoming_files")
    return tuple(rows)


def _groups(manifests: Sequence[Manifest]) -> Iterator[list[Manifest]]:
    """Yield files in the order in which the first of two equal events stands."""
    group: list[Manifest] = []
    read = 0
    for each in sorted(manifests, key=lambda manifest: (manifest.name, manifest.digest)):
        if group and read + each.read > EVENTS_AT_A_TIME:
            yield group
            group, read = [], 0
        group.append(each)
        read += each.read
    yield group


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

"""Find what each source sends otherwise than before: names of fields and terms, never values.

The newest batch is held against what the ledger knows of the same source; the first batch of a
source has nothing to be held against.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from pipelines.canonical import event_columns
from pipelines.ingest.policy import shown_name

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# A batch with fewer events says nothing about what has vanished.
MINIMUM_EVENTS = 100
# What is rarer than this may be missing by chance.
MINIMUM_SHARE = 0.05


class DriftKind(StrEnum):
    """In what way a source changed."""

    NEW_FIELD = "new_field"
    NEW_EXTENSION = "new_extension"
    VANISHED_FIELD = "vanished_field"
    VANISHED_COLUMN = "vanished_column"
    CHANGED_TYPE = "changed_type"
    NEW_VERB = "new_verb"
    NEW_ACTIVITY_TYPE = "new_activity_type"


class Drift(NamedTuple):
    """One change: of which source, in what way, and the name of the field, column or term."""

    source: str
    kind: DriftKind
    name: str
    detail: str = ""


_KINDS_OF_TERMS = {"verb": DriftKind.NEW_VERB, "activity_type": DriftKind.NEW_ACTIVITY_TYPE}

_PREPARE = """
create or replace temp table drift_sources as
with batches as (
    select source, batch_number, sum(loaded) as events
    from loaded.files
    group by source, batch_number
)

select
    newest.source,
    newest.batch_number as newest_batch,
    max(earlier.batch_number) as previous_batch,
    newest.events as newest_events,
    max_by(earlier.events, earlier.batch_number) as previous_events
from batches as newest
inner join batches as earlier
    on newest.source = earlier.source and newest.batch_number > earlier.batch_number
where newest.batch_number = (select max(batch_number) from loaded.batches)
group by all;

create or replace temp table drift_fields as
select
    files.source,
    files.batch_number,
    refused_fields.standard || ' ' || refused_fields.path as name,
    sum(refused_fields.occurrences) as occurrences,
    list_sort(list_distinct(flatten(list(refused_fields.value_types)))) as value_types
from loaded.refused_fields as refused_fields
inner join loaded.files as files using (file_digest)
semi join drift_sources on files.source = drift_sources.source
group by all
"""

_NEW_FIELDS = """
select drift_fields.source, drift_fields.name
from drift_fields
inner join drift_sources
    on drift_fields.source = drift_sources.source
    and drift_fields.batch_number = drift_sources.newest_batch
anti join drift_fields as earlier
    on drift_fields.source = earlier.source
    and drift_fields.name = earlier.name
    and drift_fields.batch_number > earlier.batch_number
order by all
"""

_VANISHED_FIELDS = f"""
select earlier.source, earlier.name
from drift_fields as earlier
inner join drift_sources
    on earlier.source = drift_sources.source
    and earlier.batch_number = drift_sources.previous_batch
anti join drift_fields as newest
    on drift_sources.source = newest.source
    and drift_sources.newest_batch = newest.batch_number
    and earlier.name = newest.name
where drift_sources.newest_events >= {MINIMUM_EVENTS}
    and drift_sources.previous_events >= {MINIMUM_EVENTS}
    and earlier.occurrences >= {MINIMUM_SHARE} * drift_sources.previous_events
order by all
"""

_CHANGED_TYPES = """
with before as (
    select
        drift_fields.source,
        drift_fields.name,
        list_distinct(flatten(list(drift_fields.value_types))) as value_types
    from drift_fields
    inner join drift_sources
        on drift_fields.source = drift_sources.source
        and drift_fields.batch_number < drift_sources.newest_batch
    group by all
),

changed as (
    select
        newest.source,
        newest.name,
        list_sort(list_filter(before.value_types, kind -> kind <> 'null')) as known,
        list_filter(
            newest.value_types,
            kind -> kind <> 'null' and not list_contains(before.value_types, kind)
        ) as arrived
    from drift_fields as newest
    inner join drift_sources
        on newest.source = drift_sources.source
        and newest.batch_number = drift_sources.newest_batch
    inner join before
        on newest.source = before.source
        and newest.name = before.name
)

select source, name, list_aggregate(known, 'string_agg', ', ') || ' became '
    || list_aggregate(arrived, 'string_agg', ', ')
from changed
where len(known) > 0 and len(arrived) > 0
order by all
"""

_LIST_TERMS = """
insert into loaded.terms
with terms as (
    select distinct
        events.source,
        unnest(['verb', 'activity_type']) as kind,
        unnest([events.verb, events.activity_type]) as term,
        events.batch_number
    from loaded.events as events
    where events.batch_number = (select max(batch_number) from loaded.batches)
)

select terms.*
from terms
anti join loaded.terms as known
    on terms.source = known.source and terms.kind = known.kind and terms.term = known.term
where terms.term is not null
order by all
"""

_NEW_TERMS = """
select terms.source, terms.kind, terms.term
from loaded.terms
semi join drift_sources
    on terms.source = drift_sources.source and terms.batch_number = drift_sources.newest_batch
order by all
"""

_COMPARED_BATCHES = f"""
select source, newest_batch, previous_batch
from drift_sources
where newest_events >= {MINIMUM_EVENTS} and previous_events >= {MINIMUM_EVENTS}
order by all
"""

# One batch at a time, by its number: of the history nothing else is read.
_FILLED_COLUMNS = (
    "select count(*), {counts} from loaded.events where source = ? and batch_number = ?"
)


def find_drift(connection: DuckDBPyConnection) -> tuple[Drift, ...]:
    """Return what the newest batch has that its sources never had, and what it lacks.

    Its verbs and activity types become known terms of their sources.
    """
    connection.execute(_PREPARE)
    new_fields = _pairs(connection, _NEW_FIELDS)
    drift = [Drift(source, _kind_of_field(name), _field(name)) for source, name in new_fields]
    drift += _named(connection, _VANISHED_FIELDS, DriftKind.VANISHED_FIELD)
    drift += [
        Drift(source, DriftKind.CHANGED_TYPE, _field(name), detail)
        for source, name, detail in connection.execute(_CHANGED_TYPES).fetchall()
    ]
    connection.execute(_LIST_TERMS)
    drift += dict.fromkeys(
        Drift(source, _KINDS_OF_TERMS[kind], shown_name(term))
        for source, kind, term in connection.execute(_NEW_TERMS).fetchall()
    )
    return tuple(sorted([*drift, *_vanished_columns(connection)]))


def _vanished_columns(connection: DuckDBPyConnection) -> list[Drift]:
    drift = []
    for source, newest_batch, previous_batch in connection.execute(_COMPARED_BATCHES).fetchall():
        newest = _filled_columns(connection, source, newest_batch)
        previous = _filled_columns(connection, source, previous_batch)
        drift += [
            Drift(source, DriftKind.VANISHED_COLUMN, name)
            for name, filled in previous.items()
            if filled >= MINIMUM_SHARE and not newest[name]
        ]
    return drift


def _filled_columns(
    connection: DuckDBPyConnection, source: str, batch_number: int
) -> dict[str, float]:
    """Return the share of a batch's events that have each optional column."""
    optional = [column.name for column in event_columns() if not column.required]
    query = _FILLED_COLUMNS.format(counts=", ".join(f"count({name})" for name in optional))
    ((events, *filled),) = connection.execute(query, [source, batch_number]).fetchall()
    return {name: count / events for name, count in zip(optional, filled, strict=True)}


def _named(connection: DuckDBPyConnection, query: str, kind: DriftKind) -> list[Drift]:
    return [Drift(source, kind, _field(name)) for source, name in _pairs(connection, query)]


def _pairs(connection: DuckDBPyConnection, query: str) -> list[tuple[str, str]]:
    return connection.execute(query).fetchall()


def _kind_of_field(name: str) -> DriftKind:
    return DriftKind.NEW_EXTENSION if ".extensions" in name else DriftKind.NEW_FIELD


def _field(name: str) -> str:
    """Return the path of a field; its standard goes without saying from the path."""
    return name.partition(" ")[2]

"""Statements on their way to the lake: gathered column by column, then made one table of events.

What many statements share is written once and taken by its number; what each has for itself goes
from the parsed JSON into columns without a row in between.
"""

from __future__ import annotations

from itertools import starmap
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa

from pipelines.canonical import event_arrow_schema
from pipelines.ingest.times import microseconds_of, parse_duration_seconds
from pipelines.ingest.xapi import learner_role, parts_of, standard_refs

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipelines.ingest.rows import Identity, Keyring, Place
    from pipelines.ingest.xapi import Parts

# Few enough to stay in the cache of a processor from their first step to their last.
STATEMENTS_AT_ONCE = 256


class Acts(NamedTuple):
    """Statements, column by column.

    A column of parts serves for the columns that come from the member it is named after. Times are
    microseconds since 1970.
    """

    line_numbers: list[int]
    item_numbers: list[int]
    spec_versions: list[str]
    event_ids: list[str]
    digests: list[str]
    session_keys: list[str | None]
    times: list[int | None]
    seconds: list[float | None]
    actors: list[Parts]
    verbs: list[Parts]
    objects: list[Parts]
    contexts: list[Parts]
    results: list[Parts]


def act_of(
    statement: dict[str, Any], identity: Identity, *, place: Place, keyring: Keyring
) -> Acts:
    """Return one valid, minimised statement as columns."""
    time = statement.get("timestamp") or statement.get("stored")
    registration = statement.get("context", {}).get("registration")
    duration = statement.get("result", {}).get("duration")
    parts = [parts_of(statement, keyring)]
    return Acts(
        [place.line_number],
        [place.item_number],
        [identity.spec_version],
        [identity.event_id],
        [identity.body_digest],
        [keyring.session_key(registration) if registration else None],
        [microseconds_of(time) if time else None],
        [parse_duration_seconds(duration) if duration else None],
        parts,
        parts,
        parts,
        parts,
        parts,
    )


class EventsOfActs:
    """Gathers the statements of a part."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._acts = Acts(*([] for _ in Acts._fields))

    def add(self, acts: Acts) -> None:
        """Add statements to those before."""
        columns: tuple[list[Any], ...] = self._acts
        added: tuple[list[Any], ...] = acts
        for column, more in zip(columns, added, strict=True):
            column.extend(more)

    def table(self) -> pa.Table:
        """Return the canonical events of all statements; the time of one may be missing."""
        acts = self._acts
        count = len(acts.event_ids)
        given = {
            "source": pa.repeat(self._source, count),
            "event_id": acts.event_ids,
            "standard": pa.repeat("xapi", count),
            "spec_version": acts.spec_versions,
            "body_digest": acts.digests,
            "learner_role": _told("learner_role", learner_role, acts.actors, acts.contexts),
            "standard_refs": _told("standard_refs", standard_refs, acts.objects, acts.contexts),
            "session_key": acts.session_keys,
            "occurred_at": acts.times,
            "duration_seconds": acts.seconds,
            "line_number": acts.line_numbers,
            "item_number": acts.item_numbers,
            **_shared(acts.actors, "actor_key", "namespace_key"),
            **_shared(acts.verbs, "verb"),
            **_shared(
                acts.objects, "activity_id", "activity_type", "choice_count", "voids_event_id"
            ),
            **_shared(acts.contexts, "parent_id", "chosen_by", "interaction_mode"),
            **_shared(
                acts.results, "score_scaled", "score_raw", "score_min", "score_max", "success"
            ),
        }
        schema = event_arrow_schema()
        columns = [
            pa.array(given[field.name], field.type)
            if field.name in given
            else pa.nulls(count, field.type)
            for field in schema
        ]
        return pa.Table.from_arrays(columns, schema=schema)


def _shared(parts: list[Parts], *names: str) -> dict[str, pa.Array]:
    """Return these columns of parts, most of which stand there many times."""
    numbers = {each: number for number, each in enumerate(dict.fromkeys(parts))}
    places = pa.array([*map(numbers.__getitem__, parts)], pa.int32())
    return {name: _taken([*map(attrgetter(name), numbers)], places, name) for name in names}


def _told(
    name: str, tell: Callable[[Parts, Parts], Any], first: list[Parts], second: list[Parts]
) -> pa.Array:
    """Return a column that two members tell together."""
    pairs = [*zip(first, second, strict=True)]
    numbers = {each: number for number, each in enumerate(dict.fromkeys(pairs))}
    places = pa.array([*map(numbers.__getitem__, pairs)], pa.int32())
    return _taken([*starmap(tell, numbers)], places, name)


def _taken(values: list[Any], places: pa.Array, name: str) -> pa.Array:
    """Return the values of a column at places; most columns of most parts hold none at all."""
    kind = event_arrow_schema().field(name).type
    array = pa.array(values, kind)
    if array.null_count == len(array):
        return pa.nulls(len(places), kind)
    return array.take(places)

"""Statements on their way to the lake: gathered column by column, then made one table of events.

What many statements share is written once and taken by its number; what each has for itself goes
from the parsed JSON into columns without a row in between.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.canonical import event_arrow_schema
from pipelines.ingest.times import parse_duration_seconds, parse_time
from pipelines.ingest.xapi import learner_role, parts_of

if TYPE_CHECKING:
    from datetime import datetime

    from pipelines.ingest.rows import Identity, Keyring, Place
    from pipelines.ingest.xapi import Parts

# Few enough to stay in the cache of a processor from their first step to their last.
STATEMENTS_AT_ONCE = 128
_SCORE = pa.struct([(name, pa.float64()) for name in ("scaled", "raw", "min", "max")])
_RESULT = pa.struct([("score", _SCORE), ("duration", pa.string()), ("success", pa.bool_())])


class Acts(NamedTuple):
    """Statements, column by column.

    A column of parts serves for the columns that come from the member it is named after. Results
    may hold more than is kept: of them Arrow reads only what the policy names.
    """

    line_numbers: list[int]
    item_numbers: list[int]
    spec_versions: list[str]
    event_ids: list[str]
    digests: list[str]
    session_keys: list[str | None]
    times: list[datetime | None]
    results: list[dict[str, Any] | None]
    actors: list[Parts]
    verbs: list[Parts]
    objects: list[Parts]
    contexts: list[Parts]


def act_of(
    statement: dict[str, Any], identity: Identity, *, place: Place, keyring: Keyring
) -> Acts:
    """Return one valid, minimised statement as columns."""
    time = statement.get("timestamp") or statement.get("stored")
    registration = statement.get("context", {}).get("registration")
    parts = [parts_of(statement, keyring)]
    return Acts(
        [place.line_number],
        [place.item_number],
        [identity.spec_version],
        [identity.event_id],
        [identity.body_digest],
        [keyring.session_key(registration) if registration else None],
        [parse_time(time) if time else None],
        [statement.get("result")],
        parts,
        parts,
        parts,
        parts,
    )


class EventsOfActs:
    """Gathers the statements of a part; results become columns while they are at hand."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._acts = Acts(*([] for _ in Acts._fields))
        self._results: list[pa.StructArray] = []

    def add(self, acts: Acts) -> None:
        """Add statements to those before."""
        columns: tuple[list[Any], ...] = self._acts
        added: tuple[list[Any], ...] = acts
        for column, more in zip(columns, added, strict=True):
            column.extend(more)
        if len(self._acts.results) >= STATEMENTS_AT_ONCE:
            self._convert_results()

    def table(self) -> pa.Table:
        """Return the canonical events of all statements; the time of one may be missing."""
        self._convert_results()
        acts = self._acts
        count = len(acts.event_ids)
        given = {
            "source": pa.repeat(self._source, count),
            "event_id": acts.event_ids,
            "standard": pa.repeat("xapi", count),
            "spec_version": acts.spec_versions,
            "body_digest": acts.digests,
            "learner_role": [*map(learner_role, acts.actors, acts.contexts)],
            "session_key": acts.session_keys,
            "occurred_at": acts.times,
            "line_number": acts.line_numbers,
            "item_number": acts.item_numbers,
            **_shared(acts.actors, "actor_key", "namespace_key"),
            **_shared(acts.verbs, "verb"),
            **_shared(
                acts.objects, "activity_id", "activity_type", "choice_count", "voids_event_id"
            ),
            **_shared(acts.contexts, "parent_id", "standard_refs", "chosen_by", "interaction_mode"),
            **_columns_of(pa.concat_arrays(self._results)),
        }
        schema = event_arrow_schema()
        columns = [
            pa.array(given[field.name], field.type)
            if field.name in given
            else pa.nulls(count, field.type)
            for field in schema
        ]
        return pa.Table.from_arrays(columns, schema=schema)

    def _convert_results(self) -> None:
        self._results.append(_as_array(self._acts.results))
        self._acts.results.clear()


def _shared(parts: list[Parts], *names: str) -> dict[str, pa.Array]:
    """Return these columns of parts, most of which stand there many times."""
    numbers = {each: number for number, each in enumerate(dict.fromkeys(parts))}
    places = pa.array([numbers[each] for each in parts], pa.int32())
    schema = event_arrow_schema()
    return {
        name: pa.array([getattr(each, name) for each in numbers], schema.field(name).type).take(
            places
        )
        for name in names
    }


def _columns_of(results: pa.StructArray) -> dict[str, pa.Array]:
    durations = pc.struct_field(results, "duration").dictionary_encode()
    seconds = [parse_duration_seconds(each) for each in durations.dictionary.to_pylist()]
    return {
        **{f"score_{each.name}": pc.struct_field(results, ["score", each.name]) for each in _SCORE},
        "duration_seconds": pa.array(seconds, pa.float64()).take(durations.indices),
        "success": pc.struct_field(results, "success"),
    }


def _as_array(results: list[dict[str, Any] | None]) -> pa.StructArray:
    try:
        return pa.array(results, _RESULT)
    except pa.ArrowInvalid:
        # Arrow refuses an integer beyond 2^53 as a double; JSON gives it the nearest one.
        return pa.array([result and _with_doubles(result) for result in results], _RESULT)


def _with_doubles(result: dict[str, Any]) -> dict[str, Any]:
    score = {name: float(number) for name, number in result.get("score", {}).items()}
    return {**result, "score": score or None}

"""Spoil a copy of a good event in one of the ways that real deliveries are spoiled."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from pipelines.synth.draws import draw_uuid
from pipelines.synth.parcels import Entry, Fate, Note, Parcel
from pipelines.synth.values import Tool

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

Json = dict[str, Any]


class Level(Enum):
    """Where a defect sits: in the event, in the text of its line, or in its envelope."""

    EVENT = auto()
    LINE = auto()
    ENVELOPE = auto()


class Defect(NamedTuple):
    """One way to spoil an event; structural ones break required structure, others a rule."""

    kind: str
    level: Level
    is_structural: bool
    spoil: Callable[[Json], None] | None = None


def _put(key: str, value: object) -> Callable[[Json], None]:
    def spoil(event: Json) -> None:
        event[key] = value

    return spoil


def _drop(key: str) -> Callable[[Json], None]:
    def spoil(event: Json) -> None:
        del event[key]

    return spoil


_LINE_DEFECTS = (
    Defect("not_json", Level.LINE, is_structural=True),
    Defect("truncated_line", Level.LINE, is_structural=True),
    Defect("duplicate_key", Level.LINE, is_structural=True),
)
_XAPI_DEFECTS = (
    Defect("missing_verb", Level.EVENT, is_structural=True, spoil=_drop("verb")),
    Defect("wrong_type", Level.EVENT, is_structural=True, spoil=_put("timestamp", 1788789602)),
    Defect(
        "score_out_of_range",
        Level.EVENT,
        is_structural=False,
        spoil=_put("result", {"score": {"scaled": 1.4}}),
    ),
    Defect("unsupported_version", Level.EVENT, is_structural=True, spoil=_put("version", "0.95")),
    Defect("missing_actor", Level.EVENT, is_structural=True, spoil=_drop("actor")),
    Defect(
        "impossible_date",
        Level.EVENT,
        is_structural=False,
        spoil=_put("timestamp", "2026-02-30T15:04:05.000Z"),
    ),
)
_CALIPER_DEFECTS = (
    Defect("missing_action", Level.EVENT, is_structural=True, spoil=_drop("action")),
    Defect("unknown_event_type", Level.EVENT, is_structural=True, spoil=_put("type", "GazeEvent")),
    Defect("wrong_type", Level.EVENT, is_structural=True, spoil=_put("eventTime", 1788789602)),
    Defect("missing_object", Level.EVENT, is_structural=True, spoil=_drop("object")),
    Defect(
        "action_not_allowed", Level.EVENT, is_structural=False, spoil=_put("action", "Highlighted")
    ),
    Defect(
        "date_time_without_milliseconds",
        Level.EVENT,
        is_structural=False,
        spoil=_put("eventTime", "2026-09-01T15:04:05Z"),
    ),
)
_ENVELOPE_DEFECTS = (
    Defect("envelope_without_sensor", Level.ENVELOPE, is_structural=True, spoil=_drop("sensor")),
    Defect(
        "unsupported_data_version",
        Level.ENVELOPE,
        is_structural=True,
        spoil=_put("dataVersion", "http://purl.imsglobal.org/ctx/caliper/v9p9"),
    ),
)


def defects_of(tool: Tool) -> tuple[Defect, ...]:
    """Return the defects that a tool's deliveries can have, in the order they are planted."""
    if tool is Tool.COURSEYARD:
        return _CALIPER_DEFECTS
    if tool is Tool.GAUGEWELL:
        return (*_CALIPER_DEFECTS, *_LINE_DEFECTS, *_ENVELOPE_DEFECTS)
    return (*_LINE_DEFECTS, *_XAPI_DEFECTS)


def spoil_copy(
    parcel: Parcel, defect: Defect, *, envelope: Callable[[bytes], Json] | None, random: Random
) -> Parcel:
    """Return a spoiled copy of an event under a new id; `envelope` wraps it where the tool does."""
    event = orjson.loads(parcel.body)
    event_id = draw_uuid(random)
    event["id"] = f"urn:uuid:{event_id}" if "@context" in event else event_id
    if defect.level is Level.EVENT and defect.spoil:
        defect.spoil(event)
    body = orjson.dumps(event)
    if defect.level is not Level.EVENT:
        body = _spoil_line(body, defect, envelope, random)
    return Parcel(
        at_ms=parcel.at_ms,
        body=body,
        event_id=event_id,
        bundle=f"spoiled-{event_id}",
        fate=Fate.REJECTED,
        note=Note(Entry.DEFECT, defect.kind, is_structural=defect.is_structural),
        is_raw_line=defect.level is not Level.EVENT,
    )


def alter_copy(parcel: Parcel, random: Random) -> Parcel:
    """Return an event with the same id and another body, which conflicts with the first."""
    event = orjson.loads(parcel.body)
    if "verb" in event:
        event["result"] = {"response": "changed afterwards", "success": False}
    else:
        event["edApp"] = f"{event['edApp']}/edition-2"
    return parcel._replace(
        body=orjson.dumps(event),
        bundle=f"altered-{draw_uuid(random)}",
        fate=Fate.CONFLICTING,
        note=Note(Entry.CONFLICT, "same_id_other_body", target_event_id=parcel.event_id),
    )


def repeat_copy(parcel: Parcel, kind: str, random: Random) -> Parcel:
    """Return the same event once more."""
    return parcel._replace(
        bundle=f"repeat-{draw_uuid(random)}",
        fate=Fate.DUPLICATE,
        note=Note(Entry.DUPLICATE, kind, target_event_id=parcel.event_id),
    )


def _spoil_line(
    body: bytes, defect: Defect, envelope: Callable[[bytes], Json] | None, random: Random
) -> bytes:
    if defect.kind == "duplicate_key":
        # The parser of the line would silently keep the second of the two.
        body = b'{"id":"urn:uuid:' + draw_uuid(random).encode() + b'",' + body[1:]
        return _wrap_text(body, envelope)
    if defect.kind == "not_json":
        return b"-- transfer resumed, 3 records skipped --"
    if envelope:
        wrapped = envelope(body)
        if defect.spoil:
            defect.spoil(wrapped)
        body = orjson.dumps(wrapped)
    if defect.kind == "truncated_line":
        return body[: int(len(body) * random.uniform(0.3, 0.9))]
    return body


def _wrap_text(body: bytes, envelope: Callable[[bytes], Json] | None) -> bytes:
    if envelope is None:
        return body
    wrapped = envelope(b"{}")
    return orjson.dumps(wrapped).replace(b'"data":[{}]', b'"data":[' + body + b"]")

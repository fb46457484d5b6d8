"""Plant defects, duplicates, conflicts and voids among a source's good events, file by file."""

from __future__ import annotations

from random import Random
from typing import NamedTuple

import orjson

from pipelines.synth.defects import Level, alter_copy, defects_of, repeat_copy, spoil_copy
from pipelines.synth.deliveries import Layout, wrap_in_envelope
from pipelines.synth.draws import draw_uuid, stream
from pipelines.synth.instants import format_instant
from pipelines.synth.parcels import Entry, Note, Parcel
from pipelines.synth.tools import BASE
from pipelines.synth.values import Tool
from pipelines.synth.xapi import adl_verb

_DEFECT_SHARE = 0.003
_REPEAT_SHARE = 0.003
_REPEAT_LATER_SHARE = 0.002
_CONFLICT_SHARE = 0.0015
_VOID_SHARE = 0.002
_AT_LEAST_ONE_FROM = 40
_VOID_MINUTE_MS = 60_000


class _Placed(NamedTuple):
    """A parcel and its place in the file; planted ones lie between whole numbers."""

    place: float
    parcel: Parcel


class Planter:
    """Plants in one source's files; remembers what the next file must bring."""

    def __init__(self, seed: int, tool: Tool) -> None:
        self._seed = seed
        self._tool = tool
        self._defect_cursor = 0
        self._void_cursor = 0
        self._for_next_file: list[Parcel] = []
        self.voided_ids: set[str] = set()

    def plant(
        self, parcels: list[Parcel], layout: Layout, *, file_name: str, is_last: bool
    ) -> list[Parcel]:
        """Return the file's parcels, in order, with everything planted."""
        random = stream(self._seed, "planting", self._tool, file_name)
        from_last_file, self._for_next_file = self._for_next_file, []
        ordered = sorted(parcels, key=lambda parcel: (parcel.at_ms, parcel.event_id))
        placed = [_Placed(float(place), parcel) for place, parcel in enumerate(ordered)]
        hosts = [spot for spot in placed if spot.parcel.is_plain]
        random.shuffle(hosts)
        count = len(hosts)
        for _ in range(_how_many(random, count, _DEFECT_SHARE)):
            placed.append(self._defect(random, random.choice(hosts), layout, count))
        for _ in range(_how_many(random, count, _REPEAT_SHARE)):
            host = hosts.pop()
            again = repeat_copy(host.parcel, "same_file", random)
            placed.append(_Placed(_after(random, host, count), again))
        for _ in range(_how_many(random, count, _CONFLICT_SHARE)):
            host = hosts.pop()
            other = alter_copy(host.parcel, random)
            placed.append(_Placed(_after(random, host, count), other))
        if not is_last:
            for _ in range(_how_many(random, count, _REPEAT_LATER_SHARE)):
                again = repeat_copy(hosts.pop().parcel, "later_file", random)
                self._for_next_file.append(again)
        if self._tool is Tool.MATHPATH:
            for _ in range(_how_many(random, count, _VOID_SHARE)):
                self._void(random, hosts.pop(), placed, is_last=is_last)
        placed += [_Placed(random.uniform(0, count), parcel) for parcel in from_last_file]
        return [spot.parcel for spot in sorted(placed, key=lambda spot: spot.place)]

    def _defect(self, random: Random, host: _Placed, layout: Layout, count: int) -> _Placed:
        kinds = defects_of(self._tool)
        if layout is Layout.PRETTY_ENVELOPE:
            kinds = tuple(kind for kind in kinds if kind.level is Level.EVENT)
        defect = kinds[self._defect_cursor % len(kinds)]
        self._defect_cursor += 1
        envelope = wrap_in_envelope if layout is Layout.ENVELOPE_LINES else None
        spoiled = spoil_copy(host.parcel, defect, envelope=envelope, random=random)
        # A line breaks off where the transfer did: at the end of the file.
        place = float(count + 1) if defect.kind == "truncated_line" else random.uniform(0, count)
        return _Placed(place, spoiled)

    def _void(self, random: Random, host: _Placed, placed: list[_Placed], *, is_last: bool) -> None:
        """Void one statement: after it, before it, in the next file, or with the target held back."""
        target = host.parcel
        order = ("after", "before", "later_file", "before_in_earlier_file")[self._void_cursor % 4]
        self._void_cursor += 1
        self.voided_ids.add(target.event_id)
        if is_last and order not in {"after", "before"}:
            order = "after"
        void = _voiding_statement(target, order, random)
        if order == "later_file":
            self._for_next_file.append(void)
            return
        is_before = order.startswith("before")
        placed.append(_Placed(host.place + (-0.5 if is_before else 0.5), void))
        if order == "before_in_earlier_file":
            placed.remove(host)
            self._for_next_file.append(target)


def _how_many(random: Random, count: int, share: float) -> int:
    """Return how many to plant: the share on average, at least one in a file of some size."""
    wanted = int(count * share + random.random())
    return max(wanted, 1) if count >= _AT_LEAST_ONE_FROM else 0


def _after(random: Random, host: _Placed, count: int) -> float:
    return random.uniform(host.place + 0.1, float(count))


def _voiding_statement(target: Parcel, order: str, random: Random) -> Parcel:
    at_ms = target.at_ms + 5 * _VOID_MINUTE_MS
    void_id = draw_uuid(random)
    statement = {
        "id": void_id,
        "actor": {
            "objectType": "Agent",
            "account": {"homePage": BASE[Tool.MATHPATH], "name": "records-service"},
        },
        "verb": adl_verb("voided"),
        "object": {"objectType": "StatementRef", "id": target.event_id},
        "timestamp": format_instant(at_ms),
        "version": "1.0.3",
    }
    note = Note(Entry.VOID, order, target_event_id=target.event_id)
    return Parcel(at_ms, orjson.dumps(statement), void_id, note=note)

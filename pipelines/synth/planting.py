"""Plant defects, duplicates, conflicts and voids among a source's good events, file by file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from pipelines.synth.defects import Level, alter_copy, defects_of, repeat_copy, spoil_copy
from pipelines.synth.deliveries import Layout, wrap_in_envelope
from pipelines.synth.draws import draw_uuid, stream
from pipelines.synth.instants import format_instant
from pipelines.synth.page import Page
from pipelines.synth.parcels import Entry, Note, Parcel
from pipelines.synth.tools import BASE
from pipelines.synth.values import Tool
from pipelines.synth.xapi import adl_verb

if TYPE_CHECKING:
    from random import Random

_DEFECT_SHARE = 0.003
_REPEAT_SHARE = 0.003
_REPEAT_LATER_SHARE = 0.002
_CONFLICT_SHARE = 0.0015
_VOID_SHARE = 0.002
_VOID_ORDERS = ("after", "before", "after_in_later_file", "before_in_earlier_file")
_VOID_DELAY_MS = 300_000


class Planter:
    """Plants in one source's files; remembers what the next file must bring."""

    def __init__(self, seed: int, tool: Tool) -> None:
        self._seed = seed
        self._tool = tool
        self._defects_so_far = 0
        self._voids_so_far = 0
        self._for_next_file: list[Parcel] = []
        self.voided_ids: set[str] = set()

    def plant(
        self, parcels: list[Parcel], layout: Layout, *, file_name: str, is_last: bool
    ) -> list[Parcel]:
        """Return the file's parcels, in order, with everything planted."""
        page = Page(parcels, stream(self._seed, "planting", self._tool, file_name))
        from_last_file, self._for_next_file = self._for_next_file, []
        self._plant_defects(page, layout)
        self._plant_repeats(page, is_last=is_last)
        for _ in range(page.how_many(_CONFLICT_SHARE)):
            host = page.take_host()
            page.add_after(host, alter_copy(host.parcel, page.random))
        if self._tool is Tool.MATHPATH:
            for _ in range(page.how_many(_VOID_SHARE)):
                self._plant_void(page, is_last=is_last)
        page.scatter(from_last_file)
        return page.in_order()

    def _plant_defects(self, page: Page, layout: Layout) -> None:
        kinds = defects_of(self._tool)
        if layout is Layout.PRETTY_ENVELOPE:
            kinds = tuple(kind for kind in kinds if kind.level is Level.EVENT)
        envelope = wrap_in_envelope if layout is Layout.ENVELOPE_LINES else None
        for _ in range(page.how_many(_DEFECT_SHARE)):
            defect = kinds[self._defects_so_far % len(kinds)]
            self._defects_so_far += 1
            host = page.any_host().parcel
            spoiled = spoil_copy(host, defect, envelope=envelope, random=page.random)
            if defect.kind == "truncated_line":
                # A transfer that breaks off leaves its broken line at the end of the file.
                page.add_at_end(spoiled)
            else:
                page.scatter([spoiled])

    def _plant_repeats(self, page: Page, *, is_last: bool) -> None:
        for _ in range(page.how_many(_REPEAT_SHARE)):
            host = page.take_host()
            page.add_after(host, repeat_copy(host.parcel, "same_file", page.random))
        for _ in range(0 if is_last else page.how_many(_REPEAT_LATER_SHARE)):
            again = repeat_copy(page.take_host().parcel, "later_file", page.random)
            self._for_next_file.append(again)

    def _plant_void(self, page: Page, *, is_last: bool) -> None:
        """Void a try: behind it, before it, a file later, or a file before the try arrives."""
        host = page.take_answer()
        orders = _VOID_ORDERS[:2] if is_last else _VOID_ORDERS
        order = orders[self._voids_so_far % len(orders)]
        self._voids_so_far += 1
        self.voided_ids.add(host.parcel.event_id)
        void = _voiding_statement(host.parcel, order, page.random)
        if order == "after_in_later_file":
            self._for_next_file.append(void)
        else:
            page.add_beside(host, void, is_before=order.startswith("before"))
        if order == "before_in_earlier_file":
            page.remove(host)
            self._for_next_file.append(host.parcel)


def _voiding_statement(target: Parcel, order: str, random: Random) -> Parcel:
    at_ms = target.at_ms + _VOID_DELAY_MS
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

"""Write the planted truth beside what the pipeline reads, as it is drawn."""

from __future__ import annotations

import csv
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import IO, TYPE_CHECKING, Any, Self

import orjson

from pipelines.synth.editions import fates_of
from pipelines.synth.framework import CASE_BASE
from pipelines.synth.identities import enrolled_from
from pipelines.synth.instants import format_instant
from pipelines.synth.parcels import Entry, Fate, Parcel
from pipelines.synth.values import Person, Span, Tool
from pipelines.synth.world import ZONE

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from pipelines.synth.deliveries import Location
    from pipelines.synth.identities import Owner
    from pipelines.synth.knowledge import Knowledge
    from pipelines.synth.world import World

_ATTRIBUTION = ("source", "event_id", "date", "sourced_id", "reason", "item_id")


@dataclass(slots=True)
class FileTally:
    """What reconciliation should say of one file; events that only a rule rejects stand apart."""

    source: str
    file_name: str
    read: int = 0
    loaded: int = 0
    duplicate: int = 0
    conflicting: int = 0
    rejected: int = 0
    minimised: int = 0
    voided: int = 0
    rejected_by_rule_only: int = 0

    def count(self, parcel: Parcel) -> None:
        """Count one parcel."""
        self.read += 1
        setattr(self, parcel.fate.value, getattr(self, parcel.fate.value) + 1)
        is_rule = parcel.note is not None and not parcel.note.is_structural
        if parcel.fate is Fate.REJECTED and is_rule:
            self.rejected_by_rule_only += 1


class TruthWriter:
    """Writes the truth folder line by line, so that memory does not grow with the district."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.tallies: list[FileTally] = []
        self.defects_planted = 0
        self._knowledge = (folder / "knowledge.ndjson").open("wb")
        self._intervals = (folder / "active_intervals.ndjson").open("wb")
        self._minutes = (folder / "active_minutes.csv").open("w", encoding="utf-8", newline="")
        self._open = (folder / "open_seconds.csv").open("w", encoding="utf-8", newline="")
        self._ledger = (folder / "ledger.ndjson").open("wb")
        self._owners = (folder / "attribution.csv").open("w", encoding="utf-8", newline="")
        self._owner_rows = csv.writer(self._owners, lineterminator="\n")
        self._owner_rows.writerow(_ATTRIBUTION)
        self._minute_rows = csv.writer(self._minutes, lineterminator="\n")
        self._minute_rows.writerow(["sourced_id", "date", "day_part", "active_seconds"])
        self._open_rows = csv.writer(self._open, lineterminator="\n")
        self._open_rows.writerow(["sourced_id", "date", "open_seconds"])

    def __enter__(self) -> Self:
        """Open for writing."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close every file."""
        for file in (
            *(self._knowledge, self._intervals, self._minutes),
            *(self._open, self._ledger, self._owners),
        ):
            file.close()

    def knowledge(
        self, learner: Person, when: date, *, knowledge: Knowledge, standard_ids: list[str]
    ) -> None:
        """Write what a learner knows of these standards at the end of a day."""
        for standard_id in standard_ids:
            row = {
                "sourced_id": learner.sourced_id,
                "date": when.isoformat(),
                "standard_uri": f"{CASE_BASE}/CFItems/{standard_id}",
                "probability": round(knowledge.probability(standard_id), 6),
            }
            _write_row(self._knowledge, row)

    def activity(
        self, person: Person, when: date, *, spans: list[tuple[Tool, Span]], bells: Span | None
    ) -> None:
        """Write when somebody was really active, by tool, and all in all by part of the day."""
        for tool, span in spans:
            row = {
                "sourced_id": person.sourced_id,
                "date": when.isoformat(),
                "source": tool.value,
                "started_at": format_instant(span.start_ms),
                "ended_at": format_instant(span.end_ms),
            }
            _write_row(self._intervals, row)
        for day_part, active_ms in _by_day_part(_union([span for _, span in spans]), bells):
            seconds = f"{active_ms / 1000:.3f}"
            self._minute_rows.writerow([person.sourced_id, when, day_part, seconds])

    def openness(self, person: Person, when: date, spans: list[Span]) -> None:
        """Write how long somebody had software open: each moment once, pauses included."""
        if open_ms := _length_ms(_union(spans)):
            self._open_rows.writerow([person.sourced_id, when, f"{open_ms / 1000:.3f}"])

    def delivery(
        self,
        tally: FileTally,
        parcels: list[Parcel],
        *,
        locations: list[Location],
        voided_ids: set[str],
    ) -> None:
        """Write the remarkable parcels of a file to the ledger and keep its tally."""
        for parcel, location in zip(parcels, locations, strict=True):
            tally.count(parcel)
            is_loaded = parcel.fate is Fate.LOADED
            tally.voided += is_loaded and parcel.event_id in voided_ids
            if is_loaded and parcel.owner and parcel.event_id:
                self._attribute(tally.source, parcel, parcel.owner)
            if parcel.note is not None:
                _write_row(self._ledger, _ledger_row(tally, parcel, location))
                self.defects_planted += parcel.note.entry is Entry.DEFECT
        self.tallies.append(tally)

    def _attribute(self, source: str, parcel: Parcel, owner: Owner) -> None:
        """Write whose an event is; only a reader can tell which one without an id it is."""
        when = datetime.fromtimestamp(parcel.at_ms / 1000, ZONE).date()
        whose = [owner.sourced_id, owner.reason or ""]
        row = [source, parcel.event_id, when, *whose, parcel.item_id]
        self._owner_rows.writerow(row)

    def close_books(self, world: World, arguments: dict[str, Any]) -> None:
        """Write what is known only at the end: the files' tallies, the learners and a summary."""
        names = [field.name for field in fields(FileTally)]
        rows = [[getattr(tally, name) for name in names] for tally in self.tallies]
        write_csv(self.folder / "files.csv", names, rows)
        _write_people(self.folder, world)
        _write_items(self.folder, world)
        _write_standards(self.folder, world)
        summary = {
            "arguments": arguments,
            "files": len(self.tallies),
            "items_read": sum(tally.read for tally in self.tallies),
            "events_loaded": sum(tally.loaded for tally in self.tallies),
            "defects_planted": self.defects_planted,
        }
        text = orjson.dumps(summary, option=orjson.OPT_INDENT_2)
        (self.folder / "summary.json").write_bytes(text + b"\n")


def write_csv(path: Path, names: list[str], rows: list[list[Any]]) -> None:
    """Write one CSV file with a header, quoting where needed."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        writer.writerows(rows)


def _write_row(file: IO[bytes], row: dict[str, Any]) -> None:
    file.write(orjson.dumps(row) + b"\n")


def _ledger_row(tally: FileTally, parcel: Parcel, location: Location) -> dict[str, Any]:
    note = parcel.note
    if note is None:
        raise ValueError(f"nothing to tell of {parcel.event_id}")
    return {
        "entry": note.entry.value,
        "kind": note.kind,
        "source": tally.source,
        "file_name": tally.file_name,
        "line": location.line,
        "index": location.position,
        "event_id": parcel.event_id,
        "target_event_id": note.target_event_id or None,
        "counted_as": parcel.fate.value,
        "is_structural": note.is_structural if parcel.fate is Fate.REJECTED else None,
    }


def _union(spans: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start_ms <= merged[-1].end_ms:
            merged[-1] = Span(merged[-1].start_ms, max(merged[-1].end_ms, span.end_ms))
        else:
            merged.append(span)
    return merged


def _length_ms(spans: list[Span]) -> int:
    return sum(span.end_ms - span.start_ms for span in spans)


def _by_day_part(spans: list[Span], bells: Span | None) -> list[tuple[str, int]]:
    """Split active time at the school's bells; days without lessons are one part."""
    total = _length_ms(spans)
    if bells is None:
        return [("weekend_or_holiday", total)] if total else []
    school = sum(
        max(0, min(span.end_ms, bells.end_ms) - max(span.start_ms, bells.start_ms))
        for span in spans
    )
    parts = [("school", school), ("home", total - school)]
    return [(name, amount) for name, amount in parts if amount]


def _write_people(folder: Path, world: World) -> None:
    plants = [
        [plant.learner_id, plant.standard.uri, plant.habit.value] for plant in world.plants.values()
    ]
    write_csv(folder / "plants.csv", ["sourced_id", "standard_uri", "habit"], sorted(plants))
    outsiders = [[person.sourced_id, person.username] for person in world.population.outsiders]
    write_csv(folder / "outsiders.csv", ["sourced_id", "kind"], outsiders)
    year = world.year
    enrolled: list[list[Any]] = [
        [
            *(learner.sourced_id, section.section_id),
            *(enrolled_from(section, learner, year=year), year.ends_on),
        ]
        for section in world.population.sections
        for learner in section.learners
    ]
    names = ["sourced_id", "section_id", "first_date", "last_date"]
    write_csv(folder / "enrollments.csv", names, enrolled)


def _write_items(folder: Path, world: World) -> None:
    """Write which standards each item assesses, and how that is told."""
    rows = [
        [item.item_id, item.way.value, uri] for item in world.bank.all() for uri in item.counts_for
    ]
    write_csv(folder / "items.csv", ["item_id", "way", "standard_uri"], rows)


def _write_standards(folder: Path, world: World) -> None:
    """Write what has become of earlier standards, and what each class is never assessed on."""
    fates = [
        [fate.standard.uri, fate.succession, fate.counts_as.uri]
        for fate in fates_of(world.framework)
    ]
    write_csv(folder / "successions.csv", ["standard_uri", "succession", "counts_as_uri"], fates)
    never = [
        [section.section_id, world.framework.untaught[section.subject, section.grade].uri]
        for section in world.population.sections
    ]
    write_csv(folder / "never_assessed.csv", ["section_id", "standard_uri"], never)

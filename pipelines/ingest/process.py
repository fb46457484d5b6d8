"""Turn the raw items of a part into canonical events and rejections, and count every one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.canonical import event_arrow_schema
from pipelines.ingest.acts import EventsOfActs, act_of
from pipelines.ingest.caliper import caliper_row
from pipelines.ingest.members import KnownMembers
from pipelines.ingest.policy import Minimiser, RefusedField
from pipelines.ingest.rejection import TOO_MANY_ENTRIES, Rejection, Stage
from pipelines.ingest.rows import Identity, Place, event_id_of
from pipelines.ingest.statements import StatementReader
from pipelines.ingest.time_limits import ANY_TIME, TimeLimits
from pipelines.ingest.write import in_order, table_of
from pipelines.validation.decode import Document, Undecodable, decode
from pipelines.validation.findings import (
    Finding,
    Item,
    Shape,
    Standard,
    Unrecognised,
    Verdict,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipelines.ingest.blocks import Part
    from pipelines.ingest.items import RawItem
    from pipelines.ingest.rows import EventRow, Keyring
    from pipelines.validation.validator import Validator

# Why a valid item is not stored: no mart could use it.
ENTITY_DESCRIPTION = "entity_description"
NO_TIME = "no_time"
# A voiding statement needs no time: it takes its target back whenever it was said.
_HAS_TIME = pc.field("occurred_at").is_valid() | pc.field("voids_event_id").is_valid()
DOCUMENT_ITEMS = 100_000
# An entry takes two bytes at the least, so only a long document has too many.
_LEAST_ENTRY_BYTES = 2
# Looking up a member of an enum costs as much as a rule, and this happens for every event.
_XAPI, _ENTITY = Standard.XAPI, Shape.ENTITY


class BrokenRule(NamedTuple):
    """A rule and the stage at which it refused items."""

    stage: str
    rule: str
    clause: str


@dataclass(slots=True)
class PartOutcome:
    """What became of the items of a part: read = events + rejections + minimised."""

    read: int = 0
    events: pa.Table = field(default_factory=event_arrow_schema().empty_table)
    rejections: list[Rejection] = field(default_factory=list)
    minimised: Counter[str] = field(default_factory=Counter)
    refused_fields: Counter[RefusedField] = field(default_factory=Counter)
    field_types: dict[RefusedField, frozenset[str]] = field(default_factory=dict)

    def broken_rules(self) -> Counter[BrokenRule]:
        """Count, for each rule, the items that it refused."""
        return Counter(
            BrokenRule(rejection.stage, finding.rule, finding.clause)
            for rejection in self.rejections
            for finding in {found.rule: found for found in rejection.findings}.values()
        )


class Position(NamedTuple):
    """Which item of a document it is, from 0, and how many items the document gave."""

    item_number: int
    item_count: int


class Limits(NamedTuple):
    """What an item may be: by the times of its events, and by how many a document holds."""

    times: TimeLimits
    document_items: int


class ReadAndRejected(NamedTuple):
    """How many items were read and refused so far."""

    read: int
    rejected: int


class PartProcessor:
    """Everything that is set up once per worker and used for every part."""

    def __init__(
        self,
        validator: Validator,
        keyring: Keyring,
        *,
        time_limits: TimeLimits = ANY_TIME,
        document_items: int = DOCUMENT_ITEMS,
    ) -> None:
        self._validator = validator
        self._known = KnownMembers(validator, keyring)
        self._limits = Limits(time_limits, document_items)

    def process(self, part: Part) -> PartOutcome:
        """Decode, validate, minimise and place every item of a part."""
        run = self.begin(part.source)
        run.take(part.items)
        return run.finish()

    def begin(self, source: str) -> PartRun:
        """Return an empty pass over items of a source."""
        return PartRun(source, self._validator, known=self._known, limits=self._limits)


class PartRun:
    """One pass over the items of a part."""

    def __init__(
        self, source: str, validator: Validator, *, known: KnownMembers, limits: Limits
    ) -> None:
        self._source = source
        self._limits = limits
        self._validator = validator
        self._keyring = known.keyring
        self._outcome = PartOutcome()
        self._xapi, self._caliper = Minimiser(Standard.XAPI), Minimiser(Standard.CALIPER)
        self._acts = EventsOfActs(source)
        self._rows: list[EventRow] = []
        self._statements = StatementReader(
            self._acts, known, minimiser=self._xapi, limits=limits.times
        )

    def take(self, items: list[RawItem]) -> None:
        """Account for raw items, each of which may hold many events."""
        unusual = self._statements.read(items)
        self._outcome.read += len(items) - len(unusual)
        for raw in unusual:
            self._take_the_long_way(raw)

    def _take_the_long_way(self, raw: RawItem) -> None:
        if raw.fault:
            self._reject(raw, _WHOLE, stage=Stage.READ, findings=(raw.fault,))
            return
        document = self._decode(raw)
        if isinstance(document, Undecodable):
            self._reject(raw, _WHOLE, stage=Stage.DECODE, findings=(document.finding,))
            return
        verdicts = self._validator.examine(document.value)
        self._settle(raw, enumerate(verdicts), count=len(verdicts))

    def retake(self, raw: RawItem, numbers: frozenset[int], *, count: int) -> bool:
        """Account again for the refused items of a document that once gave `count` items.

        False, and nothing is accounted for, where the document now gives other items than it did
        and some of them have been accepted: which of them are new cannot be told.
        """
        is_whole = len(numbers) == count
        document = self._decode(raw)
        if isinstance(document, Undecodable):
            if is_whole:
                self._reject(raw, _WHOLE, stage=Stage.DECODE, findings=(document.finding,))
            return is_whole
        verdicts = self._validator.examine(document.value)
        if not verdicts or not (is_whole or len(verdicts) == count):
            return False
        again = [pair for pair in enumerate(verdicts) if is_whole or pair[0] in numbers]
        self._settle(raw, again, count=len(verdicts))
        return True

    def read_and_rejected(self) -> ReadAndRejected:
        """Return the counts so far."""
        return ReadAndRejected(self._outcome.read, len(self._outcome.rejections))

    def rejections_after(self, number: int) -> list[Rejection]:
        """Return the rejections that followed the first so many."""
        return self._outcome.rejections[number:]

    def finish(self) -> PartOutcome:
        """Return what became of all items taken."""
        self._statements.finish()
        events = in_order(self._acts.table(), table_of(self._rows, event_arrow_schema()))
        if events["occurred_at"].null_count:
            read, events = events.num_rows, events.filter(_HAS_TIME)
            self._outcome.minimised[NO_TIME] += read - events.num_rows
        self._outcome.events = events
        self._outcome.refused_fields = self._xapi.refused() + self._caliper.refused()
        self._outcome.field_types = {**self._xapi.types(), **self._caliper.types()}
        return self._outcome

    def _decode(self, raw: RawItem) -> Document | Undecodable:
        document = decode(raw.raw)
        most = self._limits.document_items
        if len(raw.raw) < most * _LEAST_ENTRY_BYTES:
            return document
        if isinstance(document, Document) and _count_entries(document.value) > most:
            return Undecodable(TOO_MANY_ENTRIES)
        return document

    def _settle(self, raw: RawItem, verdicts: Iterable[tuple[int, Verdict]], *, count: int) -> None:
        for number, verdict in verdicts:
            findings = verdict.findings
            if not (findings or isinstance(verdict.item, Unrecognised)):
                findings = self._limits.times.findings_of(verdict.item)
                if not findings:
                    self._accept(verdict.item, Place(self._source, raw.line_number, number))
                    continue
            self._reject(raw, Position(number, count), stage=Stage.VALIDATE, findings=findings)

    def _accept(self, item: Item, place: Place) -> None:
        self._outcome.read += 1
        if item.shape is _ENTITY:
            self._outcome.minimised[ENTITY_DESCRIPTION] += 1
            return
        identity = Identity(event_id_of(item.body), self._digest(item), item.version.value)
        if item.standard is _XAPI:
            self._xapi.minimise(item.body)
            self._acts.add(act_of(item.body, identity, place=place, keyring=self._keyring))
            return
        self._caliper.minimise(item.body)
        row = caliper_row(item.body, identity, place=place, keyring=self._keyring)
        if row:
            self._rows.append(row)
        else:
            self._outcome.minimised[NO_TIME] += 1

    def _digest(self, item: Item) -> str:
        if item.standard is _XAPI:
            return self._keyring.statement_digest(item.body)
        return self._keyring.event_digest(item.body)

    def _reject(
        self, raw: RawItem, position: Position, *, stage: Stage, findings: tuple[Finding, ...]
    ) -> None:
        rejections = self._outcome.rejections
        # Every entry of an envelope may be refused: its bytes are kept with the first one only.
        is_kept = bool(rejections) and rejections[-1].byte_start == raw.byte_start
        original = b"" if is_kept else raw.raw
        self._outcome.read += 1
        rejections.append(
            Rejection(
                stage,
                findings,
                raw.line_number,
                *position,
                raw.byte_start,
                raw.byte_end,
                original,
            )
        )


_WHOLE = Position(0, 1)


def _count_entries(value: Any) -> int:
    """Count what a document holds, in arrays of envelopes as well."""
    parts = value if isinstance(value, list) else [value]
    lists = (part.get("data", part.get("statements")) for part in parts if isinstance(part, dict))
    return len(parts) + sum(len(each) for each in lists if isinstance(each, list))

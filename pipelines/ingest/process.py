"""Turn the raw items of a part into canonical events and rejections, and count every one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from pipelines.ingest.caliper import caliper_row
from pipelines.ingest.policy import Minimiser, RefusedField
from pipelines.ingest.rejection import Rejection, Stage
from pipelines.ingest.rows import (
    EventRow,
    Identity,
    Keyring,
    Place,
    event_id_of,
)
from pipelines.ingest.xapi import xapi_row
from pipelines.validation.decode import Document, Undecodable, decode
from pipelines.validation.findings import Finding, Item, Shape, Standard, Unrecognised

if TYPE_CHECKING:
    from pipelines.ingest.blocks import Part
    from pipelines.ingest.items import RawItem
    from pipelines.validation.validator import Validator

# Why a valid item is not stored: no mart could use it.
ENTITY_DESCRIPTION = "entity_description"
NO_TIME = "no_time"
# Looking up a member of an enum costs as much as a rule, and this happens for every event.
_XAPI, _ENTITY = Standard.XAPI, Shape.ENTITY


class BrokenRule(NamedTuple):
    """A rule and the stage at which it refused items."""

    stage: str
    rule: str
    clause: str


@dataclass(slots=True)
class PartOutcome:
    """What became of the items of a part: read = rows + rejections + minimised."""

    read: int = 0
    rows: list[EventRow] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    minimised: Counter[str] = field(default_factory=Counter)
    refused_fields: Counter[RefusedField] = field(default_factory=Counter)

    def broken_rules(self) -> Counter[BrokenRule]:
        """Count, for each rule, the items that it refused."""
        return Counter(
            BrokenRule(rejection.stage, finding.rule, finding.clause)
            for rejection in self.rejections
            for finding in {found.rule: found for found in rejection.findings}.values()
        )


class PartProcessor:
    """Everything that is set up once per worker and used for every part."""

    def __init__(self, validator: Validator, keyring: Keyring) -> None:
        self._validator = validator
        self._keyring = keyring

    def process(self, part: Part) -> PartOutcome:
        """Decode, validate, minimise and place every item of a part."""
        run = _PartRun(part.source, self._validator, self._keyring)
        for raw in part.items:
            run.take(raw)
        return run.finish()


class _PartRun:
    """One pass over the items of a part."""

    def __init__(self, source: str, validator: Validator, keyring: Keyring) -> None:
        self._source = source
        self._validator = validator
        self._keyring = keyring
        self._outcome = PartOutcome()
        self._xapi, self._caliper = Minimiser(Standard.XAPI), Minimiser(Standard.CALIPER)

    def take(self, raw: RawItem) -> None:
        """Account for one raw item, which may hold many events."""
        if raw.fault:
            self._reject(raw, 0, stage=Stage.READ, findings=(raw.fault,))
            return
        document = decode(raw.raw)
        if isinstance(document, Undecodable):
            self._reject(raw, 0, stage=Stage.DECODE, findings=(document.finding,))
            return
        for number, verdict in enumerate(self._validator.examine(document.value)):
            if verdict.findings or isinstance(verdict.item, Unrecognised):
                self._reject(raw, number, stage=Stage.VALIDATE, findings=verdict.findings)
            else:
                place = Place(self._source, raw.line_number, number)
                self._accept(verdict.item, place, document)

    def finish(self) -> PartOutcome:
        """Return what became of all items taken."""
        self._outcome.refused_fields = self._xapi.refused() + self._caliper.refused()
        return self._outcome

    def _accept(self, item: Item, place: Place, document: Document) -> None:
        self._outcome.read += 1
        if item.shape is _ENTITY:
            self._outcome.minimised[ENTITY_DESCRIPTION] += 1
            return
        canonical = document.canonical if item.body is document.value else None
        digest = self._keyring.body_digest(item.body, canonical)
        identity = Identity(event_id_of(item.body), digest, item.version.value)
        row = self._row(item, identity, place)
        if row:
            self._outcome.rows.append(row)
        else:
            self._outcome.minimised[NO_TIME] += 1

    def _row(self, item: Item, identity: Identity, place: Place) -> EventRow | None:
        if item.standard is _XAPI:
            self._xapi.minimise(item.body)
            return xapi_row(item.body, identity, place=place, keyring=self._keyring)
        self._caliper.minimise(item.body)
        return caliper_row(item.body, identity, place=place, keyring=self._keyring)

    def _reject(
        self, raw: RawItem, number: int, *, stage: Stage, findings: tuple[Finding, ...]
    ) -> None:
        rejections = self._outcome.rejections
        # Every entry of an envelope may be refused: its bytes are kept with the first one only.
        is_kept = bool(rejections) and rejections[-1].byte_start == raw.byte_start
        original = b"" if is_kept else raw.raw
        self._outcome.read += 1
        rejections.append(
            Rejection(
                stage, findings, raw.line_number, number, raw.byte_start, raw.byte_end, original
            )
        )

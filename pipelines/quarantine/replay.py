"""Run rejected items again under today's rules, verbs and schemas, each once.

What is accepted now becomes a further part of its file's events; what is not stays rejected, for
today's reasons. Both take effect in one step, with the manifest of the next generation.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from pipelines.identity.keys import read_key
from pipelines.identity.sealing import Sealer
from pipelines.ingest.items import RawItem
from pipelines.ingest.manifest import refuse_other_key, united
from pipelines.ingest.policy import RefusedField
from pipelines.ingest.process import BrokenRule, PartProcessor
from pipelines.ingest.rejects import kept, read_documents, reject_parts
from pipelines.ingest.rows import Keyring
from pipelines.quarantine.generation import NextGeneration, sweep
from pipelines.quarantine.selection import Selection, selected_manifests
from pipelines.validation.validator import Validator

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from pipelines.home import Home
    from pipelines.ingest.manifest import Manifest
    from pipelines.ingest.process import PartOutcome, PartRun
    from pipelines.ingest.rejects import KeptRejection
    from pipelines.settings import Settings

_Key = TypeVar("_Key", BrokenRule, RefusedField, str)


class Replayed(NamedTuple):
    """What running rejected items of one file again came to.

    Not run are items whose original is not kept, and those of a document that is now read as
    other items than before while some of them have been accepted.
    """

    file_name: str
    source: str
    run_again: int
    not_run: int
    accepted: int
    minimised: int
    still_rejected: int


@dataclass(slots=True)
class _Tally:
    """What the parts of one file add up to."""

    run_again: int = 0
    not_run: int = 0
    read: int = 0
    accepted: int = 0
    rejected: int = 0
    rejections: Counter[BrokenRule] = field(default_factory=Counter)
    minimised: Counter[str] = field(default_factory=Counter)
    refused_fields: Counter[RefusedField] = field(default_factory=Counter)
    field_types: list[dict[RefusedField, frozenset[str]]] = field(default_factory=list)
    is_changed: bool = False


def replay(
    home: Home, settings: Settings, selection: Selection, *, advance: Callable[[int, int], None]
) -> tuple[Replayed, ...]:
    """Run the selected rejections again; a file of which nothing changes is left as it is.

    Cut off at any moment, it leaves each file wholly before or wholly after its replay.
    """
    key = read_key(settings.keys_folder, "pseudonym")
    refuse_other_key(home, key.fingerprint)
    processor = PartProcessor(
        Validator.load(),
        Keyring(key, settings.district_id),
        document_items=settings.ingest.document_items,
    )
    sealer = Sealer(read_key(settings.keys_folder, "vault"))
    manifests = selected_manifests(home, selection)
    replayed = []
    for number, manifest in enumerate(manifests):
        advance(number, len(manifests))
        replayed.append(
            _FileReplay(home, manifest, processor=processor, sealer=sealer).run(selection)
        )
    return tuple(replayed)


class _FileReplay:
    """The replay of one file."""

    def __init__(
        self, home: Home, manifest: Manifest, *, processor: PartProcessor, sealer: Sealer
    ) -> None:
        self._home = home
        self._manifest = manifest
        self._processor = processor
        self._sealer = sealer
        self._tally = _Tally()

    def run(self, selection: Selection) -> Replayed:
        parts = reject_parts(self._home, self._manifest)
        generation = NextGeneration(self._home, self._manifest)
        for number, part in enumerate(parts):
            self._run_part(part, number, selection=selection, generation=generation)
        if self._tally.is_changed:
            generation.commit(self._next_manifest(generation.number))
        else:
            sweep(self._home, self._manifest)
        return self._replayed()

    def _run_part(
        self, part: Path, number: int, *, selection: Selection, generation: NextGeneration
    ) -> None:
        run = self._processor.begin(self._manifest.source)
        rejects: list[KeptRejection] = []
        for document in read_documents(part):
            again = self._rejected_again(run, document) if selection.takes(document) else None
            if again is None:
                rejects += document
            else:
                rejects += again
                self._tally.is_changed |= again != document
        outcome = run.finish()
        self._count(outcome, rejects)
        generation.write_events(number, outcome.rows)
        generation.write_rejects(number, rejects)

    def _rejected_again(
        self, run: PartRun, document: list[KeptRejection]
    ) -> list[KeptRejection] | None:
        """Return what is still rejected of a document; None where it cannot be run again."""
        first = document[0]
        if not first.sealed_original:
            self._tally.not_run += len(document)
            return None
        original = self._sealer.open(
            first.sealed_original, place=first.place(self._manifest.digest)
        )
        raw = RawItem(first.line_number, first.byte_start, first.byte_end, original)
        before = run.read_and_rejected()
        numbers = frozenset(each.item_number for each in document)
        if not run.retake(raw, numbers, count=first.item_count):
            self._tally.not_run += len(document)
            return None
        self._tally.run_again += len(document)
        self._tally.read += run.read_and_rejected().read - before.read - len(document)
        return [
            kept(rejection, first.source, digest=self._manifest.digest, sealer=self._sealer)
            for rejection in run.rejections_after(before.rejected)
        ]

    def _count(self, outcome: PartOutcome, rejects: Sequence[KeptRejection]) -> None:
        tally = self._tally
        tally.accepted += len(outcome.rows)
        tally.rejected += len(rejects)
        tally.rejections += broken_rules(rejects)
        tally.minimised += outcome.minimised
        tally.refused_fields += outcome.refused_fields
        tally.field_types.append(outcome.field_types)

    def _next_manifest(self, generation: int) -> Manifest:
        manifest, tally = self._manifest, self._tally
        return replace(
            manifest,
            generation=generation,
            read=manifest.read + tally.read,
            accepted=manifest.accepted + tally.accepted,
            rejected=tally.rejected,
            rejections=dict(sorted(tally.rejections.items())),
            minimised=_sum(manifest.minimised, tally.minimised),
            refused_fields=_sum(manifest.refused_fields, tally.refused_fields),
            field_types=united([manifest.field_types, *tally.field_types]),
        )

    def _replayed(self) -> Replayed:
        tally, manifest = self._tally, self._manifest
        return Replayed(
            manifest.name,
            manifest.source,
            tally.run_again,
            tally.not_run,
            tally.accepted,
            tally.minimised.total(),
            tally.rejected,
        )


def broken_rules(rejects: Sequence[KeptRejection]) -> Counter[BrokenRule]:
    """Count, for each rule, the items that it refused."""
    return Counter(
        BrokenRule(rejection.stage, finding["rule"], finding["clause"])
        for rejection in rejects
        for finding in {found["rule"]: found for found in rejection.findings}.values()
    )


def _sum(counts: dict[_Key, int], more: Counter[_Key]) -> dict[_Key, int]:
    return dict(sorted((Counter(counts) + more).items()))

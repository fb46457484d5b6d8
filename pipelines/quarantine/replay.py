"""Run rejected items again under today's rules, verbs and schemas, each once.

What is accepted now becomes a further part of its file's events; what is not stays rejected, for
today's reasons. Both take effect in one step, with the manifest of the next generation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pipelines.archive.store import Archive
from pipelines.identity.keys import read_key
from pipelines.identity.sealed_files import FileSealer
from pipelines.identity.sealing import Sealer
from pipelines.ingest.items import RawItem
from pipelines.ingest.manifest import refuse_other_key
from pipelines.ingest.net import NO_DEFECTS, caught
from pipelines.ingest.process import PartOutcome, PartProcessor
from pipelines.ingest.rejects import kept, read_documents, reject_parts
from pipelines.ingest.rows import Keyring
from pipelines.ingest.time_limits import time_limits
from pipelines.quarantine.attempt import Attempt, Tally, together_again
from pipelines.quarantine.deliveries import is_at_hand
from pipelines.quarantine.generation import NextGeneration, sweep
from pipelines.quarantine.reread import Unread, has_unread, read_again, unread_of
from pipelines.quarantine.selection import Selection, selected_manifests
from pipelines.validation.validator import Validator

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date
    from pathlib import Path

    from pipelines.home import Home
    from pipelines.ingest.manifest import Manifest
    from pipelines.ingest.process import PartRun
    from pipelines.ingest.rejection import Rejection
    from pipelines.ingest.rejects import KeptRejection
    from pipelines.settings import IngestSettings, Settings


class Replayed(NamedTuple):
    """What running rejected items of one file again came to.

    Not run are items whose original is not kept, those of a document that is now read as other
    items than before while some of them have been accepted, and those on which Plumbline fails.
    """

    file_name: str
    source: str
    run_again: int
    not_run: int
    accepted: int
    minimised: int
    still_rejected: int


class _District(NamedTuple):
    """Everything that the replay of each file needs."""

    home: Home
    ingest: IngestSettings
    processor: PartProcessor
    sealer: Sealer
    archive: Archive


def replay(
    home: Home,
    settings: Settings,
    selection: Selection,
    *,
    night: date,
    advance: Callable[[int, int], None],
) -> tuple[Replayed, ...]:
    """Run the selected rejections again; a file of which nothing changes is left as it is.

    `night` is the date by which a time lies in the future.

    Cut off at any moment, it leaves each file wholly before or wholly after its replay.
    """
    key = read_key(settings.keys_folder, "pseudonym")
    refuse_other_key(home, key.fingerprint)
    processor = PartProcessor(
        Validator.load(),
        Keyring(key, settings.district_id),
        time_limits=time_limits(settings, night),
        document_items=settings.ingest.document_items,
    )
    vault_key = read_key(settings.keys_folder, "vault")
    district = _District(
        home, settings.ingest, processor, Sealer(vault_key), Archive(home, FileSealer(vault_key))
    )
    manifests = selected_manifests(home, selection)
    replayed = []
    for number, manifest in enumerate(manifests):
        advance(number, len(manifests))
        replayed.append(_FileReplay(district, manifest).run(selection))
    return tuple(replayed)


class _FileReplay:
    """The replay of one file."""

    def __init__(self, district: _District, manifest: Manifest) -> None:
        self._district = district
        self._manifest = manifest
        self._generation = NextGeneration(district.home, manifest)
        self._tally = Tally()

    def run(self, selection: Selection) -> Replayed:
        home, manifest = self._district.home, self._manifest
        parts = reject_parts(home, manifest)
        unread = self._unread(parts, selection)
        dropped = [
            rejection
            for number, part in enumerate(parts)
            for rejection in self._run_part(part, number, selection=selection, unread=unread)
        ]
        if dropped:
            self._read_again(dropped, len(parts), unread=unread)
        if self._tally.is_changed:
            self._generation.commit(self._tally.next_of(manifest, self._generation.number))
        else:
            sweep(home, manifest)
        return self._replayed()

    def _unread(self, parts: Sequence[Path], selection: Selection) -> Unread:
        """Return what of the file was not read and can be read again now."""
        if not has_unread(self._manifest) or not is_at_hand(self._district.home, self._manifest):
            return Unread()
        documents = (document for part in parts for document in read_documents(part))
        return unread_of(document for document in documents if selection.takes(document))

    def _run_part(
        self, part: Path, number: int, *, selection: Selection, unread: Unread
    ) -> list[KeptRejection]:
        """Run the documents of a part again; return the rejections that reading again replaces."""
        dropped: list[KeptRejection] = []
        documents: list[list[KeptRejection]] = []
        for document in read_documents(part):
            is_unread = unread.has(document[0].byte_start, document[0].byte_end)
            (dropped.extend if is_unread else documents.append)(document)
        try:
            attempt = self._attempt(documents, selection)
        except NO_DEFECTS:
            raise
        except Exception:  # noqa: BLE001 - which document it was is found out now
            attempt = together_again([self._attempt_one(each, selection) for each in documents])
        self._settle(attempt, number)
        return dropped

    def _attempt_one(self, document: list[KeptRejection], selection: Selection) -> Attempt:
        """Run one document again; where Plumbline fails on it, it stays as it was."""
        try:
            return self._attempt([document], selection)
        except NO_DEFECTS:
            raise
        except Exception:  # noqa: BLE001 - it is kept, and counted as not run
            return Attempt(PartOutcome(), document, not_run=len(document))

    def _attempt(self, documents: list[list[KeptRejection]], selection: Selection) -> Attempt:
        run = self._district.processor.begin(self._manifest.source)
        attempt = Attempt(PartOutcome(), [])
        for document in documents:
            if not selection.takes(document):
                attempt.rejects += document
                continue
            again = self._rejected_again(run, document)
            attempt.rejects += document if again is None else again
            attempt.not_run += len(document) if again is None else 0
            attempt.run_again += 0 if again is None else len(document)
            attempt.is_changed |= again is not None and again != document
        attempt.outcome = run.finish()
        return attempt

    def _rejected_again(
        self, run: PartRun, document: list[KeptRejection]
    ) -> list[KeptRejection] | None:
        """Return what is still rejected of a document; None where it cannot be run again."""
        first = document[0]
        if not first.sealed_original:
            return None
        place = first.place(self._manifest.digest)
        original = self._district.sealer.open(first.sealed_original, place=place)
        raw = RawItem(first.line_number, first.byte_start, first.byte_end, original)
        rejected = run.read_and_rejected().rejected
        numbers = frozenset(each.item_number for each in document)
        if not run.retake(raw, numbers, count=first.item_count):
            return None
        return self._kept(run.rejections_after(rejected))

    def _read_again(
        self, dropped: list[KeptRejection], first_number: int, *, unread: Unread
    ) -> None:
        """Read what was not read before; what was dropped for it comes again, or is accepted."""
        district = self._district
        starts = frozenset(each.byte_start for each in dropped)
        rejects: list[KeptRejection] = []
        parts = read_again(
            district.archive, self._manifest, district.ingest, dropped=starts, unread=unread
        )
        for part in parts:
            outcome = caught(district.processor.process, part)
            kept_again = self._kept(outcome.rejections)
            self._settle(Attempt(outcome, kept_again), first_number + part.number)
            rejects += kept_again
        tally = self._tally
        tally.run_again += len(dropped)
        tally.read -= len(dropped)
        tally.is_changed |= bool(tally.accepted) or rejects != dropped

    def _kept(self, rejections: Sequence[Rejection]) -> list[KeptRejection]:
        manifest, sealer = self._manifest, self._district.sealer
        return [
            kept(rejection, manifest.source, digest=manifest.digest, sealer=sealer)
            for rejection in rejections
        ]

    def _settle(self, attempt: Attempt, number: int) -> None:
        """Write what came of a part, and count it."""
        self._generation.write_events(number, attempt.outcome.events)
        self._generation.write_rejects(number, attempt.rejects)
        self._tally.count(attempt)

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

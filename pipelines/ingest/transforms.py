"""The Beam transforms of ingest; each only wires plain functions together."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import apache_beam as beam

from pipelines.home import Home
from pipelines.identity.keys import read_key
from pipelines.identity.sealing import Sealer
from pipelines.ingest.advice import advice_on
from pipelines.ingest.blocks import Block, Part, parts_of
from pipelines.ingest.deliveries import change_of
from pipelines.ingest.manifest import FileFacts, PartCounts, combine, write_manifest
from pipelines.ingest.net import process_and_write
from pipelines.ingest.process import PartProcessor
from pipelines.ingest.rejects import PartWriter, counts_of
from pipelines.ingest.rows import Keyring
from pipelines.validation.validator import Validator

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pipelines.ingest.time_limits import TimeLimits
    from pipelines.settings import IngestSettings


class IngestPlan(NamedTuple):
    """Everything that a worker needs to know; keys travel as the folder they lie in."""

    home_root: str
    keys_folder: str
    district_id: str
    settings: IngestSettings
    time_limits: TimeLimits
    facts: dict[str, FileFacts]

    @property
    def home(self) -> Home:
        """The home that the plan is for."""
        return Home(Path(self.home_root))


class ProcessBlocks(beam.PTransform[beam.PCollection[Block], beam.PCollection[PartCounts]]):
    """Read, validate, minimise and write the parts of each block; give the counts of each part."""

    def __init__(self, plan: IngestPlan) -> None:
        super().__init__()
        self._plan = plan

    def expand(self, blocks: beam.PCollection[Block]) -> beam.PCollection[PartCounts]:
        """Wire the one step."""
        return blocks | "ProcessBlock" >> beam.ParDo(_ProcessBlock(self._plan))


class WriteManifests(beam.PTransform[beam.PCollection[PartCounts], beam.PCollection[str]]):
    """Add up the parts of each file and write its manifest; give the digests that are done."""

    def __init__(self, plan: IngestPlan) -> None:
        super().__init__()
        self._plan = plan

    def expand(self, counts: beam.PCollection[PartCounts]) -> beam.PCollection[str]:
        """Wire grouping and writing."""
        return (
            counts
            | "KeyByFile" >> beam.WithKeys(_digest_of).with_output_types(tuple[str, PartCounts])
            | "GroupByFile" >> beam.GroupByKey()
            | "WriteManifest" >> beam.FlatMap(_finish_file, self._plan)
        )


class _ProcessBlock(beam.DoFn):
    def __init__(self, plan: IngestPlan) -> None:
        self._plan = plan

    def setup(self) -> None:
        folder = Path(self._plan.keys_folder)
        keyring = Keyring(read_key(folder, "pseudonym"), self._plan.district_id)
        self._validator = Validator.load()
        self._processor = PartProcessor(
            self._validator,
            keyring,
            time_limits=self._plan.time_limits,
            document_items=self._plan.settings.document_items,
        )
        self._writer = PartWriter(self._plan.home, Sealer(read_key(folder, "vault")))
        # Parsed events hold no cycles; looking for some costs a third of the time.
        gc.freeze()
        gc.disable()

    def teardown(self) -> None:
        gc.enable()

    def process(self, block: Block) -> Iterator[PartCounts]:
        """Give the counts of each part; what fails in writing is no fault of the file."""
        for part in _readable_parts(block, self._plan.settings):
            if isinstance(part, Unreadable):
                yield PartCounts(block.digest, 0, 0, 0, {}, {}, {}, {}, failure=part.reason)
            else:
                outcome = process_and_write(part, self._processor, self._writer)
                yield counts_of(part, outcome, advice_on(part, self._validator))

    def finish_bundle(self) -> None:
        """Put what was written in place before anybody counts on it."""
        self._writer.finish()


class Unreadable(NamedTuple):
    """Why a block could not be read to its end, or not as the file that was found."""

    reason: str


def _readable_parts(block: Block, settings: IngestSettings) -> Iterator[Part | Unreadable]:
    try:
        yield from parts_of(block, settings)
    except OSError as error:
        yield Unreadable(error.strerror or "unreadable")
        return
    change = change_of(Path(block.path), block.stamp)
    if change:
        yield Unreadable(change)


def _digest_of(counts: PartCounts) -> str:
    return counts.digest


def _finish_file(file: tuple[str, Iterable[PartCounts]], plan: IngestPlan) -> Iterator[str]:
    digest, counts = file
    parts = list(counts)
    if not any(part.failure for part in parts):
        write_manifest(plan.home, combine(plan.facts[digest], parts))
        yield digest

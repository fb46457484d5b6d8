"""The ingest step: from the landing folder to the lake, as a list that can be read aloud."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event, Thread
from typing import TYPE_CHECKING

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.fn_api_runner import FnApiRunner

from pipelines.files import remove_parts
from pipelines.identity.keys import read_key
from pipelines.ingest.blocks import blocks_of
from pipelines.ingest.deliveries import Delivery, Landing, Waiting, change_of, find_deliveries
from pipelines.ingest.fork_server import ForkServer
from pipelines.ingest.manifest import (
    FileFacts,
    Manifest,
    manifest_file,
    read_manifests,
    refuse_other_key,
)
from pipelines.ingest.streams import Compression
from pipelines.ingest.time_limits import time_limits
from pipelines.ingest.transforms import IngestPlan, ProcessBlocks, WriteManifests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import date

    from pipelines.home import Home
    from pipelines.identity.keys import Key
    from pipelines.settings import Settings

WATCH_INTERVAL_SECONDS = 1.0
LAKE_MODE = 0o750
# With fewer bytes for each, the fork of another worker costs more than it saves.
BYTES_WORTH_A_WORKER = 16 << 20
# To how many times its size a packed file unpacks, as a rule of thumb.
USUAL_RATIO = 16


@dataclass(frozen=True, slots=True)
class IngestOutcome:
    """What tonight's landing folder came to; `deliveries` are all its whole files."""

    ingested: tuple[Manifest, ...]
    already_ingested: tuple[str, ...]
    waiting: tuple[Waiting, ...]
    deliveries: tuple[Delivery, ...]


def ingest(
    home: Home, settings: Settings, night: date, *, advance: Callable[[int, int], None]
) -> IngestOutcome:
    """Ingest every new whole file; files that the lake already holds are left alone.

    Events that happened too long after `night` are rejected. `advance` is told now and then how
    many files are done, out of how many.
    """
    key = read_key(settings.keys_folder, "pseudonym")
    refuse_other_key(home, key.fingerprint)
    read_key(settings.keys_folder, "vault")
    with ForkServer(home) as workers:
        landing = find_deliveries(home, settings)
        deliveries = _not_ingested(home, landing)
        remove_unfinished(home)
        if deliveries:
            home.lake.mkdir(parents=True, exist_ok=True)
            home.lake.chmod(LAKE_MODE)
            plan = _plan(home, settings, night, deliveries=deliveries, key=key)
            with watched(home, deliveries, advance):
                run_pipeline(plan, deliveries, workers)
            remove_unfinished(home)
    return _outcome(home, landing, deliveries)


def _plan(
    home: Home, settings: Settings, night: date, *, deliveries: tuple[Delivery, ...], key: Key
) -> IngestPlan:
    facts = {
        each.digest: FileFacts(
            each.digest, each.name, each.source, each.size_bytes, key.fingerprint
        )
        for each in deliveries
    }
    return IngestPlan(
        str(home.root),
        str(settings.keys_folder),
        settings.district_id,
        settings.ingest,
        time_limits(settings, night),
        facts,
    )


def _not_ingested(home: Home, landing: Landing) -> tuple[Delivery, ...]:
    """Return what the lake does not hold, in the order of names; of equal files the first."""
    new = {
        delivery.digest: delivery
        for delivery in reversed(landing.deliveries)
        if not manifest_file(home, delivery.digest).exists()
    }
    return tuple(sorted(new.values(), key=lambda delivery: delivery.name))


def _outcome(home: Home, landing: Landing, deliveries: tuple[Delivery, ...]) -> IngestOutcome:
    digests = {each.digest for each in deliveries}
    ingested = tuple(each for each in read_manifests(home) if each.digest in digests)
    done = {each.digest for each in ingested}
    unreadable = tuple(
        Waiting(each.name, change_of(each.path, each.stamp) or "could not be read to its end")
        for each in deliveries
        if each.digest not in done
    )
    already = tuple(each.name for each in landing.deliveries if each not in deliveries)
    return IngestOutcome(ingested, already, landing.waiting + unreadable, landing.deliveries)


def run_pipeline(plan: IngestPlan, deliveries: tuple[Delivery, ...], workers: ForkServer) -> None:
    """Run the Beam pipeline over whole files."""
    options = PipelineOptions(
        direct_num_workers=count_workers(deliveries, most=plan.settings.workers)
    )
    runner = FnApiRunner(default_environment=workers.environment())
    blocks = [block for delivery in deliveries for block in blocks_of(delivery)]
    with beam.Pipeline(runner=runner, options=options) as pipeline:
        _ = (
            pipeline
            | "ListBlocks" >> beam.Create(blocks)
            | "SpreadBlocks" >> beam.Reshuffle()
            | "ProcessBlocks" >> ProcessBlocks(plan)
            | "WriteManifests" >> WriteManifests(plan)
        )


def count_workers(deliveries: Iterable[Delivery], *, most: int) -> int:
    """Return how many workers are worth their start, of at most so many."""
    size = sum(
        each.size_bytes * (1 if each.compression is Compression.NONE else USUAL_RATIO)
        for each in deliveries
    )
    return min(most, 1 + size // BYTES_WORTH_A_WORKER)


@contextmanager
def watched(
    home: Home, deliveries: tuple[Delivery, ...], advance: Callable[[int, int], None]
) -> Iterator[None]:
    """Report progress while the workers run: a file counts once its first part is written."""
    is_over = Event()

    def watch() -> None:
        while not is_over.wait(WATCH_INTERVAL_SECONDS):
            begun = sum((home.events / each.digest).is_dir() for each in deliveries)
            advance(begun, len(deliveries))

    watcher = Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        is_over.set()
        watcher.join()


def remove_unfinished(home: Home) -> None:
    """Remove from the lake what no manifest vouches for.

    An ingest that was cut off left it there; of a file that is gone from landing/ since then,
    nothing else would ever remove it.
    """
    remove_parts(home.lake)
    for folder in (home.events, home.rejects):
        for of_file in folder.glob("*"):
            if not manifest_file(home, of_file.name).exists():
                shutil.rmtree(of_file)

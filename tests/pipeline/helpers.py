"""A plan and blocks of a small home, as the ingest step makes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from apache_beam.testing.test_pipeline import TestPipeline

from pipelines.identity.keys import read_key
from pipelines.ingest.deliveries import find_deliveries
from pipelines.ingest.manifest import FileFacts
from pipelines.ingest.time_limits import ANY_TIME
from pipelines.ingest.transforms import IngestPlan
from pipelines.settings import read_settings

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.home import Home
    from pipelines.ingest.deliveries import Delivery


def deliveries_of(home: Home) -> tuple[Delivery, ...]:
    """Return the whole files of a home."""
    return find_deliveries(home, read_settings(home)).deliveries


def plan_of(home: Home) -> IngestPlan:
    """Return the plan that ingests all deliveries of a home."""
    settings = read_settings(home)
    fingerprint = read_key(settings.keys_folder, "pseudonym").fingerprint
    facts = {
        each.digest: FileFacts(each.digest, each.name, each.source, each.size_bytes, fingerprint)
        for each in deliveries_of(home)
    }
    return IngestPlan(
        str(home.root),
        str(settings.keys_folder),
        settings.district_id,
        settings.ingest,
        ANY_TIME,
        facts,
    )


def in_process_pipeline() -> TestPipeline:
    """Return a pipeline whose workers run in this process."""
    return TestPipeline(runner=FnApiRunner(), options=PipelineOptions([]))


def files_below(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder with its bytes."""
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }

"""The transforms of ingest write the parts and count them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import apache_beam as beam
import pyarrow.parquet as pq
import pytest
from apache_beam.testing.util import assert_that, equal_to

from pipelines.canonical import event_arrow_schema
from pipelines.identity.keys import read_key
from pipelines.identity.sealing import Sealer
from pipelines.ingest.advice import Advice
from pipelines.ingest.blocks import Block, blocks_of
from pipelines.ingest.deliveries import Layout, Stamp
from pipelines.ingest.manifest import PartCounts, read_manifests
from pipelines.ingest.policy import RefusedField
from pipelines.ingest.process import BrokenRule
from pipelines.ingest.rejection import REJECT_ARROW_SCHEMA
from pipelines.ingest.streams import Compression
from pipelines.ingest.transforms import ProcessBlocks, WriteManifests
from tests.pipeline.helpers import deliveries_of, in_process_pipeline, plan_of
from tests.unit.examples import caliper_event, deliver, lines, make_small_home, statement

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.home import Home

BROKEN_LINE = b'{"actor": {"name": "Ada Example"'
SYNTAX = BrokenRule("decode", "json.syntax", "RFC 8259 2")
NAME = RefusedField("caliper", "$.profile")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Give a home with one delivery: a statement, an event, and a broken line."""
    home = make_small_home(tmp_path / "home")
    deliver(home, "mathpath/a.ndjson", lines(statement(1), caliper_event(2), BROKEN_LINE))
    return home


ADVICE = Advice(2, {"xapi.verb.display-missing": 1})


def _counts(digest: str, *, read: int = 3) -> PartCounts:
    types = {NAME: frozenset({"string"})}
    return PartCounts(digest, read, 2, 1, {SYNTAX: 1}, {}, {NAME: 1}, types, ADVICE)


def test_process_blocks_writes_and_counts(home: Home) -> None:
    """A block gives the counts of its parts, and its events and rejections lie in the lake."""
    (delivery,) = deliveries_of(home)
    with in_process_pipeline() as pipeline:
        counts = pipeline | beam.Create(blocks_of(delivery)) | ProcessBlocks(plan_of(home))
        assert_that(counts, equal_to([_counts(delivery.digest)]))
    events = pq.read_table(home.events / delivery.digest / "000000.parquet")
    assert events.schema == event_arrow_schema()
    assert events.column("line_number").to_pylist() == [1, 2]
    rejects = pq.read_table(home.rejects / delivery.digest / "000000.parquet")
    assert rejects.schema == REJECT_ARROW_SCHEMA
    (reject,) = rejects.to_pylist()
    assert (reject["stage"], reject["line_number"]) == ("decode", 3)
    sealer = Sealer(read_key(home.root / "keys", "vault"))
    place = f"{delivery.digest}:{reject['byte_start']}"
    assert sealer.open(reject["sealed_original"], place=place) == BROKEN_LINE


def test_nothing_personal_reaches_the_lake(home: Home) -> None:
    """Neither an identifier nor a name can be found in what was written."""
    (delivery,) = deliveries_of(home)
    with in_process_pipeline() as pipeline:
        _ = pipeline | beam.Create(blocks_of(delivery)) | ProcessBlocks(plan_of(home))
    for file in home.lake.rglob("*.parquet"):
        rows = str(pq.read_table(file).to_pylist())
        for text in ("student-1", "users/1", "Ada"):
            assert text not in rows


def test_a_file_without_events_leaves_a_typed_file(home: Home) -> None:
    """A reader of the lake finds columns, also where there is no row, and no empty rejects."""
    deliver(home, "mathpath/a.ndjson", b"")
    (delivery,) = deliveries_of(home)
    with in_process_pipeline() as pipeline:
        _ = pipeline | beam.Create(blocks_of(delivery)) | ProcessBlocks(plan_of(home))
    table = pq.read_table(home.events / delivery.digest / "000000.parquet")
    assert (table.schema, table.num_rows) == (event_arrow_schema(), 0)
    assert not home.rejects.exists()


def test_a_block_that_cannot_be_read_fails_alone(home: Home, tmp_path: Path) -> None:
    """A file that vanished gives a failure instead of counts, and ends no run."""
    file, stamp = str(tmp_path / "gone"), Stamp(0, 0, 0, 0)
    gone = Block(file, "digest", "mathpath", Compression.NONE, Layout.LINES, 0, None, stamp)
    failure = PartCounts("digest", 0, 0, 0, {}, {}, {}, {}, failure="No such file or directory")
    with in_process_pipeline() as pipeline:
        counts = pipeline | beam.Create([gone]) | ProcessBlocks(plan_of(home))
        assert_that(counts, equal_to([failure]))


def test_write_manifests_adds_up_the_parts_of_a_file(home: Home) -> None:
    """One manifest for each file, whatever the order in which its parts come."""
    (delivery,) = deliveries_of(home)
    parts = [_counts(delivery.digest), _counts(delivery.digest, read=4)]
    with in_process_pipeline() as pipeline:
        done = pipeline | beam.Create(parts) | WriteManifests(plan_of(home))
        assert_that(done, equal_to([delivery.digest]))
    (manifest,) = read_manifests(home)
    assert (manifest.name, manifest.source) == ("mathpath/a.ndjson", "mathpath")
    assert (manifest.read, manifest.accepted, manifest.rejected) == (7, 4, 2)
    assert (manifest.rejections, manifest.refused_fields) == ({SYNTAX: 2}, {NAME: 2})


def test_a_file_with_a_failed_part_gets_no_manifest(home: Home) -> None:
    """A file counts as ingested only when all of it was read."""
    (delivery,) = deliveries_of(home)
    failure = PartCounts(delivery.digest, 0, 0, 0, {}, {}, {}, {}, failure="Input/output error")
    with in_process_pipeline() as pipeline:
        parts = pipeline | beam.Create([_counts(delivery.digest), failure])
        assert_that(parts | WriteManifests(plan_of(home)), equal_to([]))
    assert list(read_manifests(home)) == []

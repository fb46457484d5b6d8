"""What kept no bytes of its own is read again from its delivery, once a limit was raised."""

from __future__ import annotations

import gzip
from dataclasses import replace
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from pipelines.archive.move import archive_loaded
from pipelines.ingest.deliveries import find_deliveries
from pipelines.ingest.manifest import read_manifests
from pipelines.ingest.parts import parts_between
from pipelines.report.progress import silent
from pipelines.settings import IngestSettings
from tests.unit.examples import deliver, lines, statement
from tests.unit.quarantine.homes import NIGHT, SmallDistrict, bytes_below, small_district

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FILE = "mathpath/a.ndjson"
LIMITS = IngestSettings(settle_seconds=0)
LONG = statement(5, context={"platform": "x" * 400})
WITH_LONG = lines(statement(1), LONG, statement(2), b"{", LONG | {"id": statement(6)["id"]})
MANY = [statement(number) for number in range(1, 21)]
ARRAY = b"[" + b",".join(lines(each).strip() for each in MANY) + b"]"


def _limited(district: SmallDistrict, **limits: int) -> SmallDistrict:
    return district.with_settings(ingest=replace(LIMITS, **limits))


def _delivered(district: SmallDistrict, content: bytes) -> SmallDistrict:
    deliver(district.home, FILE, content)
    district.ingest()
    return district


def _never_limited(root: Path, content: bytes) -> SmallDistrict:
    return _delivered(small_district(root / "other"), content)


def _in_the_lake(district: SmallDistrict) -> tuple[tuple[int, int, int], list[tuple[str, int]]]:
    """Return read, accepted and rejected, and the events with their lines."""
    (manifest,) = read_manifests(district.home)
    parts = parts_between(
        district.home.events / manifest.digest, after=-1, up_to=manifest.generation
    )
    columns = ["event_id", "line_number", "item_number"]
    rows = [row for part in parts for row in pq.read_table(part, columns=columns).to_pylist()]
    counts = (manifest.read, manifest.accepted, manifest.rejected)
    return counts, sorted(tuple(row.values()) for row in rows)


def test_a_line_over_the_limit_comes_in_once_the_limit_is_raised(
    district: SmallDistrict, tmp_path: Path
) -> None:
    """The counts and events are those of a home whose limit was never too low."""
    small = _delivered(_limited(district, item_bytes=300), WITH_LONG)
    small.load()
    assert small.counts()[FILE] == (5, 2, 0, 0, 3, 0)
    assert small.replay()[0][2:] == (3, 0, 0, 0, 3)
    assert district.replay()[0][2:] == (3, 0, 2, 0, 1)
    district.load()
    other = _never_limited(tmp_path, WITH_LONG)
    other.load()
    assert (district.counts(), district.events()) == (other.counts(), other.events())


@pytest.mark.parametrize("content", [lines(*MANY), ARRAY], ids=["lines", "array"])
@pytest.mark.parametrize("unpacked_bytes", [100, 1500, len(lines(*MANY)) - 1])
def test_the_rest_of_a_packed_file_comes_in_once_the_limit_is_raised(
    district: SmallDistrict, tmp_path: Path, content: bytes, unpacked_bytes: int
) -> None:
    """Wherever reading was cut, no event is lost and none is counted twice."""
    packed = gzip.compress(content, mtime=0)
    small = _delivered(_limited(district, unpacked_bytes=unpacked_bytes), packed)
    before = bytes_below(small.home.lake)
    assert sum(each.accepted for each in small.replay()) == 0
    assert bytes_below(small.home.lake) == before
    district.replay()
    assert _in_the_lake(district) == _in_the_lake(_never_limited(tmp_path, packed))


def test_a_line_that_was_whole_at_the_cut_is_not_read_twice(
    district: SmallDistrict, tmp_path: Path
) -> None:
    """Where the limit fell just behind a line, the line stands for itself."""
    packed = gzip.compress(lines(*MANY), mtime=0)
    cut = len(lines(*MANY[:3])) - 1
    _delivered(_limited(district, unpacked_bytes=cut), packed)
    district.replay()
    assert _in_the_lake(district) == _in_the_lake(_never_limited(tmp_path, packed))


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "packed"])
def test_an_archived_delivery_is_read_again(
    district: SmallDistrict, tmp_path: Path, pack: Callable[[bytes], bytes]
) -> None:
    """A delivery that has left landing is read from the archive."""
    content = pack(WITH_LONG)
    small = _delivered(_limited(district, item_bytes=300), content)
    small.load()
    deliveries = find_deliveries(*small).deliveries
    archive_loaded(*small, deliveries, night=NIGHT, advance=silent)
    assert bytes_below(small.home.landing) == {}
    district.replay()
    assert _in_the_lake(district) == _in_the_lake(_never_limited(tmp_path, content))


@pytest.mark.parametrize("there", [None, lines(statement(1))], ids=["removed", "replaced"])
def test_without_its_delivery_it_stays(district: SmallDistrict, there: bytes | None) -> None:
    """Where the very bytes are no longer at hand, it is counted as not run, and stays rejected."""
    _delivered(_limited(district, item_bytes=300), WITH_LONG)
    (district.home.landing / FILE).unlink()
    if there:
        deliver(district.home, FILE, there)
    assert district.replay()[0][2:] == (1, 2, 0, 0, 3)


def test_only_what_is_selected_is_read_again(district: SmallDistrict) -> None:
    """A rule narrows what is read again, as it does for what has its bytes."""
    _delivered(_limited(district, item_bytes=300), WITH_LONG)
    assert district.replay(rule="json.syntax")[0][2:] == (1, 0, 0, 0, 3)
    assert district.replay(rule="item.too-long")[0][2:] == (2, 0, 2, 0, 1)

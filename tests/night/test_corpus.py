"""Real events of the conformance corpus go through a whole night, where the corpus is present."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from pipelines.ingest.xapi import VOIDED
from pipelines.synth import write_district
from tests.night.homes import CORPUS, DistrictNight, counts_by_file, run_night

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(
    not CORPUS.is_dir(), reason="the conformance corpus is not beside this checkout"
)
TIMES = ("timestamp", "stored", "eventTime")
# That of the setting time_limits.earliest_date, where it is not set.
EARLIEST_TIME = "2000-01-01"
FILES = {"xapi": "mathpath/corpus.json", "caliper": "gaugewell/corpus.json"}


@pytest.fixture(scope="module")
def corpus_night(tmp_path_factory: pytest.TempPathFactory) -> DistrictNight:
    """A district whose tools also delivered every valid case of the corpus.

    It is large enough that strangers are a minority: else a critical check stops the night.
    """
    root = tmp_path_factory.mktemp("corpus") / "home"
    district = write_district(root, students=50, days=5, seed=3)
    for standard, name in FILES.items():
        _deliver(root / "landing" / name, _valid_cases(standard))
    return DistrictNight(district, run_night(root, district.as_of_date))


def test_corpus_night_publishes(corpus_night: DistrictNight) -> None:
    """Events of strangers and of other years do not keep a night from publishing."""
    assert corpus_night.ran.code in {0, 2}, corpus_night.ran.err
    assert "Traceback" not in corpus_night.ran.err


@pytest.mark.parametrize("standard", FILES)
def test_every_valid_case_is_accounted_for(corpus_night: DistrictNight, standard: str) -> None:
    """Each item is loaded or counted, only one of an absurd time rejected, and the file adds up."""
    items = [item for case in _valid_cases(standard) for item in _items(orjson.loads(case))]
    absurd = sum(_time_of(item) < EARLIEST_TIME for item in items)
    with corpus_night.marts() as marts:
        counts = counts_by_file(marts)[FILES[standard]]
    del counts["voided"]
    assert counts["rejected"] == absurd
    assert counts.pop("read") == len(items) == sum(counts.values())


@pytest.mark.parametrize("standard", FILES)
def test_only_what_no_mart_can_use_is_left_out(corpus_night: DistrictNight, standard: str) -> None:
    """Descriptions of entities, and what has no time and voids nothing, are counted only."""
    items = [item for case in _valid_cases(standard) for item in _items(orjson.loads(case))]
    unusable = sum(
        not item.keys() & set(TIMES) and item.get("verb", {}).get("id") != VOIDED for item in items
    )
    with corpus_night.marts() as marts:
        assert counts_by_file(marts)[FILES[standard]]["minimised"] == unusable


def _valid_cases(standard: str) -> list[str]:
    with gzip.open(CORPUS / f"{standard}.jsonl.gz", "rt", encoding="utf-8") as stream:
        cases = [orjson.loads(line) for line in stream]
    return [case["raw"] for case in cases if case["expected"] == "valid"]


def _time_of(item: dict[str, Any]) -> str:
    return next((item[name] for name in TIMES if name in item), EARLIEST_TIME)


def _items(document: dict[str, Any]) -> list[dict[str, Any]]:
    return document["data"] if "sensor" in document else [document]


def _deliver(file: Path, cases: list[str]) -> None:
    """Write the cases to the letter, as the elements of one array."""
    file.write_text("[\n" + ",\n".join(cases) + "\n]\n", encoding="utf-8")

"""A small synthetic district, and a plain reading of its files that shares no code with it."""

from __future__ import annotations

import csv
import gzip
import json
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
import zstandard

from pipelines.synth import SyntheticDistrict, write_district

if TYPE_CHECKING:
    from pathlib import Path

STUDENTS, DAYS, SEED = 60, 20, 11


class Delivered(NamedTuple):
    """One item as it lies in a file; `event` is missing where the text is no honest JSON."""

    source: str
    file_name: str
    line: int | None
    position: int | None
    envelope: dict[str, Any] | None
    event: Any

    @property
    def event_id(self) -> str:
        """The id without its URN prefix."""
        return str(self.event.get("id", "")).removeprefix("urn:uuid:")


class Truth(NamedTuple):
    """The truth folder, read."""

    ledger: list[dict[str, Any]]
    files: list[dict[str, str]]
    knowledge: list[dict[str, Any]]
    intervals: list[dict[str, Any]]
    minutes: list[dict[str, str]]
    openness: list[dict[str, str]]
    plants: list[dict[str, str]]
    attribution: list[dict[str, str]]

    def entries(self, entry: str) -> list[dict[str, Any]]:
        """Return the ledger's rows of one kind."""
        return [row for row in self.ledger if row["entry"] == entry]


@pytest.fixture(scope="session")
def district(tmp_path_factory: pytest.TempPathFactory) -> SyntheticDistrict:
    """A district of 60 learners and 20 school days."""
    home = tmp_path_factory.mktemp("synthetic") / "home"
    return write_district(home, students=STUDENTS, days=DAYS, seed=SEED)


@pytest.fixture(scope="session")
def delivered(district: SyntheticDistrict) -> list[Delivered]:
    """Every item of every file, files by name, items in their order."""
    paths = sorted((district.home / "landing").glob("*/*"))
    return [item for path in paths for item in _read_file(path)]


@pytest.fixture(scope="session")
def truth(district: SyntheticDistrict) -> Truth:
    """The planted truth."""
    folder = district.truth
    return Truth(
        ledger=_read_ndjson(folder / "ledger.ndjson"),
        files=read_csv(folder / "files.csv"),
        knowledge=_read_ndjson(folder / "knowledge.ndjson"),
        intervals=_read_ndjson(folder / "active_intervals.ndjson"),
        minutes=read_csv(folder / "active_minutes.csv"),
        openness=read_csv(folder / "open_seconds.csv"),
        plants=read_csv(folder / "plants.csv"),
        attribution=read_csv(folder / "attribution.csv"),
    )


@pytest.fixture(scope="session")
def rosters(district: SyntheticDistrict) -> dict[str, list[dict[str, str]]]:
    """Every table of the roster by the name of its file."""
    return {path.stem: read_csv(path) for path in (district.home / "rosters").glob("*.csv")}


def read_csv(path: Path) -> list[dict[str, str]]:
    """Read a CSV file with a header."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _read_ndjson(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _read_file(path: Path) -> list[Delivered]:
    name = f"{path.parent.name}/{path.name}"
    raw = _unpack(path)
    if path.suffix == ".json":
        return _read_document(name, json.loads(raw))
    return [
        item
        for number, line in enumerate(raw.splitlines(), start=1)
        for item in _read_line(name, number, line)
    ]


def _unpack(path: Path) -> bytes:
    raw = path.read_bytes()
    if path.suffix == ".gz":
        return gzip.decompress(raw)
    if path.suffix == ".zst":
        return zstandard.ZstdDecompressor().decompressobj().decompress(raw)
    return raw


def _read_document(name: str, document: Any) -> list[Delivered]:
    source = name.split("/", maxsplit=1)[0]
    if isinstance(document, list):
        return [
            Delivered(source, name, index + 2, index, None, event)
            for index, event in enumerate(document)
        ]
    return [
        Delivered(source, name, None, index, document, event)
        for index, event in enumerate(document["data"])
    ]


def _read_line(name: str, number: int, line: bytes) -> list[Delivered]:
    source = name.split("/", maxsplit=1)[0]
    try:
        value = json.loads(line, object_pairs_hook=_object_without_repeated_keys)
    except ValueError:
        return [Delivered(source, name, number, None, None, None)]
    if "data" in value:
        return [
            Delivered(source, name, number, index, value, event)
            for index, event in enumerate(value["data"])
        ]
    return [Delivered(source, name, number, None, None, value)]


def _object_without_repeated_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("repeated key")
    return value

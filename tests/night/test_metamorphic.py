"""The same events in another order, in other files and twice are the same marts."""

from __future__ import annotations

import gzip
import json
import random
import shutil
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from pipelines.synth import write_district
from tests.night.homes import all_rows, run_night

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FAMILIES = ("learning.", "proxies.", "roster.")
Lines = dict[str, list[bytes]]
Rows = dict[str, list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Rows, Rows]:
    """The marts of a district, and those of the same events shuffled, split and twice."""
    roots = [tmp_path_factory.mktemp("metamorphic") / name for name in ("plain", "other")]
    district = write_district(roots[0], students=8, days=3, seed=5)
    events = _events(roots[0] / "landing")
    shutil.rmtree(roots[0] / "landing")
    shutil.copytree(roots[0], roots[1])
    _deliver(roots[0] / "landing", events)
    _deliver_otherwise(roots[1] / "landing", events)
    rows = []
    for root in roots:
        ran = run_night(root, district.as_of_date)
        assert ran.code in (0, 2), ran.err
        with duckdb.connect(root / "published/current/marts.duckdb", read_only=True) as marts:
            rows.append({name: _without_build(marts, name) for name in all_rows(marts)})
    return rows[0], rows[1]


def _events(landing: Path) -> Lines:
    """Return the lines of each source that hold one event, each id once: no planted conflict."""
    found: Lines = {}
    known: set[str] = set()
    for file in sorted(landing.rglob("*.ndjson*")):
        for line in _lines(file):
            event_id = _event_id(line)
            if event_id and event_id not in known:
                known.add(event_id)
                found.setdefault(file.parent.name, []).append(line)
    return found


def _lines(file: Path) -> Iterator[bytes]:
    if file.suffix == ".ndjson":
        yield from file.read_bytes().splitlines()
    elif file.suffix == ".gz":
        yield from gzip.decompress(file.read_bytes()).splitlines()


def _event_id(line: bytes) -> str | None:
    try:
        document = json.loads(line)
    except ValueError:
        return None
    return document.get("id") if isinstance(document, dict) else None


def _deliver(landing: Path, events: Lines) -> None:
    for source, lines in events.items():
        (landing / source).mkdir(parents=True)
        (landing / source / "all.ndjson").write_bytes(b"\n".join(lines))


def _deliver_otherwise(landing: Path, events: Lines) -> None:
    draws = random.Random(7)  # noqa: S311 - the same order for the same seed
    for source, lines in events.items():
        folder = landing / source
        folder.mkdir(parents=True)
        shuffled = draws.sample(lines, len(lines))
        for part in range(3):
            content = b"\n".join(shuffled[part::3])
            (folder / f"part-{part}.ndjson.gz").write_bytes(gzip.compress(content))
        (folder / "again.ndjson").write_bytes(b"\n".join(draws.sample(lines, len(lines))))


def _without_build(marts: duckdb.DuckDBPyConnection, table: str) -> list[tuple[Any, ...]]:
    return marts.sql(f"select * exclude (build_id) from {table} order by all").fetchall()


def test_order_files_and_copies_change_no_mart(both: tuple[Rows, Rows]) -> None:
    """Every row of learning, proxies and roster is the same, to the last digit."""
    plain, other = both
    tables = [name for name in plain if name.startswith(FAMILIES)]
    assert plain["learning.mastery"]
    assert plain["proxies.time_on_task"]
    for table in tables:
        assert other[table] == plain[table], table


def test_copies_are_counted_as_duplicates(both: tuple[Rows, Rows]) -> None:
    """What was delivered twice is in the ledger of deliveries, and nowhere else."""
    plain, other = both
    assert len(other["audit.reconciliation"]) > len(plain["audit.reconciliation"])

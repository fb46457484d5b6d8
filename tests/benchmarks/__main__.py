"""Measure ingest beside DuckDB's own read of the same file, in the same process.

Ingest reads, validates, minimises, pseudonymises and writes Parquet; DuckDB only reads JSON and
writes Parquet. The ratio of the two throughputs is what counts: machines differ and are noisy.
What ingest needs for a file of a few statements, mostly the start of its workers, is told apart.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import NamedTuple

import duckdb

from pipelines.cli import district_at
from pipelines.ingest.pipeline import ingest
from pipelines.report.progress import silent
from tests.benchmarks.deliveries import write_bench_home
from tests.benchmarks.memory import PeakMemory

# After every event of the synthetic district.
NIGHT = date(2100, 1, 1)
THREADS = 2
FEW_STATEMENTS = 100
MEBIBYTE = 1 << 20


class Measured(NamedTuple):
    """One pair of runs over the same file."""

    duckdb_seconds: float
    ingest_seconds: float
    peak_bytes: int


def main() -> None:
    """Print the ratio over several pairs, fixed cost, and peak memory over files of two sizes."""
    arguments = _arguments()
    with tempfile.TemporaryDirectory() as folder:
        tiny = write_bench_home(Path(folder) / "tiny", statements=FEW_STATEMENTS)
        fixed_seconds = statistics.median(
            _measure(tiny).ingest_seconds for _ in range(arguments.pairs)
        )
        small = write_bench_home(Path(folder) / "small", statements=arguments.statements)
        pairs = [_measure(small) for _ in range(arguments.pairs)]
        large = write_bench_home(Path(folder) / "large", statements=3 * arguments.statements)
        large_pair = _measure(large)
    _print(arguments.statements, pairs, large_pair)
    print(f"fixed cost of an ingest: {1000 * fixed_seconds:.0f} ms")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--statements", type=int, default=400_000)
    parser.add_argument("--pairs", type=int, default=3)
    return parser.parse_args()


def _measure(root: Path) -> Measured:
    file = next((root / "landing").rglob("*.ndjson"))
    duckdb_seconds = _read_with_duckdb(file, root / "plain.parquet")
    home, settings = district_at(root)
    shutil.rmtree(home.lake, ignore_errors=True)
    with PeakMemory() as memory:
        started = time.perf_counter()
        outcome = ingest(home, settings, NIGHT, advance=silent)
        ingest_seconds = time.perf_counter() - started
    if not outcome.ingested:
        raise SystemExit("nothing was ingested; there is nothing to measure")
    return Measured(duckdb_seconds, ingest_seconds, memory.peak_bytes)


def _read_with_duckdb(file: Path, target: Path) -> float:
    with duckdb.connect() as connection:
        connection.execute(f"set threads = {THREADS}")
        started = time.perf_counter()
        connection.execute(
            f"copy (select * from read_ndjson('{file}')) to '{target}' (format parquet)"
        )
        return time.perf_counter() - started


def _print(statements: int, pairs: list[Measured], large: Measured) -> None:
    ratios = [pair.duckdb_seconds / pair.ingest_seconds for pair in pairs]
    ingest_seconds = statistics.median(pair.ingest_seconds for pair in pairs)
    print(f"{statements:,} statements, {len(pairs)} pairs, {THREADS} threads or workers")
    print(
        f"duckdb read_ndjson -> Parquet: {statistics.median(p.duckdb_seconds for p in pairs):.2f} s"
    )
    print(f"plumbline ingest:              {ingest_seconds:.2f} s")
    print(
        f"throughput ratio: median {statistics.median(ratios):.3f}, "
        f"lowest {min(ratios):.3f}, highest {max(ratios):.3f}"
    )
    print(
        f"ratio on a file of three times the size: "
        f"{large.duckdb_seconds / large.ingest_seconds:.3f}"
    )
    print(
        f"peak memory, all processes: {max(p.peak_bytes for p in pairs) / MEBIBYTE:.0f} MiB; "
        f"three times the file: {large.peak_bytes / MEBIBYTE:.0f} MiB"
    )


if __name__ == "__main__":
    main()

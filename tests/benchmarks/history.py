"""Measure a night with the same new events into warehouses with more and more history.

The history is written into the lake as ingest writes it, by DuckDB, and goes on from there by the
real steps: load, check, build, check, publish. The night that is measured is `plumbline nightly`
on delivered files, of each history in turn and several times, on a copy of its home: a machine has
faster hours and slower ones. What counts is the ratio of the longest median to the shortest.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import orjson

from pipelines.check import record_checks
from pipelines.cli import district_at
from pipelines.identity.keys import read_key
from pipelines.publish.publish import publish_build
from pipelines.quality.check import run_checks
from pipelines.quality.outcome import Stage, refuse_failed
from pipelines.report.progress import silent
from pipelines.warehouse.build import build, identify_build
from pipelines.warehouse.load import load
from tests.benchmarks.history_home import (
    HISTORY_ENDS,
    NIGHT,
    deliver_night,
    write_history,
    write_history_home,
)
from tests.benchmarks.memory import PeakMemory

MEBIBYTE = 1 << 20


class Measured(NamedTuple):
    """One night: the events before it, its seconds in all and by step, and its peak memory."""

    history: int
    seconds: float
    steps: dict[str, float]
    peak_bytes: int


def main() -> None:
    """Print a line for each night, one for each size of history, and the two figures."""
    arguments = _arguments()
    nights: dict[int, list[Measured]] = {events: [] for events in arguments.history}
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        for events in nights:
            _write_home(Path(folder) / f"home-{events}", events, arguments.new)
        for _ in range(arguments.nights):
            for events, measured in nights.items():
                measured.append(_measure(Path(folder) / f"home-{events}", events))
                _print(measured[-1])
    medians = [_print_median(events, measured) for events, measured in nights.items()]
    peak = max(night.peak_bytes for measured in nights.values() for night in measured)
    print(f"ratio of the longest night to the shortest: {max(medians) / min(medians):.2f}")
    print(f"peak memory of a night: {peak / MEBIBYTE:,.0f} MiB")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--history", type=int, nargs="+", default=[100_000, 1_000_000, 10_000_000])
    parser.add_argument("--new", type=int, default=100_000)
    parser.add_argument("--nights", type=int, default=3, help="of each history")
    parser.add_argument("--folder", type=Path, help="where the homes are made; default: /tmp")
    return parser.parse_args()


def _write_home(root: Path, history: int, new: int) -> None:
    """Make a home with a history that is built and published, and the deliveries of a night."""
    write_history_home(root)
    for days in (slice(1, None), slice(0, 1)):
        # The night before is a load of its own, as it is in a district.
        write_history(root, days, events=history, per_day=new)
        load(*district_at(root), HISTORY_ENDS)
    _build_history(root)
    deliver_night(root, events=new)


def _measure(home: Path, history: int) -> Measured:
    root = home.with_name("night")
    shutil.copytree(home, root, symlinks=True)
    # No night begins while gigabytes of a copy are on their way to the disk.
    os.sync()
    began = time.monotonic()
    command = [sys.executable, "-m", "pipelines", "nightly", "--home", str(root)]
    night = subprocess.Popen(  # noqa: S603 - our own interpreter
        [*command, "--date", NIGHT.isoformat()],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    # This process has not given back all that the history took.
    with PeakMemory(night.pid) as memory:
        _, said = night.communicate()
    seconds = time.monotonic() - began
    if night.returncode not in {0, 2}:
        sys.exit(said)
    report = orjson.loads((root / "reports" / "latest.json").read_bytes())
    shutil.rmtree(root)
    return Measured(history, seconds, report["seconds"], memory.peak_bytes)


def _build_history(root: Path) -> None:
    """Build and publish what was loaded, from scratch."""
    home, settings = district_at(root)
    identity = identify_build(home, settings, HISTORY_ENDS)
    build(home, settings, identity, advance=silent)
    key = read_key(settings.keys_folder, "warehouse")
    outcomes = [run_checks(home, stage, key=key, as_of=HISTORY_ENDS) for stage in Stage]
    for outcome in outcomes:
        refuse_failed(outcome)
    record_checks(home, settings, identity, outcomes)
    publish_build(home, settings, key, identity.build_id)


def _print(night: Measured) -> None:
    steps = ", ".join(f"{name} {seconds:.1f}" for name, seconds in night.steps.items())
    print(
        f"{night.history:>12,} events of history: {night.seconds:.1f} s ({steps});"
        f" {night.peak_bytes / MEBIBYTE:,.0f} MiB",
        flush=True,
    )


def _print_median(events: int, nights: list[Measured]) -> float:
    median = statistics.median(night.seconds for night in nights)
    print(f"{events:>12,} events of history: median {median:.1f} s")
    return median


if __name__ == "__main__":
    main()

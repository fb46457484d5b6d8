"""Measure a night with the same new events into warehouses with more and more history.

The history is written into the lake as ingest writes it, by DuckDB, and goes on from there by the
real steps: load, check, build, check, publish. The night that is measured is `plumbline nightly`
on delivered files. What counts is the ratio of the longest night to the shortest of one run.
"""

from __future__ import annotations

import argparse
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
    """Print a line for each size of history, and the two figures."""
    arguments = _arguments()
    nights = []
    for events in arguments.history:
        with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
            nights.append(_measure(Path(folder), events, arguments.new))
            _print(nights[-1])
    seconds = [night.seconds for night in nights]
    peak = max(night.peak_bytes for night in nights)
    print(f"ratio of the longest night to the shortest: {max(seconds) / min(seconds):.2f}")
    print(f"peak memory of a night: {peak / MEBIBYTE:,.0f} MiB")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--history", type=int, nargs="+", default=[100_000, 1_000_000, 10_000_000])
    parser.add_argument("--new", type=int, default=100_000)
    parser.add_argument("--folder", type=Path, help="where the homes are made; default: /tmp")
    return parser.parse_args()


def _measure(folder: Path, history: int, new: int) -> Measured:
    root = write_history_home(folder / "home")
    for days in (slice(1, None), slice(0, 1)):
        # The night before is a load of its own, as it is in a district.
        write_history(root, days, events=history, per_day=new)
        load(*district_at(root), HISTORY_ENDS)
    _build_history(root)
    deliver_night(root, events=new)
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


if __name__ == "__main__":
    main()

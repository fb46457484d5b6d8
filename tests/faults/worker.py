"""A process that forks workers of ingest which can be killed at a named point."""

from __future__ import annotations

import runpy

from tests.faults.points import POINTS, install

if __name__ == "__main__":
    install(
        point
        for point in POINTS
        if point.step == "ingest" and not point.place.startswith("pipelines.ingest.pipeline")
    )
    runpy.run_module("pipelines.ingest.worker", run_name="__main__")

"""A server of forks that can be killed at a named point."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.ingest import pipeline
from pipelines.ingest.worker import worker_command
from tests.faults.points import POINTS, install
from tests.forks.server import import_all, serve

if TYPE_CHECKING:
    from pipelines.home import Home


def _with_points(home: Home) -> str:
    return worker_command(home).replace("pipelines.ingest.worker", "tests.faults.worker")


if __name__ == "__main__":
    import_all()
    setattr(pipeline, worker_command.__name__, _with_points)
    install(POINTS)
    serve()

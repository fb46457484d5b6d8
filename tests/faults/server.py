"""A server of forks that can be killed at a named point."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.ingest import fork_server
from pipelines.ingest.worker import fork_server_command
from tests.faults import worker
from tests.faults.points import POINTS, install
from tests.forks.server import import_all, serve

if TYPE_CHECKING:
    from pipelines.home import Home


def _with_points(home: Home) -> list[str]:
    return [
        worker.__name__ if part == "pipelines.ingest.worker" else part
        for part in fork_server_command(home)
    ]


if __name__ == "__main__":
    import_all()
    setattr(fork_server, fork_server_command.__name__, _with_points)
    install(POINTS)
    serve()

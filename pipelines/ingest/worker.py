"""The process of one Beam worker: Beam's own, without its chatter and what no step here uses.

What goes wrong still reaches the run: an error is above the level that is silenced here. A worker
ends with its run, however that ends, and until then holds the lock of workers.
"""

from __future__ import annotations

import logging
import os
import shlex
import sys
import time
from importlib.abc import MetaPathFinder
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from pipelines.lock import attend

if TYPE_CHECKING:
    from pipelines.home import Home

WATCH_INTERVAL_SECONDS = 0.2

# Beam imports these where they are installed, and does without where not; half of its start.
_UNUSED = frozenset({"pandas", "pymongo", "apache_beam.io.gcp.bigquery"})


class _NotInstalled(MetaPathFinder):
    """Says of modules that they are not installed."""

    @staticmethod
    def find_spec(name: str, *_: object) -> None:
        if name in _UNUSED:
            raise ModuleNotFoundError(f"{name} is left out of workers", name=name)


def worker_command(home: Home) -> str:
    """Return the command line of a worker of this process; no shell stays between the two."""
    arguments = [sys.executable, "-m", __name__, str(os.getpid()), str(home.workers_file)]
    return f"exec {shlex.join(arguments)}"


def end_with(run: int) -> None:
    """End this process as soon as the run that began it is gone; nobody takes its results."""
    while os.getppid() == run:
        time.sleep(WATCH_INTERVAL_SECONDS)
    os._exit(1)


def main(run: int, workers_file: Path) -> None:
    """Work for a run until it is done."""
    attend(workers_file)
    Thread(target=end_with, args=(run,), daemon=True).start()
    logging.disable(logging.WARNING)
    sys.meta_path.insert(0, _NotInstalled())
    from apache_beam.runners.worker import sdk_worker_main

    sdk_worker_main.main([])


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))

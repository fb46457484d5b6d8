"""The process that Beam's workers are forked from, and the workers themselves.

It imports what every worker uses once, while ingest looks at the landing folder, and leaves out
what no step here uses. A worker says nothing: what goes wrong in a step is raised in the run, which
finds the words for it. A worker ends with its run, however that ends, and until then holds the lock
of workers.
"""

from __future__ import annotations

import gc
import json
import logging
import os
import select
import sys
from contextlib import redirect_stderr
from importlib import import_module
from importlib.abc import MetaPathFinder
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, NoReturn

from pipelines.lock import attend

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pipelines.home import Home

# Beam imports these where they are installed, and does without where not; half of its start.
_UNUSED = frozenset({"pandas", "pymongo", "apache_beam.io.gcp.bigquery"})
_HARNESS = "apache_beam.runners.worker.sdk_worker_main"
_STEPS = "pipelines.ingest.transforms"
_RUN = 0


class _NotInstalled(MetaPathFinder):
    """Says of modules that they are not installed."""

    @staticmethod
    def find_spec(name: str, *_: object) -> None:
        if name in _UNUSED:
            raise ModuleNotFoundError(f"{name} is left out of workers", name=name)


def fork_server_command(home: Home) -> list[str]:
    """Return the command of the process that forks a worker for each line that it reads."""
    return [sys.executable, "-m", __name__, str(home.workers_file)]


def end_with_run() -> None:
    """End this process as soon as the run is gone or done; nobody takes its results."""
    hung_up = select.poll()
    hung_up.register(_RUN, 0)
    hung_up.poll()
    os._exit(1)


def main(workers_file: Path) -> None:
    """Fork a worker for each line of the input: a JSON object, the variables that Beam gives it.

    At the end of the input, wait for the workers: it is the end of the run for them as well.
    """
    attend(workers_file)
    logging.disable(logging.CRITICAL)
    prepare()
    for line in sys.stdin:
        if os.fork() == 0:
            _work(json.loads(line))
    while _any_worker_ends():
        pass


def prepare() -> None:
    """Import what workers use; it lives as long as they do, so no worker looks for cycles in it."""
    sys.meta_path.insert(0, _NotInstalled())
    import_module(_HARNESS)
    import_module(_STEPS)
    gc.freeze()


def _work(environment: Mapping[str, str]) -> NoReturn:
    Thread(target=end_with_run, daemon=True).start()
    os.environ.update(environment)
    with Path(os.devnull).open("w") as nowhere, redirect_stderr(nowhere):
        import_module(_HARNESS).main([])
    os._exit(0)


def _any_worker_ends() -> bool:
    try:
        os.wait()
    except ChildProcessError:
        return False
    return True


if __name__ == "__main__":
    main(Path(sys.argv[1]))

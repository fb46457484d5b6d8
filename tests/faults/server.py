"""A process that has imported everything and forks a real command line for each request.

Importing Beam, dbt and Great Expectations takes seconds, and a trial kills a command after a part
of one. The child leads a process group of its own, as a command of a scheduler does; its workers
are in it.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.faults.points import ARMED, POINTS, install

if TYPE_CHECKING:
    from pipelines.home import Home

IMPORTED = (
    "pipelines.cli",
    "pipelines.nightly",
    "pipelines.archive.move",
    "pipelines.check",
    "pipelines.ingest.pipeline",
    "pipelines.publish.rollback",
    "pipelines.quality.data_docs",
    "pipelines.quality.evaluate",
    "pipelines.report.run_report",
    "pipelines.report.text",
    "pipelines.warehouse.dbt_plugin",
    "dbt.cli.main",
    "great_expectations.render.view.view",
)


def main() -> None:
    """Answer each request with the child's process id, and then with how it ended."""
    _prepare()
    _answer({"threads": threading.active_count()})
    for line in sys.stdin:
        request = json.loads(line)
        child = os.fork()
        if child == 0:
            _run(request)
        _answer({"process_id": child})
        _, status = os.waitpid(child, 0)
        _answer({"code": os.waitstatus_to_exitcode(status)})


def _prepare() -> None:
    for name in IMPORTED:
        importlib.import_module(name)
    from pipelines.ingest import pipeline
    from pipelines.ingest.worker import worker_command

    def with_points(home: Home) -> str:
        return worker_command(home).replace("pipelines.ingest.worker", "tests.faults.worker")

    setattr(pipeline, worker_command.__name__, with_points)
    install(POINTS)


def _answer(document: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(document) + "\n")
    sys.stdout.flush()


def _run(request: dict[str, Any]) -> None:
    """Be the command line of a request; never returns."""
    os.setsid()
    output = os.open(request["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    if request["point"]:
        os.environ[ARMED] = request["point"]
    from pipelines.cli import main as command_line

    sys.argv = ["plumbline", *request["arguments"]]
    code = 0
    try:
        command_line()
    except SystemExit as ended:
        code = int(ended.code or 0)
    except BaseException:  # noqa: BLE001 - told, as an interpreter does
        sys.excepthook(*sys.exc_info())
        code = 70
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    sys.path.insert(0, str(Path.cwd()))
    main()

"""A process that has imported everything and forks a real command line for each request.

The child leads a process group of its own, as a command of a scheduler does; its workers are in it.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import threading
from typing import Any

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


def import_all() -> None:
    """Import what any command imports."""
    for name in IMPORTED:
        importlib.import_module(name)


def serve() -> None:
    """Answer each request with the child's process id, and then with how it ended."""
    _answer({"threads": threading.active_count()})
    for line in sys.stdin:
        request = json.loads(line)
        child = os.fork()
        if child == 0:
            _run(request)
        _answer({"process_id": child})
        _, status = os.waitpid(child, 0)
        _answer({"code": os.waitstatus_to_exitcode(status)})


def _answer(document: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(document) + "\n")
    sys.stdout.flush()


def _run(request: dict[str, Any]) -> None:
    """Be the command line of a request; never returns."""
    os.setsid()
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, said in enumerate(request["said"], 1):
        os.dup2(os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
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
    import_all()
    serve()

"""Workers are forks of one process that starts without the modules that no step uses."""

from __future__ import annotations

import fcntl
import subprocess
import sys
from typing import TYPE_CHECKING

from pipelines.home import Home
from pipelines.ingest.fork_server import ForkServer
from pipelines.ingest.worker import _UNUSED

if TYPE_CHECKING:
    from pathlib import Path

_START = """
import sys
from pipelines.ingest.worker import _UNUSED, prepare
prepare()
import pyarrow
pyarrow.array(["a"], pyarrow.string())
print(sorted(_UNUSED & sys.modules.keys()))
print("pipelines.ingest.transforms" in sys.modules)
"""


def test_workers_start_without_what_no_step_uses() -> None:
    """Beam and Arrow take the modules left out as not installed, and do without them."""
    assert _UNUSED
    done = subprocess.run(  # noqa: S603  # a constant script
        [sys.executable, "-c", _START], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["[]", "True"]


def test_a_night_without_deliveries_leaves_no_process(tmp_path: Path) -> None:
    """Where nobody asks for a worker, the process is gone with its context, and so is its lock."""
    home = Home(tmp_path)
    with ForkServer(home):
        pass
    with home.workers_file.open("a") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)

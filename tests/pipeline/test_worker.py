"""A worker starts without the modules that no step uses."""

from __future__ import annotations

import subprocess
import sys

_START = """
import sys
from pipelines.ingest.worker import _UNUSED, _NotInstalled
sys.meta_path.insert(0, _NotInstalled())
import apache_beam.runners.worker.sdk_worker_main
import pipelines.ingest.transforms
import pyarrow
pyarrow.array(["a"], pyarrow.string())
print(sorted(_UNUSED & sys.modules.keys()))
"""


def test_a_worker_starts_without_what_no_step_uses() -> None:
    """Beam and Arrow take the modules left out as not installed, and do without them."""
    done = subprocess.run(  # noqa: S603  # a constant script
        [sys.executable, "-c", _START], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"

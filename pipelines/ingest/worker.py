"""The process of one Beam worker: Beam's own, without its chatter and what no step here uses.

What goes wrong still reaches the run: an error is above the level that is silenced here.
"""

from __future__ import annotations

import logging
import sys
from importlib.abc import MetaPathFinder

# Beam imports these where they are installed, and does without where not; half of its start.
_UNUSED = frozenset({"pandas", "pymongo", "apache_beam.io.gcp.bigquery"})


class _NotInstalled(MetaPathFinder):
    """Says of modules that they are not installed."""

    @staticmethod
    def find_spec(name: str, *_: object) -> None:
        if name in _UNUSED:
            raise ModuleNotFoundError(f"{name} is left out of workers", name=name)


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    sys.meta_path.insert(0, _NotInstalled())
    from apache_beam.runners.worker import sdk_worker_main

    sdk_worker_main.main(sys.argv)

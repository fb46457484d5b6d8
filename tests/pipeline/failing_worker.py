"""Forks workers of ingest that find the disk full as soon as they write."""

from __future__ import annotations

import errno
import runpy
from typing import NoReturn

from pipelines.ingest import rejects


def _no_space(*_: object) -> NoReturn:
    raise OSError(errno.ENOSPC, "No space left on device")


if __name__ == "__main__":
    setattr(rejects, rejects.write_part.__name__, _no_space)
    runpy.run_module("pipelines.ingest.worker", run_name="__main__")

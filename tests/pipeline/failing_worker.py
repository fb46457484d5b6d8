"""Forks workers of ingest that find the disk full as soon as they write."""

from __future__ import annotations

import errno
import runpy
from typing import NoReturn

from pipelines.ingest import rejects


def _no_space(*_: object) -> NoReturn:
    raise OSError(errno.ENOSPC, "No space left on device")


if __name__ == "__main__":
    rejects.write_part = _no_space  # type: ignore[attr-defined]  # the defect
    runpy.run_module("pipelines.ingest.worker", run_name="__main__")

"""One writer at a time: a lock on the home, freed by the system when its holder ends."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pipelines.errors import BusyError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.home import Home


@contextmanager
def hold(home: Home) -> Iterator[None]:
    """Hold the home while the context is open; raise BusyError where another run holds it."""
    descriptor = os.open(home.lock_file, os.O_RDWR | os.O_CREAT, 0o640)
    with os.fdopen(descriptor, "r+", encoding="ascii") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BusyError(
                f"another run (process {stream.read() or 'unknown'}) is at work in {home.root}",
                "wait for it to end, then run again",
            ) from None
        stream.truncate(0)
        stream.write(str(os.getpid()))
        stream.flush()
        yield

"""One writer at a time: a lock on the home, freed by the system when its holder ends.

The lock file says who holds the home. A run that ends, however it ends, erases its line: a line
that a new run finds was left by one that was killed. Workers share a second lock for as long as
they live, so that none of a killed run still writes when the next one begins.
"""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple, TextIO

from pipelines.errors import BusyError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipelines.home import Home

WORKERS_END_SECONDS = 30.0
_LOOK_AGAIN_SECONDS = 0.05
_MODE = 0o640


class Holder(NamedTuple):
    """Who holds a home: the process, since when (UTC), and its command."""

    process_id: int
    since: str
    command: str

    def __str__(self) -> str:
        """Name the process, the time and the command."""
        return f"process {self.process_id}, since {self.since}: {self.command}"


@contextmanager
def hold(home: Home, command: str) -> Iterator[Holder | None]:
    """Hold the home while the context is open; yield the holder before if it was killed.

    Raises BusyError where another run holds the home, or workers of a killed one do not end.
    """
    with _open(home.lock_file) as stream:
        if not _try(stream, fcntl.LOCK_EX):
            holder = _read(stream) or "it has just begun"
            raise BusyError(
                f"another run is at work in {home.root} ({holder})",
                "wait for it to end, then run again",
            )
        killed = _read(stream)
        _wait_for_workers(home)
        since = datetime.now(UTC).isoformat(timespec="seconds")
        _write(stream, "\t".join((str(os.getpid()), since, command)))
        try:
            yield killed
        finally:
            _write(stream, "")


def attend(workers_file: Path) -> None:
    """Be known as a worker of the home until this process ends."""
    descriptor = os.open(workers_file, os.O_RDWR | os.O_CREAT, _MODE)
    fcntl.flock(descriptor, fcntl.LOCK_SH)


def _wait_for_workers(home: Home) -> None:
    """Wait until no worker of a killed run is left; they end by themselves."""
    with _open(home.workers_file) as stream:
        give_up_at = time.monotonic() + WORKERS_END_SECONDS
        while not _try(stream, fcntl.LOCK_EX):
            if time.monotonic() > give_up_at:
                raise BusyError(
                    f"workers of a run that was killed are still at work in {home.root}",
                    "end the processes named pipelines.ingest.worker, then run again",
                )
            time.sleep(_LOOK_AGAIN_SECONDS)


def _open(file: Path) -> TextIO:
    return os.fdopen(os.open(file, os.O_RDWR | os.O_CREAT, _MODE), "r+", encoding="utf-8")


def _try(stream: TextIO, kind: int) -> bool:
    try:
        fcntl.flock(stream, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read(stream: TextIO) -> Holder | None:
    stream.seek(0)
    match stream.read().split("\t"):
        case [process_id, since, command]:
            return Holder(int(process_id), since, command)
    return None


def _write(stream: TextIO, text: str) -> None:
    stream.seek(0)
    stream.truncate()
    stream.write(text)
    stream.flush()

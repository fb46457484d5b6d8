"""Peak memory of a process and everything that it started."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Self

# A sample takes 5 ms of processor time, which the run that is measured has to do without.
INTERVAL_SECONDS = 0.25
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class PeakMemory:
    """Samples resident memory while its context is open, of this process unless another is named.

    Pages that processes share are counted once for each, so the peak is an upper bound.
    """

    def __init__(self, process: int | None = None) -> None:
        self.peak_bytes = 0
        self._process = os.getpid() if process is None else process
        self._is_over = threading.Event()
        self._sampler = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> Self:
        """Begin to sample."""
        self._sampler.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop sampling."""
        self._is_over.set()
        self._sampler.join()

    def _sample(self) -> None:
        while not self._is_over.wait(INTERVAL_SECONDS):
            self.peak_bytes = max(
                self.peak_bytes, sum(map(_resident_bytes, _family(self._process)))
            )


def _family(process: int) -> list[int]:
    """Return a process and its descendants."""
    parents = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            parents[int(folder.name)] = _parent(folder)
    family = [process]
    for member in family:
        family += [child for child, parent in parents.items() if parent == member]
    return family


def _parent(folder: Path) -> int:
    try:
        return int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, IndexError):
        return 0


def _resident_bytes(process: int) -> int:
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * PAGE_BYTES
    except (OSError, IndexError):
        return 0

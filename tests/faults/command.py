"""Run commands through a server of forks, kill them, and see how they end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

REPOSITORY = Path(__file__).parents[2]
MOST_SECONDS = 600.0
KILLED = -signal.SIGKILL


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended, what it said, and how long it took."""

    code: int
    said: str
    seconds: float

    @property
    def was_killed(self) -> bool:
        """Whether SIGKILL ended it."""
        return self.code == KILLED


class Commands:
    """A server of forks; one command at a time."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.server"],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._output = Path(tempfile.mkstemp(prefix="plumbline-faults-")[1])
        assert self._read()["threads"] == 1, "a fork takes only one thread along"

    def __enter__(self) -> Self:  # noqa: D105 - as any context
        return self

    def __exit__(  # noqa: D105 - as any context
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the server."""
        self._process.terminate()
        self._process.communicate()
        self._output.unlink()

    def run(
        self, *arguments: str | Path, point: str = "", kill_after: float | None = None
    ) -> Ended:
        """Run `plumbline` with these arguments; SIGKILL its process group after some seconds."""
        began = time.monotonic()
        self._begin(arguments, point)
        group = int(self._read()["process_id"])
        seconds = MOST_SECONDS if kill_after is None else kill_after
        timer = threading.Timer(seconds, _kill, args=(group,))
        timer.start()
        ended = self._ended(began)
        timer.cancel()
        timer.join()
        return ended

    def run_until(self, *arguments: str | Path, moment: Callable[[], bool]) -> Ended:
        """Run a command, and SIGKILL it alone, not its group, as soon as a moment has come."""
        began = time.monotonic()
        self._begin(arguments)
        process_id = int(self._read()["process_id"])
        while not moment() and time.monotonic() - began < MOST_SECONDS:
            time.sleep(0.05)
        os.kill(process_id, signal.SIGKILL)
        return self._ended(began)

    def _begin(self, arguments: Sequence[str | Path], point: str = "") -> None:
        request = {"arguments": [*map(str, arguments)], "point": point}
        self._ask({**request, "output": str(self._output)})

    def _ended(self, began: float) -> Ended:
        code = int(self._read()["code"])
        said = self._output.read_text(encoding="utf-8", errors="replace")
        return Ended(code, said, time.monotonic() - began)

    def _ask(self, request: dict[str, Any]) -> None:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer


def _kill(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return

"""Run commands through a server of forks, kill them, and see how they end.

A fork has imported everything: Beam, dbt and Great Expectations take seconds, as long as a small
step itself.
"""

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
    from collections.abc import Callable, Mapping, Sequence
    from types import TracebackType

REPOSITORY = Path(__file__).parents[2]
MOST_SECONDS = 600.0
KILLED = -signal.SIGKILL


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended, what it said, and how long it took."""

    code: int
    out: str
    err: str
    seconds: float

    @property
    def said(self) -> str:
        """All that it said."""
        return self.out + self.err

    @property
    def was_killed(self) -> bool:
        """Whether SIGKILL ended it."""
        return self.code == KILLED


class Commands:
    """A server of forks; one command at a time."""

    def __init__(self, server: str = "tests.forks.server") -> None:
        """Start a module that serves."""
        self._process = subprocess.Popen(  # noqa: S603 - a module of the tests
            [sys.executable, "-m", server],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._said = [Path(tempfile.mkstemp(prefix="plumbline-said-")[1]) for _ in range(2)]
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
        for file in self._said:
            file.unlink()

    def run(
        self,
        *arguments: str | Path,
        kill_after: float | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> Ended:
        """Run `plumbline` as if from here; SIGKILL its process group after some seconds.

        `environment` is what the command is given beside the environment of the caller.
        """
        began = time.monotonic()
        self._begin(arguments, environment)
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

    def _begin(
        self, arguments: Sequence[str | Path], environment: Mapping[str, str] | None = None
    ) -> None:
        self._ask(
            {
                "arguments": [*map(str, arguments)],
                "environment": {**os.environ, **(environment or {})},
                "folder": str(Path.cwd()),
                "said": [*map(str, self._said)],
            }
        )

    def _ended(self, began: float) -> Ended:
        code = int(self._read()["code"])
        out, err = (file.read_text(encoding="utf-8", errors="replace") for file in self._said)
        return Ended(code, out, err, time.monotonic() - began)

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

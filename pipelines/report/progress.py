"""Say how far a run is: a live line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

PLAIN_INTERVAL_SECONDS = 5.0


class Advance(Protocol):
    """Takes how much of a step is done, and out of how much."""

    def __call__(self, done: int, total: int) -> None:
        """Report the state of the step."""
        ...


class Reporter:
    """Shows the steps of a run on standard error, so that standard output stays for results."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True, highlight=False, soft_wrap=True)

    def say(self, text: str) -> None:
        """Show one line."""
        self._console.print(text, markup=False)

    @contextmanager
    def step(self, name: str) -> Iterator[Advance]:
        """Show a step while its context is open; the context takes its progress."""
        steps = self._live(name) if self._console.is_terminal else self._plain(name)
        with steps as advance:
            yield advance

    @contextmanager
    def _live(self, name: str) -> Iterator[Advance]:
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=self._console, transient=True) as progress:
            task = progress.add_task(name, total=None)

            def advance(done: int, total: int) -> None:
                progress.update(task, completed=done, total=total)

            yield advance

    @contextmanager
    def _plain(self, name: str) -> Iterator[Advance]:
        self.say(f"{name} …")
        said_at = time.monotonic()

        def advance(done: int, total: int) -> None:
            nonlocal said_at
            if time.monotonic() - said_at >= PLAIN_INTERVAL_SECONDS:
                said_at = time.monotonic()
                self.say(f"{name}: {done} of {total}")

        yield advance


def silent(done: int, total: int) -> None:
    """Take progress and show nothing."""
    del done, total

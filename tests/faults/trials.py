"""Trials: disturb a copy of a home, run the step again in peace, and compare."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.faults.night import Undisturbed, arguments_of, copy_of
from tests.faults.points import ARMED
from tests.faults.state import state_of

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    from pipelines.home import Home
    from tests.faults.points import Point
    from tests.forks.command import Commands, Ended

# Nobody is to see a stack trace, whatever is killed before.
_TRACEBACK = "Traceback (most recent call last)"


@dataclass(frozen=True, slots=True)
class Trial:
    """What was tried, how many faults it held, and what was not as it must be."""

    kind: str
    name: str
    faults: int
    problems: tuple[str, ...]

    @property
    def survived(self) -> bool:
        """Whether everything was as if nothing had happened."""
        return not self.problems


def kill_at_point(night: Undisturbed, commands: Commands, point: Point) -> Trial:
    """Kill a step at a named point, run it again, and compare."""
    with _Copy(night, point.step) as home:
        killed = commands.run(*arguments_of(point.step, home), environment={ARMED: point.name})
        problems = [] if killed.was_killed else [f"the point was not reached: {killed.said}"]
        problems += run_again(night, commands, point.step, home)
    return Trial("named points", point.name, 1, tuple(problems))


def kill_at_random(
    night: Undisturbed, commands: Commands, step: str, *, kills: int, chance: random.Random
) -> Trial:
    """Kill a step, or `nightly`, time and again at random; run it in peace, and compare."""
    longest = night.seconds_of(step)
    with _Copy(night, step) as home:
        ends = [
            commands.run(*arguments_of(step, home), kill_after=chance.uniform(0, longest))
            for _ in range(kills)
        ]
        problems = _failures(ends) + run_again(night, commands, step, home)
    killed = sum(end.was_killed for end in ends)
    return Trial("random moments", f"{step}, {kills} times in a row", killed, tuple(problems))


def kill_only_the_run(night: Undisturbed, commands: Commands) -> Trial:
    """Kill an ingest and not its workers: they end by themselves, before the next run writes."""
    with _Copy(night, "ingest") as home:
        is_time = partial(_is_a_worker_forked, home)
        ended = commands.run_until(*arguments_of("ingest", home), moment=is_time)
        problems = [] if ended.was_killed else [f"no worker was ever at work: {ended.said}"]
        problems += run_again(night, commands, "ingest", home)
        if _count_processes(home):
            problems.append("a worker is still there after the next run")
    return Trial("orphans", "ingest, and not its workers", 1, tuple(problems))


def run_again(night: Undisturbed, commands: Commands, step: str, home: Home) -> list[str]:
    """Run a step in peace; return what is then not as after a night in peace."""
    ended = commands.run(*arguments_of(step, home))
    differences = night.after(step).differences(state_of(home))
    return unsound(ended) + [f"differs: {name}" for name in differences]


def unsound(ended: Ended) -> list[str]:
    """Return what is wrong with how a command ended that should have ended well."""
    problems = [] if ended.code in {0, 2} else [f"it ended with {ended.code}: {ended.said}"]
    return problems + traces(ended)


def traces(ended: Ended) -> list[str]:
    """Return the stack trace that a person was shown."""
    return [f"a stack trace: {ended.said}"] if _TRACEBACK in ended.said else []


def _failures(ends: Sequence[Ended]) -> list[str]:
    return [f"a run after a kill failed: {end.said}" for end in ends if end.code not in {0, 2, -9}]


def _is_a_worker_forked(home: Home) -> bool:
    """Tell whether there is more than the process that workers of this home are forked from."""
    return _count_processes(home) > 1


def _count_processes(home: Home) -> int:
    """Count the processes that live of the workers of this home, and the one they come from."""
    wanted, found = str(home.workers_file).encode(), 0
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            found += wanted in (folder / "cmdline").read_bytes().split(b"\0")
    return found


class _Copy(TemporaryDirectory[str]):
    """A copy of the home before a step; it goes when the trial is over."""

    def __init__(self, night: Undisturbed, step: str) -> None:
        super().__init__(prefix="plumbline-trial-")
        self._home = night.before(step)

    def __enter__(self) -> Home:  # type: ignore[override]  # the home in it, not its name
        return copy_of(self._home, Path(super().__enter__()) / "home")

"""`make faults`: disturb nights in every way, and print how many faults were tried and survived."""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.faults import storage
from tests.faults.night import STEPS, reopened_night, undisturbed_night
from tests.faults.points import POINTS
from tests.faults.trials import Trial, kill_at_point, kill_at_random, kill_only_the_run
from tests.forks.command import Commands

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.faults.night import Undisturbed

    Attempt = Callable[[Undisturbed, Commands], Trial]

SERVERS = 2
SERVER = "tests.faults.server"
SEED = 20260902
MOST_SECONDS = 540.0
WANTED_RANDOM_KILLS = 200
KILLS_IN_A_CHAIN = 8
# So many chains of each: most where a run is short, as each chain also costs one run in peace.
CHAINS = {"nightly": 1, "ingest": 9, "load": 8, "archive": 1, "build": 2, "check": 6, "publish": 9}


def main() -> int:
    """Try everything; return 1 where something did not survive, or too little was tried."""
    options = _options()
    if not options.mounts and storage.can_mount():
        return storage.again_in_namespace("tests.faults", *sys.argv[1:], "--mounts")
    if not options.mounts:
        _say("SKIPPED: full disks and read-only folders, as this user may not mount a small disk")
    began = time.monotonic()
    with TemporaryDirectory(prefix="plumbline-night-") as folder:
        servers = [Commands(SERVER) for _ in range(SERVERS)]
        night = (
            reopened_night(options.night)
            if options.night
            else undisturbed_night(Path(folder), servers[0])
        )
        _say(f"a night in peace: {_seconds(night.seconds)}")
        attempts = _attempts(options)
        trials = list(_tried(night, servers, attempts, give_up_at=began + options.seconds))
        for server in servers:
            server.close()
    return _summary(trials, len(attempts))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("--seconds", type=float, default=MOST_SECONDS, help="begin nothing after")
    parser.add_argument("--night", type=Path, help="a folder that holds a night in peace already")
    parser.add_argument("--only-disks", action="store_true", help="kill nothing")
    parser.add_argument("--steps", nargs="*", default=["nightly", *STEPS], help="only these")
    parser.add_argument("--mounts", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def _attempts(options: argparse.Namespace) -> list[Attempt]:
    disks = storage.attempts(options.steps) if options.mounts else []
    if options.only_disks:
        return disks
    points: list[Attempt] = [
        partial(kill_at_point, point=point) for point in POINTS if point.step in options.steps
    ]
    orphans: list[Attempt] = [kill_only_the_run] if "ingest" in options.steps else []
    return [*_chains(options.steps), *disks, *orphans, *points]


def _chains(steps: list[str]) -> list[Attempt]:
    return [
        partial(
            kill_at_random,
            step=step,
            kills=KILLS_IN_A_CHAIN,
            chance=random.Random(f"{SEED}/{step}/{number}"),  # noqa: S311 - moments are no secret
        )
        for step, count in CHAINS.items()
        for number in range(count)
        if step in steps
    ]


def _tried(
    night: Undisturbed, servers: list[Commands], attempts: list[Attempt], *, give_up_at: float
) -> Iterator[Trial]:
    """Share the attempts between the servers; each takes the next when it is free."""
    free = list(servers)

    def attempt(one: Attempt) -> Trial | None:
        if time.monotonic() > give_up_at:
            return None
        server = free.pop()
        try:
            return one(night, server)
        finally:
            free.append(server)

    with ThreadPoolExecutor(len(servers)) as pool:
        for trial in pool.map(attempt, attempts):
            if trial:
                _tell(trial)
                yield trial


def _summary(trials: list[Trial], attempts: int) -> int:
    tried, survived = Counter[str](), Counter[str]()
    for trial in trials:
        tried[trial.kind] += trial.faults
        survived[trial.kind] += trial.faults * trial.survived
    for kind, faults in tried.items():
        _say(f"{kind}: {faults} faults tried, {survived[kind]} survived")
    left_out = attempts - len(trials)
    if left_out:
        _say(f"the time was over before {left_out} of {attempts} attempts: this is no full run")
    is_all_well = all(trial.survived for trial in trials)
    return 0 if is_all_well and not left_out and _is_enough(tried) else 1


def _is_enough(tried: Counter[str]) -> bool:
    kills = tried.get("random moments", WANTED_RANDOM_KILLS)
    if kills < WANTED_RANDOM_KILLS:
        _say(f"only {kills} of {WANTED_RANDOM_KILLS} runs were still at work when they were killed")
    return kills >= WANTED_RANDOM_KILLS


def _tell(trial: Trial) -> None:
    state = "survived" if trial.survived else "NOT SURVIVED"
    _say(f"{state}: {trial.kind}: {trial.name}: {trial.faults} fault(s)")
    for problem in trial.problems:
        _say(f"    {problem}")


def _seconds(seconds: dict[str, float]) -> str:
    return ", ".join(f"{step} {taken:.1f} s" for step, taken in seconds.items()) or "as given"


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

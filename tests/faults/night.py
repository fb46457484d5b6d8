"""The night that is disturbed: a home with a history, and its state after each step."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.home import Home
from pipelines.synth import write_district
from tests.faults.state import State, state_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.forks.command import Commands, Ended

STUDENTS, DAYS, SEED = 6, 2, 3
EARLIER_NIGHT, NIGHT = "2026-09-01", "2026-09-02"
NIGHTLY = "nightly"
STEPS = ("ingest", "load", "archive", "build", "check", "publish")
_DATED = ("ingest", "load", "archive", "build", NIGHTLY)
_SETTINGS = "\n[ingest]\nsettle_seconds = 0\n[publish]\nkept_builds = 2\n"


@dataclass(frozen=True, slots=True)
class Undisturbed:
    """A night step by step: `homes[n]` is the home before step n, and how long each step took."""

    homes: tuple[Home, ...]
    states: tuple[State, ...]
    seconds: dict[str, float]

    def before(self, step: str) -> Home:
        """Return the home before a step; nobody may change it."""
        return self.homes[_index(step)]

    def after(self, step: str) -> State:
        """Return what a home holds after a step, or after a whole night."""
        return self.states[-1] if step == NIGHTLY else self.states[_index(step) + 1]

    def seconds_of(self, step: str) -> float:
        """Return how long a step takes, or a whole night."""
        return sum(self.seconds.values()) if step == NIGHTLY else self.seconds[step]


def _index(step: str) -> int:
    return 0 if step == NIGHTLY else STEPS.index(step)


def arguments_of(step: str, home: Home) -> Sequence[str]:
    """Return the command line of a step."""
    dated = ("--date", NIGHT) if step in _DATED else ()
    command = ("archive", "add") if step == "archive" else (step,)
    return (*command, "--home", str(home.root), *dated)


def copy_of(home: Home, root: Path) -> Home:
    """Return a copy of a home, with its links and times."""
    shutil.copytree(home.root, root, symlinks=True)
    return Home(root)


def undisturbed_night(folder: Path, commands: Commands) -> Undisturbed:
    """Run a first night, bring the next deliveries, and run each step once."""
    homes, seconds = [_home_with_history(folder, commands)], {}
    states = [state_of(homes[0])]
    for step in STEPS:
        home = copy_of(homes[-1], folder / f"after-{step}")
        ended = commands.run(*arguments_of(step, home))
        _expect_success(ended)
        seconds[step] = ended.seconds
        homes.append(home)
        states.append(state_of(home))
    return Undisturbed(tuple(homes), tuple(states), seconds)


def reopened_night(folder: Path) -> Undisturbed:
    """Return the night that lies in a folder; how long its steps took is not known any more."""
    homes = [Home(folder / name) for name in ("home", *(f"after-{step}" for step in STEPS))]
    return Undisturbed(tuple(homes), tuple(state_of(home) for home in homes), {})


def _home_with_history(folder: Path, commands: Commands) -> Home:
    """Return a home after a night, with two builds, new deliveries and another roster."""
    home = Home(folder / "home")
    write_district(home.root, students=STUDENTS, days=DAYS, seed=SEED)
    with home.settings_file.open("a", encoding="utf-8") as settings:
        settings.write(_SETTINGS)
    later = [file for file in home.landing.rglob("*") if file.name.startswith(EARLIER_NIGHT)]
    for file in later:
        file.rename(folder / f"{file.parent.name}-{file.name}")
    _expect_success(commands.run("nightly", "--home", home.root, "--date", EARLIER_NIGHT))
    for file in later:
        (folder / f"{file.parent.name}-{file.name}").rename(file)
    _change_roster(home)
    _add_older_build(home)
    return home


def _change_roster(home: Home) -> None:
    """Give somebody another first name: the roster, and with it the vault, is written anew."""
    users = home.rosters / "users.csv"
    head, first, *rest = users.read_text(encoding="utf-8").splitlines(keepends=True)
    fields = first.split(",")
    fields[head.split(",").index("givenName")] = "Renamed"
    users.write_text("".join([head, ",".join(fields), *rest]), encoding="utf-8")


def _add_older_build(home: Home) -> None:
    """Put an older build beside the current one, so that the night has one to remove."""
    older = home.published / "older"
    shutil.copytree(home.current_build.resolve(), older)
    os.utime(older / "build.json", (1, 1))


def _expect_success(ended: Ended) -> None:
    assert ended.code in {0, 2}, ended.said

"""A night that is disturbed and run again comes to what an undisturbed one comes to.

This is the smaller set of `make faults`: one night in peace, and the faults that lie where most
could go wrong.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from tests.faults import storage
from tests.faults.night import undisturbed_night
from tests.faults.points import POINTS, point_named
from tests.faults.trials import kill_at_point, kill_at_random, kill_only_the_run
from tests.forks.command import Commands

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.faults.night import Undisturbed

SEED = 7
DELICATE = (
    "ingest: after ingest.transforms:write_manifest #1",
    "load: after warehouse.roster:keep_people #1",
    "archive: before archive.move:_remove #1",
    "build: after warehouse.build:_NodeCounter.__call__ #400",
    "check: before check:record_checks #1",
    "publish: before publish.folders:switch #1",
    "publish: before publish.folders:shutil.rmtree #1",
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the undisturbed night lies in."""
    return tmp_path_factory.mktemp("undisturbed")


pytestmark = pytest.mark.usefixtures("parsed_project")


@pytest.fixture(scope="module")
def commands() -> Iterator[Commands]:
    """A server of forks."""
    with Commands("tests.faults.server") as server:
        yield server


@pytest.fixture(scope="module")
def night(folder: Path, commands: Commands) -> Undisturbed:
    """A night in peace, step by step; tests only copy from it."""
    return undisturbed_night(folder, commands)


def test_every_step_has_named_points() -> None:
    """Names are given once, and every step that writes is among them."""
    assert len({point.name for point in POINTS}) == len(POINTS)
    assert {point.step for point in POINTS} == {
        *("ingest", "load", "archive", "build", "check", "publish", "nightly"),
    }


@pytest.mark.parametrize("name", DELICATE)
def test_a_step_killed_at_a_point_is_made_up(
    night: Undisturbed, commands: Commands, name: str
) -> None:
    """Killed there with its workers and run again, everything is as if nothing had happened."""
    assert kill_at_point(night, commands, point_named(name)).problems == ()


@pytest.mark.parametrize("step", ["load", "publish"])
def test_a_step_killed_at_random_moments_is_made_up(
    night: Undisturbed, commands: Commands, step: str
) -> None:
    """Killed four times in a row at any moment, it comes to the same in the end."""
    chance = random.Random(SEED)  # noqa: S311 - moments to kill at are no secret
    trial = kill_at_random(night, commands, step, kills=4, chance=chance)
    assert trial.problems == ()


def test_workers_end_with_their_run(night: Undisturbed, commands: Commands) -> None:
    """Of an ingest that is killed alone no worker stays, and none writes beside the next run."""
    assert kill_only_the_run(night, commands).problems == ()


def test_a_full_disk_and_a_closed_folder_lose_nothing(folder: Path, night: Undisturbed) -> None:
    """Publishing on a full disk and into a read-only folder says so, and goes on when it can."""
    assert night.states
    if not storage.can_mount():
        pytest.skip("this user may not mount a small disk: full disks were NOT tried")
    arguments = ("--night", str(folder), "--only-disks", "--steps", "publish", "--mounts")
    assert storage.again_in_namespace("tests.faults", *arguments) == 0

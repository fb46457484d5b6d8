"""Faults of the disk: full, over a quota, or read-only; tried on a small disk of its own.

A small disk needs no rights where Linux lets a user have a namespace of mounts; where it does not,
these trials are skipped, and said to be.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from pipelines.home import Home
from tests.faults.night import Undisturbed, arguments_of
from tests.faults.trials import Trial, run_again, traces

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.forks.command import Commands, Ended

    Attempt = Callable[[Undisturbed, Commands], Trial]

_NAMESPACE = ("unshare", "--user", "--map-root-user", "--mount")
_MIB = 1 << 20
_ROOMY = 512 * _MIB
_FREE_BYTES = {
    "ingest": (0, 32 << 10),
    "load": (0, 256 << 10),
    "archive": (0,),
    "build": (0, _MIB),
    "check": (0, 16 << 10),
    "publish": (0, 512 << 10),
}
# The folder that a step writes to; the last is the home itself, with its lock.
_WRITTEN = (
    ("ingest", "lake"),
    ("load", "warehouse"),
    ("load", "vault"),
    ("build", "warehouse"),
    ("check", "reports"),
    ("publish", "published"),
    ("publish", ""),
)


def can_mount() -> bool:
    """Tell whether this user may have a small disk."""
    command = [*_NAMESPACE, "mount", "-t", "tmpfs", "none", "/mnt"]
    if shutil.which(command[0]) is None:
        return False
    tried = subprocess.run(command, check=False, capture_output=True)  # noqa: S603 - as it stands
    return tried.returncode == 0


def again_in_namespace(*arguments: str) -> int:
    """Run a module of tests in a namespace of mounts of its own; return its exit code."""
    command = [*_NAMESPACE, sys.executable, "-m", *arguments]
    return subprocess.run(command, check=False).returncode  # noqa: S603 - our own interpreter


def fill_disk(night: Undisturbed, commands: Commands, step: str, free_bytes: int) -> Trial:
    """Run a step on a disk with so much room; then make room, run it again, and compare."""
    with _disk(night.before(step)) as home:
        _resize(home, _used(home) + free_bytes)
        ended = commands.run(*arguments_of(step, home))
        _resize(home, _ROOMY)
        problems = _told(ended)
        problems += run_again(night, commands, step, home)
    return Trial(
        "full disks", f"{step}, {free_bytes:,} bytes free", int(ended.code == 1), tuple(problems)
    )


def forbid_writing(night: Undisturbed, commands: Commands, step: str, folder: str) -> Trial:
    """Run a step while a folder of the home is read-only; then allow it, and compare."""
    with _disk(night.before(step)) as home:
        closed = home.root / folder
        closed.mkdir(exist_ok=True)
        _mount("--bind", str(closed), str(closed))
        _mount("-o", "remount,bind,ro", str(closed))
        ended = commands.run(*arguments_of(step, home))
        _run("umount", str(closed))
        problems = [] if ended.code == 1 else [f"nothing was refused: {ended.said}"]
        problems += _told(ended)
        problems += run_again(night, commands, step, home)
    return Trial("read-only folders", f"{step}, {folder or 'the home'}", 1, tuple(problems))


def attempts(steps: Sequence[str]) -> list[Attempt]:
    """Return the trials of steps on disks that are full at once and soon, or closed to them."""
    full: list[Attempt] = [
        partial(fill_disk, step=step, free_bytes=free_bytes)
        for step, rooms in _FREE_BYTES.items()
        for free_bytes in rooms
        if step in steps
    ]
    closed: list[Attempt] = [
        partial(forbid_writing, step=step, folder=folder)
        for step, folder in _WRITTEN
        if step in steps
    ]
    return [*full, *closed]


def _told(ended: Ended) -> list[str]:
    """Return what is wrong with how a fault of the disk was told."""
    if ended.code in {0, 2}:
        return []
    is_told = ended.code == 1 and "error: " in ended.said and "To mend it: " in ended.said
    return traces(ended) + ([] if is_told else [f"not told ({ended.code}): {ended.said}"])


@contextmanager
def _disk(home: Home) -> Iterator[Home]:
    with TemporaryDirectory(prefix="plumbline-disk-") as folder:
        _mount("-t", "tmpfs", "-o", f"size={_ROOMY}", "none", folder)
        try:
            shutil.copytree(home.root, folder, symlinks=True, dirs_exist_ok=True)
            yield Home(Path(folder))
        finally:
            _run("umount", "--lazy", folder)


def _used(home: Home) -> int:
    return shutil.disk_usage(home.root).used


def _resize(home: Home, size: int) -> None:
    _mount("-o", f"remount,size={size}", str(home.root))


def _mount(*arguments: str) -> None:
    _run("mount", *arguments)


def _run(*command: str) -> None:
    subprocess.run(command, check=True)  # noqa: S603 - the test's own

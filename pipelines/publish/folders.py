"""Make a finished build visible at once and for good: modes, fsync, rename, switch, prune."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from pipelines.publish.manifest import BUILD_FILE

if TYPE_CHECKING:
    from pathlib import Path

FILE_MODE = 0o640
FOLDER_MODE = 0o750
PART_SUFFIX = ".part"


def prepare(published: Path) -> None:
    """Make the folder of builds where there is none, and clear what an interrupted run left."""
    if not published.is_dir():
        published.mkdir(parents=True)
        published.chmod(FOLDER_MODE)
    for leftover in published.glob(f"*{PART_SUFFIX}"):
        # No reader ever saw it.
        if leftover.is_symlink():
            leftover.unlink()
        else:
            shutil.rmtree(leftover)


def seal(folder: Path) -> None:
    """Give files 0640 and folders 0750 whatever the umask, and put everything on the disk."""
    for path in (*folder.rglob("*"), folder):
        path.chmod(FOLDER_MODE if path.is_dir() else FILE_MODE)
        _sync(path)


def move_into_place(part: Path, folder: Path) -> None:
    """Rename a sealed folder to its final name."""
    part.rename(folder)
    _sync(folder.parent)


def current_build_id(current: Path) -> str | None:
    """Return the build that readers see, none before the first publish."""
    return current.readlink().name if current.is_symlink() else None


def switch(current: Path, build_id: str) -> None:
    """Point `current` at another build; a reader finds either the old or the new one."""
    part = current.with_name(f"{current.name}{PART_SUFFIX}")
    part.symlink_to(build_id, target_is_directory=True)
    part.replace(current)
    _sync(current.parent)


def prune(published: Path, *, keep: int, spared: set[str]) -> tuple[str, ...]:
    """Remove all but the newest `keep` builds and the spared ones; return what was removed."""
    builds = sorted(published.glob(f"*/{BUILD_FILE}"), key=_age)
    folders = [file.parent for file in builds if not file.parent.is_symlink()]
    removed = [folder for folder in folders[keep:] if folder.name not in spared]
    for folder in removed:
        # Renamed first: an interrupted removal leaves no half build under a name of a build.
        part = folder.with_name(f"{folder.name}{PART_SUFFIX}")
        folder.rename(part)
        shutil.rmtree(part)
    return tuple(folder.name for folder in removed)


def _age(file: Path) -> tuple[int, str]:
    return (-file.stat().st_mtime_ns, file.parent.name)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""Make a finished build visible at once and for good: modes, fsync, rename, switch, prune."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from pipelines.files import SYNCED_AT_ONCE, part_of, put_in_place, remove_parts, sync
from pipelines.publish.digests import identity_of
from pipelines.publish.manifest import BUILD_FILE

if TYPE_CHECKING:
    from collections.abc import Container
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from pipelines.publish.digests import FileIdentity

FILE_MODE = 0o640
FOLDER_MODE = 0o750


def prepare(published: Path) -> None:
    """Make the folder of builds where there is none, and clear what an interrupted run left."""
    if not published.is_dir():
        published.mkdir(parents=True)
        published.chmod(FOLDER_MODE)
    # No reader ever saw them: they are hidden.
    remove_parts(published)


def seal(folder: Path, *, shared: Container[FileIdentity]) -> None:
    """Give files 0640 and folders 0750 whatever the umask, and put everything on the disk.

    Files shared with another build were sealed with it.
    """
    written = [path for path in folder.rglob("*") if identity_of(path) not in shared]
    with ThreadPoolExecutor(SYNCED_AT_ONCE) as threads:
        list(threads.map(_seal, (*written, folder)))


def move_into_place(part: Path, folder: Path) -> None:
    """Rename a sealed folder to its final name."""
    put_in_place(part, folder)


def current_build_id(current: Path) -> str | None:
    """Return the build that readers see, none before the first publish."""
    return current.readlink().name if current.is_symlink() else None


def switch(current: Path, build_id: str) -> None:
    """Point `current` at another build; a reader finds either the old or the new one."""
    part = part_of(current)
    part.symlink_to(build_id, target_is_directory=True)
    part.replace(current)
    sync(current.parent)


def kept_builds(published: Path) -> tuple[Path, ...]:
    """Return the folders of the builds that are there, the newest first."""
    builds = sorted(published.glob(f"[!.]*/{BUILD_FILE}"), key=_age)
    return tuple(file.parent for file in builds if not file.parent.is_symlink())


def prune(published: Path, *, keep: int, spared: AbstractSet[str]) -> tuple[str, ...]:
    """Remove all but the newest `keep` builds and the spared ones; return what was removed."""
    removed = [each for each in kept_builds(published)[keep:] if each.name not in spared]
    for folder in removed:
        # Renamed first: an interrupted removal leaves no half build under a name of a build.
        part = part_of(folder)
        folder.rename(part)
        shutil.rmtree(part)
    return tuple(folder.name for folder in removed)


def _seal(path: Path) -> None:
    path.chmod(FOLDER_MODE if path.is_dir() else FILE_MODE)
    sync(path)


def _age(file: Path) -> tuple[int, str]:
    return (-file.stat().st_mtime_ns, file.parent.name)

"""The side home in warehouse/rebuild: made, thrown away, or put in the place of the current one.

The switch is decided on by one file, `accepted`. From then on it is always finished: whoever holds
the home next moves what has not been moved yet. Without that file the side home is thrown away.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from pipelines.files import sync, write_whole
from pipelines.home import Home
from pipelines.warehouse.dbt_environment import PARSED_PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_ACCEPTED = "accepted"
_MODE = 0o700
_REPORTS = ("dbt", "checks", "data_docs")


def side_home(home: Home) -> Home:
    """Return where the side build of a home lies, whether it is there or not."""
    return Home(home.warehouse_file.parent / "rebuild")


def make_side_home(home: Home) -> Home:
    """Make an empty side home with the settings and records of the home itself."""
    settle(home)
    side = side_home(home)
    side.root.mkdir(mode=_MODE, parents=True)
    for folder in (side.landing, side.events, side.rejects, side.manifests):
        folder.mkdir(parents=True, mode=_MODE)
    records = (home.rosters, home.standards, home.classroom)
    for path in (home.settings_file, home.measures_file, *records):
        (side.root / path.name).symlink_to(path)
    parsed = home.dbt_artefacts / PARSED_PROJECT
    if parsed.is_file():
        side.dbt_artefacts.mkdir(parents=True, mode=_MODE)
        shutil.copy(parsed, side.dbt_artefacts)
    if home.vault_file.is_file():
        # The history of rosters is carried over, and the names in the vault are part of it.
        side.vault_file.parent.mkdir(mode=_MODE)
        shutil.copy(home.vault_file, side.vault_file)
    return side


def link_from_lake(home: Home, side: Home, digests: Iterable[str]) -> None:
    """Let files of the side lake be those of the lake itself."""
    for digest in digests:
        for folder, side_folder in ((home.events, side.events), (home.rejects, side.rejects)):
            if (folder / digest).is_dir():
                (side_folder / digest).symlink_to(folder / digest)
        name = f"{digest}.json"
        (side.manifests / name).symlink_to(home.manifests / name)


def accept(home: Home) -> None:
    """Put the side home in the place of the current warehouse and of what was read again."""
    side = side_home(home)
    for digest in _read_again(side):
        for folder in (side.events, side.rejects):
            # An empty folder says that the one of the lake is to go.
            (folder / digest).mkdir(exist_ok=True)
    write_whole(side.root / _ACCEPTED, b"")
    settle(home)


def discard(home: Home) -> None:
    """Remove the side home, unless a switch to it was decided on and is not finished."""
    side = side_home(home)
    if side.root.is_dir() and not (side.root / _ACCEPTED).is_file():
        shutil.rmtree(side.root)


def settle(home: Home) -> bool:
    """Finish a switch that was decided on, and clear what is left; tell whether one was finished.

    Must be called with the home held, before anything else reads or writes it.
    """
    side = side_home(home)
    if not side.root.is_dir():
        return False
    is_accepted = (side.root / _ACCEPTED).is_file()
    if is_accepted:
        _move_file(side.warehouse_file, home.warehouse_file)
        _move_file(side.vault_file, home.vault_file)
        for digest in _read_again(side):
            _move_lake_file(home, side, digest)
        sync(home.manifests)
        # What was compiled and checked is asked for when the build is published.
        for name in _REPORTS:
            _move_folder(side.reports / name, home.reports / name)
    shutil.rmtree(side.root)
    return is_accepted


def _read_again(side: Home) -> list[str]:
    files = sorted(side.manifests.glob("*.json"))
    return [file.stem for file in files if not file.is_symlink()]


def _move_file(file: Path, target: Path) -> None:
    if file.is_file():
        # A log of the file that is replaced would be taken for one of the new file.
        target.with_name(f"{target.name}.wal").unlink(missing_ok=True)
        file.replace(target)
        sync(target.parent)


def _move_folder(folder: Path, target: Path) -> None:
    if folder.is_dir():
        shutil.rmtree(target, ignore_errors=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        folder.rename(target)


def _move_lake_file(home: Home, side: Home, digest: str) -> None:
    """Move the parts of a file, then its manifest; what is not there was moved already."""
    for folder, side_folder in ((home.events, side.events), (home.rejects, side.rejects)):
        _move_folder(side_folder / digest, folder / digest)
    name = f"{digest}.json"
    (side.manifests / name).replace(home.manifests / name)

"""Put files on the disk whole or not at all: a reader finds the old one, the new one, or none."""

from __future__ import annotations

import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

PART_SUFFIX = ".part"
SYNCED_AT_ONCE = 16


def part_of(path: Path) -> Path:
    """Return the hidden name of a file or folder while it is being written."""
    return path.with_name(f".{path.name}{PART_SUFFIX}")


def write_whole(file: Path, content: bytes) -> None:
    """Write a file, or replace it, at once and for good."""
    part = part_of(file)
    part.write_bytes(content)
    put_in_place(part, file)


def put_in_place(part: Path, file: Path) -> None:
    """Give a finished file its name; it survives a power cut from then on."""
    sync(part)
    part.replace(file)
    sync(file.parent)


def put_all_in_place(files: Iterable[Path]) -> None:
    """Give files that are finished under the names of their parts their own, and wait but once.

    What is asked for at the same time reaches the disk at the same time; one file after another
    would wait as often as there are files.
    """
    files = tuple(files)
    with ThreadPoolExecutor(SYNCED_AT_ONCE) as threads:
        list(threads.map(sync, map(part_of, files)))
        for file in files:
            part_of(file).replace(file)
        list(threads.map(sync, {file.parent for file in files}))


def sync(path: Path) -> None:
    """Wait until a file or folder is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_parts(folder: Path) -> None:
    """Remove what was being written below a folder when a run was cut off."""
    for part in sorted(folder.rglob(f".*{PART_SUFFIX}")):
        if part.is_dir() and not part.is_symlink():
            shutil.rmtree(part)
        else:
            part.unlink(missing_ok=True)

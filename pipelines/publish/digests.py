"""The digests of published files: what two builds share is read once in a publish."""

from __future__ import annotations

from hashlib import file_digest, sha256
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class FileIdentity(NamedTuple):
    """What a file has in common with its links, and with no other file, nor itself once changed."""

    device: int
    inode: int
    size: int
    modified_ns: int


Digests: TypeAlias = "Mapping[FileIdentity, str]"
NONE_READ: Digests = MappingProxyType({})


def identity_of(file: Path) -> FileIdentity:
    """Return the identity of a file as it is now."""
    found = file.stat()
    return FileIdentity(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


def read_digests(folder: Path) -> Digests:
    """Read all Parquet files of a build."""
    return {identity_of(file): sha256_of(file) for file in folder.rglob("*.parquet")}


def digest_of(path: Path, known: Digests) -> str:
    """Return the SHA-256 of a file, or that of the names and digests of the files of a folder.

    Files that this process knows, having read them a moment ago, are not read again.
    """
    if path.is_file():
        return _digest_of_file(path, known)
    total = sha256()
    for file in sorted(path.rglob("*.parquet"), key=lambda each: each.name):
        total.update(f"{file.name} {_digest_of_file(file, known)}\n".encode())
    return total.hexdigest()


def sha256_of(file: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with file.open("rb") as stream:
        return file_digest(stream, "sha256").hexdigest()


def _digest_of_file(file: Path, known: Digests) -> str:
    return known.get(identity_of(file)) or sha256_of(file)

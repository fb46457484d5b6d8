"""Open a delivery of the roster: a folder or a zip file with a OneRoster set of CSV files."""

from __future__ import annotations

import re
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MANIFEST_FILE = "manifest.csv"
# What the district keeps beside a set that lies in rosters/ itself.
DISTRICT_FILES = frozenset({"calendar.csv", "learner_crosswalk.csv"})
MOST_UNPACKED_BYTES = 8 << 30
_DIGEST_BYTES = 16
_READ_BYTES = 1 << 18
_DATE_IN_NAME = re.compile(r"(?<!\d)(\d{4}-\d{2}-\d{2})(?!\d)")


class UnreadablePackageError(Exception):
    """A delivery that does not open; its message says why."""


@dataclass(frozen=True, slots=True)
class Package:
    """A set of CSV files: `members` are their names and where they lie in the folder or zip."""

    path: Path
    name: str
    members: dict[str, str]

    @property
    def is_nested(self) -> bool:
        """Whether files lie in a folder within the delivery."""
        return any(name != place for name, place in self.members.items())

    @property
    def dated(self) -> date | None:
        """The date that the name tells, if it tells one: from then on the roster is so."""
        for found in _DATE_IN_NAME.findall(self.name):
            try:
                return date.fromisoformat(found)
            except ValueError:
                continue
        return None

    def read(self, name: str) -> bytes:
        """Return a file's bytes; raise UnreadablePackageError where it does not open."""
        with self._opened(name) as file:
            return file.read()

    def digest(self) -> str:
        """Return a digest of all files, their names included; the packing makes no difference."""
        total = blake2b(digest_size=_DIGEST_BYTES)
        for name in sorted(self.members):
            total.update(name.encode())
            member = blake2b()
            with self._opened(name) as file:
                while block := file.read(_READ_BYTES):
                    member.update(block)
            total.update(member.digest())
        return total.hexdigest()

    @contextmanager
    def _opened(self, name: str) -> Iterator[IO[bytes]]:
        try:
            if self.path.is_dir():
                with (self.path / self.members[name]).open("rb") as file:
                    yield file
            else:
                with (
                    zipfile.ZipFile(self.path) as archive,
                    archive.open(self.members[name]) as part,
                ):
                    yield part
        except (OSError, RuntimeError, zipfile.BadZipFile, zipfile.LargeZipFile) as error:
            raise UnreadablePackageError(f"{name} cannot be read: {_reason(error)}") from None


def open_package(path: Path) -> Package:
    """Return the set in a folder or zip file; raise UnreadablePackageError where there is none."""
    if path.is_dir():
        names = {file.name: file.name for file in path.glob("*.csv")}
        members = {name: name for name in names if name not in DISTRICT_FILES}
    elif path.is_file():
        members = _zipped(path)
    else:
        raise UnreadablePackageError("there is no such folder or file")
    return Package(path, path.name, members)


def find_packages(folder: Path) -> list[Path]:
    """Return where deliveries lie: the folder itself, folders below it and zip files in it."""
    below = [each for each in folder.iterdir() if not each.name.startswith(".")]
    found = [each for each in below if each.suffix.lower() == ".zip" and each.is_file()]
    found += [each for each in below if each.is_dir() and any(each.glob("*.csv"))]
    own = {file.name for file in folder.glob("*.csv")} - DISTRICT_FILES
    return sorted(found) + ([folder] if own else [])


def _zipped(path: Path) -> dict[str, str]:
    try:
        with zipfile.ZipFile(path) as archive:
            infos = [each for each in archive.infolist() if _is_member(each)]
    except (OSError, zipfile.BadZipFile) as error:
        raise UnreadablePackageError(f"it is no zip file that opens: {_reason(error)}") from None
    if sum(each.file_size for each in infos) > MOST_UNPACKED_BYTES:
        raise UnreadablePackageError("it unpacks to more than 8 GiB")
    members = {each.filename.rpartition("/")[2]: each.filename for each in infos}
    if len(members) < len(infos):
        raise UnreadablePackageError("two of its files have the same name")
    return members


def _is_member(info: zipfile.ZipInfo) -> bool:
    """Leave out folders, and what macOS adds beside every file."""
    is_added = info.filename.startswith("__MACOSX/") or "/." in f"/{info.filename}"
    return not info.is_dir() and not is_added


def _reason(error: Exception) -> str:
    """Say why without a path."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return "it is encrypted" if "encrypted" in str(error) else "it is damaged"

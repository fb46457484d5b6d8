"""Where archived deliveries lie: archive/<night>/<digest>.sealed, each whole or not there."""

from __future__ import annotations

import io
import shutil
from contextlib import closing, contextmanager
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from blake3 import blake3

from pipelines.errors import DamagedError
from pipelines.files import part_of, put_in_place, remove_parts, sync
from pipelines.ingest.streams import CHUNK_BYTES

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator
    from pathlib import Path

    from _typeshed import WriteableBuffer

    from pipelines.home import Home
    from pipelines.identity.sealed_files import FileSealer

SUFFIX = ".sealed"
FOLDER_MODE = 0o750
FILE_MODE = 0o640


class Archived(NamedTuple):
    """One delivery in the archive: its digest, and the night in which it was put there."""

    digest: str
    archived_on: date
    file: Path


class OtherContentError(Exception):
    """What was read has another digest than the delivery that was meant."""


class Archive:
    """The archive of one home."""

    def __init__(self, home: Home, sealer: FileSealer) -> None:
        self.home = home
        self._sealer = sealer

    def put(self, pieces: Iterable[bytes], digest: str, *, night: date) -> None:
        """Seal a delivery and read it back; raise OtherContentError where it is another."""
        folder = self.home.archive / night.isoformat()
        folder.mkdir(parents=True, exist_ok=True, mode=FOLDER_MODE)
        file = folder / f"{digest}{SUFFIX}"
        part = part_of(file)
        try:
            total = blake3()
            with part.open("wb") as sink:
                self._sealer.seal(_counted(pieces, total), sink, name=digest)
            part.chmod(FILE_MODE)
            if total.hexdigest() != digest:
                raise OtherContentError
            self._read_back(part, digest)
            put_in_place(part, file)
            sync(self.home.archive)
        finally:
            part.unlink(missing_ok=True)

    @contextmanager
    def opened(self, archived: Archived) -> Iterator[io.BufferedReader]:
        """Open a delivery as it came, to be read once from its start."""
        with closing(self.pieces(archived)) as pieces:
            yield io.BufferedReader(_Pieces(pieces), CHUNK_BYTES)

    def pieces(self, archived: Archived) -> Generator[bytes, None, None]:
        """Yield the content of a delivery as it came."""
        with archived.file.open("rb") as source:
            yield from self._sealer.open(source, name=archived.digest)

    def _read_back(self, file: Path, digest: str) -> None:
        """Raise DamagedError unless a sealed file gives back what went into it."""
        total = blake3()
        with file.open("rb") as source:
            for piece in self._sealer.open(source, name=digest):
                total.update(piece)
        if total.hexdigest() != digest:
            raise DamagedError(
                f"{file} does not give back what was written", "see that the disk is sound"
            )


class _Pieces(io.RawIOBase):
    """Bytes that come in pieces, as a stream."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._left = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        while not self._left:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._left = memoryview(piece)
        target = memoryview(buffer)
        taken = self._left[: len(target)]
        self._left = self._left[len(taken) :]
        target[: len(taken)] = taken
        return len(taken)


def archived_deliveries(home: Home) -> dict[str, Archived]:
    """Return what is in the archive by digest; one that is there twice counts with its last."""
    found = (
        Archived(file.stem, night, file)
        for night, folder in nights(home)
        for file in sorted(folder.glob(f"*{SUFFIX}"))
    )
    return {each.digest: each for each in found}


def nights(home: Home) -> list[tuple[date, Path]]:
    """Return the folders of the archive with their nights, the first first."""
    folders = sorted(home.archive.glob("[0-9]*-[0-9]*-[0-9]*"))
    return [(date.fromisoformat(folder.name), folder) for folder in folders]


def remove_older(
    home: Home, *, night: date, retention_days: int, keep: frozenset[str] = frozenset()
) -> int:
    """Remove what was archived more than so many days before this night; return how many files.

    Deliveries in `keep`, by digest, stay. Also removes what a run that was cut off had begun to
    write.
    """
    remove_parts(home.archive)
    removed = 0
    for archived_on, folder in nights(home):
        if (night - archived_on).days > retention_days:
            files = list(folder.glob(f"*{SUFFIX}"))
            old = [file for file in files if file.stem not in keep]
            removed += len(old)
            for file in old:
                file.unlink()
            if len(old) == len(files):
                shutil.rmtree(folder)
    return removed


def _counted(pieces: Iterable[bytes], total: blake3) -> Iterator[bytes]:
    for piece in pieces:
        total.update(piece)
        yield piece

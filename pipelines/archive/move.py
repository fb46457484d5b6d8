"""Move what is loaded from the landing folder into the archive, and remove what is too old.

A delivery is known by its content. It is moved once the ledger has it, so a night that is cut off
between load and this step leaves it in landing, and the next night moves it. What is held, waits or
could not be read stays where it is.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from blake3 import blake3

from pipelines.archive.store import (
    Archive,
    OtherContentError,
    archived_deliveries,
    remove_older,
)
from pipelines.errors import DamagedError
from pipelines.identity.keys import read_key
from pipelines.identity.sealed_files import FileSealer
from pipelines.ingest.manifest import read_manifests
from pipelines.ingest.rejection import Stage
from pipelines.ingest.streams import CHUNK_BYTES
from pipelines.warehouse.load import open_warehouse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import date
    from pathlib import Path

    from pipelines.home import Home
    from pipelines.ingest.deliveries import Delivery
    from pipelines.settings import Settings


class Left(NamedTuple):
    """A loaded delivery that is still in landing, and why."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class ArchiveOutcome:
    """The names of what was moved, of what was there already, what stays, and how many are gone."""

    moved: tuple[str, ...] = ()
    delivered_again: tuple[str, ...] = ()
    left: tuple[Left, ...] = ()
    removed: int = 0


def archive_loaded(
    home: Home,
    settings: Settings,
    deliveries: Iterable[Delivery],
    *,
    night: date,
    advance: Callable[[int, int], None],
) -> ArchiveOutcome:
    """Move those of the deliveries that the ledger knows; then remove what is over its time.

    A copy is read back before its original is removed. Nothing here ends a night: what cannot be
    moved is left, with its reason.
    """
    removed = remove_older(
        home,
        night=night,
        retention_days=settings.archive.retention_days,
        keep=_needed_by_quarantine(home),
    )
    loaded = _loaded_digests(home, settings)
    ready = [each for each in deliveries if each.digest in loaded]
    mover = _Mover(home, settings, night)
    for number, each in enumerate(ready):
        advance(number, len(ready))
        mover.move(each)
    return ArchiveOutcome(
        tuple(mover.moved), tuple(mover.delivered_again), tuple(mover.left), removed
    )


def _needed_by_quarantine(home: Home) -> frozenset[str]:
    """Return the deliveries of which something was refused that has no bytes of its own."""
    return frozenset(
        each.digest
        for each in read_manifests(home)
        if not each.is_expired and any(broken.stage == Stage.READ for broken in each.rejections)
    )


def _loaded_digests(home: Home, settings: Settings) -> set[str]:
    if not home.warehouse_file.is_file():
        return set()
    with open_warehouse(home, settings, read_only=True) as connection:
        rows = connection.execute("select file_digest from loaded.files").fetchall()
    return {digest for (digest,) in rows}


class _Mover:
    """Moves deliveries one by one."""

    def __init__(self, home: Home, settings: Settings, night: date) -> None:
        self._archive = Archive(home, FileSealer(read_key(settings.keys_folder, "vault")))
        self._archived = set(archived_deliveries(home))
        self._night = night
        self.moved: list[str] = []
        self.delivered_again: list[str] = []
        self.left: list[Left] = []

    def move(self, delivery: Delivery) -> None:
        """Move one delivery, or say why it stays."""
        try:
            with delivery.path.open("rb") as stream:
                is_known = delivery.digest in self._archived
                before = os.fstat(stream.fileno())
                (self._compare if is_known else self._put)(stream, delivery)
            _remove(delivery.path, before)
        except OtherContentError:
            self.left.append(Left(delivery.name, "has changed since it was read"))
        except (OSError, DamagedError) as error:
            self.left.append(Left(delivery.name, f"could not be archived ({_reason(error)})"))
        else:
            self._archived.add(delivery.digest)
            (self.delivered_again if is_known else self.moved).append(delivery.name)

    def _put(self, stream: BinaryIO, delivery: Delivery) -> None:
        self._archive.put(_pieces(stream), delivery.digest, night=self._night)

    def _compare(self, stream: BinaryIO, delivery: Delivery) -> None:
        total = blake3()
        for piece in _pieces(stream):
            total.update(piece)
        if total.hexdigest() != delivery.digest:
            raise OtherContentError


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    return iter(partial(stream.read, CHUNK_BYTES), b"")


def _reason(error: OSError | DamagedError) -> str:
    return error.problem if isinstance(error, DamagedError) else str(error.strerror)


def _remove(file: Path, before: os.stat_result) -> None:
    """Remove what was read, unless it has changed since it was opened."""
    now = file.stat()
    if (now.st_ino, now.st_size, now.st_mtime_ns) != (
        before.st_ino,
        before.st_size,
        before.st_mtime_ns,
    ):
        raise OtherContentError
    file.unlink()

"""Find the delivery of a file again, by its content: in the archive, or still in landing."""

from __future__ import annotations

import io
from contextlib import contextmanager
from typing import TYPE_CHECKING

from blake3 import blake3

from pipelines.archive.store import archived_deliveries
from pipelines.ingest.streams import CHUNK_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipelines.archive.store import Archive
    from pipelines.home import Home
    from pipelines.ingest.manifest import Manifest


def is_at_hand(home: Home, manifest: Manifest) -> bool:
    """Tell whether the very bytes of a delivery can still be read."""
    return manifest.digest in archived_deliveries(home) or _is_in_landing(home, manifest)


@contextmanager
def opened_delivery(archive: Archive, manifest: Manifest) -> Iterator[io.BufferedReader]:
    """Open a delivery that is at hand."""
    archived = archived_deliveries(archive.home).get(manifest.digest)
    if archived:
        with archive.opened(archived) as stream:
            yield stream
    else:
        with _landed(archive.home, manifest).open("rb", buffering=0) as raw:
            yield io.BufferedReader(raw, CHUNK_BYTES)


def _landed(home: Home, manifest: Manifest) -> Path:
    return home.landing / manifest.name


def _is_in_landing(home: Home, manifest: Manifest) -> bool:
    try:
        with _landed(home, manifest).open("rb") as stream:
            digest = blake3()
            while chunk := stream.read(CHUNK_BYTES):
                digest.update(chunk)
    except OSError:
        return False
    return digest.hexdigest() == manifest.digest

"""List the archive, and give an archived delivery back as it came."""

from __future__ import annotations

import os
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

import orjson

from pipelines.archive.store import Archive, Archived, archived_deliveries
from pipelines.errors import ConfigurationError
from pipelines.identity.keys import read_key
from pipelines.identity.sealed_files import FileSealer
from pipelines.ingest.manifest import read_manifests

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipelines.home import Home
    from pipelines.settings import Settings

EXPORT_LOG = "archive_exports.ndjson"
SHORTEST_DIGEST = 8


class Entry(NamedTuple):
    """A delivery in the archive, as its manifest knows it; sizes in bytes."""

    source: str
    file_name: str
    digest: str
    size_bytes: int
    sealed_bytes: int
    archived_on: date
    kept_until: date


def list_archive(home: Home, settings: Settings, source: str | None = None) -> list[Entry]:
    """Return what is in the archive, in the order of nights and names."""
    manifests = {each.digest: each for each in read_manifests(home)}
    keep = timedelta(days=settings.archive.retention_days)
    entries = [
        Entry(
            manifests[digest].source,
            manifests[digest].name,
            digest,
            manifests[digest].size_bytes,
            each.file.stat().st_size,
            each.archived_on,
            each.archived_on + keep,
        )
        for digest, each in archived_deliveries(home).items()
        if digest in manifests
    ]
    chosen = (each for each in entries if source in {None, each.source})
    return sorted(chosen, key=lambda each: (each.archived_on, each.file_name, each.digest))


def export(home: Home, settings: Settings, wanted: str, out: Path) -> Entry:
    """Write a delivery to a new file of mode 0600, byte for byte as it came, and log that.

    `wanted` is its name below landing/, or the beginning of its digest. Raises ConfigurationError
    where nothing or more than one thing is meant.
    """
    entry = _find(list_archive(home, settings), wanted)
    archive = Archive(home, FileSealer(read_key(settings.keys_folder, "vault")))
    archived: Archived = archived_deliveries(home)[entry.digest]
    try:
        descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise ConfigurationError(
            f"{out} cannot be made: {error.strerror}", "name another file with --out"
        ) from None
    with os.fdopen(descriptor, "wb") as sink, _removed_on_error(out):
        for piece in archive.pieces(archived):
            sink.write(piece)
    _log(home, entry)
    return entry


@contextmanager
def _removed_on_error(file: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        file.unlink()
        raise


def _find(entries: list[Entry], wanted: str) -> Entry:
    found = [each for each in entries if _is_meant(each, wanted)]
    if not found:
        raise ConfigurationError(
            f"the archive holds no {wanted}",
            "`plumbline archive list` names what it holds and until when",
        )
    if len(found) > 1:
        digests = ", ".join(each.digest[: 2 * SHORTEST_DIGEST] for each in found)
        raise ConfigurationError(
            f"{wanted} was delivered {len(found)} times with other content: {digests}",
            "give one of these digests instead",
        )
    return found[0]


def _is_meant(entry: Entry, wanted: str) -> bool:
    is_digest = len(wanted) >= SHORTEST_DIGEST and entry.digest.startswith(wanted)
    return is_digest or entry.file_name == wanted


def _log(home: Home, entry: Entry) -> None:
    home.reports.mkdir(parents=True, exist_ok=True)
    line = {
        "exported_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "source": entry.source,
        "file_name": entry.file_name,
        "digest": entry.digest,
    }
    with (home.reports / EXPORT_LOG).open("ab") as stream:
        stream.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))

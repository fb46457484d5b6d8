"""Open the originals of rejections: to show one, or to write many to a file of mode 0600."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

import orjson

from pipelines.errors import ConfigurationError
from pipelines.identity.keys import read_key
from pipelines.identity.sealing import Sealer
from pipelines.ingest.manifest import read_manifests
from pipelines.quarantine.selection import Selection, selected_documents, selected_manifests

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipelines.home import Home
    from pipelines.ingest.manifest import Manifest
    from pipelines.ingest.rejects import KeptRejection
    from pipelines.settings import Settings

EXPORT_LOG = "quarantine_exports.ndjson"


class ShownDocument(NamedTuple):
    """The rejections of one line of a file, and its original; None where it is not kept."""

    manifest: Manifest
    rejections: tuple[KeptRejection, ...]
    original: bytes | None


class Exported(NamedTuple):
    """What was written: documents, and the rejected items in them; and what has no original."""

    documents: int
    items: int
    without_original: int


def show(home: Home, settings: Settings, file_name: str, line_number: int) -> list[ShownDocument]:
    """Return what was rejected at a line of a file; raise ConfigurationError where nothing was."""
    sealer = Sealer(read_key(settings.keys_folder, "vault"))
    shown = [
        ShownDocument(manifest, tuple(document), _original(manifest, document, sealer))
        for manifest in read_manifests(home)
        if manifest.name == file_name
        for document in selected_documents(home, manifest, Selection())
        if document[0].line_number == line_number
    ]
    if not shown:
        raise ConfigurationError(
            f"nothing is in quarantine of {file_name}, line {line_number}",
            "`plumbline quarantine list` names the files; line 0 is the file as a whole",
        )
    return shown


def export(home: Home, settings: Settings, selection: Selection, out: Path) -> Exported:
    """Write the originals as NDJSON to a new file of mode 0600, and log how many they were."""
    sealer = Sealer(read_key(settings.keys_folder, "vault"))
    exported = Exported(0, 0, 0)
    try:
        descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise ConfigurationError(
            f"{out} cannot be made: {error.strerror}", "name another file with --out"
        ) from None
    with os.fdopen(descriptor, "wb") as stream:
        for items, original in _originals(home, selection, sealer):
            if original is None:
                exported = exported._replace(without_original=exported.without_original + items)
                continue
            stream.write(_on_one_line(original) + b"\n")
            exported = Exported(
                exported.documents + 1, exported.items + items, exported.without_original
            )
    _log(home, selection, exported)
    return exported


def _originals(
    home: Home, selection: Selection, sealer: Sealer
) -> Iterator[tuple[int, bytes | None]]:
    for manifest in selected_manifests(home, selection):
        for document in selected_documents(home, manifest, selection):
            yield len(document), _original(manifest, document, sealer)


def _original(manifest: Manifest, document: list[KeptRejection], sealer: Sealer) -> bytes | None:
    first = document[0]
    place = first.place(manifest.digest)
    return sealer.open(first.sealed_original, place=place) if first.sealed_original else None


def _on_one_line(original: bytes) -> bytes:
    """Put a document on one line: a line end is blank in JSON, and not allowed in its strings."""
    return original.replace(b"\r\n", b" ").replace(b"\n", b" ").removesuffix(b"\r")


def _log(home: Home, selection: Selection, exported: Exported) -> None:
    home.reports.mkdir(parents=True, exist_ok=True)
    entry = {
        "exported_at": datetime.now(UTC).isoformat(timespec="seconds"),
        **selection._asdict(),
        **exported._asdict(),
    }
    with (home.reports / EXPORT_LOG).open("ab") as stream:
        stream.write(orjson.dumps(entry, option=orjson.OPT_APPEND_NEWLINE))

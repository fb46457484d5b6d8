"""Erase the originals of rejected events whose time is over; the reasons stay, and are counted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipelines.ingest.manifest import read_manifests
from pipelines.ingest.rejects import read_documents, reject_parts
from pipelines.quarantine.generation import NextGeneration, sweep
from pipelines.warehouse.load import open_warehouse

if TYPE_CHECKING:
    from datetime import date

    from pipelines.home import Home
    from pipelines.ingest.manifest import Manifest
    from pipelines.settings import Settings


def expire(home: Home, settings: Settings, as_of_date: date) -> int:
    """Erase what was loaded more than the retention before this night; return how many items."""
    dates = _dates_of_files(home, settings)
    expired = 0
    for manifest in read_manifests(home):
        loaded_on = dates.get(manifest.digest)
        if manifest.is_expired or not manifest.rejected or loaded_on is None:
            continue
        if (as_of_date - loaded_on).days > settings.quarantine.retention_days:
            expired += _erase(home, manifest)
        else:
            # A replay that was cut off may have left originals behind.
            sweep(home, manifest)
    return expired


def _dates_of_files(home: Home, settings: Settings) -> dict[str, date]:
    """Return the date of the night in which each file was loaded."""
    if not home.warehouse_file.is_file():
        return {}
    with open_warehouse(home, settings, read_only=True) as connection:
        rows = connection.execute(
            "select file_digest, as_of_date from loaded.files"
            " inner join loaded.batches using (batch_number)"
        ).fetchall()
    return dict(rows)


def _erase(home: Home, manifest: Manifest) -> int:
    parts = reject_parts(home, manifest)
    generation = NextGeneration(home, manifest)
    erased = 0
    for number, part in enumerate(parts):
        documents = list(read_documents(part))
        erased += sum(len(each) for each in documents if each[0].sealed_original)
        rows = [row._replace(sealed_original=b"") for each in documents for row in each]
        generation.write_rejects(number, rows)
    generation.commit(
        replace(
            manifest,
            generation=generation.number,
            expired=manifest.expired + erased,
            is_expired=True,
        )
    )
    return erased

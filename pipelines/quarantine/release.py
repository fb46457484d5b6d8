"""Let held deliveries be loaded as they are, on a person's word."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pipelines.errors import ConfigurationError
from pipelines.ingest.manifest import read_manifests, write_manifest
from pipelines.warehouse.load import open_warehouse
from pipelines.warehouse.roster_receipts import read_receipts, write_receipt

if TYPE_CHECKING:
    from pipelines.home import Home
    from pipelines.settings import Settings


def release(home: Home, settings: Settings, source: str) -> tuple[str, ...]:
    """Mark the held files of a source as released; return their names.

    The word stands in the manifest: a warehouse that is loaded anew from the lake keeps it.
    """
    with open_warehouse(home, settings, read_only=True) as connection:
        rows = connection.execute(
            "select file_digest from loaded.held where source = ?", [source]
        ).fetchall()
    held = {digest for (digest,) in rows}
    manifests = [each for each in read_manifests(home) if each.digest in held]
    if not manifests:
        raise ConfigurationError(
            f"nothing of {source} is held", "the report of the last night lists what is held"
        )
    for manifest in manifests:
        write_manifest(home, replace(manifest, is_released=True))
    return tuple(sorted(each.name for each in manifests))


def release_rosters(home: Home, settings: Settings) -> tuple[str, ...]:
    """Mark the held deliveries of the roster as released; return their names."""
    with open_warehouse(home, settings, read_only=True) as connection:
        rows = connection.execute(
            "select delivery_digest, effective_on from loaded.roster_deliveries"
            " where state = 'held'"
        ).fetchall()
    receipts = [
        receipt
        for digest, effective_on in rows
        for receipt in read_receipts(home, digest)
        if receipt.effective_on == effective_on
    ]
    if not receipts:
        raise ConfigurationError(
            "no roster is held", "the report of the last night lists what is held"
        )
    for receipt in receipts:
        write_receipt(home, replace(receipt, is_released=True))
    return tuple(sorted(each.name for each in receipts))

"""Ingest what a home was delivered in this process, without Beam."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.identity.keys import read_key
from pipelines.identity.sealing import Sealer
from pipelines.ingest.blocks import blocks_of, parts_of
from pipelines.ingest.deliveries import find_deliveries
from pipelines.ingest.manifest import FileFacts, combine, manifest_file, write_manifest
from pipelines.ingest.process import PartProcessor
from pipelines.ingest.rejects import PartWriter, counts_of
from pipelines.ingest.rows import Keyring
from pipelines.settings import read_settings

if TYPE_CHECKING:
    from pipelines.home import Home
    from pipelines.ingest.deliveries import Delivery
    from pipelines.settings import Settings
    from pipelines.validation.validator import Validator


def ingest_here(home: Home, validator: Validator) -> None:
    """Write the lake files of every delivery that has none."""
    settings = read_settings(home)
    for delivery in find_deliveries(home, settings).deliveries:
        if not manifest_file(home, delivery.digest).exists():
            _ingest(home, settings, delivery, validator)


def _ingest(home: Home, settings: Settings, delivery: Delivery, validator: Validator) -> None:
    key = read_key(settings.keys_folder, "pseudonym")
    processor = PartProcessor(validator, Keyring(key, settings.district_id))
    writer = PartWriter(home, Sealer(read_key(settings.keys_folder, "vault")))
    parts = [part for block in blocks_of(delivery) for part in parts_of(block, settings.ingest)]
    outcomes = [processor.process(part) for part in parts]
    for part, outcome in zip(parts, outcomes, strict=True):
        writer.write(part, outcome)
    writer.finish()
    facts = FileFacts(
        *(delivery.digest, delivery.name, delivery.source, delivery.size_bytes, key.fingerprint)
    )
    write_manifest(home, combine(facts, map(counts_of, parts, outcomes)))

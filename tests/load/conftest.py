"""Homes whose lake is written without Beam, and a look into their warehouse."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.identity.keys import read_key
from pipelines.identity.sealing import Sealer
from pipelines.ingest.blocks import blocks_of, parts_of
from pipelines.ingest.deliveries import find_deliveries
from pipelines.ingest.manifest import FileFacts, combine, manifest_file, write_manifest
from pipelines.ingest.process import PartProcessor
from pipelines.ingest.rejects import PartWriter, counts_of
from pipelines.ingest.rows import Keyring
from pipelines.settings import read_settings
from pipelines.validation.validator import Validator
from pipelines.warehouse.load import load, open_warehouse
from tests.unit.examples import deliver, lines, make_small_home

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pipelines.home import Home
    from pipelines.ingest.deliveries import Delivery
    from pipelines.settings import Settings
    from pipelines.warehouse.load import LoadOutcome


FOLDER = "it's a home, source=[x]*"
NIGHT = date(2025, 9, 2)
TABLES = "select table_name from duckdb_tables() where schema_name = 'loaded'"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Give a home without deliveries, in a folder that has a meaning in SQL and in patterns."""
    return make_small_home(tmp_path / FOLDER)


@pytest.fixture(scope="session")
def validator() -> Validator:
    """Give the standards, compiled once."""
    return Validator.load()


@pytest.fixture
def ingest(home: Home, validator: Validator) -> Callable[..., None]:
    """Give a function that delivers documents under a name, and ingests them in this process."""

    def run(name: str, *documents: Any) -> None:
        deliver(home, name, lines(*documents))
        settings = read_settings(home)
        for delivery in find_deliveries(home, settings).deliveries:
            if not manifest_file(home, delivery.digest).exists():
                _ingest(home, settings, delivery, validator)

    return run


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


@pytest.fixture
def load_home(home: Home) -> Callable[[], LoadOutcome]:
    """Give a function that loads the home."""
    return lambda: load(home, read_settings(home), NIGHT)


@pytest.fixture
def query(home: Home) -> Callable[[str], list[tuple[Any, ...]]]:
    """Give a function that asks the warehouse."""

    def run(statement: str) -> list[tuple[Any, ...]]:
        with open_warehouse(home, read_settings(home), read_only=True) as connection:
            return connection.execute(statement).fetchall()

    return run


@pytest.fixture
def contents(home: Home) -> Callable[[], dict[str, Any]]:
    """Give a function that returns every row of every loaded table."""

    def run() -> dict[str, Any]:
        with open_warehouse(home, read_settings(home), read_only=True) as connection:
            tables = connection.execute(TABLES).fetchall()
            return {
                name: connection.execute(f"select * from loaded.{name} order by all").fetchall()
                for (name,) in tables
            }

    return run

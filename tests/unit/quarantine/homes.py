"""Small homes whose landing folder is ingested without Beam, under rules that a test chooses."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from pipelines.identity.keys import read_key
from pipelines.identity.sealing import Sealer
from pipelines.ingest.blocks import blocks_of, parts_of
from pipelines.ingest.deliveries import find_deliveries
from pipelines.ingest.manifest import FileFacts, combine, manifest_file, write_manifest
from pipelines.ingest.net import process_and_write
from pipelines.ingest.process import PartProcessor
from pipelines.ingest.rejects import PartWriter, counts_of
from pipelines.ingest.rows import Keyring
from pipelines.ingest.time_limits import time_limits
from pipelines.quarantine.replay import Replayed, replay
from pipelines.quarantine.selection import Selection
from pipelines.report.progress import silent
from pipelines.settings import Settings, read_settings
from pipelines.validation.findings import Finding, JsonObject, Severity
from pipelines.validation.validator import Validator
from pipelines.warehouse.load import LoadOutcome, load, open_warehouse
from tests.unit.examples import DISTRICT_ID, make_small_home

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.home import Home

NIGHT = date(2025, 9, 2)
STRICT_RULE = "test.strict"


class StrictValidator(Validator):
    """An over-strict rule: it also refuses whatever has been answered or viewed."""

    def check(self, body: JsonObject, **which: Any) -> tuple[Finding, ...]:
        """Return the errors, and one more."""
        verb = body.get("verb", {}).get("id", "") if isinstance(body.get("verb"), dict) else ""
        strict = Finding(STRICT_RULE, Severity.ERROR, "$", "refused by a test", "none")
        is_refused = verb.endswith("answered") or body.get("action") == "Viewed"
        return (*super().check(body, **which), *((strict,) if is_refused else ()))


@cache
def _validator(*, is_strict: bool) -> Validator:
    return (StrictValidator if is_strict else Validator).load()


class SmallDistrict(NamedTuple):
    """A home and its settings."""

    home: Home
    settings: Settings

    def ingest(self, *, is_strict: bool = False, night: date = NIGHT) -> None:
        """Do what ingest does, in this process."""
        keys = self.settings.keys_folder
        key = read_key(keys, "pseudonym")
        processor = PartProcessor(
            _validator(is_strict=is_strict),
            Keyring(key, DISTRICT_ID),
            time_limits=time_limits(self.settings, night),
            document_items=self.settings.ingest.document_items,
        )
        writer = PartWriter(self.home, Sealer(read_key(keys, "vault")))
        for each in find_deliveries(self.home, self.settings).deliveries:
            if manifest_file(self.home, each.digest).exists():
                continue
            counts = []
            for block in blocks_of(each):
                for part in parts_of(block, self.settings.ingest):
                    outcome = process_and_write(part, processor, writer)
                    counts.append(counts_of(part, outcome))
            writer.finish()
            facts = FileFacts(each.digest, each.name, each.source, each.size_bytes, key.fingerprint)
            write_manifest(self.home, combine(facts, counts))

    def load(self, night: date = NIGHT) -> LoadOutcome:
        """Load the lake."""
        return load(self.home, self.settings, night)

    def replay(
        self, source: str | None = None, rule: str | None = None, *, night: date = NIGHT
    ) -> tuple[Replayed, ...]:
        """Run rejects again."""
        return replay(
            self.home, self.settings, Selection(source, rule), night=night, advance=silent
        )

    def query(self, query: str) -> list[tuple[Any, ...]]:
        """Ask the warehouse."""
        with open_warehouse(self.home, self.settings, read_only=True) as connection:
            return connection.execute(query).fetchall()

    def counts(self) -> dict[str, tuple[int, ...]]:
        """Return read, loaded, duplicate, conflicting, rejected, minimised of each file."""
        rows = self.query(
            "select file_name, read, loaded, duplicate, conflicting, rejected, minimised"
            " from loaded.files"
        )
        for _, read, *parts in rows:
            assert read == sum(parts)
        return {name: tuple(counts) for name, *counts in rows}

    def events(self) -> list[tuple[Any, ...]]:
        """Return the events of the warehouse with the file that each is counted in."""
        return self.query(
            "select events.source, event_id, line_number, item_number, file_name"
            " from loaded.events as events inner join loaded.files using (file_digest) order by all"
        )

    def with_settings(self, **changes: Any) -> SmallDistrict:
        """Return the same home under other settings."""
        return self._replace(settings=replace(self.settings, **changes))


def small_district(root: Path) -> SmallDistrict:
    """Make a home without deliveries."""
    home = make_small_home(root)
    return SmallDistrict(home, read_settings(home))


def bytes_below(folder: Path) -> dict[str, bytes]:
    """Return the files of a folder and what is in them."""
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }

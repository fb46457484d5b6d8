"""Write the next generation of a file's parts, which counts only once its manifest says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.ingest.manifest import Manifest, write_manifest
from pipelines.ingest.parts import generation_of, part_name
from pipelines.ingest.rejection import REJECT_ARROW_SCHEMA
from pipelines.ingest.write import write_rows, write_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from pipelines.home import Home
    from pipelines.ingest.rejects import KeptRejection


class NextGeneration:
    """The parts that follow a manifest; they take effect with `commit`, and not before."""

    def __init__(self, home: Home, manifest: Manifest) -> None:
        self._home = home
        self._digest = manifest.digest
        self.number = manifest.generation + 1
        sweep(home, manifest)

    def write_events(self, number: int, events: pa.Table) -> None:
        """Write events that are added to those of the generations before."""
        if events.num_rows:
            name = part_name(number, generation=self.number)
            write_table(self._home.events / self._digest / name, events)

    def write_rejects(self, number: int, rows: Sequence[KeptRejection]) -> None:
        """Write rejects, which replace all those of the generation before."""
        if rows:
            name = part_name(number, generation=self.number)
            write_rows(self._home.rejects / self._digest / name, rows, REJECT_ARROW_SCHEMA)

    def commit(self, manifest: Manifest) -> None:
        """Switch to this generation by replacing the manifest, then remove what it replaces."""
        write_manifest(self._home, manifest)
        sweep(self._home, manifest)


def sweep(home: Home, manifest: Manifest) -> None:
    """Remove parts that the manifest does not vouch for: replaced ones, and those cut off."""
    for part in (home.events / manifest.digest).glob("*.parquet"):
        if generation_of(part) > manifest.generation:
            part.unlink()
    for part in (home.rejects / manifest.digest).glob("*.parquet"):
        if generation_of(part) != manifest.generation:
            part.unlink()

"""The rejects of the lake: how refused items are written, sealed, and read again."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow.parquet as pq

from pipelines.files import put_all_in_place
from pipelines.ingest.advice import NO_ADVICE, Advice
from pipelines.ingest.manifest import PartCounts
from pipelines.ingest.parts import part_name, parts_between
from pipelines.ingest.rejection import REJECT_ARROW_SCHEMA
from pipelines.ingest.write import table_of, write_part

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pyarrow as pa

    from pipelines.home import Home
    from pipelines.identity.sealing import Sealer
    from pipelines.ingest.blocks import Part
    from pipelines.ingest.manifest import Manifest
    from pipelines.ingest.process import PartOutcome
    from pipelines.ingest.rejection import Rejection

_ROWS_AT_ONCE = 1024


class KeptRejection(NamedTuple):
    """A row of lake/rejects; the fields are the columns of its schema, in order."""

    source: str
    stage: str
    line_number: int
    item_number: int
    item_count: int
    byte_start: int
    byte_end: int
    findings: list[dict[str, str]]
    sealed_original: bytes

    @property
    def rules(self) -> set[str]:
        """Return the rules that the item breaks."""
        return {finding["rule"] for finding in self.findings}

    def place(self, digest: str) -> str:
        """Return what the seal of the original is bound to."""
        return f"{digest}:{self.byte_start}"


class PartWriter:
    """Writes the accepted and the rejected of parts under names made only from their content."""

    def __init__(self, home: Home, sealer: Sealer) -> None:
        self._home = home
        self._sealer = sealer
        self._unfinished: list[Path] = []

    def write(self, part: Part, outcome: PartOutcome) -> None:
        """Write lake/events and lake/rejects of one part.

        The first part of a file is written even without events: a reader finds a typed file.
        They get their names with `finish`.
        """
        name = part_name(part.number, piece=part.piece)
        if outcome.events.num_rows or (part.number, part.piece) == (0, 0):
            self._write(self._home.events / part.digest / name, outcome.events)
        if outcome.rejections:
            rows = [
                kept(rejection, part.source, digest=part.digest, sealer=self._sealer)
                for rejection in outcome.rejections
            ]
            rejects = table_of(rows, REJECT_ARROW_SCHEMA)
            self._write(self._home.rejects / part.digest / name, rejects)

    def finish(self) -> None:
        """Give what was written its names; it survives a power cut from then on."""
        put_all_in_place(self._unfinished)
        self._unfinished.clear()

    def _write(self, file: Path, table: pa.Table) -> None:
        write_part(file, table)
        self._unfinished.append(file)


def kept(rejection: Rejection, source: str, *, digest: str, sealer: Sealer) -> KeptRejection:
    """Return a rejection as the lake keeps it: its original sealed."""
    findings = [
        {
            "rule": finding.rule,
            "path": finding.path,
            "message": finding.message,
            "clause": finding.clause,
        }
        for finding in rejection.findings
    ]
    return KeptRejection(
        source,
        rejection.stage.value,
        rejection.line_number,
        rejection.item_number,
        rejection.item_count,
        rejection.byte_start,
        rejection.byte_end,
        findings,
        sealer.seal(rejection.original, place=f"{digest}:{rejection.byte_start}"),
    )


def counts_of(part: Part, outcome: PartOutcome, advice: Advice = NO_ADVICE) -> PartCounts:
    """Return the counts of a part."""
    return PartCounts(
        part.digest,
        outcome.read,
        outcome.events.num_rows,
        len(outcome.rejections),
        dict(outcome.broken_rules()),
        dict(outcome.minimised),
        dict(outcome.refused_fields),
        dict(outcome.field_types),
        advice,
    )


def reject_parts(home: Home, manifest: Manifest) -> list[Path]:
    """Return the parts of rejects that the manifest vouches for."""
    generation = manifest.generation
    folder = home.rejects / manifest.digest
    return parts_between(folder, after=generation - 1, up_to=generation)


def read_documents(part: Path) -> Iterator[list[KeptRejection]]:
    """Yield the rejections of a part, those of the same bytes together; the first has the bytes."""
    for _, rows in groupby(_read(part), key=lambda row: (row.line_number, row.byte_start)):
        yield list(rows)


def _read(part: Path) -> Iterator[KeptRejection]:
    names = REJECT_ARROW_SCHEMA.names
    with pq.ParquetFile(part) as file:
        for batch in file.iter_batches(_ROWS_AT_ONCE):
            for row in batch.to_pylist():
                yield KeptRejection(*_values(row, names))


def _values(row: dict[str, Any], names: list[str]) -> list[Any]:
    return [row[name] for name in names]

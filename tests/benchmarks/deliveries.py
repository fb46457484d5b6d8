"""A home whose landing folder holds one large NDJSON file of realistic statements."""

from __future__ import annotations

import gzip
import re
import shutil
import uuid
from typing import TYPE_CHECKING

from pipelines.synth import write_district
from pipelines.validation.decode import Document, decode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SOURCE = "mathpath"
_UUID_OF_MEMBER = (
    re.compile(rb'"id":"([0-9a-f-]{36})"'),
    re.compile(rb'"registration":"([0-9a-f-]{36})"'),
)


def write_bench_home(root: Path, *, statements: int) -> Path:
    """Write a synthetic district and one file with its practice statements, repeated anew.

    Broken lines are left out: DuckDB, beside which this is measured, would not read the file.
    """
    write_district(root, students=100, days=10, seed=5)
    landing = root / "landing"
    lines = list(_lines(landing / SOURCE))
    shutil.rmtree(landing)
    (landing / SOURCE).mkdir(parents=True)
    with (landing / SOURCE / "statements.ndjson").open("wb") as stream:
        for number in range(statements):
            stream.write(_renamed(lines[number % len(lines)], number // len(lines)))
    return root


def _lines(folder: Path) -> Iterator[bytes]:
    for file in sorted(folder.glob("*.ndjson.gz")):
        with gzip.open(file) as stream:
            yield from (line for line in stream if isinstance(decode(line), Document))


def _renamed(line: bytes, repetition: int) -> bytes:
    """Give a repeated statement an id and a sitting of its own, so that every one is loaded."""
    for pattern in _UUID_OF_MEMBER if repetition else ():
        match = pattern.search(line)
        if match is not None:
            renamed = uuid.uuid5(uuid.UUID(match[1].decode()), str(repetition))
            line = line[: match.start(1)] + str(renamed).encode() + line[match.end(1) :]
    return line

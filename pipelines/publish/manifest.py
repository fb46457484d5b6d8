"""build.json: what a published build is made of."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from pathlib import Path

BUILD_FILE = "build.json"
MARTS_FILE = "marts.duckdb"
PARQUET_FOLDER = "parquet"


@dataclass(frozen=True, slots=True)
class Build:
    """The build as the ledger knows it."""

    build_id: str
    as_of_date: date
    inputs_hash: str


@dataclass(frozen=True, slots=True)
class BuildInput:
    """One roster, standards or calendar file, known by its content."""

    kind: str
    digest: str


@dataclass(frozen=True, slots=True)
class PublishedTable:
    """One published table; the digest is that of its Parquet file.

    A table that grows with every date has a folder of files, one for each date, and the digest
    of their names and digests.
    """

    schema: str
    name: str
    rows: int
    digest: str
    is_dated: bool = False

    @property
    def qualified_name(self) -> str:
        """The name that readers use in SQL."""
        return f"{self.schema}.{self.name}"

    @property
    def parquet_path(self) -> str:
        """The path of its Parquet file, or folder of files, within the build."""
        folder = f"{PARQUET_FOLDER}/{self.schema}/{self.name}"
        return folder if self.is_dated else f"{folder}/{self.name}.parquet"


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything that build.json says."""

    build: Build
    is_encrypted: bool
    inputs: tuple[BuildInput, ...]
    tables: tuple[PublishedTable, ...]


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write build.json into the folder of a build."""
    document = {
        **asdict(manifest.build),
        "encrypted": manifest.is_encrypted,
        "inputs": [asdict(each) for each in manifest.inputs],
        "tables": [asdict(each) for each in manifest.tables],
    }
    content = orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    (folder / BUILD_FILE).write_bytes(content)


def read_manifest(folder: Path) -> Manifest:
    """Return build.json of a build; raise OSError, ValueError or KeyError where it is damaged."""
    document = orjson.loads((folder / BUILD_FILE).read_bytes())
    return Manifest(
        build=Build(
            build_id=document["build_id"],
            as_of_date=date.fromisoformat(document["as_of_date"]),
            inputs_hash=document["inputs_hash"],
        ),
        is_encrypted=document["encrypted"],
        inputs=tuple(BuildInput(**each) for each in document["inputs"]),
        tables=tuple(PublishedTable(**each) for each in document["tables"]),
    )

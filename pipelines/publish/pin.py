"""The pin: the build that readers stay with after a rollback, until they are set free."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import orjson

from pipelines.files import sync, write_whole

if TYPE_CHECKING:
    from pathlib import Path

PIN_FILE = "pin.json"


@dataclass(frozen=True, slots=True)
class Pin:
    """Which build readers stay with, which one they had before, and since when (UTC)."""

    build_id: str
    instead_of: str
    since: str


def read_pin(published: Path) -> Pin | None:
    """Return the pin of a home's published builds, if there is one."""
    file = published / PIN_FILE
    return Pin(**orjson.loads(file.read_bytes())) if file.is_file() else None


def write_pin(published: Path, pin: Pin) -> None:
    """Pin readers to a build, instead of to whatever they were pinned to."""
    write_whole(published / PIN_FILE, orjson.dumps(asdict(pin), option=orjson.OPT_APPEND_NEWLINE))


def remove_pin(published: Path) -> None:
    """Let readers have the newest build again, with the next publish."""
    (published / PIN_FILE).unlink(missing_ok=True)
    if published.is_dir():
        sync(published)

"""The names of the files of the lake, and which of them count: those that the manifest vouches for.

A part of generation 0 is what ingest wrote. Every later generation of a file adds parts of events
and replaces its parts of rejects; a part counts once its manifest has reached its generation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_LATER = "r"
_DIGITS = 6


def part_name(number: int, *, piece: int = 0, generation: int = 0) -> str:
    """Return the name of a part; `piece` tells apart what one block of a file was cut into."""
    later = f"{_LATER}{generation:0{_DIGITS}d}-" if generation else ""
    rest = f"-{piece:04d}" if piece else ""
    return f"{later}{number:0{_DIGITS}d}{rest}.parquet"


def parts_between(folder: Path, *, after: int, up_to: int) -> list[Path]:
    """Return the parts of a file's folder of the generations after `after`, up to `up_to`."""
    return sorted(part for part in folder.glob("*.parquet") if after < generation_of(part) <= up_to)


def generation_of(part: Path) -> int:
    """Return the generation that a part was written in."""
    name = part.name
    return int(name[1 : 1 + _DIGITS]) if name.startswith(_LATER) else 0

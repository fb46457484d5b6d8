"""What the archive holds, in words and for machines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipelines.archive.export import Entry

_SHOWN_DIGITS = 16


def describe_entries(entries: Sequence[Entry]) -> str:
    """Return a line for each delivery, and how much they take."""
    lines = [
        f"{each.archived_on}  {each.digest[:_SHOWN_DIGITS]}  {each.size_bytes:>13,}"
        f"  kept until {each.kept_until}  {each.file_name}"
        for each in entries
    ]
    size = sum(each.size_bytes for each in entries)
    sealed = sum(each.sealed_bytes for each in entries)
    lines.append(f"{len(entries)} file(s) of {size:,} bytes, {sealed:,} in the archive")
    return "\n".join(lines)


def entries_json(entries: Sequence[Entry]) -> str:
    """Return the entries as JSON."""
    return orjson.dumps([each._asdict() for each in entries], option=orjson.OPT_INDENT_2).decode()

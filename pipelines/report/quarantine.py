"""The quarantine in words and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from pipelines.quarantine.summary import count_files, count_rules

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipelines.home import Home
    from pipelines.ingest.rejects import KeptRejection
    from pipelines.quarantine.originals import ShownDocument
    from pipelines.quarantine.selection import Selection


def quarantine_json(home: Home, selection: Selection) -> str:
    """Return the counts for machines."""
    document = {
        "files": [each._asdict() for each in count_files(home, selection)],
        "rules": [each._asdict() for each in count_rules(home, selection)],
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2).decode()


def describe_quarantine(home: Home, selection: Selection) -> str:
    """Return a line for each file, and below it one for each rule."""
    rules = count_rules(home, selection)
    lines = []
    for file in count_files(home, selection):
        expired = f", {file.expired:,} originals expired" if file.expired else ""
        lines.append(f"{file.file_name}: {file.rejected:,} rejected{expired}")
        lines += [
            f"  {each.items:>8,}  {each.rule} ({each.stage}; {each.clause})"
            for each in rules
            if each.digest == file.digest
        ]
    return "\n".join(lines) or "nothing is in quarantine"


def describe_rejections(shown: Iterable[ShownDocument]) -> str:
    """Return where and why each item was rejected."""
    return "\n".join(
        line
        for document in shown
        for rejection in document.rejections
        for line in _rejection(document.manifest.name, rejection)
    )


def _rejection(name: str, rejection: KeptRejection) -> list[str]:
    place = (
        f"{name}, line {rejection.line_number}, item {rejection.item_number} of"
        f" {rejection.item_count}, bytes {rejection.byte_start} to {rejection.byte_end}:"
        f" rejected at {rejection.stage}"
    )
    reasons = (
        f"  {each['rule']} at {each['path']}: {each['message']} ({each['clause']})"
        for each in rejection.findings
    )
    return [place, *reasons]

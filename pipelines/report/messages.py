"""Say in words what became of the delivered files."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from pipelines.ingest.advice import together
from pipelines.ingest.rejection import DEFECT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pipelines.archive.move import Left
    from pipelines.home import Home
    from pipelines.ingest.deliveries import Waiting
    from pipelines.ingest.manifest import Manifest

SHOWN_REJECTIONS = 10
_COLUMNS = ["line_number", "item_number", "findings"]


def delivery_messages(home: Home, manifests: Sequence[Manifest]) -> list[str]:
    """Return a line for each empty file, and for the first rejections with file, line and field."""
    lines = [
        f"{each.name}: is empty; ask the tool whether it had nothing to deliver"
        for each in manifests
        if each.read == 0
    ]
    rejected = sum(each.rejected for each in manifests)
    lines += islice(_rejections(home, manifests), SHOWN_REJECTIONS)
    if rejected > SHOWN_REJECTIONS:
        lines.append(f"… and {rejected - SHOWN_REJECTIONS} more rejections")
    if rejected:
        lines.append(
            "rejected events are kept encrypted in lake/rejects; audit.rejections counts them by"
            " file and rule: hand that list to the tool's vendor"
        )
    return lines


def defect_messages(manifests: Iterable[Manifest]) -> list[str]:
    """Return a line for each file in which Plumbline itself failed on items."""
    items = {
        each.name: sum(count for rule, count in each.rejections.items() if rule.rule == DEFECT.rule)
        for each in manifests
    }
    return [
        f"{name}: Plumbline itself failed on {count:,} item(s) [{DEFECT.rule}]; they are kept:"
        " report the defect, and run `plumbline replay` once it is mended"
        for name, count in items.items()
        if count
    ]


def advice_messages(manifests: Sequence[Manifest]) -> list[str]:
    """Return a line for each source of whose sampled events some should be otherwise."""
    lines = []
    for source in sorted({each.source for each in manifests}):
        advice = together(each.advice for each in manifests if each.source == source)
        if advice.warnings:
            ranked = sorted(advice.warnings.items(), key=lambda pair: (-pair[1], pair[0]))
            rules = ", ".join(f"{rule} ({events:,})" for rule, events in ranked)
            lines.append(
                f"{source}: advice, from a sample of {advice.sampled:,} accepted event(s): {rules};"
                " `plumbline validate` says where in a file"
            )
    return lines


def waiting_messages(waiting: Iterable[Waiting]) -> list[str]:
    """Return one line for every file that waits for a later night."""
    return [f"{name}: left for a later night: {reason}" for name, reason in waiting]


def archive_messages(left: Iterable[Left]) -> list[str]:
    """Return one line for every loaded file that could not be moved to the archive."""
    return [f"{name}: is loaded, but stays in landing: {reason}" for name, reason in left]


def _rejections(home: Home, manifests: Iterable[Manifest]) -> Iterator[str]:
    """Yield the rejections of each file, those that concern a whole file (line 0) first."""
    in_order = sorted(manifests, key=lambda each: (not _has_file_fault(each), each.name))
    for manifest in in_order:
        for part in sorted((home.rejects / manifest.digest).glob("*.parquet")):
            for row in pq.read_table(part, columns=_COLUMNS).to_pylist():
                yield _rejection(manifest.name, row["line_number"], row["findings"])


def _has_file_fault(manifest: Manifest) -> bool:
    return any(rule.rule.startswith("file.") for rule in manifest.rejections)


def _rejection(name: str, line_number: int, findings: Sequence[dict[str, str]]) -> str:
    place = f"{name}, line {line_number}" if line_number else name
    first = findings[0]
    more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
    field = f"{first['path']}: " if first["path"] != "$" else ""
    return f"{place}: {field}{first['message']} [{first['rule']}]{more}"

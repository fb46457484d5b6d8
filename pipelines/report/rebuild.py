"""How a rebuild differs from the current build, in words and for machines."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import orjson

from pipelines.report.text import describe_publish

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.rebuild.differences import MartDifference, RowDifference
    from pipelines.rebuild.rebuild import Rebuilt

SHOWN_ROWS = 10


def rebuild_json(rebuilt: Rebuilt) -> str:
    """Return everything that differs as JSON."""
    document = {
        "current": asdict(rebuilt.current),
        "build_id": rebuilt.identity.build_id,
        **rebuilt.filled._asdict(),
        "checks_failed": sum(each.failed for each in rebuilt.checked),
        "is_switched": rebuilt.published is not None,
        "marts": [
            {
                "mart": mart.mart,
                "counts": mart.counts,
                "rows": [
                    {**row._asdict(), "cells": [cell._asdict() for cell in row.cells]}
                    for row in mart.rows
                ],
            }
            for mart in rebuilt.differences
        ],
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2).decode()


def describe_rebuild(rebuilt: Rebuilt) -> str:
    """Say what was read again, how many rows of each mart differ, and some of them."""
    filled, current = rebuilt.filled, rebuilt.current
    since = f" from the night of {filled.read_again_from} on" if filled.read_again else ""
    head = (
        f"read {filled.read_again} file(s) again{since}, {filled.from_lake} as they are in the"
        f" lake; compared with build {current.build_id} as of {current.as_of_date}:"
    )
    lines = [head]
    failed = sum(each.failed for each in rebuilt.checked)
    if failed:
        lines.append(f"  {failed} critical check(s) fail: this cannot be accepted as it is")
    if not rebuilt.differences:
        lines.append("  nothing differs; nothing is to be switched")
    for mart in rebuilt.differences:
        lines += _mart(mart)
    if rebuilt.published:
        lines.append(describe_publish(rebuilt.published))
    elif rebuilt.differences:
        lines.append(
            "nothing was switched; `plumbline rebuild --accept` does it all again and switches"
        )
    return "\n".join(lines)


def _mart(mart: MartDifference) -> Iterator[str]:
    counts = ", ".join(f"{count:,} {kind}" for kind, count in mart.counts.items())
    yield f"  {mart.mart}: rows {counts}"
    for row in mart.rows[:SHOWN_ROWS]:
        yield f"    {_row(row)}"
    if len(mart.rows) > SHOWN_ROWS:
        yield f"    … and {len(mart.rows) - SHOWN_ROWS:,} more row(s); --json has all of them"


def _row(row: RowDifference) -> str:
    key = ", ".join(f"{name} {_shown(value)}" for name, value in row.key.items())
    cells = ", ".join(
        f"{cell.column} {_shown(cell.before)} → {_shown(cell.after)}" for cell in row.cells
    )
    return f"{row.kind}: {key}" + (f"; {cells}" if cells else "")


def _shown(value: str | None) -> str:
    return "(empty)" if value is None else value

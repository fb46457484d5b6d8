"""What differs between two builds, in words and for machines."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.changes.outcome import Cell, ChangedRow, Changes, MartChanges
    from pipelines.publish.manifest import Build

SHOWN_ROWS = 10


def changes_json(changes: Changes) -> str:
    """Return all that was found as JSON."""
    document = {
        "since": asdict(changes.since),
        "until": asdict(changes.until),
        "marts": [
            {
                "mart": mart.mart,
                "counts": [count._asdict() for count in mart.counts],
                "rows": [
                    {**row._asdict(), "cells": [cell._asdict() for cell in row.cells]}
                    for row in mart.rows
                ],
            }
            for mart in changes.marts
        ],
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2).decode()


def describe_changes(changes: Changes) -> str:
    """Say for each mart how many rows and cells differ for which reason, then some of them."""
    lines = [f"from {_build(changes.since)} to {_build(changes.until)}:"]
    if not changes.marts:
        lines.append("  no mart differs")
    for mart in changes.marts:
        lines += _mart(mart)
    return "\n".join(lines)


def _build(build: Build) -> str:
    return f"build {build.build_id} as of {build.as_of_date}"


def _mart(mart: MartChanges) -> Iterator[str]:
    total = sum(count.rows for count in mart.counts)
    yield f"{mart.mart}: {total:,} row(s) differ"
    for count in mart.counts:
        reasons = ", ".join(count.reasons)
        yield f"  {count.rows:,} row(s) {count.kind}, {count.cells:,} cell(s): {reasons}"
    for row in mart.rows:
        yield f"    {_row(row)}"
    if mart.rows and total > len(mart.rows):
        yield f"    … and {total - len(mart.rows):,} more row(s)"


def _row(row: ChangedRow) -> str:
    key = ", ".join(f"{name} {_shown(value)}" for name, value in row.key.items())
    cells = "" if row.kind != "changed" else "; " + ", ".join(map(_cell, row.cells))
    return f"{row.kind} ({', '.join(row.reasons)}): {key}{cells}"


def _cell(cell: Cell) -> str:
    return f"{cell.column} {_shown(cell.before)} → {_shown(cell.after)}"


def _shown(value: str | None) -> str:
    return "(empty)" if value is None else value

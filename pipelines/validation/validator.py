"""The compiled standards: one object that says what is wrong with a document or an item."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from pipelines.validation.findings import Finding, Severity, Shape, SpecVersion, Standard


class Item(NamedTuple):
    """One statement, event or entity of a document, or an envelope that has no entries."""

    body: dict[str, Any]
    standard: Standard
    version: SpecVersion
    shape: Shape
    path: str


class Unrecognised(NamedTuple):
    """A part of a document that belongs to no version of a standard."""

    path: str
    finding: Finding


class Verdict(NamedTuple):
    """An item and every error found in it; no findings means valid."""

    item: Item | Unrecognised
    findings: tuple[Finding, ...]

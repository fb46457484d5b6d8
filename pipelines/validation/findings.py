"""The values that validation speaks in: standards, versions, shapes and findings."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, NamedTuple, TypeAlias

JsonObject: TypeAlias = dict[str, Any]


class Standard(StrEnum):
    """A family of learning events."""

    XAPI = "xapi"
    CALIPER = "caliper"


class SpecVersion(StrEnum):
    """A version of a standard that Plumbline validates."""

    XAPI_1_0_3 = "1.0.3"
    XAPI_2_0_0 = "2.0.0"
    CALIPER_1_1 = "1.1"
    CALIPER_1_2 = "1.2"


class Shape(StrEnum):
    """What one item of a document is."""

    STATEMENT = "statement"
    EVENT = "event"
    ENTITY = "entity"
    ENVELOPE = "envelope"


class Severity(StrEnum):
    """An error refuses the item; a warning only reports it."""

    ERROR = "error"
    WARNING = "warning"


class Finding(NamedTuple):
    """One broken rule at one place; the message never repeats the offending value."""

    rule: str
    severity: Severity
    path: str
    message: str
    clause: str


class Item(NamedTuple):
    """One statement, event or entity of a document, or an envelope without entries."""

    body: JsonObject
    standard: Standard
    version: SpecVersion
    shape: Shape
    path: str
    envelope: JsonObject | None = None


class Unrecognised(NamedTuple):
    """A part of a document that belongs to no version of a standard, and why not."""

    body: Any
    path: str
    finding: Finding
    envelope: JsonObject | None = None


class Verdict(NamedTuple):
    """An item and every error found in it; no findings means that it is valid."""

    item: Item | Unrecognised
    findings: tuple[Finding, ...]

    @property
    def is_valid(self) -> bool:
        """Whether the item keeps every rule."""
        return not self.findings

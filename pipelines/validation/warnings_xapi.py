"""What an xAPI statement should keep: reported to its author, never a reason to refuse it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pipelines.validation.explain import json_path
from pipelines.validation.findings import JsonObject, Severity
from pipelines.validation.rules import Rule
from pipelines.validation.rules_xapi import interactions

if TYPE_CHECKING:
    from collections.abc import Iterable

_ZONED = re.compile(r"T.*(?:Z|[+-][0-9:]+)\Z")
_LISTS_BY_INTERACTION = {
    "choice": {"choices"},
    "sequencing": {"choices"},
    "likert": {"scale"},
    "matching": {"source", "target"},
    "performance": {"steps"},
}
_LISTS = {"choices", "scale", "source", "target", "steps"}


def times_without_zone(statement: JsonObject) -> Iterable[str]:
    """Yield the times that leave their zone to be guessed (Data 4.5)."""
    times = {name: statement.get(name) for name in ("timestamp", "stored")}
    return [f"$.{name}" for name, text in times.items() if text and not _ZONED.search(text)]


def components_of_another_type(statement: JsonObject) -> Iterable[str]:
    """Yield the component lists that the type of their interaction does not use (Data 2.4.4.1)."""
    return [
        json_path([*place, "definition", name])
        for place, definition in interactions(statement)
        for name in sorted(_LISTS & definition.keys())
        if name not in _LISTS_BY_INTERACTION.get(definition["interactionType"], ())
    ]


STATEMENT_WARNINGS = (
    Rule(
        "xapi.timestamp.zone",
        Severity.WARNING,
        "xAPI 1.0.3 Data 4.5",
        "a time without a zone is taken as UTC",
        times_without_zone,
    ),
    Rule(
        "xapi.components.of-another-type",
        Severity.WARNING,
        "xAPI 1.0.3 Data 2.4.4.1",
        "this interactionType does not use this list",
        components_of_another_type,
    ),
)

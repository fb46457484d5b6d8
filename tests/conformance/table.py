"""The figures of docs/conformance.md: right and wrong by standard, version and source."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tests.conformance.corpus import Group, Judgement

if TYPE_CHECKING:
    from collections.abc import Mapping

_HEAD = (
    "| standard | version | source | valid cases accepted | invalid cases refused | wrong "
    "| disputed: accepted, refused |\n| --- | --- | --- | --- | --- | --- | --- |\n"
)


def render(counts: Mapping[Group, Counter[Judgement]]) -> str:
    """Return the table in Markdown, with a row for all."""
    rows = "".join(
        f"| {group.standard} | {group.version} | {group.source} | {_cells(of_group)} |\n"
        for group, of_group in counts.items()
    )
    total: Counter[Judgement] = sum(counts.values(), Counter())
    return f"\n{_HEAD}{rows}| all | | | {_cells(total)} |\n\n"


def wrong(counts: Counter[Judgement]) -> int:
    """Return how many valid cases were refused and invalid ones accepted."""
    return (
        counts[Judgement("valid", is_accepted=False)]
        + counts[Judgement("invalid", is_accepted=True)]
    )


def _cells(counts: Counter[Judgement]) -> str:
    accepted = {label: counts[Judgement(label, is_accepted=True)] for label in _LABELS}
    refused = {label: counts[Judgement(label, is_accepted=False)] for label in _LABELS}
    disputed = f"{accepted['either']}, {refused['either']}"
    return " | ".join(
        (
            _of(accepted["valid"], accepted["valid"] + refused["valid"]),
            _of(refused["invalid"], accepted["invalid"] + refused["invalid"]),
            str(wrong(counts)),
            "" if disputed == "0, 0" else disputed,
        )
    )


_LABELS = ("valid", "invalid", "either")


def _of(right: int, total: int) -> str:
    return f"{right} of {total}" if total else ""

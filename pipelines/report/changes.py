"""Say what is held back from the warehouse or from readers, and what sources send otherwise."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipelines.publish.pin import Pin
    from pipelines.warehouse.circuit_breaker import HeldDelivery, Rate
    from pipelines.warehouse.drift import Drift
    from pipelines.warehouse.ledger import FileCounts

SHOWN_NAMES = 5


def conflict_messages(files: Iterable[FileCounts]) -> list[str]:
    """Return a line for each file with events that came before with another body."""
    return [
        f"{each.file_name}: {each.conflicting:,} event(s) came before with another body, which"
        " stands; audit.conflicts has both digests and places"
        for each in files
        if each.conflicting
    ]


def held_messages(held: Iterable[HeldDelivery]) -> list[str]:
    """Return a line for each held delivery: source, rates, rules, and how to release it."""
    return [_held(each) for each in held]


def held_report(delivery: HeldDelivery) -> dict[str, Any]:
    """Return a held delivery for the run report."""
    return {
        "source": delivery.source,
        "held_since": delivery.held_since.isoformat(),
        "files": [each.name for each in delivery.manifests],
        "read": delivery.rate.read,
        "rejected": delivery.rate.rejected,
        "reject_rate": round(delivery.rate.share, 6),
        "history_rate": round(delivery.history.share, 6) if delivery.history else None,
        "top_rules": [{"rule": rule, "events": events} for rule, events in delivery.top_rules()],
        "release": _release(delivery.source),
    }


def drift_messages(drift: Iterable[Drift]) -> list[str]:
    """Return a line for each source and kind of change."""
    lines = []
    for (source, kind), changes in groupby(drift, key=lambda each: (each.source, each.kind)):
        named = [f"{each.name} ({each.detail})" if each.detail else each.name for each in changes]
        more = f" and {len(named) - SHOWN_NAMES} more" if len(named) > SHOWN_NAMES else ""
        lines.append(f"{source}: {kind.replace('_', ' ')}: {', '.join(named[:SHOWN_NAMES])}{more}")
    return lines


def pin_message(pin: Pin) -> str:
    """Return a line that says which build readers stay with, and how to let them go on."""
    return (
        f"readers stay with build {pin.build_id} since a rollback at {pin.since};"
        " `plumbline publish` gives them the newest one"
    )


def _held(delivery: HeldDelivery) -> str:
    before = f"; {_percent(delivery.history)} so far" if delivery.history else ""
    rules = ", ".join(f"{rule} ({events:,})" for rule, events in delivery.top_rules())
    return (
        f"{delivery.source}: {len(delivery.manifests)} file(s) held since {delivery.held_since},"
        f" nothing of them is loaded: {_percent(delivery.rate)} of {delivery.rate.read:,} items"
        f" rejected{before}; most by {rules}; mend the rule or the tool and run `plumbline replay`,"
        f" or load them as they are with `{_release(delivery.source)}`"
    )


def _release(source: str) -> str:
    return f"plumbline release --home DIR --source {source}"


def _percent(rate: Rate) -> str:
    return f"{rate.share:.1%}"

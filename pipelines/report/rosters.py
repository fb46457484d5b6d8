"""Say what became of the deliveries of the roster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipelines.warehouse.roster import DeliveryState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipelines.warehouse.roster import RosterDelivery

_VALIDATE = "`plumbline validate --roster` says which and why"
_RELEASE = "plumbline release --home DIR --roster"


def roster_warnings(deliveries: Iterable[RosterDelivery]) -> list[str]:
    """Return a line for each delivery that is not loaded, or not whole."""
    return [line for each in deliveries for line in _warnings(each)]


def roster_report(delivery: RosterDelivery) -> dict[str, Any]:
    """Return a delivery for the run report."""
    return {
        "name": delivery.name,
        "digest": delivery.digest,
        "effective_on": delivery.effective_on.isoformat(),
        "state": delivery.state.value,
        "rows": delivery.rows,
        "rows_left_out": delivery.left_out,
        "errors": delivery.errors,
        "before": delivery.before._asdict(),
        "after": delivery.after._asdict(),
        "problems": list(delivery.problems),
        "release": _RELEASE if delivery.state is DeliveryState.HELD else None,
    }


def _warnings(each: RosterDelivery) -> list[str]:
    match each.state:
        case DeliveryState.HELD:
            said = _held(each)
        case DeliveryState.REFUSED:
            said = (
                f"roster {each.name} cannot be loaded, the one before stays:"
                f" {'; '.join(each.problems)}; {_VALIDATE}"
            )
        case DeliveryState.SUPERSEDED:
            said = (
                f"roster {each.name} is of {each.effective_on}, before the newest that is loaded:"
                " it is passed over"
            )
        case DeliveryState.LOADED if each.left_out:
            said = (
                f"roster {each.name}: {each.left_out:,} of {each.rows:,} rows cannot be used and"
                f" are left out; {_VALIDATE}"
            )
        case _:
            return []
    return [said]


def _held(each: RosterDelivery) -> str:
    sizes = ", ".join(
        f"{before:,} to {after:,} {name}"
        for name, before, after in zip(each.before._fields, each.before, each.after, strict=True)
        if after < before
    )
    return (
        f"roster {each.name} is held, nothing of it is loaded and the one before stays: from"
        f" {sizes}; deliver the whole roster, or load it as it is with `{_RELEASE}`"
    )

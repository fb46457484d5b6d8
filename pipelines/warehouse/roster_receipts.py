"""Remember of each roster delivery since when it holds, and whether a person let it be loaded.

A receipt lies in the lake under the delivery's digest and date: a warehouse that is made anew from
the deliveries comes to the same dates. The same content may come again, after something else.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING

import orjson

from pipelines.ingest.write import write_json

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.home import Home


@dataclass(frozen=True, slots=True)
class RosterReceipt:
    """What is remembered of one delivery."""

    digest: str
    name: str
    effective_on: date
    is_released: bool = False


def read_receipts(home: Home, digest: str) -> list[RosterReceipt]:
    """Return the receipts of deliveries with this content, the earliest first."""
    return [_read(file) for file in sorted(home.roster_receipts.glob(f"{digest}_*.json"))]


def write_receipt(home: Home, receipt: RosterReceipt) -> None:
    """Write a receipt, in one step."""
    document = asdict(receipt) | {"effective_on": receipt.effective_on.isoformat()}
    name = f"{receipt.digest}_{document['effective_on']}.json"
    write_json(home.roster_receipts / name, document)


def _read(file: Path) -> RosterReceipt:
    document = orjson.loads(file.read_bytes())
    effective_on = date.fromisoformat(document.pop("effective_on"))
    return RosterReceipt(effective_on=effective_on, **document)

"""The net under a part: a defect of Plumbline on one item rejects that item and no other.

A part that fails is halved until the item that fails stands alone. What it was is told by the type
of the exception only; its message may repeat a value of the event.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from pipelines.errors import PlumblineError
from pipelines.ingest.process import PartOutcome
from pipelines.ingest.rejection import Rejection, Stage, defect

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipelines.ingest.blocks import Part
    from pipelines.ingest.items import RawItem
    from pipelines.ingest.process import PartProcessor
    from pipelines.ingest.rejects import PartWriter

# What is no defect of ours: the machine, the settings or the keys fail every item alike.
NO_DEFECTS = (OSError, MemoryError, PlumblineError)


def process_and_write(part: Part, processor: PartProcessor, writer: PartWriter) -> PartOutcome:
    """Process and write a part; an item on which processing fails is rejected."""
    outcome = caught(processor.process, part)
    writer.write(part, outcome)
    return outcome


def caught(attempt: Callable[[Part], PartOutcome], part: Part) -> PartOutcome:
    """Return what became of a part; an item on which `attempt` raises is rejected as a defect."""
    try:
        return attempt(part)
    except NO_DEFECTS:
        raise
    except Exception as error:  # noqa: BLE001 - the net is for what nobody expects
        if len(part.items) == 1:
            return _rejected(part.items[0], error)
        half = len(part.items) // 2
        halves = (part.items[:half], part.items[half:])
        return together([caught(attempt, part._replace(items=items)) for items in halves])


def _rejected(item: RawItem, error: Exception) -> PartOutcome:
    rejection = Rejection(
        Stage.DEFECT,
        (defect(error),),
        item.line_number,
        0,
        1,
        item.byte_start,
        item.byte_end,
        item.raw,
    )
    return PartOutcome(read=1, rejections=[rejection])


def together(outcomes: list[PartOutcome]) -> PartOutcome:
    """Add up what became of several parts of a source."""
    total = PartOutcome(events=pa.concat_tables(each.events for each in outcomes))
    for each in outcomes:
        total.read += each.read
        total.rejections += each.rejections
        total.minimised += each.minimised
        total.refused_fields += each.refused_fields
        for name, types in each.field_types.items():
            total.field_types[name] = total.field_types.get(name, frozenset()) | types
    return total

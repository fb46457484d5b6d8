"""Each tool's bank of questions: a dozen or more per standard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.synth.tools import BASE
from pipelines.synth.values import Item, ItemStyle, Standard, Subject, Tool

if TYPE_CHECKING:
    from pipelines.synth.framework import Framework

_CHOICE, _TRUE_FALSE = ItemStyle.CHOICE, ItemStyle.TRUE_FALSE
_NUMERIC, _FILL_IN, _OPEN = ItemStyle.NUMERIC, ItemStyle.FILL_IN, ItemStyle.OPEN

# One entry per item: how it is answered and how many points it carries.
_MATHPATH_ITEMS = (
    *((_CHOICE, 1),) * 7,
    (_TRUE_FALSE, 1),
    *((_NUMERIC, 1),) * 3,
    *((_NUMERIC, 3),) * 2,
    *((_FILL_IN, 2),) * 2,
)
_FIELDKIT_ITEMS = (
    *((_CHOICE, 1),) * 6,
    *((_TRUE_FALSE, 1),) * 2,
    *((_NUMERIC, 1),) * 2,
    *((_FILL_IN, 1),) * 2,
)
_GAUGEWELL_ITEMS = (*((_CHOICE, 1),) * 7, *((_FILL_IN, 2),) * 3, *((_OPEN, 4),) * 2)
_SHAPES = {
    Tool.MATHPATH: _MATHPATH_ITEMS,
    Tool.FIELDKIT: _FIELDKIT_ITEMS,
    Tool.GAUGEWELL: _GAUGEWELL_ITEMS,
}


@dataclass(frozen=True, slots=True)
class ItemBank:
    """Items by tool and standard."""

    items: dict[tuple[Tool, str], tuple[Item, ...]]

    def of(self, tool: Tool, standard: Standard) -> tuple[Item, ...]:
        """Return a tool's items on a standard."""
        return self.items[tool, standard.identifier]


def build_item_bank(framework: Framework) -> ItemBank:
    """Build the banks: mathematics for the tutor, science for tablets, both for quizzes."""
    items: dict[tuple[Tool, str], tuple[Item, ...]] = {}
    for (subject, _), peers in framework.leaves.items():
        tool = Tool.MATHPATH if subject is Subject.MATHEMATICS else Tool.FIELDKIT
        for place, standard in enumerate(peers):
            following = peers[(place + 1) % len(peers)]
            for owner in (tool, Tool.GAUGEWELL):
                bank = _bank(owner, standard, following=following, is_tagged=place % 3 > 0)
                items[owner, standard.identifier] = bank
    return ItemBank(items)


def _bank(
    tool: Tool, standard: Standard, *, following: Standard, is_tagged: bool
) -> tuple[Item, ...]:
    """Build a standard's items: one covers the following standard too, one may lack its tag."""
    return tuple(
        _item(
            tool,
            number,
            shape=shape,
            standards=(standard, following) if number == 7 else (standard,),
            is_tagged=is_tagged or tool is not Tool.MATHPATH or number != 11,
        )
        for number, shape in enumerate(_SHAPES[tool], start=1)
    )


def _item(
    tool: Tool,
    number: int,
    *,
    shape: tuple[ItemStyle, int],
    standards: tuple[Standard, ...],
    is_tagged: bool,
) -> Item:
    style, points = shape
    code = standards[0].code.removeprefix("RB.").replace(".", "-").lower()
    return Item(
        item_id=f"{BASE[tool]}/items/{code}-{number:02d}",
        tool=tool,
        number=number,
        style=style,
        points=points,
        choice_count=_choice_count(style, number),
        standards=standards,
        is_tagged=is_tagged,
        # The tablet app scores every other item; of the rest it says right or wrong only.
        is_scored=tool is not Tool.FIELDKIT or number % 2 == 0,
    )


def _choice_count(style: ItemStyle, number: int) -> int:
    if style is ItemStyle.CHOICE:
        return 5 if number % 5 == 0 else 4
    return 2 if style is ItemStyle.TRUE_FALSE else 0

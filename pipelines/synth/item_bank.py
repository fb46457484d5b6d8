"""Each tool's bank of questions: a dozen or more per standard."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.synth.framework import LEAF_LEVEL, Framework
from pipelines.synth.tools import BASE
from pipelines.synth.values import Item, ItemStyle, Standard, Subject, Tool

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
    leaves = [node for node in framework.standards if node.level == LEAF_LEVEL]
    for place, standard in enumerate(leaves):
        tool = Tool.MATHPATH if standard.subject is Subject.MATHEMATICS else Tool.FIELDKIT
        for owner in (tool, Tool.GAUGEWELL):
            items[owner, standard.identifier] = _bank(owner, standard, leaves, place)
    return ItemBank(items)


def _bank(tool: Tool, standard: Standard, leaves: list[Standard], place: int) -> tuple[Item, ...]:
    shapes = {
        Tool.MATHPATH: _MATHPATH_ITEMS,
        Tool.FIELDKIT: _FIELDKIT_ITEMS,
        Tool.GAUGEWELL: _GAUGEWELL_ITEMS,
    }[tool]
    second = _neighbour(standard, leaves)
    return tuple(
        _item(tool, number, shape, (standard, second if number == 7 else standard), place)
        for number, shape in enumerate(shapes, start=1)
    )


def _neighbour(standard: Standard, leaves: list[Standard]) -> Standard:
    peers = [
        leaf for leaf in leaves if (leaf.subject, leaf.grade) == (standard.subject, standard.grade)
    ]
    return peers[(peers.index(standard) + 1) % len(peers)]


def _item(
    tool: Tool,
    number: int,
    shape: tuple[ItemStyle, int],
    standards: tuple[Standard, Standard],
    place: int,
) -> Item:
    """Build one item; a few carry two standards, a few the tool forgot to tag or does not score."""
    style, points = shape
    code = standards[0].code.removeprefix("RB.").replace(".", "-").lower()
    return Item(
        item_id=f"{BASE[tool]}/items/{code}-{number:02d}",
        tool=tool,
        number=number,
        style=style,
        points=points,
        choice_count=_choice_count(style, number),
        standards=tuple(dict.fromkeys(standards)),
        is_tagged=not (tool is Tool.MATHPATH and number == 11 and place % 3 == 0),
        is_scored=tool is not Tool.FIELDKIT or number % 2 == 0,
    )


def _choice_count(style: ItemStyle, number: int) -> int:
    if style is ItemStyle.CHOICE:
        return 5 if number % 5 == 0 else 4
    return 2 if style is ItemStyle.TRUE_FALSE else 0

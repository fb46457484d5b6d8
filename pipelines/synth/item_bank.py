"""Each tool's bank of questions: a dozen or more per standard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.synth.editions import EARLIER, OLDEST, in_edition
from pipelines.synth.tools import BASE
from pipelines.synth.values import Item, ItemStyle, Standard, Subject, Tool, Way

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
# The quizzes are older than the standards of today; the tutor has skills of its own.
_WAYS = {
    (Tool.GAUGEWELL, 3): Way.EXTENSION,
    (Tool.FIELDKIT, 3): Way.EXTENSION,
    (Tool.MATHPATH, 6): Way.EXTENSION,
    (Tool.GAUGEWELL, 2): Way.EARLIER,
    (Tool.GAUGEWELL, 6): Way.EARLIER,
    (Tool.MATHPATH, 3): Way.EXACT,
    (Tool.MATHPATH, 4): Way.NARROWER,
    (Tool.MATHPATH, 5): Way.BROADER,
    (Tool.MATHPATH, 12): Way.ALIGNED,
}
# Of an item of some standards nothing is said, or only what it was about when it was written.
_ODD_ITEM = (Tool.MATHPATH, 11)
_UNTAGGED_PLACES, _OLD_PLACE = (0, 3, 6), 1
_WAYS_OF_OLD = {6: Way.SPLIT, 7: Way.MERGED, 8: Way.CIRCULAR}


@dataclass(frozen=True, slots=True)
class ItemBank:
    """Items by tool and standard."""

    items: dict[tuple[Tool, str], tuple[Item, ...]]

    def of(self, tool: Tool, standard: Standard) -> tuple[Item, ...]:
        """Return a tool's items on a standard."""
        return self.items[tool, standard.identifier]

    def all(self) -> tuple[Item, ...]:
        """Return every item, tool by tool within each standard."""
        return tuple(item for items in self.items.values() for item in items)


def build_item_bank(framework: Framework) -> ItemBank:
    """Build the banks: mathematics for the tutor, science for tablets, both for quizzes."""
    items: dict[tuple[Tool, str], tuple[Item, ...]] = {}
    for (subject, _), peers in framework.leaves.items():
        tool = Tool.MATHPATH if subject is Subject.MATHEMATICS else Tool.FIELDKIT
        for place, standard in enumerate(peers):
            following = peers[(place + 1) % len(peers)]
            for owner in (tool, Tool.GAUGEWELL):
                bank = _bank(owner, standard, following=following, place=place)
                items[owner, standard.identifier] = bank
    return ItemBank(items)


def _bank(tool: Tool, standard: Standard, *, following: Standard, place: int) -> tuple[Item, ...]:
    """Build the items of the standard in a place; one covers the following standard too."""
    return tuple(
        _item(
            tool,
            number,
            shape=shape,
            standards=(standard, following) if number == 7 else (standard,),
            way=_way(tool, number, standard, place),
        )
        for number, shape in enumerate(_SHAPES[tool], start=1)
    )


def _way(tool: Tool, number: int, standard: Standard, place: int) -> Way:
    if (tool, number) == _ODD_ITEM and place in _UNTAGGED_PLACES:
        return Way.UNTAGGED
    if (tool, number) == _ODD_ITEM and place == _OLD_PLACE:
        return _WAYS_OF_OLD[standard.grade]
    return _WAYS.get((tool, number), Way.STANDARD)


def _item(
    tool: Tool,
    number: int,
    *,
    shape: tuple[ItemStyle, int],
    standards: tuple[Standard, ...],
    way: Way,
) -> Item:
    style, points = shape
    references = _references(tool, standards, way)
    own = tuple(standard.uri for standard in standards)
    code = standards[0].code.removeprefix("RB.").replace(".", "-").lower()
    return Item(
        item_id=f"{BASE[tool]}/items/{code}-{number:02d}",
        tool=tool,
        number=number,
        style=style,
        points=points,
        choice_count=_choice_count(style, number),
        standards=standards,
        way=way,
        references=references,
        counts_for=references if way in _WAYS_OF_OLD.values() else own,
        # The tablet app scores every other item; of the rest it says right or wrong only.
        is_scored=tool is not Tool.FIELDKIT or number % 2 == 0,
    )


def skill(tool: Tool, standard: Standard, way: Way) -> str:
    """Return the skill that a tool has of its own, as its events refer to it."""
    return f"{BASE[tool]}/skills/{standard.code.removeprefix('RB.').lower()}/{way.value}"


def _references(tool: Tool, standards: tuple[Standard, ...], way: Way) -> tuple[str, ...]:
    own = tuple(standard.uri for standard in standards)
    skills = tuple(skill(tool, standard, way) for standard in standards)
    match way:
        case Way.STANDARD | Way.EXTENSION:
            return own
        case Way.EARLIER:
            return tuple(in_edition(standard, EARLIER).uri for standard in standards)
        case Way.SPLIT | Way.MERGED | Way.CIRCULAR:
            return tuple(in_edition(standard, OLDEST).uri for standard in standards)
        case Way.EXACT | Way.NARROWER:
            return skills
        case Way.BROADER:
            return own + skills
        case Way.ALIGNED | Way.UNTAGGED:
            return ()


def _choice_count(style: ItemStyle, number: int) -> int:
    if style is ItemStyle.CHOICE:
        return 5 if number % 5 == 0 else 4
    return 2 if style is ItemStyle.TRUE_FALSE else 0

"""Draw a practice session: items, tries, hints, pauses, and the seconds they really take."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pipelines.synth.draws import draw_seconds, draw_uuid
from pipelines.synth.values import Item, ItemStyle, Person, Section, Span, Team, Tool

if TYPE_CHECKING:
    from random import Random

    from pipelines.synth.item_bank import ItemBank
    from pipelines.synth.knowledge import Knowledge
    from pipelines.synth.world import Focus

_MAX_TRIES = 3
_RETRY_SHARE = 0.55
_IDLE_SHARE = 0.05
_HINT_SHARE = 0.4
_MERGE_GAP_MS = 12_000
_MEDIAN_SECONDS = {
    ItemStyle.CHOICE: 34.0,
    ItemStyle.TRUE_FALSE: 18.0,
    ItemStyle.NUMERIC: 52.0,
    ItemStyle.FILL_IN: 45.0,
    ItemStyle.OPEN: 170.0,
}


class Setting(NamedTuple):
    """Who practises what, where and for how long."""

    learner: Person
    tool: Tool
    section: Section
    focus: tuple[Focus, ...]
    window: Span
    item_count: int
    chosen_by: str
    team: Team | None
    has_goal: bool


class Answer(NamedTuple):
    """One try at an item."""

    at_ms: int
    item: Item
    try_number: int
    points: int
    seconds: float
    variant: int


class Hint(NamedTuple):
    """A look at a hint of an item."""

    at_ms: int
    item: Item
    number: int


class PracticeSession(NamedTuple):
    """All that happened in one sitting."""

    setting: Setting
    registration: str
    started_ms: int
    ended_ms: int
    answers: tuple[Answer, ...]
    hints: tuple[Hint, ...]
    spans: tuple[Span, ...]

    @property
    def open_span(self) -> Span:
        """From the opening of the lesson to its closing, pauses included."""
        return Span(self.started_ms, self.ended_ms)


class _Sitting:
    """The running clock of a session and what has happened so far."""

    __slots__ = ("answers", "hints", "now_ms", "random", "spans")

    def __init__(self, random: Random, now_ms: int) -> None:
        self.random = random
        self.now_ms = now_ms
        self.answers: list[Answer] = []
        self.hints: list[Hint] = []
        self.spans: list[Span] = [Span(now_ms, now_ms)]

    def work(self, seconds: float) -> None:
        """Let the learner be active for this long."""
        start = self.now_ms
        self.now_ms += round(seconds * 1000)
        self.spans = extend_spans(self.spans, Span(start, self.now_ms))

    def wait(self, seconds: float) -> None:
        """Let time pass without activity."""
        self.now_ms += round(seconds * 1000)


def practise(
    setting: Setting, bank: ItemBank, knowledge: Knowledge, random: Random
) -> PracticeSession:
    """Draw one session; the learner's knowledge grows on the way."""
    sitting = _Sitting(random, setting.window.start_ms)
    registration = draw_uuid(random)
    sitting.work(random.uniform(3, 12))
    for item in _choose_items(setting, bank, random):
        if sitting.now_ms > setting.window.end_ms:
            break
        _work_on_item(sitting, item, knowledge)
    return PracticeSession(
        setting=setting,
        registration=registration,
        started_ms=setting.window.start_ms,
        ended_ms=sitting.now_ms,
        answers=tuple(sitting.answers),
        hints=tuple(sitting.hints),
        spans=tuple(sitting.spans),
    )


def extend_spans(spans: list[Span], span: Span) -> list[Span]:
    """Add a span at the end; a break of a few seconds does not interrupt activity."""
    if spans and span.start_ms - spans[-1].end_ms <= _MERGE_GAP_MS:
        return [*spans[:-1], Span(spans[-1].start_ms, span.end_ms)]
    return [*spans, span]


def _choose_items(setting: Setting, bank: ItemBank, random: Random) -> list[Item]:
    standards = random.choices(
        [focus.standard for focus in setting.focus],
        [focus.weight for focus in setting.focus],
        k=setting.item_count,
    )
    chosen: dict[str, Item] = {}
    for standard in standards:
        fresh = [item for item in bank.of(setting.tool, standard) if item.item_id not in chosen]
        if fresh:
            item = random.choice(fresh)
            chosen[item.item_id] = item
    return list(chosen.values())


def _work_on_item(sitting: _Sitting, item: Item, knowledge: Knowledge) -> None:
    random = sitting.random
    chance = knowledge.chance_of_success(item)
    if random.random() < _IDLE_SHARE:
        sitting.wait(draw_seconds(random, median=260, spread=0.8))
    for try_number in range(1, _MAX_TRIES + 1):
        if item.tool is Tool.MATHPATH and random.random() < _HINT_SHARE * (1 - chance):
            sitting.work(draw_seconds(random, median=11))
            sitting.hints.append(Hint(sitting.now_ms, item, try_number))
            chance = min(0.97, chance + 0.12)
        points = _try_once(sitting, item, chance=chance, try_number=try_number)
        if points == item.points or random.random() > _RETRY_SHARE:
            break
        chance = min(0.97, chance + 0.2)
    first = next(answer for answer in reversed(sitting.answers) if answer.try_number == 1)
    knowledge.practise(item, is_right=first.points == item.points)
    sitting.wait(random.uniform(1, 6))


def _try_once(sitting: _Sitting, item: Item, *, chance: float, try_number: int) -> int:
    random = sitting.random
    median = _MEDIAN_SECONDS[item.style] * (1.0 if try_number == 1 else 0.55)
    seconds = draw_seconds(random, median=median)
    sitting.work(seconds)
    points = draw_points(random, item, chance)
    variant = random.randrange(1000)
    sitting.answers.append(Answer(sitting.now_ms, item, try_number, points, seconds, variant))
    return points


def draw_points(random: Random, item: Item, chance: float) -> int:
    """Draw full points, or some of them where an item has more than one."""
    if random.random() < chance:
        return item.points
    if item.points > 1 and random.random() < 0.25 + chance / 2:
        return random.randrange(1, item.points)
    return 0

"""Draw a visit to the course pages: reading, assignments, the class forum."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from pipelines.synth.draws import draw_seconds, draw_uuid
from pipelines.synth.practice import extend_spans
from pipelines.synth.tools import BASE
from pipelines.synth.values import Person, Section, Span, Team, Tool

if TYPE_CHECKING:
    from random import Random

_PAGES = ("overview", "notes", "worked-examples", "vocabulary", "lab-sheet", "reading-list")


class CourseStep(NamedTuple):
    """One action on the course pages: what was done to which path below the course."""

    at_ms: int
    action: str
    path: str
    previous_path: str
    seconds: float


class Guise(StrEnum):
    """As whom a teacher looks at the course pages."""

    STUDENT_VIEW = "student_view"
    ONE_STUDENT = "one_student"


class CourseVisit(NamedTuple):
    """One visit from login to logout; in a guise it is not the visitor's own."""

    visitor: Person
    section: Section
    session_id: str
    team: Team | None
    steps: tuple[CourseStep, ...]
    spans: tuple[Span, ...]
    guise: Guise | None = None

    @property
    def open_span(self) -> Span:
        """From the login until the last page is left."""
        return Span(self.spans[0].start_ms, self.spans[-1].end_ms)


class _Browser:
    """A visit's clock and history."""

    __slots__ = ("now_ms", "path", "spans", "steps")

    def __init__(self, now_ms: int) -> None:
        self.now_ms = now_ms
        self.path = "home"
        self.steps: list[CourseStep] = []
        self.spans: list[Span] = [Span(now_ms, now_ms)]

    def act(self, action: str, path: str, *, seconds: float) -> None:
        """Record an action and the time then spent."""
        self.steps.append(CourseStep(self.now_ms, action, path, self.path, seconds))
        start_ms = self.now_ms
        self.now_ms += round(seconds * 1000)
        self.spans = extend_spans(self.spans, Span(start_ms, self.now_ms))
        self.path = path


def visit_course(
    visitor: Person, section: Section, *, start_ms: int, team: Team | None, random: Random
) -> CourseVisit:
    """Draw one visit of three to eight actions."""
    browser = _Browser(start_ms)
    session_id = f"{BASE[Tool.COURSEYARD]}/sessions/{draw_uuid(random)}"
    browser.act("logged_in", "home", seconds=random.uniform(2, 8))
    unit = random.randrange(1, 6)
    for page in random.sample(_PAGES, random.randrange(1, 3)):
        browser.act("navigated", f"units/{unit}/{page}", seconds=draw_seconds(random, median=8))
        if random.random() < 0.6:
            path = f"documents/unit-{unit}-{page}.pdf"
            browser.act("viewed", path, seconds=draw_seconds(random, median=75, spread=0.7))
    if random.random() < 0.3:
        _hand_in(browser, f"assignments/unit-{unit}-task", random)
    if random.random() < 0.25:
        _join_forum(browser, random)
    if random.random() < 0.6:
        browser.act("logged_out", "home", seconds=0.0)
    return CourseVisit(
        visitor, section, session_id, team, tuple(browser.steps), tuple(browser.spans)
    )


def _hand_in(browser: _Browser, path: str, random: Random) -> None:
    seconds = draw_seconds(random, median=420, spread=0.5)
    browser.act("started", path, seconds=seconds)
    browser.act("submitted", path, seconds=random.uniform(2, 9))
    # The submission states how long the attempt took.
    browser.steps[-1] = browser.steps[-1]._replace(seconds=seconds)


def _join_forum(browser: _Browser, random: Random) -> None:
    browser.act("navigated", "forums/1", seconds=draw_seconds(random, median=10))
    if random.random() < 0.2:
        browser.act("subscribed", "forums/1", seconds=random.uniform(1, 3))
    message = f"forums/1/topics/{random.randrange(1, 9)}/messages/{random.randrange(1, 10**6)}"
    action = "posted" if random.random() < 0.5 else "read"
    browser.act(action, message, seconds=draw_seconds(random, median=40))

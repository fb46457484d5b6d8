"""Draw how somebody watches a video: play, pause, seek, give up or finish."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from pipelines.synth.draws import draw_uuid
from pipelines.synth.practice import extend_spans
from pipelines.synth.tools import BASE
from pipelines.synth.values import Person, Section, Span, Standard, Tool

if TYPE_CHECKING:
    from random import Random

FINISHED_SHARE = 0.95


@dataclass(frozen=True, slots=True)
class Video:
    """A video on one standard."""

    video_id: str
    title: str
    length_seconds: float
    standard: Standard


class VideoStep(NamedTuple):
    """One action on the player; positions are seconds of the video."""

    at_ms: int
    action: str
    position: float
    target: float
    segments: tuple[tuple[float, float], ...]


class Screening(NamedTuple):
    """Who is about to watch what, for which class and by whose choice."""

    viewer: Person
    section: Section
    video: Video
    chosen_by: str


class VideoView(NamedTuple):
    """One sitting in front of a video."""

    screening: Screening
    registration: str
    player_session: str
    steps: tuple[VideoStep, ...]
    spans: tuple[Span, ...]

    @property
    def open_span(self) -> Span:
        """From the first to the last action on the player, pauses included."""
        return Span(self.steps[0].at_ms, self.steps[-1].at_ms)


class _Player:
    """A player's clock, position and the parts played so far."""

    __slots__ = ("now_ms", "played_from", "position", "segments", "spans", "steps")

    def __init__(self, now_ms: int) -> None:
        self.now_ms = now_ms
        self.position = 0.0
        self.played_from = 0.0
        self.steps: list[VideoStep] = []
        self.segments: list[tuple[float, float]] = []
        self.spans: list[Span] = [Span(now_ms, now_ms)]

    def act(self, action: str, *, target: float = 0.0) -> None:
        """Record an action at the present position."""
        step = VideoStep(self.now_ms, action, self.position, target, tuple(self.segments))
        self.steps.append(step)

    def play_until(self, position: float) -> None:
        """Play up to a position and close the played segment."""
        start_ms = self.now_ms
        self.act("played")
        self.now_ms += round((position - self.position) * 1000)
        self.segments.append((self.position, position))
        self.position = position
        self.spans = extend_spans(self.spans, Span(start_ms, self.now_ms))

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.now_ms += round(seconds * 1000)


def video_on(standard: Standard, number: int) -> Video:
    """Return one of a standard's two videos."""
    code = standard.code.removeprefix("RB.").replace(".", "-").lower()
    length = 110.0 + 37.5 * ((standard.grade + standard.position * 3 + number * 5) % 7)
    title = f"{standard.statement.split(' ')[0]}: {standard.code}, part {number}"
    return Video(f"{BASE[Tool.CLIPSTREAM]}/videos/{code}-{number}", title, length, standard)


def watch(screening: Screening, start_ms: int, random: Random) -> VideoView:
    """Draw one sitting: most watch to the end, some skip, some stop."""
    player = _Player(start_ms)
    length = screening.video.length_seconds
    registration, player_session = draw_uuid(random), draw_uuid(random)
    player.act("initialized")
    player.wait(random.uniform(1, 4))
    stop_at = length * (1.0 if random.random() < 0.7 else random.uniform(0.2, 0.9))
    _watch_until(player, round(stop_at, 1), random)
    if sum(end - begin for begin, end in player.segments) >= length * FINISHED_SHARE:
        player.act("completed")
    player.wait(random.uniform(0.5, 5))
    player.act("terminated")
    return VideoView(
        screening, registration, player_session, tuple(player.steps), tuple(player.spans)
    )


def _watch_until(player: _Player, stop_at: float, random: Random) -> None:
    if random.random() < 0.45:
        player.play_until(round(stop_at * random.uniform(0.25, 0.7), 1))
        player.act("paused")
        player.wait(random.choice([random.uniform(3, 20), random.uniform(30, 400)]))
    if random.random() < 0.25:
        target = round(min(stop_at * 0.9, player.position + random.uniform(10, 60)), 1)
        if target > player.position:
            player.act("seeked", target=target)
            player.position = target
            player.wait(random.uniform(0.5, 2))
    player.play_until(stop_at)
    player.act("paused")

"""One random student of a test's district: sessions of events that meet every rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from tests.oracles.values import Event

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator, Sequence
    from zoneinfo import ZoneInfo

ADL: Final = "http://adlnet.gov/expapi/verbs/"
VIDEO: Final = "https://w3id.org/xapi/video/verbs/"
SOLUTION: Final = "http://id.tincanapi.com/activitytype/solution"
INTERACTION: Final = "http://adlnet.gov/expapi/activities/cmi.interaction"
TOOL_VERB: Final = "https://tool.example/verbs/"
STANDARDS: Final = [
    (f"{number:08d}-0000-4000-8000-000000000000", f"https://case.example/CFItems/{number}")
    for number in range(6)
]
SKILLS: Final = ("https://skills.example/known", "https://skills.example/wide")
STRONG: Final = 0.9
SOURCES: Final = ("mathpath", "reader", "cinema", "unlisted")


def id_after(event_id: str) -> str:
    """Return the id that follows on an id of an event: the two stand together in any order."""
    return str(UUID(int=UUID(event_id).int + 1))


class Student:
    """Draws the events of one student: sessions of events, on one or two devices."""

    def __init__(self, draws: random.Random, zone: ZoneInfo, number: int) -> None:
        self.draws = draws
        self.zone = zone
        self.number = number
        self.skill = draws.choice((0.15, 0.5, 0.8, 0.99))

    def events(self, dates: Sequence[date]) -> Iterator[Event]:
        """Yield what the student did on some dates."""
        for day in dates:
            for _ in range(self.draws.choice((0, 0, 1, 1, 2))):
                yield from self._session(day)

    def _session(self, day: date) -> Iterator[Event]:
        """Start in school, in the evening, before midnight or in the night."""
        hour = self.draws.choice((7, 8, 9, 13, 14, 16, 19, 23, 23, 0))
        clock = time(hour, self.draws.randrange(60), self.draws.randrange(60))
        moment = datetime.combine(day, clock, self.zone).astimezone(UTC)
        source = self.draws.choice(SOURCES)
        session_key = self.draws.choice((None, f"session-{self.draws.randrange(10**9)}"))
        item = self.draws.randrange(4)
        for _ in range(self.draws.randrange(1, 12)):
            item = self.draws.choice((item, self.draws.randrange(4)))
            event = Event(
                source=self.draws.choice((source, source, self.draws.choice(SOURCES))),
                event_id=str(UUID(int=self.draws.getrandbits(128))),
                standard="xapi",
                verb="",
                occurred_at=moment,
                actor_key=f"actor-{self.number}-{self.draws.randrange(2)}",
                session_key=session_key,
                chosen_by=self.draws.choice((None, None, None, "student", "teacher", "system")),
                interaction_mode=("alone", "group", "teacher_led", None, None)[self.number % 5],
            )
            yield self._draw(event, item)
            moment += self._gap()

    def _gap(self) -> timedelta:
        low, high = self.draws.choice(
            ((0, 0), *[(1, 90)] * 6, (110, 130), (120, 600), (590, 1900), (1700, 9000))
        )
        return timedelta(milliseconds=self.draws.randrange(low * 1000, high * 1000 + 1))

    def _draw(self, event: Event, item: int) -> Event:
        kinds: list[Callable[[Event, str], Event]] = []
        kinds += [self._answer] * 6
        kinds += [self._watch] * 4
        kinds += [self._item_completed, self._graded, self._completed, self._other]
        if self.skill < STRONG:
            kinds += [self._hint] * 2
        draw = self.draws.choice(kinds)
        return draw(event, f"https://tool.example/items/{self.number % 3}-{item}")

    def _answer(self, event: Event, item: str) -> Event:
        return replace(
            event,
            verb=self.draws.choice((f"{ADL}answered", f"{ADL}passed", f"{TOOL_VERB}solved")),
            activity_id=item,
            activity_type=self.draws.choice((INTERACTION, INTERACTION, None)),
            choice_count=self.draws.choice((None, None, 1, 2, 4)),
            standard_refs=self._standard_refs(item),
            duration_seconds=self._duration(),
            **self._result(),
        )

    def _result(self) -> dict[str, Any]:
        """Draw a score of any form; success sometimes contradicts it."""
        is_right = self.draws.random() < self.skill
        share = (1.0 if is_right else self.draws.choice((0.0, 0.0, 0.4, -0.5))) * 1.0
        success = self.draws.choice((None, is_right, is_right, is_right, not is_right))
        if self.skill > STRONG:
            return {"success": is_right}
        return self.draws.choice(
            (
                {"score_scaled": share, "success": success},
                {"score_raw": 2 + 8 * share, "score_min": 2.0, "score_max": 10.0},
                {"score_raw": share, "score_min": 0.0, "score_max": 0.0, "success": success},
                {"score_raw": share},
                {"success": is_right},
                {"success": is_right},
                {"score_scaled": share},
            )
        )

    def _standard_refs(self, item: str) -> tuple[str, ...]:
        """Most items have one or two standards; some none, some an unknown one, some twice."""
        place = int(item[-1])
        first, second = STANDARDS[place], STANDARDS[place + 1]
        return self.draws.choice(
            (
                (first[1],),
                (first[1],),
                (first[0],),
                (first[1], second[1]),
                (first[1], first[0]),
                (first[1], "https://case.example/CFItems/unknown"),
                (first[1], SKILLS[0]),
                SKILLS,
                (SKILLS[1],),
                ("https://case.example/CFItems/unknown",),
                (),
            )
        )

    def _duration(self) -> float | None:
        return self.draws.choice(
            (None, None, self.draws.uniform(1, 400), 7200.0, 7200.001, 1e30, 0.0)
        )

    def _caliper(self, event: Event, item: str) -> Event:
        length = timedelta(seconds=self.draws.choice((-5, 0, 30, 90, 400, 7200, 7300)))
        return replace(
            event,
            standard="caliper",
            activity_id=item,
            activity_type="AssessmentItem",
            standard_refs=self._standard_refs(item),
            started_at=self.draws.choice((None, event.occurred_at - length)),
            ended_at=event.occurred_at,
        )

    def _item_completed(self, event: Event, item: str) -> Event:
        return replace(
            self._caliper(event, item), verb="Completed", event_type="AssessmentItemEvent"
        )

    def _graded(self, event: Event, item: str) -> Event:
        """A grade comes minutes or days after the attempt; people and software give it."""
        later = timedelta(minutes=self.draws.choice((0, 5, 60 * 24, 60 * 70)))
        is_known = self.draws.random() < 0.8
        return replace(
            self._caliper(event, item),
            verb="Graded",
            event_type="GradeEvent",
            learner_role="assignee",
            scored_by=self.draws.choice(("person", "software", None)),
            score_raw=5.0 if self.skill > STRONG else self.draws.choice((0.0, 2.5, 4.0, 5.0)),
            score_max=self.draws.choice((5.0, 5.0, 5.0, 0.0, None)),
            occurred_at=event.occurred_at + later,
            ended_at=event.occurred_at if is_known else None,
        )

    def _completed(self, event: Event, item: str) -> Event:
        return replace(
            event,
            verb=f"{ADL}completed",
            activity_id=item,
            activity_type="http://adlnet.gov/expapi/activities/lesson",
            standard_refs=self._standard_refs(item),
            success=self.draws.choice((None, True)),
            score_scaled=self.draws.choice((None, 0.7)),
            score_raw=self.draws.choice((None, 3.0)),
        )

    def _hint(self, event: Event, item: str) -> Event:
        if self.draws.random() < 0.5:
            return replace(event, verb=f"{TOOL_VERB}helped", activity_id=item)
        return replace(
            event,
            verb=f"{ADL}asked",
            activity_id=f"{item}/hint",
            activity_type=SOLUTION,
            parent_id=item,
        )

    def _watch(self, event: Event, item: str) -> Event:
        return replace(
            event,
            verb=self.draws.choice(
                (
                    f"{VIDEO}played",
                    f"{VIDEO}played",
                    f"{VIDEO}paused",
                    f"{VIDEO}seeked",
                    f"{TOOL_VERB}pulse",
                )
            ),
            activity_id=f"https://tool.example/films/{item[-1]}",
            activity_type="https://w3id.org/xapi/video/activity-type/video",
            duration_seconds=self.draws.choice((None, None, 20.0)),
        )

    def _other(self, event: Event, item: str) -> Event:
        return replace(
            event,
            verb=self.draws.choice(
                (
                    f"{ADL}experienced",
                    f"{ADL}initialized",
                    f"{ADL}logged-out",
                    f"{TOOL_VERB}aimed",
                    f"{TOOL_VERB}solved",
                    f"{TOOL_VERB}never-heard-of",
                )
            ),
            activity_id=self.draws.choice((None, item)),
            activity_type="https://tool.example/types/game",
            duration_seconds=self._duration(),
            success=self.draws.choice((None, True)),
        )

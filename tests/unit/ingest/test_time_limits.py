"""What happened before the first date or too long after the night is rejected, with its rule."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from pipelines.home import Home
from pipelines.ingest.blocks import Part
from pipelines.ingest.items import RawItem
from pipelines.ingest.process import PartOutcome, PartProcessor
from pipelines.ingest.time_limits import TimeLimits, time_limits
from pipelines.settings import TimeLimitSettings, read_settings
from pipelines.validation.validator import Validator
from tests.unit.examples import SETTINGS, caliper_event, statement

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pipelines.ingest.rows import Keyring
    from pipelines.settings import Settings

LIMITS = TimeLimits("2025-09-01T05:00:00.000Z", "2025-09-03T05:00:00.000Z")
FIRST, LAST = "2025-09-01T00:00:00-05:00", "2025-09-02T23:59:59.999-05:00"
TOO_EARLY, TOO_LATE = "2025-08-31T23:59:59.999-05:00", "2025-09-03T00:00:00-05:00"
ATTEMPT = {
    "id": "https://quizroom.example/attempts/1",
    "type": "Attempt",
    "assignee": "https://quizroom.example/users/1",
    "assignable": "https://quizroom.example/pages/1",
}


def _of(root: Path, more: str = "", *, night: date = date(2025, 9, 1)) -> TimeLimits:
    return time_limits(_settings(root, more), night)


def _settings(root: Path, more: str) -> Settings:
    (root / "district.toml").write_text(SETTINGS + more, encoding="utf-8")
    return read_settings(Home.at(root))


@pytest.fixture(scope="module")
def within(keyring: Keyring) -> Callable[[Any], PartOutcome]:
    """Give a function that processes one document within limits."""
    processor = PartProcessor(Validator.load(), keyring, time_limits=LIMITS)

    def run(document: Any) -> PartOutcome:
        raw = orjson.dumps(document)
        return processor.process(Part("digest", "mathpath", 0, [RawItem(1, 0, len(raw), raw)]))

    return run


def test_limits_are_whole_dates_of_every_school(tmp_path: Path) -> None:
    """The first date begins in the east, the last one ends in the west."""
    more = '[[schools]]\nid = "{}"\nzone = "America/{}"\n'
    text = more.format("e", "New_York") + more.format("w", "Los_Angeles")
    limits = _of(tmp_path, f"{text}[time_limits]\nearliest_date = 2025-09-01\nfuture_days = 0")
    assert limits == ("2025-09-01T04:00:00.000Z", "2025-09-02T07:00:00.000Z")


def test_limits_are_whole_dates_of_the_district(tmp_path: Path) -> None:
    """An event may come from the first date, and from the date after the night, to its end."""
    assert _of(tmp_path) == TimeLimits("2000-01-01T06:00:00.000Z", "2025-09-03T05:00:00.000Z")
    more = "[time_limits]\nearliest_date = 2025-09-01\nfuture_days = 0\n"
    assert _of(tmp_path, more) == LIMITS._replace(end="2025-09-02T05:00:00.000Z")
    winter = _of(tmp_path, more, night=date(2025, 11, 2))
    assert winter.end == "2025-11-03T06:00:00.000Z"


@pytest.mark.parametrize("text", ["2025-09-01", '"2025-09-01"'])
def test_a_date_may_be_written_as_toml_or_text(tmp_path: Path, text: str) -> None:
    """TOML has dates of its own."""
    settings = _settings(tmp_path, f"[time_limits]\nearliest_date = {text}\n")
    assert settings.time_limits == TimeLimitSettings(date(2025, 9, 1), 1)


@pytest.mark.parametrize("time", [FIRST, LAST])
@pytest.mark.parametrize(
    "more",
    [
        pytest.param({}, id="short-way"),
        pytest.param({"attachments": []}, id="long-way"),
        pytest.param({"stored": "1970-01-01T00:00:00Z"}, id="stored-is-not-asked"),
    ],
)
def test_what_happened_within_the_limits_is_accepted(
    within: Callable[[Any], PartOutcome], time: str, more: dict[str, Any]
) -> None:
    """The first and the last moment count."""
    outcome = within(statement(timestamp=time, **more))
    assert (outcome.events.num_rows, outcome.rejections) == (1, [])


@pytest.mark.parametrize(
    ("document", "rule", "path"),
    [
        (statement(timestamp=TOO_EARLY), "time.too-early", "$.timestamp"),
        (statement(timestamp=TOO_LATE), "time.too-late", "$.timestamp"),
        (statement(timestamp=TOO_LATE, attachments=[]), "time.too-late", "$.timestamp"),
        (statement(timestamp=None, stored=TOO_LATE), "time.too-late", "$.stored"),
        (statement(timestamp="0001-01-01T00:00:00+05:00"), "time.too-early", "$.timestamp"),
        (statement(timestamp="9999-12-31T23:59:59-05:00"), "time.too-late", "$.timestamp"),
        ([statement(), statement(timestamp=TOO_LATE)], "time.too-late", "$[1].timestamp"),
        (caliper_event(eventTime="1970-01-01T00:00:00.000Z"), "time.too-early", "$.eventTime"),
        (
            caliper_event(
                type="AssessmentEvent",
                profile="AssessmentProfile",
                action="Submitted",
                object={"id": "https://quizroom.example/pages/1", "type": "Assessment"},
                generated=ATTEMPT | {"endedAtTime": "2031-01-01T00:00:00.000Z"},
            ),
            "time.too-late",
            "$.generated.endedAtTime",
        ),
    ],
)
def test_what_happened_outside_of_the_limits_is_rejected(
    within: Callable[[Any], PartOutcome], document: Any, rule: str, path: str
) -> None:
    """The reason names the setting and the place, and nothing of the event is counted as stored."""
    outcome = within(document)
    (rejection,) = outcome.rejections
    assert [(each.rule, each.path) for each in rejection.findings] == [(rule, path)]
    assert outcome.read == outcome.events.num_rows + 1
    assert not outcome.refused_fields


def test_the_times_of_a_session_are_not_asked(within: Callable[[Any], PartOutcome]) -> None:
    """Only what moves a date of a mart can be out of the limits."""
    session = {
        "id": "https://quizroom.example/sessions/1",
        "type": "Session",
        "startedAtTime": "1970-01-01T00:00:00.000Z",
    }
    event = caliper_event(
        type="SessionEvent",
        profile="SessionProfile",
        action="TimedOut",
        actor={"id": "https://quizroom.example", "type": "SoftwareApplication"},
        object=session,
    )
    assert within(event).events.num_rows == 1


def test_a_message_does_not_repeat_the_time(within: Callable[[Any], PartOutcome]) -> None:
    """A rejection says the rule, never a value of the event."""
    (rejection,) = within(statement(timestamp="2030-05-06T07:08:09Z")).rejections
    assert "2030" not in str(rejection.findings)

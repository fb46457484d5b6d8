"""A source that breaks is held and named, and comes in once it is mended or released."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pipelines.errors import ConfigurationError
from pipelines.quarantine.release import release
from pipelines.report.changes import held_messages, held_report
from pipelines.settings import CircuitBreakerSettings
from pipelines.warehouse.circuit_breaker import Rate, is_to_hold
from tests.unit.examples import deliver, lines, statement
from tests.unit.quarantine.homes import NIGHT, STRICT_RULE, SmallDistrict

GOOD, BAD, QUIZ = "mathpath/good.ndjson", "mathpath/bad.ndjson", "quizroom/good.ndjson"
NEXT = NIGHT + timedelta(days=1)


@pytest.mark.parametrize(
    ("rate", "history", "is_held"),
    [
        pytest.param(Rate(21, 100), None, True, id="over-the-rate-without-history"),
        pytest.param(Rate(20, 100), None, False, id="at-the-rate"),
        pytest.param(Rate(99, 99), None, False, id="too-few-items"),
        pytest.param(Rate(30, 100), Rate(10, 100), False, id="three-times-its-history"),
        pytest.param(Rate(31, 100), Rate(10, 100), True, id="over-three-times-its-history"),
        pytest.param(Rate(90, 100), Rate(400, 1000), False, id="was-always-like-this"),
        pytest.param(Rate(30, 100), Rate(0, 1000), True, id="history-without-rejects"),
        pytest.param(Rate(0, 0), None, False, id="nothing"),
    ],
)
def test_both_the_setting_and_the_history_decide(
    rate: Rate, history: Rate | None, *, is_held: bool
) -> None:
    """Held is what passes the setting and is far from what the source did so far."""
    assert is_to_hold(rate, history, CircuitBreakerSettings()) is is_held


@pytest.fixture
def broken(district: SmallDistrict) -> SmallDistrict:
    """A district of which an over-strict rule refused most of what one source delivered."""
    numbers = range(1, 121)
    deliver(district.home, BAD, lines(*(statement(number) for number in numbers)))
    other = {"id": "http://adlnet.gov/expapi/verbs/completed"}
    deliver(district.home, QUIZ, lines(*(statement(number, verb=other) for number in numbers)))
    district.ingest(is_strict=True)
    return district


def test_the_rest_of_the_night_goes_on(broken: SmallDistrict) -> None:
    """The other source is loaded, and the message says source, rate, rule and way out."""
    held = broken.load().held
    assert set(broken.counts()) == {QUIZ}
    assert broken.query("select file_name, held_since from loaded.held") == [(BAD, NIGHT)]
    (message,) = held_messages(held)
    for words in ("mathpath", "100.0%", STRICT_RULE, "plumbline release", "plumbline replay"):
        assert words in message
    assert held_report(held[0])["history_rate"] is None


def test_a_held_delivery_is_judged_by_itself_each_night(broken: SmallDistrict) -> None:
    """The next good delivery is loaded; what was held stays held, since its own night."""
    broken.load()
    deliver(broken.home, GOOD, lines(*(statement(number) for number in range(500, 700))))
    broken.ingest()
    outcome = broken.load(NEXT)
    assert [each.held_since for each in outcome.held] == [NIGHT]
    assert set(broken.counts()) == {QUIZ, GOOD}


def test_a_replay_after_the_rule_was_mended_lets_it_in(broken: SmallDistrict) -> None:
    """Nothing is lost: every event of the held day is loaded, and nothing is held any more."""
    broken.load()
    broken.replay()
    assert broken.load(NEXT).held == ()
    assert broken.counts()[BAD] == (120, 120, 0, 0, 0, 0)
    assert broken.query("select * from loaded.held") == []


def test_a_person_may_release_it(broken: SmallDistrict) -> None:
    """Released, it is loaded as it is; a warehouse loaded anew keeps to that."""
    broken.load()
    assert release(broken.home, broken.settings, "mathpath") == (BAD,)
    assert broken.load(NEXT).held == ()
    assert broken.counts()[BAD] == (120, 0, 0, 0, 120, 0)
    broken.home.warehouse_file.unlink()
    assert broken.load(NEXT).held == ()
    with pytest.raises(ConfigurationError, match="nothing of mathpath is held"):
        release(broken.home, broken.settings, "mathpath")

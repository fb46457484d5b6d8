"""The small parts that events are made of."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from pipelines.synth.draws import draw_uuid, stream
from pipelines.synth.framework import build_framework
from pipelines.synth.instants import (
    format_duration,
    format_instant,
    format_local_instant,
    local_midnight_ms,
)
from pipelines.synth.item_bank import build_item_bank
from pipelines.synth.knowledge import draw_knowledge
from pipelines.synth.population import draw_population
from pipelines.synth.school_year import is_early_release, is_instructional, plan_school_year
from pipelines.synth.values import ItemStyle, Subject, Tool, Way

ZONE = ZoneInfo("America/Chicago")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "PT0S"), (1.5, "PT1.50S"), (60, "PT1M0S"), (3661.07, "PT1H1M1.07S"), (59.999, "PT1M0S")],
)
def test_durations_are_written_in_parts(seconds: float, text: str) -> None:
    """Hours and minutes appear when needed; hundredths never become sixty seconds."""
    assert format_duration(seconds) == text


def test_instants_have_milliseconds_and_a_zone() -> None:
    """UTC ends in Z, local time in its offset, both with three fraction digits."""
    noon = local_midnight_ms(date(2026, 9, 1), ZONE) + 12 * 3_600_000 + 7
    assert format_instant(noon) == "2026-09-01T17:00:00.007Z"
    assert format_local_instant(noon, ZONE) == "2026-09-01T12:00:00.007-05:00"


@pytest.mark.parametrize("day", [date(2026, 11, 1), date(2027, 3, 14), date(2026, 10, 31)])
def test_afternoons_are_right_when_clocks_change(day: date) -> None:
    """Counting minutes of the day gives the wall clock also on the days on which clocks change."""
    afternoon = local_midnight_ms(day, ZONE) + 15 * 3_600_000
    assert format_local_instant(afternoon, ZONE).startswith(f"{day}T15:00:00.000")


def test_ids_are_random_uuids() -> None:
    """Version 4, the usual variant, lower case."""
    random = stream(1, "ids")
    ids = {draw_uuid(random) for _ in range(200)}
    assert len(ids) == 200
    assert all(each[14] == "4" and each[19] in "89ab" and each == each.lower() for each in ids)


def test_streams_do_not_depend_on_each_other() -> None:
    """A named stream gives the same values whatever else was drawn before."""
    first = stream(3, "day", "one").random()
    stream(3, "day", "two").random()
    assert stream(3, "day", "one").random() == first != stream(3, "day", "two").random()


def test_taught_days_skip_weekends_and_holidays() -> None:
    """Twenty school days from the last of August step over Labor Day and end on a Monday."""
    year = plan_school_year(date(2026, 8, 31), 20)
    assert len(year.taught) == 20
    assert date(2026, 9, 7) not in year.taught
    assert year.taught[-1] == date(2026, 9, 28)
    assert all(is_instructional(day) for day in year.taught)
    assert year.grading_periods[1].starts_on == year.taught[10]


def test_a_long_run_stays_within_its_year() -> None:
    """The year is long enough for every taught day that is asked for."""
    year = plan_school_year(date(2026, 8, 31), 200)
    assert year.taught[-1] <= year.ends_on
    assert year.grading_periods[-1].ends_on == year.ends_on


def test_early_release_is_the_last_friday_of_the_month() -> None:
    """September 2026 has one early release."""
    days = [date(2026, 9, day) for day in range(1, 31)]
    assert [day for day in days if is_early_release(day)] == [date(2026, 9, 25)]


def test_practice_raises_the_chance_of_success() -> None:
    """An item becomes easier with practice, and a guess keeps the chance above zero."""
    framework = build_framework()
    bank = build_item_bank(framework)
    learner = draw_population(1, 10).learners[0]
    knowledge = draw_knowledge(1, learner, framework, plant=None)
    standard = framework.taught(Subject.MATHEMATICS, learner.grade)[0]
    item = bank.of(Tool.MATHPATH, standard)[0]
    before = knowledge.chance_of_success(item)
    for _ in range(20):
        knowledge.practise(item, is_right=True)
    assert item.style is ItemStyle.CHOICE
    assert 1 / item.choice_count < before < knowledge.chance_of_success(item) < 1
    assert knowledge.take_changed() == [standard.identifier]
    assert knowledge.take_changed() == []


def test_every_standard_has_a_dozen_items_in_each_tool() -> None:
    """Items of a standard do not run out in a week, and their addresses are unique."""
    framework = build_framework()
    bank = build_item_bank(framework)
    items = [item for found in bank.items.values() for item in found]
    assert min(len(found) for found in bank.items.values()) >= 12
    assert len({item.item_id for item in items}) == len(items)
    assert {len(item.standards) for item in items} == {1, 2}
    assert {item.way for item in items} == set(Way)

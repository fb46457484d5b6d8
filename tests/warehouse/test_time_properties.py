"""What must hold of minutes, whatever the district."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.oracles.attribution import MODES

if TYPE_CHECKING:
    from datetime import date

    from tests.oracles.values import District
    from tests.warehouse.conftest import BuiltDistrict

SECOND = 1 / 60
BOUNDS = ("minutes_low", "minutes_mid", "minutes_high")


@pytest.fixture(scope="module")
def rows(riverbend: BuiltDistrict) -> list[dict[str, Any]]:
    """proxies.time_on_task of riverbend."""
    return riverbend.build.mart("proxies.time_on_task")


def test_bounds_are_in_order(rows: list[dict[str, Any]]) -> None:
    """Low is at most mid, mid at most high."""
    assert all(0 <= row[BOUNDS[0]] <= row[BOUNDS[1]] <= row[BOUNDS[2]] for row in rows)


def test_share_inferred_is_null_only_without_minutes(rows: list[dict[str, Any]]) -> None:
    """What is not known is null, never zero."""
    for row in rows:
        assert (row["share_inferred"] is None) == (row["minutes_mid"] == 0)
        assert row["share_inferred"] is None or 0 <= row["share_inferred"] <= 1


def test_nobody_has_more_time_than_the_date(
    riverbend: BuiltDistrict, rows: list[dict[str, Any]]
) -> None:
    """Minutes of a date are at most 23, 24 or 25 hours, by the zone."""
    minutes: dict[tuple[str, date], float] = defaultdict(float)
    for row in rows:
        minutes[row["student_key"], row["activity_date"]] += row["minutes_high"]
    for (_, day), total in minutes.items():
        assert total <= _length(riverbend.district, day) / timedelta(minutes=1) + SECOND


def _length(district: District, day: date) -> timedelta:
    midnights = [
        datetime.combine(one, time(), district.zone).astimezone(UTC)
        for one in (day, day + timedelta(days=1))
    ]
    return midnights[1] - midnights[0]


def test_two_identical_tabs_are_one(two_tabs: BuiltDistrict, rows: list[dict[str, Any]]) -> None:
    """Everything open twice gives twice the events and the same minutes."""
    doubled = two_tabs.build.mart("proxies.time_on_task")
    keys = ("student_key", "activity_date", "day_part")
    assert [[row[key] for key in keys] for row in doubled] == [
        [row[key] for key in keys] for row in rows
    ]
    for row, twice in zip(rows, doubled, strict=True):
        assert twice["event_count"] == 2 * row["event_count"]
        assert [twice[bound] for bound in BOUNDS] == [row[bound] for bound in BOUNDS]
        assert twice["share_inferred"] == row["share_inferred"]


def test_two_identical_tabs_are_one_activity(
    riverbend: BuiltDistrict, two_tabs: BuiltDistrict
) -> None:
    """Everything open twice gives each activity the same minutes."""
    once = riverbend.build.mart("proxies.time_on_activity")
    assert once == two_tabs.build.mart("proxies.time_on_activity")


def test_activities_have_bounds_in_order_and_add_up(
    riverbend: BuiltDistrict, rows: list[dict[str, Any]]
) -> None:
    """Low is at most mid, mid at most high, and a student's date comes to the same minutes."""
    totals: dict[tuple[str, date, str], float] = defaultdict(float)
    for row in riverbend.build.mart("proxies.time_on_activity"):
        assert 0 <= row[BOUNDS[0]] <= row[BOUNDS[1]] <= row[BOUNDS[2]]
        for bound in BOUNDS:
            totals[row["student_key"], row["activity_date"], bound] += row[bound]
    for row in rows:
        for bound in BOUNDS:
            totals[row["student_key"], row["activity_date"], bound] -= row[bound]
    assert all(abs(total) < SECOND for total in totals.values())


def test_shares_of_screens_are_in_order_and_whole(riverbend: BuiltDistrict) -> None:
    """Low is at most mid, mid at most high; how it was spent adds up, or is not known."""
    shares = riverbend.build.mart("proxies.screen_share")
    assert shares
    for row in shares:
        assert 0 <= row["share_low"] <= row["share_mid"] <= row["share_high"] <= 1
        modes = [row[f"share_{mode}"] for mode in MODES]
        if row["share_mid"]:
            assert sum(modes) == pytest.approx(1)
        else:
            assert modes == [None] * len(MODES)


def test_both_changes_of_the_clock_are_in_the_data(rows: list[dict[str, Any]]) -> None:
    """The district has activity on the dates of 25 and of 23 hours."""
    dates = {str(row["activity_date"]) for row in rows}
    assert {"2025-11-02", "2026-03-08"} <= dates

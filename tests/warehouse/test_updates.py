"""A warehouse that is brought up to date night by night equals one that is built from scratch."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.home import Home
from tests.warehouse.deliveries import ONLY_MODELS, District, new_district, random_nights
from tests.warehouse.districts import random_district
from tests.warehouse.test_build import NAMES

if TYPE_CHECKING:
    from pathlib import Path

    from tests.warehouse.warehouse import Build

# Where a build may break off: before a family, and in the middle of it.
FIRST_HALVES = (
    ("--select", "+int_events"),
    ("--select", "+int_evidence_weighted", "+int_activity_timed"),
    ("--select", "+mastery_evidence", "+int_activity_day_totals"),
)


def marts(build: Build) -> dict[str, list[dict[str, Any]]]:
    """Return every row of every mart."""
    return {name: build.mart(name) for name in NAMES}


def from_scratch(district: District, root: Path) -> dict[str, list[dict[str, Any]]]:
    """Return the marts that a full build of the same loads makes."""
    copy = District(Home(root), as_of_date=district.as_of_date)
    copy.file.parent.mkdir(parents=True)
    shutil.copy(district.file, copy.file)
    return marts(copy.build(is_full=True))


def differing(
    found: dict[str, list[dict[str, Any]]], expected: dict[str, list[dict[str, Any]]]
) -> dict[str, tuple[list[Any], list[Any]]]:
    """Return the first rows of each mart that only one of both has."""
    return {
        name: (
            [row for row in found[name] if row not in expected[name]][:3],
            [row for row in expected[name] if row not in found[name]][:3],
        )
        for name in expected
        if found[name] != expected[name]
    }


@pytest.mark.parametrize("seed", [1])
def test_any_order_of_nights_gives_what_a_full_build_gives(tmp_path: Path, seed: int) -> None:
    """Late and early events, voids, conflicts and corrections: every mart is identical."""
    contents = random_district(seed, zone="America/Chicago", students=12)
    district = new_district(tmp_path / "home", contents)
    for number, night in enumerate(random_nights(contents, seed, nights=6)):
        district.load(night)
        if number in (0, 1, 3):
            district.build()
        elif number == 4:
            district.build(*ONLY_MODELS, *FIRST_HALVES[seed % 3], passes=False)
    built = district.build()
    assert [plan.baseline is not None for plan in district.plans] == [False, *[True] * 4]
    assert differing(marts(built), from_scratch(district, tmp_path / "scratch")) == {}

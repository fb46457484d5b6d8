"""A warehouse that is brought up to date night by night equals one that is built from scratch."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tests.warehouse.deliveries import Night, new_district
from tests.warehouse.districts import AS_OF_DATE, random_district
from tests.warehouse.orders import (
    FAULT,
    ZONE_OF_SOUTH,
    ZONES,
    compare_order,
    differing_from_scratch,
)

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from tests.warehouse.warehouse import Build

# Of no section: the school that the roster tells of this student decides.
MOVER = "student-9"
TO_OTHER_CLOCKS = f"update loaded.students set school_id = 'south' where student_key = '{MOVER}'"


def test_any_order_of_nights_gives_what_a_full_build_gives(tmp_path: Path) -> None:
    """Late and early events, voids, conflicts and corrections: every mart is identical."""
    compared = compare_order(tmp_path, seed=1)
    assert compared.brought_up_to_date == [False, True, True, True, True]
    assert compared.differing == {}
    assert compared.listed_rows
    assert all(listed == written > 0 for listed, written in compared.listed_rows.values())


def test_a_change_that_is_not_listed_is_noticed(tmp_path: Path) -> None:
    """Where the build is not told of late events, marts differ: the comparison can fail."""
    assert (
        "learning.mastery_evidence" in compare_order(tmp_path, 1, nights=2, fault=FAULT).differing
    )


def test_scores_of_a_student_who_comes_to_other_clocks_are_dated_anew(tmp_path: Path) -> None:
    """Written scores without an event on their date end with the midnights of the new school."""
    contents = random_district(1, zone=ZONES[0], students=10, zone_of_south=ZONE_OF_SOUTH)
    of_others = [each for each in contents.events if f"{each.actor_key}-"[6:8] != "9-"]
    assert 0 < len(of_others) < len(contents.events)
    district = new_district(tmp_path / "home", contents)
    district.load(Night(AS_OF_DATE, (tuple(of_others),)))
    before = _written_moments(district.build())
    district.load(Night(AS_OF_DATE, (), (TO_OTHER_CLOCKS,)))
    built = district.build()
    after = _written_moments(built)
    assert len(before) > 1
    assert {key: at - before[key] for key, at in after.items()} == dict.fromkeys(
        before, timedelta(hours=2)
    )
    assert [plan.baseline is not None for plan in district.plans] == [False, True]
    assert differing_from_scratch(district, built, tmp_path / "scratch") == {}


def _written_moments(build: Build) -> dict[str, datetime]:
    """Return when each written score of the mover counts as performed."""
    return {
        row["event_id"]: row["performed_at"]
        for row in build.mart("learning.mastery_evidence")
        if row["student_key"] == MOVER
    }

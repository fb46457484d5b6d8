"""Bring a warehouse up to date night by night, in a random order, and hold it against a full build.

An order is known by its seed. A planted fault keeps from the build what a load changed: a
comparison that does not notice it proves nothing.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any, NamedTuple

from pipelines.home import Home
from pipelines.publish.dated import BATCH, DATED_TABLES
from pipelines.warehouse.connection import open_encrypted
from tests.warehouse.deliveries import ONLY_MODELS, District, new_district, random_nights
from tests.warehouse.districts import random_district
from tests.warehouse.test_build import NAMES
from tests.warehouse.warehouse import KEY

if TYPE_CHECKING:
    from pathlib import Path

    from tests.warehouse.warehouse import Build

    Marts = dict[str, list[dict[str, Any]]]

ZONES = ("America/Chicago", "America/Havana", "Pacific/Auckland", "Asia/Kathmandu")
ZONE_OF_SOUTH = "America/Los_Angeles"
STUDENTS = 12
NIGHTS = 6
# Whose late events a load brought is kept from the build.
FAULT = "delete from loaded.changes where reason = 'late'"
# Where a build may break off: before a family, and in the middle of it.
_FIRST_HALVES = (
    ("--select", "+int_events"),
    ("--select", "+int_evidence_weighted", "+int_activity_timed"),
    ("--select", "+mastery_evidence", "+int_activity_day_totals"),
)


class Compared(NamedTuple):
    """Whether each build brought the one before up to date, and the marts that are not equal.

    `listed_rows` has, of each table of which publishing reads what was written last, how many rows
    the last build lists, and how many of them it wrote.
    """

    brought_up_to_date: list[bool]
    differing: dict[str, tuple[list[Any], list[Any]]]
    listed_rows: dict[str, tuple[int, int]]


def compare_order(folder: Path, seed: int, *, nights: int = NIGHTS, fault: str = "") -> Compared:
    """Load and build the nights of a seed; `fault` is a statement that each load is followed by."""
    zone = ZONES[(seed - 1) % len(ZONES)]
    contents = random_district(seed, zone=zone, students=STUDENTS, zone_of_south=ZONE_OF_SOUTH)
    district = new_district(folder / "home", contents)
    for number, night in enumerate(random_nights(contents, seed, nights=nights)):
        district.load(night)
        _plant(district, fault)
        if number in (0, 1, 3) and number < nights - 1:
            district.build()
        elif number == 4:
            district.build(*ONLY_MODELS, *_FIRST_HALVES[seed % 3], passes=False)
    built = district.build()
    return Compared(
        [plan.baseline is not None for plan in district.plans],
        differing_from_scratch(district, built, folder / "scratch"),
        _listed_rows(built),
    )


def _listed_rows(build: Build) -> dict[str, tuple[int, int]]:
    found = {}
    for name, changed in DATED_TABLES.items():
        if changed.written:
            last = f"(select max({BATCH}) from {changed.written})"
            ((listed, written),) = build.rows(
                f"select count(*), count(*) filter (where {BATCH} = {last}) from {changed.written}"
                f" semi join {changed.list} using ({', '.join(changed.keys)})"
            )
            found[name] = (listed, written)
    return found


def differing_from_scratch(
    district: District, built: Build, root: Path
) -> dict[str, tuple[list[Any], list[Any]]]:
    """Build a copy of a district in full, and return what of each mart only one of both has."""
    return _differing(_marts(built), _from_scratch(district, root))


def _plant(district: District, fault: str) -> None:
    if fault:
        with open_encrypted(district.file, KEY) as connection:
            connection.execute(fault)


def _marts(build: Build) -> Marts:
    return {name: build.mart(name) for name in NAMES}


def _from_scratch(district: District, root: Path) -> Marts:
    copy = District(Home(root), as_of_date=district.as_of_date)
    copy.file.parent.mkdir(parents=True)
    shutil.copy(district.file, copy.file)
    return _marts(copy.build(is_full=True))


def _differing(found: Marts, expected: Marts) -> dict[str, tuple[list[Any], list[Any]]]:
    """Return the first rows of each mart that only one of both has."""
    return {
        name: (
            [row for row in found[name] if row not in expected[name]][:3],
            [row for row in expected[name] if row not in found[name]][:3],
        )
        for name in expected
        if found[name] != expected[name]
    }

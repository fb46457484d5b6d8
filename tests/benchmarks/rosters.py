"""Measure loading a roster beside DuckDB's plain read_csv of the same files, in turns.

Loading judges every row, turns people into pseudonyms, folds all of it into the history and writes
the encrypted warehouse and vault; DuckDB only reads CSV into tables. The ratio is what counts.
"""

from __future__ import annotations

import argparse
import csv
import shutil
import statistics
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import duckdb

from pipelines.reference.roster_tables import Version, tables_of
from pipelines.settings import read_settings
from pipelines.warehouse.load import load
from pipelines.warehouse.roster import DeliveryState
from tests.benchmarks.memory import PeakMemory
from tests.unit.examples import make_small_home
from tests.unit.rosters import roster_files, roster_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pipelines.home import Home

THREADS = 2
MEBIBYTE = 1 << 20
SCHOOLS = 50
TEACHERS_SHARE = 20
NIGHT = date(2026, 9, 1)


class Cost(NamedTuple):
    """What something took: seconds on the clock, and of all processors together."""

    seconds: float
    processor_seconds: float


class Size(NamedTuple):
    """How large the roster is."""

    students: int
    sections: int
    enrollments: int


def main() -> None:
    """Print seconds, ratio and peak memory of several pairs."""
    arguments = _arguments()
    size = Size(arguments.students, arguments.sections, arguments.enrollments)
    with tempfile.TemporaryDirectory() as folder:
        rosters = Path(folder) / "rosters"
        _write(rosters, size)
        pairs = [
            _measure(rosters, Path(folder) / f"home-{turn}") for turn in range(arguments.pairs)
        ]
    print(
        f"{size.students:,} students, {size.sections:,} sections, {size.enrollments:,} enrolments"
    )
    for place, name in enumerate(("seconds", "processor seconds")):
        reading = [each[0][place] for each in pairs]
        loading = [each[1][place] for each in pairs]
        ratios = [there / here for there, here in zip(loading, reading, strict=True)]
        print(
            f"{name}: duckdb read_csv {statistics.median(reading):.2f}, plumbline load"
            f" {statistics.median(loading):.2f}; ratio {statistics.median(ratios):.1f},"
            f" {min(ratios):.1f} to {max(ratios):.1f}"
        )
    print(f"peak memory: {max(peak for _, _, peak in pairs) / MEBIBYTE:,.0f} MiB")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=100_000)
    parser.add_argument("--sections", type=int, default=10_000)
    parser.add_argument("--enrollments", type=int, default=800_000)
    parser.add_argument("--pairs", type=int, default=3)
    return parser.parse_args()


def _measure(rosters: Path, root: Path) -> tuple[Cost, Cost, int]:
    """Return what DuckDB took, what the load took, and its peak memory in bytes."""
    reading = _read_with_duckdb(rosters)
    home = _home(root, rosters)
    with PeakMemory() as memory:
        begun = _clocks()
        outcome = load(home, read_settings(home), NIGHT)
        loading = _since(begun)
    (delivery,) = outcome.rosters
    if delivery.state is not DeliveryState.LOADED or delivery.errors:
        raise SystemExit("the roster was not loaded whole; there is nothing to measure")
    return reading, loading, memory.peak_bytes


def _clocks() -> Cost:
    return Cost(time.perf_counter(), time.process_time())


def _since(begun: Cost) -> Cost:
    now = _clocks()
    return Cost(now.seconds - begun.seconds, now.processor_seconds - begun.processor_seconds)


def _read_with_duckdb(rosters: Path) -> Cost:
    with duckdb.connect() as connection:
        connection.execute(f"set threads = {THREADS}")
        begun = _clocks()
        for file in sorted(rosters.glob("*.csv")):
            connection.execute(f"create table {file.stem} as from read_csv('{file}')")
        return _since(begun)


def _home(root: Path, rosters: Path) -> Home:
    home = make_small_home(root)
    calendar = (home.rosters / "calendar.csv").read_bytes()
    shutil.rmtree(home.rosters)
    shutil.copytree(rosters, home.rosters)
    (home.rosters / "calendar.csv").write_bytes(calendar)
    return home


def _write(folder: Path, size: Size) -> None:
    """Write a bulk set: a few rows from the tests' small set, the many streamed."""
    folder.mkdir()
    for name, text in roster_files(roster_rows()).items():
        (folder / name).write_text(text, encoding="utf-8")
    many = {
        "orgs": _schools(),
        "classes": _classes(size),
        "users": _users(size),
        "roles": _roles(size),
        "enrollments": _enrollments(size),
    }
    for name, rows in many.items():
        columns = [column.name for column in tables_of(Version.V1_2)[name].columns]
        with (folder / f"{name}.csv").open("a", encoding="utf-8", newline="") as stream:
            csv.DictWriter(stream, columns, lineterminator="\n").writerows(rows)


def _schools() -> Iterator[dict[str, str]]:
    for number in range(SCHOOLS):
        yield {"sourcedId": f"SCH-{number}", "name": f"School {number}", "type": "school"}


def _classes(size: Size) -> Iterator[dict[str, str]]:
    for number in range(size.sections):
        yield {"sourcedId": f"SEC-{number:06d}", "title": f"Mathematics {number}"} | {
            "courseSourcedId": "algebra",
            "classType": "scheduled",
            "schoolSourcedId": f"SCH-{number % SCHOOLS}",
            "termSourcedIds": "term",
        }


def _people(size: Size) -> Iterable[tuple[int, str, str]]:
    teachers = size.students // TEACHERS_SHARE
    for number in range(size.students + teachers):
        role = "student" if number < size.students else "teacher"
        yield number, f"{role[:3].upper()}-{number:08d}", role


def _users(size: Size) -> Iterator[dict[str, str]]:
    for number, name, role in _people(size):
        yield {"sourcedId": name, "enabledUser": "true", "username": f"user{number:06d}"} | {
            "userIds": f"{{SSO:{name}}}",
            "givenName": "Given",
            "familyName": "Family",
            "identifier": f"4{number:07d}",
            "email": f"user{number:06d}@students.riverbend.example",
            "grades": "06" if role == "student" else "",
            "userMasterIdentifier": f"4{number:07d}",
            "primaryOrgSourcedId": f"SCH-{number % SCHOOLS}",
        }


def _roles(size: Size) -> Iterator[dict[str, str]]:
    for number, name, role in _people(size):
        yield {"sourcedId": f"ROL-{name}", "userSourcedId": name, "roleType": "primary"} | {
            "role": role,
            "beginDate": "2026-08-17",
            "endDate": "2027-06-11",
            "orgSourcedId": f"SCH-{number % SCHOOLS}",
        }


def _enrollments(size: Size) -> Iterator[dict[str, str]]:
    sections_of_school = size.sections // SCHOOLS
    for number in range(size.enrollments):
        student, school = number % size.students, number % size.students % SCHOOLS
        place = student // SCHOOLS + number // size.students * 17
        section = school + SCHOOLS * (place % sections_of_school)
        yield {"sourcedId": f"ENR-{number:08d}", "classSourcedId": f"SEC-{section:06d}"} | {
            "schoolSourcedId": f"SCH-{school}",
            "userSourcedId": f"STU-{student:08d}",
            "role": "student",
            "primary": "false",
            "beginDate": "2026-08-17",
            "endDate": "2027-06-11",
        }


if __name__ == "__main__":
    main()

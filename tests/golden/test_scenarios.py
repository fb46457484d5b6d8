"""Each folder is a scenario whose name says it: what was delivered, and what is true of it.

`deliveries.csv` has a row for each enrolment of each bulk delivery; the test makes OneRoster sets
of them. `truth.csv` says in which sections a student is on a date, `states.csv` what becomes of the
deliveries where not all are loaded, `settings.toml` what the district has set.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipelines.identity.keys import read_key
from pipelines.identity.pseudonyms import Pseudonymiser
from pipelines.settings import read_settings
from pipelines.warehouse.load import load, open_warehouse
from tests.unit.examples import SETTINGS, make_small_home
from tests.unit.rosters import write_roster

if TYPE_CHECKING:
    from pipelines.home import Home
    from tests.unit.rosters import Row, Rows

SCENARIOS = sorted(folder for folder in Path(__file__).parent.iterdir() if folder.is_dir())
TERMS = {"2026": ("2026-08-17", "2027-06-11"), "2027": ("2027-08-16", "2028-06-09")}
ON_A_DATE = """
    select section_id, count(*)
    from loaded.enrollments
    where person_key = ? and role = 'student' and starts_on <= ? and ends_on > ?
    group by section_id
    order by section_id
"""


def _rows(file: Path) -> list[Row]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _set_of(enrolments: list[Row]) -> Rows:
    """Return the OneRoster rows of one delivery."""
    schools, terms = ({row[name] for row in enrolments} for name in ("school", "term"))
    sections = {row["section"]: row for row in enrolments}
    students = sorted({row["student"] for row in enrolments})
    school_of = {row["student"]: row["school"] for row in enrolments}
    return {
        "academicSessions": [
            {"sourcedId": term, "title": term, "type": "term", "startDate": TERMS[term][0]}
            | {"endDate": TERMS[term][1], "schoolYear": str(int(term) + 1)}
            for term in sorted(terms)
        ],
        "orgs": [{"sourcedId": name, "name": name, "type": "school"} for name in sorted(schools)],
        "classes": [
            {"sourcedId": name, "title": row["title"], "classType": "scheduled"}
            | {"schoolSourcedId": row["school"], "termSourcedIds": row["term"]}
            for name, row in sorted(sections.items())
        ],
        "users": [
            {"sourcedId": name, "enabledUser": "true", "username": name, "givenName": name}
            | {"familyName": "Example"}
            for name in students
        ],
        "roles": [
            {"sourcedId": f"role-{name}", "userSourcedId": name, "roleType": "primary"}
            | {"role": "student", "orgSourcedId": school_of[name]}
            for name in students
        ],
        "enrollments": [
            {"sourcedId": row["enrolment"], "classSourcedId": row["section"], "role": "student"}
            | {"userSourcedId": row["student"], "schoolSourcedId": row["school"]}
            | {"beginDate": row["begins_on"], "endDate": row["ends_on"]}
            for row in enrolments
        ],
    }


def _load_scenario(folder: Path, home: Home) -> dict[str, str]:
    """Deliver and load night by night; return what became of each delivery."""
    for file in home.rosters.glob("*.csv"):
        if file.name != "calendar.csv":
            file.unlink()
    own = folder / "settings.toml"
    text = own.read_text(encoding="utf-8") if own.is_file() else ""
    home.settings_file.write_text(f"{SETTINGS}\n{text}", encoding="utf-8")
    nights: defaultdict[str, list[Row]] = defaultdict(list)
    for row in _rows(folder / "deliveries.csv"):
        nights[row["delivered_on"]].append(row)
    states: dict[str, str] = {}
    for night, enrolments in sorted(nights.items()):
        write_roster(home.rosters / night, _set_of(enrolments))
        outcome = load(home, read_settings(home), date.fromisoformat(night))
        states |= {each.name: each.state.value for each in outcome.rosters if each.name == night}
    return states


@pytest.mark.parametrize("folder", SCENARIOS, ids=lambda folder: folder.name)
def test_a_scenario_comes_to_its_truth(folder: Path, tmp_path: Path) -> None:
    """On every date of the truth each student is in exactly these sections, and once in each."""
    home = make_small_home(tmp_path / "home")
    states = _load_scenario(folder, home)
    file = folder / "states.csv"
    rows = _rows(file) if file.is_file() else []
    planted = {row["delivered_on"]: row["state"] for row in rows}
    assert states == (planted or dict.fromkeys(states, "loaded"))
    settings = read_settings(home)
    key = read_key(settings.keys_folder, "pseudonym")
    pseudonymiser = Pseudonymiser(key, settings.district_id)
    with open_warehouse(home, settings, read_only=True) as connection:
        for row in _rows(folder / "truth.csv"):
            student_key, day = pseudonymiser.student_key(row["student"]), row["date"]
            found = connection.execute(ON_A_DATE, [student_key, day, day]).fetchall()
            place = f"{row['student']} on {day}"
            assert (place, " ".join(section for section, _ in found)) == (place, row["sections"])
            assert {times for _, times in found} <= {1}


def test_the_scenarios_are_there() -> None:
    """No scenario that rosters are known for is missing."""
    named = {folder.name for folder in SCENARIOS}
    assert named >= {"rollover", "moved-mid-year", "two-schools-at-once", "late-roster"}
    assert named >= {"shrunken-roster", "section-renamed", "sections-merged"}
    assert all((folder / "truth.csv").is_file() for folder in SCENARIOS)

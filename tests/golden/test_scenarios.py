"""Each folder is a scenario whose name says it: what was delivered, and what is true of it.

`deliveries.csv` has a row for each enrolment of each bulk delivery; the test makes OneRoster sets
of them. `truth.csv` says in which sections a student is on a date, `states.csv` what becomes of the
deliveries where not all are loaded, `settings.toml` what the district has set. `events.csv` is what
tools say, `crosswalks.csv` each whole crosswalk; `attribution.csv` says of nights whose each event
is then, and in which sections, or why it is nobody's.
"""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from pipelines.identity.keys import read_key
from pipelines.identity.pseudonyms import Pseudonymiser
from pipelines.reference.crosswalk import COLUMNS, CROSSWALK_FILE
from pipelines.settings import read_settings
from pipelines.validation.validator import Validator
from pipelines.warehouse.load import load, open_warehouse
from tests.golden.said import NAMESPACES, events_of
from tests.unit.examples import SETTINGS, deliver, lines, make_small_home, write_key
from tests.unit.lakes import ingest_here
from tests.unit.rosters import write_roster
from tests.warehouse.deliveries import ONLY_MODELS
from tests.warehouse.warehouse import KEY, run_dbt

if TYPE_CHECKING:
    from collections.abc import Callable

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
# What attributes an event: the models of its student, its day and that day's enrolments.
ATTRIBUTED = (
    *ONLY_MODELS,
    "--select",
    *("+int_events", "+int_enrollments_dated", "+unmatched"),
)
OF_EVENTS = """
    select
        events.event_id::varchar,
        events.student_key,
        coalesce(string_agg(enrollments.section_id, ' ' order by enrollments.section_id), '')
    from intermediate.int_events as events
    left join intermediate.int_enrollments_dated as enrollments
        on events.student_key = enrollments.person_key
        and enrollments.role = 'student'
        and events.occurred_date >= enrollments.starts_on
        and events.occurred_date < enrollments.ends_on
    group by all
"""
UNMATCHED = (
    "select reason, sum(events)::int from audit.unmatched where kind <> 'standard' group by 1"
)


class Attribution(NamedTuple):
    """Whose an event is, and in which sections that student was on its day."""

    student: str
    sections: str


def _rows(file: Path) -> list[Row]:
    """Return the rows of a file of the scenario, none where it has no such file."""
    if not file.is_file():
        return []
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _set_of(enrolments: list[Row]) -> Rows:
    """Return the OneRoster rows of one delivery."""
    schools, terms = ({row[name] for row in enrolments} for name in ("school", "term"))
    sections = {row["section"]: row for row in enrolments}
    people = {row["student"]: row for row in sorted(enrolments, key=lambda row: row["student"])}
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
            | {"familyName": "Example", "email": row.get("email", "")}
            for name, row in people.items()
        ],
        "roles": [
            {"sourcedId": f"role-{name}", "userSourcedId": name, "roleType": "primary"}
            | {"role": row.get("role", "student"), "orgSourcedId": row["school"]}
            for name, row in people.items()
        ],
        "enrollments": [
            {"sourcedId": row["enrolment"], "classSourcedId": row["section"]}
            | {"role": row.get("role", "student")}
            | {"userSourcedId": row["student"], "schoolSourcedId": row["school"]}
            | {"beginDate": row["begins_on"], "endDate": row["ends_on"]}
            for row in enrolments
        ],
    }


class Night(NamedTuple):
    """Whose each event is after a night, by its number, and how many are nobody's, by reason."""

    attributed: dict[str, Attribution]
    unmatched: Counter[str]


def load_scenario(
    folder: Path, home: Home, look: Callable[[str], None] = lambda _: None
) -> dict[str, str]:
    """Deliver and load night by night, and look at each; return what became of each roster."""
    for file in home.rosters.glob("*.csv"):
        if file.name != "calendar.csv":
            file.unlink()
    own = folder / "settings.toml"
    text = own.read_text(encoding="utf-8") if own.is_file() else ""
    home.settings_file.write_text(f"{SETTINGS}\n{text}", encoding="utf-8")
    states: dict[str, str] = {}
    for night in _nights(folder):
        _bring(folder, home, night)
        outcome = load(home, read_settings(home), date.fromisoformat(night))
        states |= {each.name: each.state.value for each in outcome.rosters if each.name == night}
        look(night)
    return states


def _nights(folder: Path) -> list[str]:
    files = ("deliveries.csv", "crosswalks.csv", "events.csv")
    return sorted({row["delivered_on"] for name in files for row in _rows(folder / name)})


def _bring(folder: Path, home: Home, night: str) -> None:
    """Write what a night finds: a roster, a crosswalk, events."""
    rosters, crosswalk, events = (
        [row for row in _rows(folder / name) if row["delivered_on"] == night]
        for name in ("deliveries.csv", "crosswalks.csv", "events.csv")
    )
    if rosters:
        write_roster(home.rosters / night, _set_of(rosters))
    if crosswalk:
        _write_crosswalk(home.rosters / CROSSWALK_FILE, crosswalk)
    for name, documents in events_of(events).items():
        deliver(home, name, lines(*documents))
    if events:
        ingest_here(home, _validator())


@cache
def _validator() -> Validator:
    return Validator.load()


def _write_crosswalk(file: Path, rows: list[Row]) -> None:
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, extrasaction="ignore")
        writer.writeheader()
        for row in rows:
            review = {"reviewed_by": "r.viewer", "reviewed_on": row["delivered_on"]}
            namespace = NAMESPACES.get(row["namespace"], row["namespace"])
            writer.writerow(row | review | {"namespace": namespace})


def _attributed(home: Home, night: str) -> Night:
    """Run the models that attribute events; return what they say of each."""
    build = run_dbt(home.warehouse_file, date.fromisoformat(night), *ATTRIBUTED)
    attributed = {
        str(int(event[:8], 16)): Attribution(student_key, sections)
        for event, student_key, sections in build.rows(OF_EVENTS)
    }
    return Night(attributed, Counter(dict(build.rows(UNMATCHED))))


def _student_key(home: Home, name: str) -> str:
    settings = read_settings(home)
    key = read_key(settings.keys_folder, "pseudonym")
    return Pseudonymiser(key, settings.district_id).student_key(name)


@pytest.mark.parametrize("folder", SCENARIOS, ids=lambda folder: folder.name)
def test_a_scenario_comes_to_its_truth(folder: Path, tmp_path: Path) -> None:
    """On every date of the truth each student is in exactly these sections, and once in each.

    Every event is the planted student's, in the sections of that student on that day, or nobody's
    for the planted reason.
    """
    home = make_small_home(tmp_path / "home")
    write_key(home.root / "keys", KEY)
    truth = _rows(folder / "attribution.csv")
    looked_at: dict[str, Night] = {}

    def look(night: str) -> None:
        if night in {row["night"] for row in truth}:
            looked_at[night] = _attributed(home, night)

    states = load_scenario(folder, home, look)
    planted = {row["delivered_on"]: row["state"] for row in _rows(folder / "states.csv")}
    assert states == (planted or dict.fromkeys(states, "loaded"))
    _compare_enrolments(folder, home)
    for night, found in looked_at.items():
        rows = [row for row in truth if row["night"] == night]
        reasons = Counter(row["reason"] for row in rows if row["reason"])
        students = {
            row["event"]: Attribution(_student_key(home, row["student"]), row["sections"])
            for row in rows
            if row["student"]
        }
        assert (night, found) == (night, Night(students, reasons))


def _compare_enrolments(folder: Path, home: Home) -> None:
    with open_warehouse(home, read_settings(home), read_only=True) as connection:
        for row in _rows(folder / "truth.csv"):
            student_key, day = _student_key(home, row["student"]), row["date"]
            found = connection.execute(ON_A_DATE, [student_key, day, day]).fetchall()
            place = f"{row['student']} on {day}"
            assert (place, " ".join(section for section, _ in found)) == (place, row["sections"])
            assert {times for _, times in found} <= {1}


def test_the_scenarios_are_there() -> None:
    """No scenario that rosters are known for is missing."""
    named = {folder.name for folder in SCENARIOS}
    assert named >= {"rollover", "moved-mid-year", "two-schools-at-once", "late-roster"}
    assert named >= {"shrunken-roster", "section-renamed", "sections-merged"}
    assert named >= {"merge-and-un-merge", "test-accounts"}
    assert all((folder / "truth.csv").is_file() for folder in SCENARIOS)

"""Rosters are folded into a history, and one that shrank or cannot be loaded is kept out."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.errors import ConfigurationError
from pipelines.identity.pseudonyms import Pseudonymiser
from pipelines.quarantine.release import release_rosters
from pipelines.reference.roster_tables import Version
from pipelines.report.rosters import roster_warnings
from pipelines.settings import read_settings
from pipelines.warehouse.load import load
from pipelines.warehouse.roster import DeliveryState, RosterDelivery
from tests.unit.examples import DISTRICT_ID, PSEUDONYM_KEY, SETTINGS
from tests.unit.rosters import FIRST, LAST, roster_rows, write_roster

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipelines.home import Home
    from tests.unit.rosters import Row, Rows

    Query = Callable[[str], list[tuple[Any, ...]]]

PSEUDONYMISER = Pseudonymiser(PSEUDONYM_KEY, DISTRICT_ID)
NAMES = {PSEUDONYMISER.student_key(name): name for name in ("ada", "ben", "cleo", "dora", "emil")}
NIGHT = date(2026, 12, 1)
SAMPLE = Path(__file__).resolve().parents[3] / "shared" / "conformance" / "oneroster-1.1"
STRICT = "\n[roster]\nminimum_rows = 2\n"


@pytest.fixture
def home(home: Home) -> Home:
    """Give a home without a roster."""
    calendar = (home.rosters / "calendar.csv").read_bytes()
    shutil.rmtree(home.rosters)
    home.rosters.mkdir()
    (home.rosters / "calendar.csv").write_bytes(calendar)
    return home


@pytest.fixture
def deliver(home: Home) -> Callable[..., RosterDelivery]:
    """Give a function that delivers a roster of a date and loads it."""

    def run(day: str, rows: Rows, **options: Any) -> RosterDelivery:
        write_roster(home.rosters / f"sis-{day}", rows, **options)
        (delivery,) = load(home, read_settings(home), NIGHT).rosters
        return delivery

    return run


@pytest.fixture
def spans(query: Query) -> Callable[[], list[str]]:
    """Give a function that returns who is a student of which section, from when to when."""
    statement = """
        select person_key, section_id, starts_on, ends_on
        from loaded.enrollments where role = 'student' order by all
    """

    def run() -> list[str]:
        return sorted(
            f"{NAMES[key]} {section} {starts_on}..{ends_on}"
            for key, section, starts_on, ends_on in query(statement)
        )

    return run


def _enrolled(name: str, **values: str) -> Row:
    row = roster_rows()["enrollments"][0] | {"sourcedId": f"enrol-{name}"}
    return row | {"userSourcedId": name} | values


def _changed(status: str, **values: str) -> Row:
    return {"status": status, "dateLastModified": "2026-10-01T00:00:00Z"} | values


def test_an_undated_enrolment_lasts_as_long_as_its_section(
    deliver: Callable[..., RosterDelivery], spans: Callable[[], list[str]]
) -> None:
    """What comes with its section begins with it; what comes later begins when it was told."""
    assert deliver("2026-09-01", roster_rows()).state is DeliveryState.LOADED
    assert spans() == [f"{name} algebra-a {FIRST}..{LAST}" for name in ("ada", "ben")]
    rows = roster_rows()
    del rows["enrollments"][0]
    rows["enrollments"].append(_enrolled("cleo", role="proctor"))
    deliver("2026-10-01", rows)
    assert spans() == [f"ada algebra-a {FIRST}..2026-10-01", f"ben algebra-a {FIRST}..{LAST}"]


@pytest.mark.parametrize("version", list(Version))
def test_both_versions_tell_the_same(
    deliver: Callable[..., RosterDelivery], spans: Callable[[], list[str]], version: Version
) -> None:
    """1.1 says the role of a user in users.csv, 1.2 in roles.csv."""
    delivery = deliver("2026-09-01", roster_rows(version), version=version)
    assert (delivery.after.students, delivery.after.sections, delivery.errors) == (2, 1, 0)
    assert len(spans()) == 2


def test_a_wrong_drop_is_mended(
    deliver: Callable[..., RosterDelivery], spans: Callable[[], list[str]]
) -> None:
    """An enrolment that comes back under its identifier was never away."""
    deliver("2026-09-01", roster_rows())
    without = roster_rows()
    del without["enrollments"][1]
    deliver("2026-10-01", without)
    assert spans()[1:] == [f"ben algebra-a {FIRST}..2026-10-01"]
    deliver("2026-10-15", roster_rows())
    assert spans()[1:] == [f"ben algebra-a {FIRST}..{LAST}"]


def test_a_return_is_a_second_stint(
    deliver: Callable[..., RosterDelivery], spans: Callable[[], list[str]]
) -> None:
    """With a new first date of its own, the time away stays a gap."""
    deliver("2026-09-01", roster_rows())
    without = roster_rows()
    del without["enrollments"][1]
    deliver("2026-10-01", without)
    back = roster_rows()
    back["enrollments"][1]["beginDate"] = "2026-11-02"
    deliver("2026-11-01", back)
    assert spans()[1:] == [
        f"ben algebra-a {FIRST}..2026-10-01",
        f"ben algebra-a 2026-11-02..{LAST}",
    ]


def test_a_corrected_date_holds_for_all_time(
    deliver: Callable[..., RosterDelivery], spans: Callable[[], list[str]]
) -> None:
    """The last word on an enrolment's own dates counts, whenever it was said."""
    deliver("2026-09-01", roster_rows())
    rows = roster_rows()
    rows["enrollments"][0] |= {"beginDate": "2026-08-24", "endDate": "2026-12-18"}
    deliver("2026-10-01", rows)
    assert spans()[0] == "ada algebra-a 2026-08-24..2026-12-18"


def test_overlapping_stints_are_one(
    deliver: Callable[..., RosterDelivery], query: Query, spans: Callable[[], list[str]]
) -> None:
    """Two enrolments of a student in one section at the same time count once."""
    rows = roster_rows()
    rows["enrollments"][0] |= {"beginDate": FIRST, "endDate": "2026-10-15"}
    rows["enrollments"].append(_enrolled("ada", sourcedId="again", beginDate="2026-10-01"))
    deliver("2026-09-01", rows)
    assert spans()[0] == f"ada algebra-a {FIRST}..{LAST}"
    assert len(spans()) == 2
    assert query("select count(*) from loaded.roster_enrollments") == [(4,)]


def test_a_delta_changes_what_it_names(
    deliver: Callable[..., RosterDelivery], spans: Callable[[], list[str]]
) -> None:
    """A row to be deleted ends, a new one begins, and what is not named stays."""
    deliver("2026-09-01", roster_rows())
    rows = {
        "users": [roster_rows()["users"][0] | _changed("active", sourcedId="dora", username="d")],
        "roles": [
            roster_rows()["roles"][0] | _changed("active", sourcedId="r", userSourcedId="dora")
        ],
        "enrollments": [
            _enrolled("ada") | _changed("tobedeleted"),
            _enrolled("dora") | _changed("active"),
        ],
    }
    delivery = deliver("2026-10-01", rows, modes=dict.fromkeys(rows, "delta"))
    assert (delivery.state, delivery.left_out) == (DeliveryState.LOADED, 0)
    assert spans() == [
        f"ada algebra-a {FIRST}..2026-10-01",
        f"ben algebra-a {FIRST}..{LAST}",
        f"dora algebra-a 2026-10-01..{LAST}",
    ]


def test_a_section_is_renamed(deliver: Callable[..., RosterDelivery], query: Query) -> None:
    """The section has its newest title, and every title in its time."""
    deliver("2026-09-01", roster_rows())
    rows = roster_rows()
    rows["classes"][0]["title"] = "Algebra, honors"
    deliver("2026-10-01", rows)
    assert query("select title from loaded.sections") == [("Algebra, honors",)]
    october = date(2026, 10, 1)
    assert query("select title, starts_on, ends_on from loaded.section_spans order by 2") == [
        ("Algebra A", date.fromisoformat(FIRST), october),
        ("Algebra, honors", october, date.fromisoformat(LAST)),
    ]


def test_rows_that_cannot_be_used_are_left_out(
    deliver: Callable[..., RosterDelivery], spans: Callable[[], list[str]]
) -> None:
    """The rest is loaded, and the night says how many were not."""
    rows = roster_rows()
    rows["enrollments"][1]["userSourcedId"] = "nobody"
    delivery = deliver("2026-09-01", rows)
    assert (delivery.state, delivery.left_out) == (DeliveryState.LOADED, 1)
    assert spans() == [f"ada algebra-a {FIRST}..{LAST}"]
    (warning,) = roster_warnings([delivery])
    assert "1 of 15 rows cannot be used and are left out" in warning


def test_a_shrunken_roster_is_held_until_it_is_released(
    home: Home, deliver: Callable[..., RosterDelivery], spans: Callable[[], list[str]]
) -> None:
    """The roster of before stays, night after night, until a person lets the new one in."""
    home.settings_file.write_text(SETTINGS + STRICT, encoding="utf-8")
    deliver("2026-09-01", roster_rows())
    rows = roster_rows()
    for table in ("users", "roles", "enrollments"):
        del rows[table][0]
    held = deliver("2026-10-01", rows)
    assert (held.state, held.before.students, held.after.students) == (DeliveryState.HELD, 2, 1)
    assert "from 2 to 1 students" in roster_warnings([held])[0]
    assert len(spans()) == 2
    settings = read_settings(home)
    (again,) = load(home, settings, NIGHT).rosters
    assert again.state is DeliveryState.HELD
    assert release_rosters(home, settings) == ("sis-2026-10-01",)
    (released,) = load(home, settings, NIGHT).rosters
    assert released.state is DeliveryState.LOADED
    assert spans()[0] == f"ada algebra-a {FIRST}..2026-10-01"
    with pytest.raises(ConfigurationError, match="no roster is held"):
        release_rosters(home, settings)


def test_a_roster_that_cannot_be_loaded_is_refused(
    deliver: Callable[..., RosterDelivery], home: Home, spans: Callable[[], list[str]]
) -> None:
    """The night goes on with the roster of before, and says what is wrong with the new one."""
    deliver("2026-09-01", roster_rows())
    rows = roster_rows()
    del rows["users"]
    refused = deliver("2026-10-01", rows)
    assert refused.state is DeliveryState.REFUSED
    assert "users.csv: expected in bulk" in roster_warnings([refused])[0]
    assert len(spans()) == 2
    (home.rosters / "broken.zip").write_bytes(b"PK")
    outcomes = {each.name: each for each in load(home, read_settings(home), NIGHT).rosters}
    assert outcomes["broken.zip"].problems == ("it is no zip file that opens: it is damaged",)


def test_a_roster_that_comes_too_late_is_passed_over(
    deliver: Callable[..., RosterDelivery], spans: Callable[[], list[str]]
) -> None:
    """What holds before the newest that is loaded changes nothing, and is told."""
    deliver("2026-10-01", roster_rows())
    rows = roster_rows()
    del rows["enrollments"][0]
    late = deliver("2026-09-01", rows)
    assert late.state is DeliveryState.SUPERSEDED
    assert len(spans()) == 2


def test_nights_and_one_load_come_to_the_same(
    home: Home,
    deliver: Callable[..., RosterDelivery],
    contents: Callable[[], dict[str, Any]],
) -> None:
    """A warehouse that is made anew from the dated deliveries has the same history."""
    deliver("2026-09-01", roster_rows())
    rows = roster_rows()
    del rows["enrollments"][0]
    deliver("2026-10-01", rows)
    deliver("2026-10-15", roster_rows())
    before = contents()
    shutil.rmtree(home.root / "warehouse")
    shutil.rmtree(home.root / "vault")
    load(home, read_settings(home), NIGHT)
    after = contents()
    assert {name: rows for name, rows in after.items() if rows != before[name]} == {}


@pytest.mark.skipif(not SAMPLE.is_dir(), reason="the sample lies beside the checkout only")
def test_the_sample_of_oneroster_loads(home: Home, query: Query) -> None:
    """With what it breaks of the specification itself, both students are in their classes."""
    shutil.copytree(SAMPLE, home.rosters / "sample")
    (delivery,) = load(home, read_settings(home), NIGHT).rosters
    assert (delivery.state, delivery.left_out) == (DeliveryState.LOADED, 0)
    assert query("select count(*) from loaded.students") == [(2,)]
    assert query("select count(*) from loaded.enrollments where role = 'student'") == [
        (delivery.after.enrollments,)
    ]

"""A load writes whose dates it changed, and why."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from pipelines.identity.pseudonyms import Pseudonymiser
from pipelines.settings import read_settings
from pipelines.warehouse.load import load
from tests.unit.examples import (
    CASE,
    DISTRICT_ID,
    PSEUDONYM_KEY,
    SSO,
    caliper_event,
    event_id,
    statement,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipelines.home import Home
    from pipelines.warehouse.load import LoadOutcome

    Ingest = Callable[..., None]
    Load = Callable[[], LoadOutcome]
    Query = Callable[[str], list[tuple[Any, ...]]]

CHANGES = (
    "select student_key, activity_date, reason, events from loaded.changes"
    " where batch_number = (select max(batch_number) from loaded.batches) order by all"
)
PSEUDONYMISER = Pseudonymiser(PSEUDONYM_KEY, DISTRICT_ID)
ADA = PSEUDONYMISER.student_key("student-1")
BEN = PSEUDONYMISER.student_key("student-2")
ACTOR_OF_BEN = {"account": {"homePage": SSO, "name": "student-2"}}
VOIDED = "http://adlnet.gov/expapi/verbs/voided"


def void(number: int, target: int) -> dict[str, Any]:
    """Return a statement that voids another."""
    return statement(
        number,
        verb={"id": VOIDED},
        object={"objectType": "StatementRef", "id": event_id(target)},
        timestamp="2025-09-03T14:00:00Z",
    )


def _settings(home: Home, before: str, after: str) -> None:
    text = home.settings_file.read_text("utf-8")
    home.settings_file.write_text(text.replace(before, after), "utf-8")


@pytest.fixture
def loaded(ingest: Ingest, load_home: Load) -> None:
    """Load the roster and an event of one student on each of two dates."""
    load_home()
    ingest("mathpath/a.ndjson", statement(1), statement(2, timestamp="2025-08-29T14:00:00Z"))
    load_home()


def test_the_first_load_lists_nothing(ingest: Ingest, load_home: Load, query: Query) -> None:
    """There is no build that a first load could change."""
    ingest("mathpath/a.ndjson", statement(1))
    load_home()
    assert query("select count(*) from loaded.events") == [(1,)]
    assert query("select * from loaded.changes") == []


@pytest.mark.usefixtures("loaded")
def test_new_events_list_their_students_dates(query: Query) -> None:
    """A row for each student and school-local date, with its events."""
    assert query(CHANGES) == [
        (ADA, date(2025, 8, 29), "new", 1),
        (ADA, date(2025, 9, 1), "new", 1),
    ]


@pytest.mark.usefixtures("loaded")
def test_events_of_dates_already_loaded_are_late(home: Home, ingest: Ingest, query: Query) -> None:
    """Up to the date of the night before, events are late; the date is the school's."""
    ingest(
        "mathpath/b.ndjson",
        statement(3, timestamp="2025-09-03T04:30:00Z"),
        statement(4, actor=ACTOR_OF_BEN, timestamp="2025-09-03T05:30:00Z"),
    )
    load(home, read_settings(home), date(2025, 9, 3))
    assert query(CHANGES) == sorted(
        [(ADA, date(2025, 9, 2), "late", 1), (BEN, date(2025, 9, 3), "new", 1)]
    )


@pytest.mark.usefixtures("loaded")
def test_a_void_lists_the_date_of_its_target(ingest: Ingest, load_home: Load, query: Query) -> None:
    """The voided event's date changes, the void itself is on no date."""
    ingest("mathpath/b.ndjson", void(5, target=1))
    load_home()
    assert query(CHANGES) == [(ADA, date(2025, 9, 1), "voided", 1)]


@pytest.mark.usefixtures("loaded")
def test_duplicates_and_conflicts_change_nothing(
    ingest: Ingest, load_home: Load, query: Query
) -> None:
    """What is not stored is not listed."""
    before = query(CHANGES)
    other = statement(1, result={"success": True})
    ingest("mathpath/b.ndjson", statement(2, timestamp="2025-08-29T14:00:00Z"), other)
    load_home()
    assert query("select count(*) from loaded.batches") == [(2,)]
    assert query(CHANGES) == []
    assert len(before) == 2


def test_start_and_end_list_their_dates(
    home: Home, ingest: Ingest, load_home: Load, query: Query
) -> None:
    """An attempt told today may have lain on another date: that changes too."""
    _settings(home, f'"{SSO}"\nroster_field', '"iri"\ntemplate = "urn:user:{}"\nroster_field')
    load_home()
    quiz = {"id": "https://quizroom.example/quizzes/1", "type": "Assessment"}
    attempt = {
        "id": "https://quizroom.example/attempts/1",
        "type": "Attempt",
        "assignee": "urn:user:student-1",
        "assignable": quiz,
        "startedAtTime": "2025-08-28T14:00:00.000Z",
        "endedAtTime": "2025-08-28T14:20:00.000Z",
    }
    submitted = {
        "type": "AssessmentEvent",
        "profile": "AssessmentProfile",
        "actor": {"id": "urn:user:student-1", "type": "Person"},
        "action": "Submitted",
        "object": quiz,
        "generated": attempt,
    }
    ingest("quizroom/a.ndjson", caliper_event(1, **submitted))
    load_home()
    assert query(CHANGES) == [
        (ADA, date(2025, 8, 28), "new", 0),
        (ADA, date(2025, 9, 1), "new", 1),
    ]


@pytest.mark.usefixtures("loaded")
def test_another_match_lists_both_students(home: Home, load_home: Load, query: Query) -> None:
    """Where an identifier goes to another student, the dates of both change."""
    users = (home.rosters / "users.csv").read_text("utf-8")
    users = users.replace(",ada,", ",nobody,").replace(",ben,", ",student-1,")
    (home.rosters / "users.csv").write_text(users, "utf-8")
    _settings(home, '"sourcedId"', '"username"')
    load_home()
    assert query(CHANGES) == sorted(
        (student, day, "rematched", 1)
        for student in (ADA, BEN)
        for day in (date(2025, 8, 29), date(2025, 9, 1))
    )


@pytest.mark.usefixtures("loaded")
def test_another_place_lists_the_dates_of_the_student(
    home: Home, load_home: Load, query: Query
) -> None:
    """Another enrolment may mean another school and other bells, on any date."""
    file = home.rosters / "enrollments.csv"
    file.write_text(
        file.read_text("utf-8").replace("enrol-1,active", "enrol-1,tobedeleted"), "utf-8"
    )
    load_home()
    assert query(CHANGES) == [
        (ADA, date(2025, 8, 29), "roster", 1),
        (ADA, date(2025, 9, 1), "roster", 1),
    ]


@pytest.mark.parametrize(
    ("path", "replacement", "expected"),
    [
        pytest.param(
            "rosters/calendar.csv",
            ("08:00", "08:30"),
            (None, date(2025, 9, 1), "calendar", None),
            id="calendar",
        ),
        pytest.param(
            "standards/mathematics.json",
            (f"{CASE}/ratio", f"{CASE}/proportion"),
            (None, None, "standards", None),
            id="standards",
        ),
        pytest.param(
            "district.toml",
            ("America/Chicago", "America/Denver"),
            (None, None, "settings", None),
            id="zone",
        ),
        pytest.param(
            "district.toml",
            (
                "[sources.mathpath]",
                '[[schools]]\nid = "org-1"\nzone = "America/Denver"\n[sources.mathpath]',
            ),
            (None, None, "settings", None),
            id="zone-of-a-school",
        ),
        pytest.param(
            "district.toml",
            ("[sources.mathpath]", '[sources.mathpath]\nreported_duration = "after"'),
            (None, None, "settings", None),
            id="sources",
        ),
    ],
)
@pytest.mark.usefixtures("loaded")
def test_what_concerns_everybody_is_listed_for_everybody(  # noqa: PLR0913 - one table of cases
    home: Home,
    load_home: Load,
    query: Query,
    *,
    path: str,
    replacement: tuple[str, str],
    expected: tuple[Any, ...],
) -> None:
    """A date of the calendar concerns all on that date; settings concern everything."""
    file = home.root / path
    file.write_text(file.read_text("utf-8").replace(*replacement), "utf-8")
    load_home()
    assert query(CHANGES) == [expected]


@pytest.mark.usefixtures("loaded")
def test_records_that_change_nothing_are_no_batch(
    home: Home, load_home: Load, query: Query
) -> None:
    """Another name of the district touches no date."""
    _settings(home, "Riverbend Unified", "River")
    assert load_home().changed_records == ("settings",)
    assert query("select max(batch_number) from loaded.batches") == [(1,)]

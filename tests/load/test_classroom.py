"""Loading what people wrote down: the folder is what counts, and nothing counts twice."""

from __future__ import annotations

import csv
from datetime import date
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from pipelines.identity.pseudonyms import Pseudonymiser
from pipelines.reference.classroom_forms import FORMS
from tests.unit.examples import CASE, DISTRICT_ID, PSEUDONYM_KEY

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipelines.home import Home
    from pipelines.warehouse.load import LoadOutcome

    Load = Callable[[], LoadOutcome]
    Query = Callable[[str], list[tuple[Any, ...]]]

PSEUDONYMISER = Pseudonymiser(PSEUDONYM_KEY, DISTRICT_ID)
ADA, BEN = (PSEUDONYMISER.student_key(f"student-{number}") for number in (1, 2))
CHANGES = (
    "select student_key, activity_date from loaded.changes where reason = 'classroom'"
    " and batch_number = (select max(batch_number) from loaded.batches) order by all"
)
SCORES = "select student_key, score from loaded.classroom_evidence order by all"
FILES = (
    "select file_name, read, loaded, duplicate, replaced, rejected from loaded.classroom_files"
    " order by all"
)
TEST = ("ratio-test-1", "student-1", "6.RP", "test", "paper_test", "2025-08-29", "3", "4", "", "")


def deliver(home: Home, name: str, *rows: tuple[str, ...]) -> None:
    """Write a file of classroom/."""
    home.classroom.mkdir(exist_ok=True)
    with (home.classroom / name).open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([FORMS[name.split("-", maxsplit=1)[0]].header, *rows])


def changed(row: tuple[str, ...], **values: str) -> tuple[str, ...]:
    """Return a row with other values."""
    return tuple({**dict(zip(FORMS["evidence"].header, row, strict=True)), **values}.values())


@pytest.fixture
def loaded(home: Home, load_home: Load) -> None:
    """Load a home, then a paper test of one student."""
    load_home()
    deliver(home, "evidence-1.csv", TEST)
    load_home()


@pytest.mark.usefixtures("loaded")
def test_people_are_known_by_pseudonym(query: Query) -> None:
    """Neither the student's identifier nor the row's own name, which may hold it, is stored."""
    ((row_key, *rest),) = query("from loaded.classroom_evidence")
    assert rest[:5] == ["evidence-1.csv", ADA, "ratio", "test", "paper_test"]
    assert len(row_key) == 32
    assert "ratio-test-1" not in row_key


@pytest.mark.usefixtures("loaded")
def test_a_late_score_lists_its_students_date(query: Query) -> None:
    """A build learns of a score on a date that is past."""
    assert query(CHANGES) == [(ADA, date(2025, 8, 29))]


@pytest.mark.usefixtures("loaded")
def test_the_same_rows_again_change_nothing(home: Home, load_home: Load, query: Query) -> None:
    """A file that comes again, under its name or another, is no second score."""
    batches = query("select count(*) from loaded.batches")
    deliver(home, "evidence-2.csv", TEST)
    load_home()
    assert query(SCORES) == [(ADA, 3.0)]
    assert query(FILES) == [("evidence-1.csv", 1, 1, 0, 0, 0), ("evidence-2.csv", 1, 0, 1, 0, 0)]
    assert query("select count(*) from loaded.batches") == batches


@pytest.mark.usefixtures("loaded")
def test_a_corrected_row_replaces(home: Home, load_home: Load, query: Query) -> None:
    """Of two rows with one record_id the one in the later file stands; both dates are listed."""
    deliver(home, "evidence-2.csv", changed(TEST, score="1", assessed_on="2025-09-01"))
    load_home()
    assert query(SCORES) == [(ADA, 1.0)]
    assert query(FILES)[0] == ("evidence-1.csv", 1, 0, 0, 1, 0)
    assert query(CHANGES) == [(ADA, date(2025, 8, 29)), (ADA, date(2025, 9, 1))]


@pytest.mark.usefixtures("loaded")
def test_a_refused_row_is_accounted_for_and_used_once_it_can_be(
    home: Home, load_home: Load, query: Query
) -> None:
    """A row of somebody whom no roster has counts when the roster brings the student."""
    stranger = changed(TEST, record_id="other", student_id="student-9")
    deliver(home, "evidence-2.csv", stranger, changed(TEST, record_id="third", score="9"))
    outcome = load_home()
    assert query("from loaded.classroom_refusals order by row_number") == [
        ("evidence-2.csv", 2, "student_id", "unknown_student"),
        ("evidence-2.csv", 3, "score", "outside_scale"),
    ]
    (said,) = [each for each in outcome.classroom if each.rejected]
    assert said.refused[0].startswith("evidence-2.csv, row 2, column student_id: expected")
    assert "student-9" not in repr(outcome.classroom)
    users = home.rosters / "users.csv"
    users.write_text(users.read_text("utf-8").replace("student-2", "student-9"), "utf-8")
    for name in ("roles", "enrollments"):
        file = home.rosters / f"{name}.csv"
        file.write_text(file.read_text("utf-8").replace("student-2", "student-9"), "utf-8")
    load_home()
    assert len(query(SCORES)) == 2
    assert query("select column_name from loaded.classroom_refusals") == [("score",)]


@pytest.mark.usefixtures("loaded")
def test_a_file_that_cannot_be_read_leaves_what_it_said(
    home: Home, load_home: Load, query: Query
) -> None:
    """A broken export takes nothing away; it is told, and counted apart."""
    (home.classroom / "evidence-1.csv").write_text("student,score\nstudent-1,4\n", "utf-8")
    outcome = load_home()
    assert query(SCORES) == [(ADA, 3.0)]
    assert [each.is_usable for each in outcome.classroom] == [False]


@pytest.mark.usefixtures("loaded")
def test_a_file_that_is_taken_away_takes_its_rows_along(
    home: Home, load_home: Load, query: Query
) -> None:
    """What the folder holds is what counts, and the night says what is gone."""
    (home.classroom / "evidence-1.csv").unlink()
    outcome = load_home()
    assert query(SCORES) == []
    assert [(each.name, each.missing) for each in outcome.classroom] == [("evidence-1.csv", 1)]
    assert query(CHANGES) == [(ADA, date(2025, 8, 29))]


@pytest.mark.usefixtures("loaded")
def test_every_form_has_its_table(home: Home, load_home: Load, query: Query) -> None:
    """Judgements, goals and feedback are loaded; a scale that changes concerns everybody."""
    deliver(home, "judgements-1.csv", ("j1", "student-2", "6.RP", "secure", "2025-09-01"))
    deliver(home, "goals-1.csv", ("g1", "student-2", "", "explore", "system", "2025-09-01", "", ""))
    deliver(home, "feedback-1.csv", ("f1", "student-2", "", "i_want_help", "yes", "2025-09-02"))
    deliver(home, "scales-1.csv", ("s1", "levels", "3", "0.8", "2025-08-01"))
    load_home()
    assert query("select student_key, judgement from loaded.classroom_judgements") == [
        (BEN, "secure")
    ]
    assert query("select set_by from loaded.classroom_goals") == [("system",)]
    assert query("select statement, answer from loaded.classroom_feedback") == [
        ("i_want_help", "yes")
    ]
    assert query(CHANGES) == [
        *((BEN, date(2025, 9, day)) for day in (1, 2)),
        (None, None),
    ]


@pytest.mark.parametrize(
    ("successors", "expected"),
    [
        pytest.param(("ratio",), ("ratio", None), id="of-one-that-became-the-other"),
        pytest.param((), (None, "ambiguous_standard"), id="of-two-in-use"),
        pytest.param(("ratio", "area"), (None, "ambiguous_standard"), id="of-one-that-was-split"),
    ],
)
def test_a_code_of_two_editions_is_one_standard_where_they_count_as_one(
    home: Home,
    load_home: Load,
    query: Query,
    *,
    successors: tuple[str, ...],
    expected: tuple[str | None, str | None],
) -> None:
    """A form may name the standard by it, unless nobody can say which one is meant."""
    earlier = {"identifier": "earlier", "uri": f"{CASE}/earlier", "fullStatement": "Reason"}
    package = {
        "CFDocument": {"identifier": "doc-0", "title": "Mathematics", "version": "2015"},
        "CFItems": [earlier | {"humanCodingScheme": "6.RP"}],
        "CFAssociations": [
            {"associationType": "replacedBy", "originNodeURI": "earlier", "destinationNodeURI": to}
            for to in successors
        ],
    }
    (home.standards / "earlier.json").write_bytes(orjson.dumps(package))
    deliver(home, "evidence-1.csv", TEST)
    load_home()
    (found,) = query(
        "select (select standard_id from loaded.classroom_evidence),"
        " (select rule from loaded.classroom_refusals)"
    )
    assert found == expected

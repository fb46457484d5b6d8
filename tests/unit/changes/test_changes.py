"""Two builds are compared cell by cell, and every row that differs says why."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import orjson
import pytest

from pipelines.changes.changes import find_changes
from pipelines.changes.keys import keys_of_marts
from pipelines.changes.outcome import Cell, ChangedRow, Count, Reason
from pipelines.errors import ConfigurationError, DamagedError
from pipelines.report.differences import changes_json, describe_changes
from pipelines.report.progress import silent
from pipelines.settings import read_settings
from tests.unit.changes.conftest import AFTER, BEFORE

if TYPE_CHECKING:
    from tests.unit.changes.conftest import History

COUNTS, EVIDENCE = "proxies.activity_counts", "learning.mastery_evidence"
MASTERY, CLASSES = "learning.mastery", "learning.class_mastery"
COVERAGE = "learning.standard_coverage"
ADA, BEN = "ada-key", "ben-key"
AUGUST, FIRST, SECOND, THIRD = (
    date(2025, 8, 20),
    date(2025, 9, 1),
    date(2025, 9, 2),
    date(2025, 9, 3),
)


def test_equal_builds_do_not_differ(history: History) -> None:
    """Another build_id is no difference."""
    history.before = history.after = {COUNTS: [(ADA, FIRST, 3)]}
    changes = history.compare()
    assert (changes.marts, changes.has_unexplained) == ((), False)
    assert (changes.since.build_id, changes.until.build_id) == (BEFORE, AFTER)
    assert "no mart differs" in describe_changes(changes)


def test_rows_are_added_removed_and_changed(history: History) -> None:
    """A row is found by its key; each cell has its value before and after."""
    history.before = {COUNTS: [(ADA, FIRST, 3), (BEN, FIRST, 5)]}
    history.after = {COUNTS: [(ADA, FIRST, 4), (ADA, SECOND, 1)]}
    history.listed = [(2, ADA, FIRST, "late"), (3, ADA, SECOND, "new"), (3, BEN, FIRST, "voided")]
    (mart,) = history.compare().marts
    assert mart.rows == (
        ChangedRow(
            "changed",
            {"student_key": ADA, "activity_date": "2025-09-01"},
            (Reason.NEW_EVENT,),
            (Cell("events", "3", "4"),),
        ),
        ChangedRow(
            "added",
            {"student_key": ADA, "activity_date": "2025-09-02"},
            (Reason.NEW_EVENT,),
            (Cell("events", None, "1"),),
        ),
        ChangedRow(
            "removed",
            {"student_key": BEN, "activity_date": "2025-09-01"},
            (Reason.VOID,),
            (Cell("events", "5", None),),
        ),
    )
    assert mart.counts == (
        Count("added", (Reason.NEW_EVENT,), 1, 1),
        Count("changed", (Reason.NEW_EVENT,), 1, 1),
        Count("removed", (Reason.VOID,), 1, 1),
    )


BESIDE = date(2025, 8, 21)
# What is listed for a student of this name, by batch, date and reason, and what a row says of it.
NEAREST = {
    "late": ([(2, AUGUST, "late")], {Reason.LATE_EVENT}),
    "void": ([(2, AUGUST, "voided")], {Reason.VOID}),
    "said-again": ([(2, AUGUST, "voided"), (3, AUGUST, "late")], {Reason.CORRECTION}),
    "rematched": ([(2, AUGUST, "rematched")], {Reason.ROSTER}),
    "placed-otherwise": ([(2, AUGUST, "roster")], {Reason.ROSTER}),
    "two-reasons": (
        [(2, AUGUST, "late"), (2, AUGUST, "roster")],
        {Reason.LATE_EVENT, Reason.ROSTER},
    ),
    "the-date-first": ([(2, AUGUST, "late"), (2, BESIDE, "voided")], {Reason.LATE_EVENT}),
    "then-beside-it": ([(2, BESIDE, "voided"), (2, FIRST, "late")], {Reason.VOID}),
    "then-any-date": ([(2, FIRST, "voided")], {Reason.VOID}),
    "listed-before": ([(1, AUGUST, "late")], {Reason.COMMON_REFERENCE}),
    "listed-after": ([(4, AUGUST, "late")], {Reason.COMMON_REFERENCE}),
    "not-listed": ([], {Reason.COMMON_REFERENCE}),
}


def test_a_row_takes_the_nearest_reason(history: History) -> None:
    """What was listed for the student's date, else beside it, else for the student."""
    history.before = {COUNTS: [(student, AUGUST, 3) for student in NEAREST]}
    history.after = {COUNTS: [(student, AUGUST, 4) for student in NEAREST]}
    history.listed = [
        (batch, student, day, reason)
        for student, (listed, _) in NEAREST.items()
        for batch, day, reason in listed
    ]
    (mart,) = history.compare().marts
    found = {row.key["student_key"]: set(row.reasons) for row in mart.rows}
    assert found == {student: reasons for student, (_, reasons) in NEAREST.items()}


@pytest.mark.parametrize(
    ("listed", "reason"),
    [
        pytest.param([(3, None, AUGUST, "calendar")], Reason.CALENDAR, id="calendar"),
        pytest.param([(3, None, None, "standards")], Reason.STANDARDS, id="standards"),
        pytest.param([(3, None, None, "settings")], Reason.SETTINGS, id="settings"),
        pytest.param([], Reason.UNEXPLAINED, id="nothing-listed"),
    ],
)
def test_what_concerns_everybody_is_a_reason(
    history: History, listed: list[tuple[int, str | None, date | None, str]], reason: Reason
) -> None:
    """Records and settings change rows of students for whom nothing is listed."""
    history.before, history.after = {COUNTS: [(ADA, AUGUST, 3)]}, {COUNTS: [(ADA, AUGUST, 4)]}
    history.listed = listed
    assert history.reasons(COUNTS) == {(reason,)}


def test_events_of_the_night_before_are_new(history: History) -> None:
    """A night in the small hours takes in the date before it: only what is older is late."""
    history.before = {COUNTS: [(ADA, each, 3) for each in (AUGUST, FIRST, SECOND)]}
    history.after = {COUNTS: [(ADA, each, 4) for each in (AUGUST, FIRST, SECOND)]}
    history.listed = [(3, ADA, FIRST, "late"), (3, ADA, SECOND, "late"), (2, ADA, AUGUST, "late")]
    (mart,) = history.compare().marts
    assert [row.reasons for row in mart.rows] == [
        (Reason.LATE_EVENT,),
        (Reason.LATE_EVENT,),
        (Reason.NEW_EVENT,),
    ]


def test_another_date_is_a_reason(history: History) -> None:
    """Estimates grow stale by the calendar alone."""
    history.before, history.after = (
        {MASTERY: [(ADA, "ratio", 0.5, False)]},
        {MASTERY: [(ADA, "ratio", 0.5, True)]},
    )
    history.dates = (SECOND, THIRD)
    assert history.reasons(MASTERY) == {(Reason.DATE,)}


def test_another_definition_is_a_reason(history: History) -> None:
    """Other models, or another version of a measure, tell why all its rows may differ."""
    history.before, history.after = (
        {MASTERY: [(ADA, "ratio", 0.5, False)], COUNTS: [(ADA, FIRST, 3)]},
        {MASTERY: [(ADA, "ratio", 0.6, False)], COUNTS: [(ADA, FIRST, 4)]},
    )
    history.listed = [(2, ADA, FIRST, "late")]
    history.definitions = ("d1", "d2")
    assert history.reasons(MASTERY) == {(Reason.DEFINITION,)}
    history.versions = (1, 2)
    assert history.reasons(COUNTS) == {(Reason.NEW_EVENT, Reason.DEFINITION)}


def test_evidence_moves_by_earlier_dates(history: History) -> None:
    """A late try makes later tries of the item others; later dates never reach back."""
    history.before = {EVIDENCE: [(ADA, "ratio", "m", "1", 1.0, SECOND)]}
    history.after = {EVIDENCE: [(ADA, "ratio", "m", "1", 0.0, SECOND)]}
    history.listed = [(2, ADA, AUGUST, "late"), (3, ADA, THIRD, "voided")]
    assert history.reasons(EVIDENCE) == {(Reason.LATE_EVENT,)}


def test_an_estimate_takes_the_reasons_of_its_evidence(history: History) -> None:
    """Only the standard that a late event is evidence of names it; a class follows its students."""
    enrolled = {"roster.enrollments": [(ADA, "class-1", "student", FIRST)]}
    history.before = {
        **enrolled,
        EVIDENCE: [(ADA, "ratio", "m", "1", 1.0, FIRST)],
        MASTERY: [(ADA, "ratio", 0.5, False), (ADA, "area", 0.4, False)],
        CLASSES: [("class-1", "ratio", "secure", 0), ("class-2", "ratio", "secure", 0)],
    }
    history.after = {
        **enrolled,
        EVIDENCE: [
            (ADA, "ratio", "m", "1", 1.0, FIRST),
            (ADA, "ratio", "m", "2", 1.0, AUGUST),
        ],
        MASTERY: [(ADA, "ratio", 0.6, False), (ADA, "area", 0.5, False)],
        CLASSES: [("class-1", "ratio", "secure", 1), ("class-2", "ratio", "secure", 1)],
    }
    history.listed = [(2, ADA, AUGUST, "late")]
    found = {mart.mart: mart for mart in history.compare().marts}
    assert {row.key["standard_id"]: row.reasons for row in found[MASTERY].rows} == {
        "ratio": (Reason.LATE_EVENT,),
        "area": (Reason.COMMON_REFERENCE,),
    }
    assert {row.key["section_id"]: row.reasons for row in found[CLASSES].rows} == {
        "class-1": (Reason.LATE_EVENT,),
        "class-2": (Reason.COMMON_REFERENCE,),
    }


def test_coverage_takes_the_reasons_of_the_students(history: History) -> None:
    """What counts several standards of a section changes with any evidence of its students."""
    enrolled = {"roster.enrollments": [(ADA, "class-1", "student", FIRST)]}
    history.before = {**enrolled, COVERAGE: [("class-1", "ratio", 0), ("class-2", "ratio", 0)]}
    history.after = {**enrolled, COVERAGE: [("class-1", "ratio", 1), ("class-2", "ratio", 1)]}
    history.listed = [(2, ADA, AUGUST, "late")]
    (found,) = history.compare().marts
    assert {row.key["section_id"]: row.reasons for row in found.rows} == {
        "class-1": (Reason.LATE_EVENT,),
        "class-2": (Reason.COMMON_REFERENCE,),
    }


def test_who_moves_changes_the_class(history: History) -> None:
    """A student who leaves is a reason for the class; the roster's own tables say so as well."""
    history.before = {
        "roster.enrollments": [(ADA, "class-1", "student", None)],
        "roster.standards": [("ratio", "6.RP")],
        CLASSES: [("class-1", "ratio", "secure", 1)],
    }
    history.after = {
        "roster.standards": [("ratio", "6.RP.1")],
        CLASSES: [("class-1", "ratio", "secure", 0)],
    }
    history.listed = [(2, ADA, FIRST, "roster"), (2, None, None, "standards")]
    found = {mart.mart: mart.counts[0].reasons for mart in history.compare().marts}
    assert found == {
        CLASSES: (Reason.ROSTER,),
        "roster.enrollments": (Reason.ROSTER,),
        "roster.standards": (Reason.STANDARDS,),
    }


def test_encrypted_builds_are_compared(history: History) -> None:
    """Builds that were published encrypted open with their key."""
    history.before, history.after = {COUNTS: [(ADA, FIRST, 3)]}, {COUNTS: [(ADA, FIRST, 4)]}
    history.listed = [(2, ADA, FIRST, "voided")]
    history.is_encrypted = True
    assert history.reasons(COUNTS) == {(Reason.VOID,)}


def test_what_a_night_did_is_no_result(history: History) -> None:
    """The family audit tells of the nights themselves."""
    history.before = {"audit.reconciliation": [("f", 1)]}
    history.after = {"audit.reconciliation": [("f", 1), ("g", 2)]}
    assert history.compare().marts == ()


def test_a_build_that_the_warehouse_forgot_has_no_reasons(history: History) -> None:
    """After a warehouse was made anew builds still compare; what differs is unexplained."""
    history.before, history.after = {COUNTS: [(ADA, FIRST, 3)]}, {COUNTS: [(ADA, FIRST, 4)]}
    history.listed = [(2, ADA, FIRST, "late")]
    history.known = (AFTER,)
    assert history.reasons(COUNTS) == {(Reason.UNEXPLAINED,)}
    assert history.compare().has_unexplained


def test_going_back_has_the_same_reasons(history: History) -> None:
    """After a rollback the older build is compared with the newer."""
    history.before, history.after = {COUNTS: [(ADA, FIRST, 3)]}, {COUNTS: [(ADA, FIRST, 4)]}
    history.listed = [(2, ADA, FIRST, "voided")]
    (mart,) = history.compare(AFTER, BEFORE).marts
    assert mart.rows[0].cells == (Cell("events", "4", "3"),)
    assert mart.rows[0].reasons == (Reason.VOID,)


def test_all_are_counted_and_some_are_shown(history: History) -> None:
    """The text says how many rows it leaves out; JSON has what was asked for."""
    history.before = {}
    history.after = {COUNTS: [(ADA, date(2025, 8, day), day) for day in range(1, 31)]}
    history.listed = [(2, ADA, date(2025, 8, day), "late") for day in range(1, 31)]
    changes = history.compare(limit=2)
    text = describe_changes(changes)
    assert "proxies.activity_counts: 30 row(s) differ" in text
    assert "30 row(s) added, 30 cell(s): late_event" in text
    assert "added (late_event): student_key ada-key, activity_date 2025-08-01" in text
    assert "… and 28 more row(s)" in text
    (mart,) = orjson.loads(changes_json(changes))["marts"]
    assert (mart["mart"], len(mart["rows"])) == (COUNTS, 2)
    assert mart["counts"] == [{"kind": "added", "reasons": ["late_event"], "rows": 30, "cells": 30}]
    assert mart["rows"][0]["cells"] == [{"column": "events", "before": None, "after": "1"}]


@pytest.mark.parametrize("given", ["cccc", "", "current"])
def test_a_build_that_is_not_kept_is_told(history: History, given: str) -> None:
    """The message lists what is kept."""
    with pytest.raises(ConfigurationError) as caught:
        history.compare(since=given)
    assert BEFORE in caught.value.mend


def test_a_damaged_build_is_told(history: History) -> None:
    """One message names the build, without a stack trace."""
    history.compare()
    (history.home.published / AFTER / "build.json").write_text("{", "utf-8")
    settings = read_settings(history.home)
    with pytest.raises(DamagedError, match=AFTER):
        find_changes(history.home, settings, (BEFORE, AFTER), limit=1, advance=silent)


def test_the_beginning_of_a_build_will_do(history: History) -> None:
    """Build ids are long; a beginning that fits one is enough."""
    assert history.compare(since="aaaa", until="b").since.build_id == BEFORE


def test_every_mart_declares_a_key() -> None:
    """The key of a mart is that of its test; columns in an expression are found."""
    keys = keys_of_marts()
    assert keys[MASTERY] == ("student_key", "standard_id")
    assert keys["roster.enrollments"] == ("student_key", "section_id", "role", "starts_on")
    assert all(keys.values())

"""Each expectation catches the fault it was written for."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from pipelines.quality.evaluate import evaluate_suites
from pipelines.quality.outcome import Stage, Verdict
from pipelines.quality.suites import read_suites
from pipelines.warehouse.connection import open_encrypted

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from pipelines.identity.keys import Key

SUITES = {suite.table: suite for stage in Stage for suite in read_suites(stage)}

FAULTS = {
    "loaded.files": {
        "some_file_was_delivered": "delete from loaded.files",
        "few_events_rejected": "update loaded.files set rejected = 60",
        "most_events_accepted": "update loaded.files set rejected = 600 where source = 'mathpath'",
        "few_duplicates": "update loaded.files set duplicate = 700",
        "few_conflicts": "update loaded.files set conflicting = 20",
    },
    "loaded.events": {
        "most_events_concern_one_learner": """
            update loaded.events set actor_key = null where line_number % 2 = 0
        """,
        "no_source_is_silent": """
            delete from loaded.events
            where source = 'readwell' and occurred_at >= timestamptz '2025-10-01'
        """,
        "volume_has_not_collapsed": """
            delete from loaded.events where occurred_at >= timestamptz '2025-10-08'
        """,
        "volume_has_not_exploded": """
            insert into loaded.events
            select events.* from loaded.events as events, range(4)
            where occurred_at >= timestamptz '2025-10-08'
        """,
        "clocks_are_not_ahead": """
            update loaded.events set occurred_at = occurred_at + interval 40 day
            where line_number < 20 and batch_number = 3
        """,
        "nights_are_quiet": """
            update loaded.events set occurred_at = occurred_at - interval 8 hour
            where source = 'mathpath'
        """,
        "durations_are_in_seconds": "update loaded.events set duration_seconds = 45000",
        "few_overlong_durations": """
            update loaded.events set duration_seconds = 7201 where line_number % 10 = 0
        """,
        "answers_are_not_all_wrong": """
            update loaded.events set success = false where source = 'mathpath'
        """,
        "answers_are_not_all_right": """
            update loaded.events set success = true where source = 'mathpath'
        """,
    },
    "loaded.rejections": {
        "rejections_explain_the_ledger": "update loaded.rejections set events = 2",
    },
    "loaded.minimised_events": {
        "minimised_events_explain_the_ledger": "delete from loaded.minimised_events",
    },
    "loaded.conflicts": {
        "conflicts_explain_the_ledger": "insert into loaded.conflicts from loaded.conflicts",
    },
    "loaded.students": {
        "there_are_students": "delete from loaded.students",
        "grade_bands_known": "update loaded.students set grade_band = null",
        "schools_known": "update loaded.students set school_id = null",
    },
    "loaded.enrollments": {
        "sections_have_teachers": """
            delete from loaded.enrollments where role = 'teacher' and section_id = 'section-1'
        """,
        "sections_are_no_crowds": """
            insert into loaded.enrollments
            select md5('new ' || number), 'section-1', 'student', null, null
            from range(60) as numbers (number)
        """,
        "sections_have_students": """
            delete from loaded.enrollments where role = 'student' and section_id = 'section-1'
        """,
    },
    "loaded.learner_identifiers": {
        "learners_match_the_roster": """
            update loaded.events set actor_key = md5('unknown') where source = 'mathpath'
        """,
        "someone_matches_the_roster": "update loaded.events set actor_key = md5('unknown')",
        "students_can_be_matched": """
            delete from loaded.learner_identifiers where student_key < '4'
        """,
    },
    "loaded.standards": {
        "there_are_standards": "delete from loaded.standards",
        "scored_events_are_tagged": "update loaded.events set standard_refs = null",
        "references_are_known": "delete from loaded.standards where standard_id >= 'standard-3'",
    },
    "loaded.school_days": {
        "calendar_covers_today": """
            delete from loaded.school_days where school_id = 'school-1' and date > '2025-10-01'
        """,
        "calendar_has_school_days": "update loaded.school_days set is_instructional = false",
        "calendar_has_free_days": "update loaded.school_days set is_instructional = true",
        "school_days_have_usual_length": """
            update loaded.school_days set closes_at = time '03:00' where is_instructional
        """,
    },
    "roster.students": {
        "every_student_is_there_once": """
            delete from roster.students where student_key = md5('student 1')
        """,
    },
    "roster.enrollments": {
        "students_are_in_classes": "update roster.enrollments set ends_on = date '2025-09-30'",
    },
    "learning.mastery": {
        "evidence_is_often_sufficient": """
            update learning.mastery set status = 'insufficient_evidence'
        """,
        "evidence_is_often_recent": "update learning.mastery set is_stale = true",
        "statuses_differ": "update learning.mastery set status = 'secure'",
        "estimates_not_all_low": "update learning.mastery set estimate = 0.05",
        "estimates_not_all_high": "update learning.mastery set estimate = 0.99",
    },
    "learning.mastery_evidence": {
        "most_evidence_counts": "update learning.mastery_evidence set is_included = false",
        "scores_have_scales": """
            update learning.mastery_evidence set exclusion_reason = 'no_scale'
            where not is_included
        """,
        "scores_agree_with_success": """
            update learning.mastery_evidence set exclusion_reason = 'score_success_conflict'
            where not is_included
        """,
        "not_all_work_is_assisted": "update learning.mastery_evidence set is_assisted = true",
    },
    "learning.class_mastery": {
        "sections_have_evidence": """
            delete from learning.class_mastery where section_id <> 'section-1'
        """,
    },
    "proxies.time_on_task": {
        "days_are_plausible": "update proxies.time_on_task set minutes_mid = 700",
        "some_time_is_seen": "update proxies.time_on_task set minutes_mid = 0",
        "typical_days_are_plausible": "update proxies.time_on_task set minutes_mid = 300",
        "time_is_not_all_inferred": "update proxies.time_on_task set share_inferred = 1",
        "school_time_is_in_school": """
            update proxies.time_on_task set day_part = 'weekend_or_holiday'
        """,
    },
    "proxies.activity_counts": {
        "days_keep_the_budget": """
            update proxies.activity_counts set events = 501 where student_key < '4'
        """,
        "typical_days_are_plausible": "update proxies.activity_counts set events = 300",
    },
    "audit.reconciliation": {
        "every_file_adds_up": "update audit.reconciliation set adds_up = false",
        "every_file_is_reconciled": """
            delete from audit.reconciliation where file_name like '%night-1%'
        """,
        "few_events_voided": "update audit.reconciliation set voided = 200",
    },
    "audit.rejections": {
        "every_rejection_is_listed": "delete from audit.rejections where source = 'mathpath'",
    },
}


def test_every_expectation_has_its_fault() -> None:
    """No expectation stands in a suite that has never been seen to catch anything."""
    assert {table: set(faults) for table, faults in FAULTS.items()} == {
        table: {expected.name for expected in suite.expectations} for table, suite in SUITES.items()
    }


@pytest.mark.parametrize(
    ("table", "name", "statement"),
    [
        pytest.param(table, name, statement, id=f"{table}:{name}")
        for table, faults in FAULTS.items()
        for name, statement in faults.items()
    ],
)
def test_expectation_catches_its_fault(  # noqa: PLR0913, PLR0917 - fixtures and parameters
    table: str,
    name: str,
    statement: str,
    small_warehouse: Path,
    tmp_path: Path,
    key: Key,
    as_of: date,
) -> None:
    """A fault in otherwise good data is found by the expectation that is meant for it."""
    file = tmp_path / "warehouse.duckdb"
    shutil.copy(small_warehouse, file)
    with open_encrypted(file, key) as connection:
        connection.execute(statement)
        (evaluation,) = evaluate_suites(connection, [SUITES[table]], as_of=as_of)

    found = {result.name: result for result in evaluation.results}[name]
    assert found.is_evaluated
    assert found.verdict is not Verdict.PASSED

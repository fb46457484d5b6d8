"""Each expectation catches the fault it was written for."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from pipelines.quality.evaluate import evaluate_suites
from pipelines.quality.outcome import Stage, Verdict, describe
from pipelines.quality.suites import read_suites
from pipelines.warehouse.connection import open_encrypted

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from pipelines.identity.keys import Key
    from pipelines.quality.outcome import CheckResult

SUITES = {suite.table: suite for stage in Stage for suite in read_suites(stage)}

# Six nights and 6,000 events of mathpath before, as the two that are there.
FIVE_NIGHTS = """
    insert into loaded.batches
    select -number, date '2025-08-20' + number::integer from range(4) as numbers (number);
    insert into loaded.daily_counts
    select -number, 'mathpath', date '2025-08-20' + number::integer, 1000, 0, 1000, 1000, 1000
    from range(4) as numbers (number);
    insert into loaded.files by name
    select files.* replace (file_digest || number as file_digest, -number as batch_number)
    from loaded.files as files, range(4) as numbers (number)
    where files.batch_number = 1
"""
TONIGHT = "batch_number = 3 and source = 'mathpath'"
STATUS = """
    update loaded.build_figures
    set value = value + case subject
        when 'secure' then {moved} when 'not_yet' then -{moved} else 0
    end
    where build_id = 'build-one' and figure = 'students with status'
"""


def _of_newest_day(change: str) -> str:
    """Change the last school day before the build; the median is 120 events."""
    return f"update loaded.daily_counts set {change} where {TONIGHT} and event_date = '2025-10-09'"


def _of_tonight(change: str) -> str:
    """Change each day of what mathpath brought tonight: 100 events."""
    return f"update loaded.daily_counts set {change} where {TONIGHT}"


def _file_of_tonight(change: str) -> str:
    """Change tonight's file of mathpath: 1,016 items, 3 rejected, 10 duplicates."""
    return f"update loaded.files set {change} where {TONIGHT}"


def _of_this_build(value: str, figure: str) -> str:
    return (
        f"update loaded.build_figures set value = {value}"
        f" where build_id = 'build-one' and figure = '{figure}'"
    )


FAULTS = {
    "loaded.files": {
        "some_file_was_delivered": "delete from loaded.files",
        "few_events_rejected": "update loaded.files set rejected = 60",
        "most_events_accepted": "update loaded.files set rejected = 600 where source = 'mathpath'",
        "few_duplicates": "update loaded.files set duplicate = 700",
        "few_conflicts": "update loaded.files set conflicting = 20",
        "rejects_are_as_usual": f"{FIVE_NIGHTS}; {_file_of_tonight('rejected = 21')}",
        "duplicates_are_as_usual": f"{FIVE_NIGHTS}; {_file_of_tonight('duplicate = 204')}",
    },
    "loaded.daily_counts": {
        "weekday_volume_has_not_collapsed": _of_newest_day("events = 35"),
        "weekday_volume_has_not_exploded": _of_newest_day("events = 361"),
        "no_source_is_silent": """
            delete from loaded.daily_counts
            where source = 'readwell' and event_date >= date '2025-10-02'
        """,
        "most_events_concern_one_learner": _of_tonight("anonymous = 21, matched = 79"),
        "learners_match_the_roster": _of_tonight("matched = 79"),
        "matching_has_not_dropped": f"{FIVE_NIGHTS}; {_of_tonight('matched = 89')}",
        "scored_events_are_tagged": _of_tonight("tagged = 49"),
        "untagged_share_has_not_risen": f"{FIVE_NIGHTS}; {_of_tonight('tagged = 84')}",
    },
    "loaded.events": {
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
        "someone_matches_the_roster": "update loaded.events set actor_key = md5('unknown')",
        "students_can_be_matched": """
            delete from loaded.learner_identifiers where student_key < '4'
        """,
    },
    "loaded.standards": {
        "there_are_standards": "delete from loaded.standards",
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
    "learning.evidence_mix": {
        "shares_are_a_whole": """
            update learning.evidence_mix set share_of_evidence = 0.999 where student_key < '4'
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
    "proxies.screen_share": {
        "nobody_is_at_a_screen_all_week": "update proxies.screen_share set share_high = 1.01",
        "some_tool_tells_how_work_is_done": "update proxies.screen_share set share_unknown = 1",
    },
    "signals.practice_episodes": {
        "signals_expire": """
            update signals.practice_episodes set last_evidence_date = date '2025-09-25'
        """,
    },
    "loaded.build_figures": {
        "marts_have_not_shrunk": _of_this_build("value * 0.89", "rows"),
        "marts_have_not_exploded": _of_this_build("value * 2.01", "rows"),
        "statuses_have_not_jumped": STATUS.format(moved=31),
        "past_minutes_have_not_moved": _of_this_build("value * 1.11", "minutes"),
    },
    "audit.reconciliation": {
        "every_file_adds_up": "update audit.reconciliation set adds_up = false",
        "every_file_is_reconciled": """
            delete from audit.reconciliation where file_name like '%night-1%'
        """,
        "few_events_voided": "update audit.reconciliation set voided = 200",
    },
    "audit.classroom_files": {
        "most_rows_of_forms_are_used": "update audit.classroom_files set rejected = 6",
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
    found = _result_after(statement, table, name, small_warehouse, tmp_path, key=key, as_of=as_of)
    assert found.is_evaluated
    assert found.verdict is not Verdict.PASSED


# What only just does not deserve a word: the fault beside it does.
NEAR_MISSES = {
    "loaded.daily_counts": {
        "weekday_volume_has_not_collapsed": _of_newest_day("events = 36"),
        "weekday_volume_has_not_exploded": _of_newest_day("events = 360"),
        "no_source_is_silent": """
            delete from loaded.daily_counts
            where source = 'readwell' and event_date >= date '2025-10-03'
        """,
        "most_events_concern_one_learner": _of_tonight("anonymous = 20, matched = 80"),
        "learners_match_the_roster": _of_tonight("matched = 80"),
        "matching_has_not_dropped": f"{FIVE_NIGHTS}; {_of_tonight('matched = 91')}",
        "scored_events_are_tagged": _of_tonight("tagged = 50"),
        "untagged_share_has_not_risen": f"{FIVE_NIGHTS}; {_of_tonight('tagged = 86')}",
    },
    "loaded.files": {
        "rejects_are_as_usual": f"{FIVE_NIGHTS}; {_file_of_tonight('rejected = 20')}",
        "duplicates_are_as_usual": f"{FIVE_NIGHTS}; {_file_of_tonight('duplicate = 202')}",
    },
    "audit.classroom_files": {
        "most_rows_of_forms_are_used": "update audit.classroom_files set rejected = 5",
    },
    "signals.practice_episodes": {
        "signals_expire": """
            update signals.practice_episodes set last_evidence_date = date '2025-09-26'
        """,
    },
    "loaded.build_figures": {
        "marts_have_not_shrunk": _of_this_build("value * 0.91", "rows"),
        "marts_have_not_exploded": _of_this_build("value * 1.99", "rows"),
        "statuses_have_not_jumped": STATUS.format(moved=29),
        "past_minutes_have_not_moved": _of_this_build("value * 1.09", "minutes"),
    },
}
# The same faults where there is nothing yet to compare with, or where school explains them.
EXCUSED = {
    "a short history": (
        "loaded.daily_counts",
        "matching_has_not_dropped",
        _of_tonight("matched = 80"),
    ),
    "three weeks only": (
        "loaded.daily_counts",
        "weekday_volume_has_not_collapsed",
        (
            f"{_of_newest_day('events = 1')};"
            " delete from loaded.daily_counts where event_date < date '2025-09-15'"
        ),
    ),
    "a holiday": (
        "loaded.daily_counts",
        "weekday_volume_has_not_collapsed",
        (
            f"{_of_newest_day('events = 1')};"
            " update loaded.school_days set is_instructional = false"
            " where date = date '2025-10-09'"
        ),
    ),
    "holidays without a delivery": (
        "loaded.daily_counts",
        "no_source_is_silent",
        (
            "delete from loaded.daily_counts where event_date >= date '2025-09-20';"
            " update loaded.school_days set is_instructional = false"
            " where date >= date '2025-09-22'"
        ),
    ),
    "a tool that is used every second week": (
        "loaded.daily_counts",
        "no_source_is_silent",
        (
            "delete from loaded.daily_counts where source = 'readwell' and event_date"
            " not in (date '2025-09-01', date '2025-09-15', date '2025-09-29')"
        ),
    ),
    "nothing new tonight": (
        "loaded.daily_counts",
        "learners_match_the_roster",
        (
            f"{_of_tonight('matched = 1')};"
            " update loaded.batches set as_of_date = as_of_date - 1 where batch_number = 3"
        ),
    ),
    "the first builds": (
        "loaded.build_figures",
        "marts_have_not_shrunk",
        (
            f"{_of_this_build('1', 'rows')};"
            " delete from loaded.builds where as_of_date < date '2025-10-06'"
        ),
    ),
    "a build that was never finished": (
        "loaded.build_figures",
        "marts_have_not_shrunk",
        f"{_of_this_build('1', 'rows')}; update loaded.builds set finished_at = null",
    ),
    "a grading period that begins": (
        "loaded.build_figures",
        "statuses_have_not_jumped",
        (
            f"{STATUS.format(moved=40)}; insert into loaded.academic_sessions"
            " values ('term-2', 'Late', 'gradingPeriod',"
            " date '2025-10-10', date '2026-01-30', null)"
        ),
    ),
}


@pytest.mark.parametrize(
    ("table", "name", "statement"),
    [
        *(
            pytest.param(table, name, statement, id=f"near miss of {name}")
            for table, misses in NEAR_MISSES.items()
            for name, statement in misses.items()
        ),
        *(pytest.param(*excused, id=why) for why, excused in EXCUSED.items()),
    ],
)
def test_expectation_does_not_cry_wolf(  # noqa: PLR0913, PLR0917 - fixtures and parameters
    table: str,
    name: str,
    statement: str,
    small_warehouse: Path,
    tmp_path: Path,
    key: Key,
    as_of: date,
) -> None:
    """What is just within the limit, cannot be compared yet or has its reason is let pass."""
    result = _result_after(statement, table, name, small_warehouse, tmp_path, key=key, as_of=as_of)
    assert result.is_evaluated
    assert result.verdict is Verdict.PASSED
    assert result.subjects == ()


@pytest.mark.parametrize(
    ("table", "name", "subjects"),
    [
        ("loaded.daily_counts", "learners_match_the_roster", ("mathpath",)),
        ("loaded.daily_counts", "no_source_is_silent", ("readwell",)),
        ("loaded.files", "few_duplicates", ("mathpath", "readwell")),
        ("loaded.build_figures", "statuses_have_not_jumped", ("not_yet", "secure")),
        ("loaded.students", "schools_known", ()),
    ],
)
def test_finding_names_whom_it_is_about(  # noqa: PLR0913, PLR0917 - fixtures and parameters
    table: str,
    name: str,
    subjects: tuple[str, ...],
    small_warehouse: Path,
    tmp_path: Path,
    key: Key,
    as_of: date,
) -> None:
    """A finding names the sources, marts or statuses that do not meet it, and no person."""
    statement = FAULTS[table][name]
    result = _result_after(statement, table, name, small_warehouse, tmp_path, key=key, as_of=as_of)
    assert result.subjects == subjects
    if subjects:
        assert f"({', '.join(subjects)})" in describe(result)


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_a_mean_does_not_tell_the_order_of_its_rows(
    order: str, small_warehouse: Path, tmp_path: Path, key: Key, as_of: date
) -> None:
    """A night that was cut off and run again leaves its rows in another order."""
    statement = f"""
        create or replace table learning.mastery as
        select
            numbers.number || mastery.student_key as student_key,
            mastery.* exclude (student_key)
                replace (1 / (1 + numbers.number) as estimate, 'secure' as status)
        from learning.mastery as mastery, range(1000) as numbers (number)
        order by estimate {order}
    """
    name = "estimates_not_all_low"
    result = _result_after(
        statement, "learning.mastery", name, small_warehouse, tmp_path, key=key, as_of=as_of
    )
    # The harmonic number of 1,000, divided by as many; sums in either order differ at the end.
    assert result.observed == 0.00748547086


def _result_after(  # noqa: PLR0913 - what the tests above have in common
    statement: str,
    table: str,
    name: str,
    small_warehouse: Path,
    tmp_path: Path,
    *,
    key: Key,
    as_of: date,
) -> CheckResult:
    file = tmp_path / "warehouse.duckdb"
    shutil.copy(small_warehouse, file)
    with open_encrypted(file, key) as connection:
        connection.execute(statement)
        (evaluation,) = evaluate_suites(connection, [SUITES[table]], as_of=as_of)
    return {result.name: result for result in evaluation.results}[name]

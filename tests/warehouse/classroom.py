"""What people wrote down in the random districts: scores of every method, judgements, goals."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from tests.warehouse.students import STANDARDS

METHODS: Final = ("teacher_entered", "rubric", "project", "paper_test")
FIRST: Final = date(2026, 2, 26)
_FILE: Final = "evidence.csv"


def classroom_tables(students: int) -> dict[str, list[tuple[Any, ...]]]:
    """Return the tables of people's forms, the same for the same number of students."""
    return {
        "classroom_evidence": [
            _evidence(student, number) for student in range(students) for number in range(8)
        ],
        "classroom_judgements": [
            _judgement(student, number) for student in range(students) for number in (0, 1)
        ],
        "classroom_goals": [_goal(student) for student in range(students)],
        "classroom_feedback": [_feedback(student) for student in range(students)],
        "scale_crosswalk": [
            (f"s-{number}", "scales.csv", "stars", score_from, outcome, date(2025, 8, 1))
            for number, (score_from, outcome) in enumerate(((0.3, 0.2), (0.5, 0.6), (3, 1)))
        ],
    }


def _evidence(student: int, number: int) -> tuple[Any, ...]:
    """Tests of two standards, retakes of a date and the next, ratings; some are ahead."""
    standard_id = STANDARDS[(student + number % 2) % len(STANDARDS)][0]
    assessed_on = FIRST + timedelta(days=(0, 0, 0, 1, 4, 11, 16, 12)[number] + student % 3)
    scale = "stars" if number == 4 else "unknown" if number == 5 else None
    return (
        f"{student:08x}-0000-4000-8000-{number:012x}",
        _FILE,
        f"student-{student}",
        standard_id,
        f"task-{number // 4}",
        METHODS[number % 4],
        assessed_on,
        float((student + number) % 5),
        None if scale else 4.0,
        1.0 if number == 6 and (student + number) % 5 else None,
        scale,
    )


def _judgement(student: int, number: int) -> tuple[Any, ...]:
    judged_on = FIRST + timedelta(days=10 * number + student)
    key = f"j-{student}-{number}"
    judgement = ("not_yet", "secure")[number]
    return (key, "judgements.csv", f"student-{student}", STANDARDS[0][0], judgement, judged_on)


def _goal(student: int) -> tuple[Any, ...]:
    set_by = ("student", "teacher", "system")[student % 3]
    names = (f"g-{student}", "goals.csv", f"student-{student}", None)
    return (*names, "explore", set_by, FIRST, None, None)


def _feedback(student: int) -> tuple[Any, ...]:
    names = (f"f-{student}", "feedback.csv", f"student-{student}", STANDARDS[1][0])
    answer = ("yes", "partly", "no")[student % 3]
    return (*names, "i_want_help", answer, FIRST + timedelta(days=student))

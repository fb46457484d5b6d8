"""The forms in which people, not software, hand in evidence, judgements, goals and feedback."""

from __future__ import annotations

from enum import StrEnum, auto
from typing import NamedTuple


class Content(StrEnum):
    """What a column holds; there is none for free text."""

    WORD = auto()
    STUDENT = auto()
    STANDARD = auto()
    CHOICE = auto()
    DATE = auto()
    NUMBER = auto()


class FormColumn(NamedTuple):
    """One column of a form; `choices` are the values of a choice."""

    name: str
    content: Content
    meaning: str
    example: str
    is_required: bool = True
    choices: tuple[str, ...] = ()


class Form(NamedTuple):
    """One kind of file; its name begins the names of its files, `table` is where rows go."""

    name: str
    table: str
    about: str
    columns: tuple[FormColumn, ...]

    @property
    def header(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(column.name for column in self.columns)


_RECORD = FormColumn(
    "record_id",
    Content.WORD,
    "Names the row for good: a later row with the same one replaces it.",
    "unit-3-0001",
)
_STUDENT = FormColumn("student_id", Content.STUDENT, "The student's sourcedId in the roster.", "S1")
_STANDARD = FormColumn(
    "standard",
    Content.STANDARD,
    "The standard's code, identifier or URI; a code only where its standards count as one.",
    "6.RP.1",
)
_ANY_STANDARD = _STANDARD._replace(
    meaning=f"{_STANDARD.meaning} Empty where it is about none.", is_required=False
)

EVIDENCE = Form(
    "evidence",
    "classroom_evidence",
    "What a student showed without software: one score for one task and one standard.",
    (
        _RECORD,
        _STUDENT,
        _STANDARD,
        FormColumn(
            "item_id",
            Content.WORD,
            "Names the task or criterion, the same for every student; never a person.",
            "unit-3-test-q4",
        ),
        FormColumn(
            "method",
            Content.CHOICE,
            "How it was assessed.",
            "paper_test",
            choices=("teacher_entered", "rubric", "project", "paper_test"),
        ),
        FormColumn("assessed_on", Content.DATE, "The school-local date of the work.", "2026-09-14"),
        FormColumn("score", Content.NUMBER, "The points, or the rating.", "3"),
        FormColumn(
            "max_score",
            Content.NUMBER,
            "The most that can be had; may be empty only where `scale` is given.",
            "4",
            is_required=False,
        ),
        FormColumn(
            "min_score",
            Content.NUMBER,
            "The least that can be had, as 1 of a rubric from 1 to 4; 0 where empty.",
            "",
            is_required=False,
        ),
        FormColumn(
            "scale",
            Content.WORD,
            "A scale that only a reviewed row of the form `scales` turns into an outcome.",
            "",
            is_required=False,
        ),
    ),
)
JUDGEMENTS = Form(
    "judgements",
    "classroom_judgements",
    "What a teacher judges of a student and a standard; it stands beside the estimate.",
    (
        _RECORD,
        _STUDENT,
        _STANDARD,
        FormColumn(
            "judgement",
            Content.CHOICE,
            "The teacher's own.",
            "secure",
            choices=("not_yet", "developing", "secure"),
        ),
        FormColumn("judged_on", Content.DATE, "The school-local date.", "2026-09-18"),
    ),
)
GOALS = Form(
    "goals",
    "classroom_goals",
    "A goal for a student, and who set it.",
    (
        _RECORD,
        _STUDENT,
        _ANY_STANDARD,
        FormColumn(
            "aim",
            Content.CHOICE,
            "What is aimed at.",
            "become_secure",
            choices=("become_secure", "keep_secure", "explore"),
        ),
        FormColumn(
            "set_by",
            Content.CHOICE,
            "Who set it; only `student` makes it the student's own.",
            "student",
            choices=("student", "teacher", "system"),
        ),
        FormColumn("set_on", Content.DATE, "The school-local date.", "2026-09-01"),
        FormColumn("due_on", Content.DATE, "By when, if said.", "2026-09-30", is_required=False),
        FormColumn("reached_on", Content.DATE, "When it was reached.", "", is_required=False),
    ),
)
FEEDBACK = Form(
    "feedback",
    "classroom_feedback",
    "What a student says, as an answer to one of a few statements.",
    (
        _RECORD,
        _STUDENT,
        _ANY_STANDARD,
        FormColumn(
            "statement",
            Content.CHOICE,
            "What is agreed with, or not.",
            "i_want_help",
            choices=("i_can_do_this", "i_want_help", "this_helped_me", "this_number_is_wrong"),
        ),
        FormColumn(
            "answer",
            Content.CHOICE,
            "How far.",
            "yes",
            choices=("yes", "partly", "no"),
        ),
        FormColumn("given_on", Content.DATE, "The school-local date.", "2026-09-20"),
    ),
)
SCALES = Form(
    "scales",
    "scale_crosswalk",
    "What a score on a scale is worth, after somebody has reviewed it.",
    (
        _RECORD._replace(example="levels-3"),
        FormColumn("scale", Content.WORD, "The scale, as scores name it.", "levels"),
        FormColumn("score_from", Content.NUMBER, "Scores from this on, up to the next row.", "3"),
        FormColumn("outcome", Content.NUMBER, "What they are worth, from 0 to 1.", "0.8"),
        FormColumn("reviewed_on", Content.DATE, "When a person approved it.", "2026-08-20"),
    ),
)
FORMS = {form.name: form for form in (EVIDENCE, JUDGEMENTS, GOALS, FEEDBACK, SCALES)}


def template(form: Form) -> str:
    """Return the header of a form and a row that shows it."""
    lines = (form.header, tuple(column.example for column in form.columns))
    return "".join(f"{','.join(line)}\n" for line in lines)


def describe_columns(form: Form) -> str:
    """Return what each column of a form holds."""
    width = max(len(name) for name in form.header)
    lines = [f"{form.name}: {form.about}"]
    for column in form.columns:
        required = "required" if column.is_required else "optional"
        choices = f" One of: {', '.join(column.choices)}." if column.choices else ""
        lines.append(f"  {column.name:<{width}}  {required}. {column.meaning}{choices}")
    return "\n".join(lines) + "\n"

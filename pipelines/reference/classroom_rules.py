"""What can be wrong with a row of a form; no message repeats a value, which may be personal."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple, Self


class ClassroomRule(StrEnum):
    """A rule of forms: its name, and what it asks for."""

    asks: str

    def __new__(cls, name: str, asks: str) -> Self:
        """Make a member whose value is the name of the rule."""
        member = str.__new__(cls, name)
        member._value_ = name
        member.asks = asks
        return member

    FORM = ("unknown_form", "a file whose name begins with a form's: evidence, judgements, goals …")
    CSV = ("not_csv", "CSV in UTF-8")
    HEADER = ("other_columns", "exactly the columns of the form; no others, which are not read")
    LENGTH = ("other_length", "as many values as the form has columns")
    EMPTY = ("empty_value", "a value")
    WORD = (
        "no_word",
        "at most 80 letters, digits and . _ : / # -, beginning with one of the first",
    )
    CHOICE = ("unknown_choice", "one of the values that the form lists")
    DATE = ("no_date", "a date of the form YYYY-MM-DD")
    NUMBER = ("no_number", "a number such as 3 or 3.5")
    NO_SCALE = ("no_scale", "the most that can be had, above the least; or a scale")
    OUTSIDE = ("outside_scale", "a number between the least and the most that can be had")
    ORDER = ("dates_out_of_order", "a date that is not before the one on which the goal was set")
    PERSON = (
        "names_the_student",
        "a name of the task or scale that does not hold the student's identifier",
    )
    STUDENT = ("unknown_student", "the sourcedId of a student of the roster")
    STANDARD = ("unknown_standard", "code, identifier or URI of a standard of a loaded framework")
    AMBIGUOUS = (
        "ambiguous_standard",
        "identifier or URI: standards that count apart have this code",
    )
    TWICE = ("record_id_twice", "a record_id that no other row of the file has")


class Refusal(NamedTuple):
    """A row, or a whole file, that is not loaded; the header is row 1."""

    file_name: str
    row: int | None
    column: str | None
    rule: ClassroomRule

    def __str__(self) -> str:
        """Say where it is and what is asked for."""
        row = f", row {self.row}" if self.row else ""
        column = f", column {self.column}" if self.column else ""
        return f"{self.file_name}{row}{column}: expected {self.rule.asks} [{self.rule}]"


class RefusedError(Exception):
    """A value breaks a rule."""

    def __init__(self, rule: ClassroomRule, column: str | None = None) -> None:
        super().__init__(rule)
        self.rule = rule
        self.column = column

"""Read the forms that people fill in; every refusal says file, row and column."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from pipelines.reference.classroom_forms import EVIDENCE, FORMS, GOALS, SCALES, Content, Form
from pipelines.reference.classroom_rules import ClassroomRule, Refusal, RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from pipelines.reference.classroom_forms import FormColumn

Value: TypeAlias = str | float | date | None
_DIGEST_BYTES = 16
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/#-]{0,79}")
_NUMBER = re.compile(r"-?[0-9]{1,9}(\.[0-9]{1,9})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_STEM = re.compile(r"[a-z]+")


class Known(NamedTuple):
    """What rows may refer to: a student's key by sourcedId, and standard_ids by their names.

    A name of several standards that count apart stands for none.
    """

    student_key: Callable[[str], str | None]
    standards: Mapping[str, str | None]


class Record(NamedTuple):
    """A row that can be loaded: its name, and the values after it in the order of the form."""

    row: int
    record_id: str
    values: tuple[Value, ...]


class JudgedFile(NamedTuple):
    """A file and what is in it; one that is not usable has no records and one refusal."""

    name: str
    digest: str
    form: Form | None
    read: int
    duplicate: int
    records: tuple[Record, ...]
    refusals: tuple[Refusal, ...]

    @property
    def is_usable(self) -> bool:
        """Whether its rows could be read at all."""
        return not any(refusal.rule in _OF_FILES for refusal in self.refusals)


def judge_file(path: Path, known: Known | None = None) -> JudgedFile:
    """Judge every row of a file; without `known`, students and standards are not looked up."""
    content = path.read_bytes()
    stem = _STEM.match(path.name)
    judged = JudgedFile(
        path.name,
        blake2b(content, digest_size=_DIGEST_BYTES).hexdigest(),
        FORMS.get(stem[0] if stem else ""),
        *(1, 0, (), ()),
    )
    if judged.form is None:
        return _refused(judged, ClassroomRule.FORM)
    try:
        rows = list(_numbered(io.StringIO(content.decode("utf-8-sig"), newline="")))
    except (UnicodeDecodeError, csv.Error):
        return _refused(judged, ClassroomRule.CSV)
    if not rows or tuple(name.strip() for name in rows[0][1]) != judged.form.header:
        return _refused(judged, ClassroomRule.HEADER)
    return _judge_rows(judged, judged.form, rows=rows[1:], known=known)


def _refused(judged: JudgedFile, rule: ClassroomRule) -> JudgedFile:
    return judged._replace(refusals=(Refusal(judged.name, None, None, rule),))


def _numbered(lines: io.StringIO) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(lines, strict=True)
    for values in reader:
        if any(value.strip() for value in values):
            yield reader.line_num, values


def _judge_rows(
    judged: JudgedFile, form: Form, *, rows: list[tuple[int, list[str]]], known: Known | None
) -> JudgedFile:
    records: dict[str, Record] = {}
    refusals, duplicate = [], 0
    for number, values in rows:
        try:
            record = _record(form, number, values, known=known)
            before = records.setdefault(record.record_id, record)
            _refuse_other(before, record, form.header[0])
            duplicate += before is not record
        except RefusedError as refused:
            refusals.append(Refusal(judged.name, number, refused.column, refused.rule))
    return judged._replace(
        read=len(rows),
        duplicate=duplicate,
        records=tuple(records.values()),
        refusals=tuple(refusals),
    )


def _refuse_other(before: Record, record: Record, column: str) -> None:
    if before.values != record.values:
        raise RefusedError(ClassroomRule.TWICE, column)


def _record(form: Form, number: int, values: list[str], *, known: Known | None) -> Record:
    if len(values) != len(form.columns):
        raise RefusedError(ClassroomRule.LENGTH)
    texts = dict(zip(form.header, (value.strip() for value in values), strict=True))
    parsed = {column.name: _parse(column, texts[column.name]) for column in form.columns}
    if check := _RULES_OF_ROWS.get(form.name):
        check(parsed)
    if known:
        parsed |= _resolved(parsed, known)
    record_id, *rest = parsed.values()
    return Record(number, str(record_id), tuple(rest))


def _parse(column: FormColumn, text: str) -> Value:
    if not text:
        if column.is_required:
            raise RefusedError(ClassroomRule.EMPTY, column.name)
        return None
    try:
        return _PARSERS[column.content](column, text)
    except ValueError:
        raise RefusedError(_RULE_OF_CONTENT[column.content], column.name) from None


def _word(_: FormColumn, text: str) -> str:
    return _matching(_WORD, text)


def _choice(column: FormColumn, text: str) -> str:
    return column.choices[column.choices.index(text)]


def _date(_: FormColumn, text: str) -> date:
    return date.fromisoformat(_matching(_DATE, text))


def _number(_: FormColumn, text: str) -> float:
    return float(_matching(_NUMBER, text))


def _matching(pattern: re.Pattern[str], text: str) -> str:
    if not pattern.fullmatch(text):
        raise ValueError(pattern.pattern)
    return text


def _check_evidence(row: dict[str, Value]) -> None:
    score, most, scale = row["score"], row["max_score"], row["scale"]
    least = row["min_score"] or 0.0
    for name in ("item_id", "scale"):
        if str(row["student_id"]).lower() in str(row[name] or "").lower():
            raise RefusedError(ClassroomRule.PERSON, name)
    if scale is not None:
        return
    if most is None or _as_number(most) <= _as_number(least):
        raise RefusedError(ClassroomRule.NO_SCALE, "max_score")
    if not _as_number(least) <= _as_number(score) <= _as_number(most):
        raise RefusedError(ClassroomRule.OUTSIDE, "score")


def _check_goal(row: dict[str, Value]) -> None:
    set_on = row["set_on"]
    for name in ("due_on", "reached_on"):
        later = row[name]
        if isinstance(later, date) and isinstance(set_on, date) and later < set_on:
            raise RefusedError(ClassroomRule.ORDER, name)


def _check_scale(row: dict[str, Value]) -> None:
    if not 0 <= _as_number(row["outcome"]) <= 1:
        raise RefusedError(ClassroomRule.OUTSIDE, "outcome")


def _as_number(value: Value) -> float:
    return value if isinstance(value, float) else 0.0


def _resolved(row: dict[str, Value], known: Known) -> dict[str, Value]:
    """Return the keys that stand for the student and the standard that a row names."""
    found: dict[str, Value] = {}
    student = row.get("student_id")
    if student is not None:
        found["student_id"] = known.student_key(str(student))
        if found["student_id"] is None:
            raise RefusedError(ClassroomRule.STUDENT, "student_id")
    standard = row.get("standard")
    if standard is not None:
        if standard not in known.standards:
            raise RefusedError(ClassroomRule.STANDARD, "standard")
        found["standard"] = known.standards[str(standard)]
        if found["standard"] is None:
            raise RefusedError(ClassroomRule.AMBIGUOUS, "standard")
    return found


_OF_FILES = {ClassroomRule.FORM, ClassroomRule.CSV, ClassroomRule.HEADER}
_PARSERS: dict[Content, Callable[[FormColumn, str], Value]] = {
    Content.WORD: _word,
    Content.STUDENT: lambda _, text: text,
    Content.STANDARD: lambda _, text: text,
    Content.CHOICE: _choice,
    Content.DATE: _date,
    Content.NUMBER: _number,
}
_RULE_OF_CONTENT = {
    Content.WORD: ClassroomRule.WORD,
    Content.CHOICE: ClassroomRule.CHOICE,
    Content.DATE: ClassroomRule.DATE,
    Content.NUMBER: ClassroomRule.NUMBER,
}
_RULES_OF_ROWS: dict[str, Callable[[dict[str, Value]], None]] = {
    EVIDENCE.name: _check_evidence,
    GOALS.name: _check_goal,
    SCALES.name: _check_scale,
}

"""The rules that a OneRoster delivery is held to, and what a broken one does to loading."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class RosterSeverity(StrEnum):
    """An error is against the specification; a warning is allowed, but hardly meant."""

    ERROR = "error"
    WARNING = "warning"


class Effect(StrEnum):
    """What a violation does to loading."""

    DELIVERY = "delivery"  # nothing of the delivery is loaded
    ROW = "row"  # the row is left out
    VALUE = "value"  # the value is read as empty
    NONE = "none"  # what is meant is clear, or is not stored


class RosterRule(NamedTuple):
    """A rule: where the specification says it, and what it asks for."""

    name: str
    severity: RosterSeverity
    clause: str
    asks: str


class Violation(NamedTuple):
    """One broken rule at one place; `row` counts the header as 1, and no value is repeated."""

    rule: str
    effect: Effect
    file: str
    row: int | None
    column: str | None
    message: str


_ERROR, _WARNING = RosterSeverity.ERROR, RosterSeverity.WARNING
_PACKAGE = "OneRoster CSV Binding, the set of files"
_MANIFEST = "OneRoster CSV Binding, manifest.csv"
_FORMAT = "OneRoster CSV Binding, file format (RFC 4180)"
_COLUMNS = "OneRoster CSV Binding, header row"
_TYPES = "OneRoster CSV Binding, data types"
_MODES = "OneRoster CSV Binding, bulk and delta"
_TABLES = "OneRoster CSV Binding, table of the file"

UNREADABLE = RosterRule(
    "oneroster.delivery.unreadable", _ERROR, _PACKAGE, "a folder or zip of CSV files that opens"
)
NESTED = RosterRule(
    "oneroster.delivery.nested", _WARNING, _PACKAGE, "files that lie at the top of the zip"
)
MANIFEST_MISSING = RosterRule(
    "oneroster.manifest.missing", _ERROR, _MANIFEST, "manifest.csv, which tells bulk from delta"
)
MANIFEST_VERSION = RosterRule(
    "oneroster.manifest.version",
    _ERROR,
    _MANIFEST,
    "oneroster.version 1.1 or 1.2, and manifest.version 1.0",
)
MANIFEST_MODE = RosterRule(
    "oneroster.manifest.mode",
    _ERROR,
    _MANIFEST,
    "for every table of the version a row file.<name> with absent, bulk or delta",
)
MANIFEST_DUPLICATE = RosterRule(
    "oneroster.manifest.duplicate", _ERROR, _MANIFEST, "each property once"
)
MANIFEST_PROPERTY = RosterRule(
    "oneroster.manifest.property", _WARNING, _MANIFEST, "properties that the binding knows"
)
FILE_MISSING = RosterRule(
    "oneroster.file.missing", _ERROR, _PACKAGE, "every file that the manifest announces"
)
FILE_UNANNOUNCED = RosterRule(
    "oneroster.file.unannounced", _ERROR, _PACKAGE, "no file that the manifest calls absent"
)
FILE_UNKNOWN = RosterRule(
    "oneroster.file.unknown", _WARNING, _PACKAGE, "only the files that the binding names"
)
FILE_NEEDED = RosterRule(
    "oneroster.file.needed",
    _ERROR,
    _PACKAGE,
    "in bulk: academicSessions, orgs, classes, users, enrollments and, in 1.2, roles",
)
FILE_EMPTY = RosterRule(
    "oneroster.file.empty", _ERROR, _FORMAT, "at least one row below the header"
)
FILE_ENCODING = RosterRule("oneroster.file.encoding", _ERROR, _FORMAT, "UTF-8")
CSV_QUOTES = RosterRule(
    "oneroster.csv.quotes", _ERROR, _FORMAT, "quotation marks in pairs; one left open hides rows"
)
CSV_LINE_BREAK = RosterRule(
    "oneroster.csv.line-break", _ERROR, _FORMAT, "no line break within a value"
)
CSV_LENGTH = RosterRule(
    "oneroster.csv.length", _ERROR, _FORMAT, "as many values in a row as the header has columns"
)
CSV_BLANK = RosterRule("oneroster.csv.blank", _WARNING, _FORMAT, "no row without any value")
COLUMN_MISSING = RosterRule(
    "oneroster.column.missing", _ERROR, _COLUMNS, "every column of the table, filled or not"
)
COLUMN_DUPLICATE = RosterRule("oneroster.column.duplicate", _ERROR, _COLUMNS, "each column once")
COLUMN_UNKNOWN = RosterRule(
    "oneroster.column.unknown",
    _ERROR,
    _COLUMNS,
    "no columns but the table's and, behind them, those whose name begins with metadata.",
)
COLUMN_ORDER = RosterRule(
    "oneroster.column.order", _ERROR, _COLUMNS, "the columns in the order of the table"
)
REQUIRED = RosterRule("oneroster.value.required", _ERROR, _TABLES, "a value")
SPACE = RosterRule("oneroster.value.space", _WARNING, _TYPES, "no space before or after a value")
GUID = RosterRule(
    "oneroster.value.guid",
    _WARNING,
    _TYPES,
    "a sourcedId of up to 255 letters, digits and the signs . - _ / @",
)
ENUMERATION = RosterRule(
    "oneroster.value.enumeration", _ERROR, _TYPES, "one of the values of the vocabulary"
)
ENUMERATION_CASE = RosterRule(
    "oneroster.value.enumeration-case",
    _ERROR,
    _TYPES,
    "the value of the vocabulary in exactly its letter case",
)
DATE = RosterRule("oneroster.value.date", _ERROR, _TYPES, "a date that exists, as YYYY-MM-DD")
DATETIME = RosterRule(
    "oneroster.value.datetime", _ERROR, _TYPES, "a time as 2026-09-01T08:00:00.000Z"
)
YEAR = RosterRule("oneroster.value.year", _ERROR, _TYPES, "a year as YYYY")
NUMBER = RosterRule("oneroster.value.number", _ERROR, _TYPES, "a number")
LIST = RosterRule(
    "oneroster.value.list", _ERROR, _TYPES, "a list with a value on both sides of each comma"
)
USER_IDS = RosterRule(
    "oneroster.value.user-ids", _ERROR, _TYPES, "identifiers as {type:id}, separated by commas"
)
DATE_ORDER = RosterRule(
    "oneroster.date.order", _ERROR, _TABLES, "a first date that is before the last"
)
REFERENCE = RosterRule(
    "oneroster.reference.missing", _ERROR, _TABLES, "the sourcedId of a row that can be used"
)
REFERENCE_TYPE = RosterRule(
    "oneroster.reference.type", _ERROR, _TABLES, "the sourcedId of a row of the right type"
)
DUPLICATE = RosterRule(
    "oneroster.row.duplicate",
    _ERROR,
    _TABLES,
    "a sourcedId that no row before has; of rows that differ the first one stands",
)
DUPLICATE_SAME = RosterRule(
    "oneroster.row.repeated", _WARNING, _TABLES, "no second copy of the very same row"
)
STATUS_BULK = RosterRule(
    "oneroster.status.bulk", _ERROR, _MODES, "status and dateLastModified left empty in bulk"
)
STATUS_DELTA = RosterRule(
    "oneroster.status.delta", _ERROR, _MODES, "status and dateLastModified in a delta"
)
PRIMARY_ROLE = RosterRule(
    "oneroster.role.primary", _WARNING, _TABLES, "one primary role of a person in an organisation"
)
WITHOUT_ROLE = RosterRule(
    "oneroster.role.none", _ERROR, _TABLES, "for every user at least one row of roles.csv"
)
ENROLLED_SCHOOL = RosterRule(
    "oneroster.enrollment.school", _WARNING, _TABLES, "the school of the class"
)
ENROLLED_ROLE = RosterRule(
    "oneroster.enrollment.role",
    _WARNING,
    _TABLES,
    "a student enrolment of somebody whose role is student; others are no learners here",
)
ENROLLED_TWICE = RosterRule(
    "oneroster.enrollment.overlap",
    _WARNING,
    _TABLES,
    "no second enrolment in the same class and role at the same time; the two count as one",
)

RULES = {rule.name: rule for rule in list(vars().values()) if isinstance(rule, RosterRule)}

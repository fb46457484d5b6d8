"""Hold the values of a roster's table to what its columns are, in one scan of the table.

Each check is a condition in SQL that is true where the rule is broken. All are counted together;
only those that found something are asked for their rows. What is true of a column's distinct values
is not asked of every row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa
from pyarrow import compute

from pipelines.reference.roster_csv import ROW_NUMBER
from pipelines.reference.roster_rules import (
    CSV_BLANK,
    CSV_LINE_BREAK,
    DATE,
    DATE_ORDER,
    DATETIME,
    ENUMERATION,
    ENUMERATION_CASE,
    GUID,
    LIST,
    NUMBER,
    REQUIRED,
    SPACE,
    STATUS_BULK,
    STATUS_DELTA,
    USER_IDS,
    YEAR,
    Effect,
    RosterRule,
)
from pipelines.reference.roster_tables import IDENTIFIER, STATUS, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

    from duckdb import DuckDBPyConnection

    from pipelines.reference.roster_csv import CsvFile
    from pipelines.reference.roster_tables import Column, Table

MODIFIED = "dateLastModified"
# Space, tabulator and no-break space.
_SPACE_CODES = (32, 9, 160)
_SPACES = " || ".join(f"chr({code})" for code in _SPACE_CODES)
_EXTENSION = "ext:%"
# Pairs of columns that begin and end something; OneRoster's ends are exclusive.
_SPANS = (("startDate", "endDate"), ("beginDate", "endDate"), ("assignDate", "dueDate"))
_GUID = r"[A-Za-z0-9._/@-]{1,255}"
_DATETIME = r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z"
_USER_IDS = r"\{[^{}:]+:[^{}]+\}(\s*,\s*\{[^{}:]+:[^{}]+\})*"


# Their checks ask for the value of a single column, which is one of few, and nothing of a null.
_OF_FEW_VALUES = frozenset({ENUMERATION, ENUMERATION_CASE, DATE, DATETIME, YEAR})


class Check(NamedTuple):
    """A condition that is true of the rows that break a rule."""

    rule: RosterRule
    effect: Effect
    column: str | None
    message: str
    condition: str


def make_raw_view(
    connection: DuckDBPyConnection, table: Table, header: tuple[str, ...], *, is_clean: bool
) -> None:
    """Make the view raw_<table> of the registered file_<table>: trimmed, empty as null.

    A clean file has neither blank rows nor spaces around values, and is spared the work.
    """
    present = {name for name in header if table.column(name)}
    columns = [ROW_NUMBER]
    for column in table.columns:
        if column.name in present:
            columns.append(_cleaned(column.name, is_clean=is_clean))
        else:
            columns.append(f"cast(null as varchar) as {_name(column)}")
    condition = "true" if is_clean else f"not ({blank_condition(header)})"
    connection.execute(
        f"create or replace temp view raw_{table.name} as select {', '.join(columns)}"
        f" from file_{table.name} where {condition}"
    )


def _cleaned(name: str, *, is_clean: bool) -> str:
    value = quoted(name) if is_clean else f"trim({quoted(name)}, {_SPACES})"
    return f"nullif({value}, '') as {quoted(name)}"


def unsettled(
    connection: DuckDBPyConnection, read: CsvFile, checks: list[Check], *, is_clean: bool
) -> list[Check]:
    """Return the checks that are left once the distinct values of columns have been looked at."""
    of_values = [each for each in checks if each.rule in _OF_FEW_VALUES]
    names = list(dict.fromkeys(str(each.column) for each in of_values))
    if not names:
        return checks
    connection.register("distinct_values", _distinct_values(read, names))
    cleaned = ", ".join(_cleaned(name, is_clean=is_clean) for name in names)
    broken = count_broken(connection, f"(select {cleaned} from distinct_values)", of_values)
    connection.unregister("distinct_values")
    found = {check for check, _ in broken}
    return [each for each in checks if each in found or each.rule not in _OF_FEW_VALUES]


def _distinct_values(read: CsvFile, names: list[str]) -> pa.Table:
    """Return each column's distinct values, side by side; shorter columns end in nulls."""
    found = [compute.unique(read.rows[name]) for name in names]
    longest = max(map(len, found))
    padded = [
        pa.concat_arrays([values, pa.nulls(longest - len(values), pa.string())]) for values in found
    ]
    return pa.table(padded, names=names)


def blank_condition(header: tuple[str, ...], plain: AbstractSet[str] = frozenset()) -> str:
    """Return what is true of a row without any value; in `plain` columns nothing can be trimmed."""
    values = [quoted(name) if name in plain else f"trim({quoted(name)})" for name in header]
    return " and ".join(f"{value} = ''" for value in values) or "true"


def count_broken(
    connection: DuckDBPyConnection, relation: str, checks: list[Check]
) -> list[tuple[Check, int]]:
    """Return the checks that found something, with the number of rows, in one scan."""
    if not checks:
        return []
    counts = ", ".join(f"count(*) filter (where {each.condition})" for each in checks)
    found = connection.execute(f"select {counts} from {relation}").fetchone() or ()
    return [(check, count) for check, count in zip(checks, found, strict=True) if count]


def raw_checks(table: Table, read: CsvFile) -> Iterator[Check]:
    """Yield the checks of rows and values as they came, before spaces are trimmed."""
    blank = blank_condition(read.header, read.plain)
    yield Check(CSV_BLANK, Effect.NONE, None, CSV_BLANK.asks, blank)
    for column in table.columns:
        if column.name not in read.header or column.name in read.plain:
            continue
        value = _name(column)
        # Three times as quick as comparing the first and the last character.
        begins = f"ascii({value}) in {_SPACE_CODES}"
        ends = " or ".join(f"suffix({value}, chr({code}))" for code in _SPACE_CODES)
        yield _check(SPACE, Effect.NONE, column, f"{begins} or {ends}")
    if read.may_have_line_breaks:
        for name in read.header:
            value = quoted(name)
            broken = f"contains({value}, chr(10)) or contains({value}, chr(13))"
            yield Check(CSV_LINE_BREAK, Effect.NONE, name, CSV_LINE_BREAK.asks, broken)


def column_checks(table: Table, header: tuple[str, ...], *, is_delta: bool) -> Iterator[Check]:
    """Yield the checks of every column that the file has, on its raw view."""
    for column in table.columns:
        if column.name not in header:
            continue
        if column.name in {STATUS, MODIFIED}:
            yield from _mode_checks(column, is_delta=is_delta)
        if column.is_required:
            effect = Effect.ROW if column.is_needed and table.is_loaded else Effect.NONE
            yield _check(REQUIRED, effect, column, f"{_name(column)} is null")
        yield from _value_checks(table, column)
    yield from _order_checks(table)


def effect_on_value(table: Table, column: Column) -> Effect:
    """Return what a value that cannot be used does to loading."""
    if not table.is_loaded:
        return Effect.NONE
    return Effect.ROW if column.is_needed else Effect.VALUE


def _value_checks(table: Table, column: Column) -> Iterator[Check]:
    value, effect = _name(column), effect_on_value(table, column)
    match column.kind:
        case Kind.GUID if column.name == IDENTIFIER:
            yield _check(GUID, Effect.NONE, column, f"not regexp_full_match({value}, '{_GUID}')")
        case Kind.ENUMERATION | Kind.BOOLEAN:
            yield from _vocabulary_checks(column, effect)
        case Kind.ENUMERATION_LIST:
            known = _literals(column.values)
            message = f"each one of: {', '.join(column.values)}"
            members = f"list_transform(string_split({value}, ','), lambda each: trim(each))"
            yield Check(
                ENUMERATION, effect, column.name, message, f"not list_has_all([{known}], {members})"
            )
        case Kind.DATE:
            # The cast alone also takes years before Christ and parts of one digit.
            is_date = f"{value} like '____-__-__' and {value} >= '0'"
            broken = f"not ({is_date} and try_cast({value} as date) is not null)"
            yield _check(DATE, effect, column, f"{value} is not null and {broken}")
        case Kind.DATETIME:
            is_form = f"regexp_full_match({value}, '{_DATETIME}')"
            broken = f"not {is_form} or try_cast({value} as timestamptz) is null"
            yield _check(DATETIME, Effect.NONE, column, f"{value} is not null and ({broken})")
        case Kind.YEAR:
            yield _check(YEAR, effect, column, rf"not regexp_full_match({value}, '\d{{4}}')")
        case Kind.INTEGER | Kind.NUMBER:
            yield _check(
                NUMBER,
                effect,
                column,
                f"{value} is not null and try_cast({value} as double) is null",
            )
        case Kind.LIST | Kind.REFERENCES:
            yield _check(LIST, Effect.NONE, column, rf"regexp_matches({value}, '(^|,)\s*(,|$)')")
        case Kind.USER_IDS:
            yield _check(USER_IDS, effect, column, f"not regexp_full_match({value}, '{_USER_IDS}')")
        case _:
            pass


def _vocabulary_checks(column: Column, effect: Effect) -> Iterator[Check]:
    value, known = _name(column), _literals(column.values)
    lowered = _literals(tuple(each.lower() for each in column.values))
    is_foreign = f"{value} not in ({known}) and lower({value}) not in ({lowered})"
    if column.is_extensible:
        is_foreign += f" and {value} not like '{_EXTENSION}'"
    message = f"one of: {', '.join(column.values)}"
    yield Check(ENUMERATION, effect, column.name, message, is_foreign)
    differs = f"{value} not in ({known}) and lower({value}) in ({lowered})"
    yield Check(
        ENUMERATION_CASE, Effect.NONE, column.name, f"in this letter case {message}", differs
    )


def _mode_checks(column: Column, *, is_delta: bool) -> Iterator[Check]:
    if not is_delta:
        yield _check(STATUS_BULK, Effect.NONE, column, f"{_name(column)} is not null")
        return
    # Without a status nobody can tell whether the row is to be kept or to be taken away.
    effect = Effect.ROW if column.name == STATUS else Effect.NONE
    yield _check(STATUS_DELTA, effect, column, f"{_name(column)} is null")


def _order_checks(table: Table) -> Iterator[Check]:
    for first, last in _SPANS:
        begin, end = table.column(first), table.column(last)
        if begin and end:
            comes_after = ">" if "assign" in first else ">="
            yield _check(
                DATE_ORDER,
                Effect.ROW if table.is_loaded else Effect.NONE,
                end,
                f"{_name(begin)} {comes_after} {_name(end)}",
            )


def _check(rule: RosterRule, effect: Effect, column: Column, condition: str) -> Check:
    return Check(rule, effect, column.name, rule.asks, condition)


def quoted(name: str) -> str:
    """Return a column's name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def _name(column: Column) -> str:
    return quoted(column.name)


def _literals(values: tuple[str, ...]) -> str:
    return ", ".join("'" + value.replace("'", "''") + "'" for value in values)

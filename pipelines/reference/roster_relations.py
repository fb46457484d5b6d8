"""Hold a roster's rows to each other: one row for each sourcedId, and references that lead there.

Rows that break a rule whose effect is the row are left out, and whatever refers to them finds
nothing: tables are looked at in the order in which they need each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pipelines.reference.roster_checks import Check, effect_on_value, quoted
from pipelines.reference.roster_csv import ROW_NUMBER
from pipelines.reference.roster_manifest import Mode
from pipelines.reference.roster_rules import (
    DUPLICATE,
    DUPLICATE_SAME,
    ENROLLED_ROLE,
    ENROLLED_SCHOOL,
    ENROLLED_TWICE,
    PRIMARY_ROLE,
    REFERENCE,
    REFERENCE_TYPE,
    WITHOUT_ROLE,
    Effect,
    RosterRule,
)
from pipelines.reference.roster_tables import IDENTIFIER, TO_BE_DELETED, Kind, Version

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duckdb import DuckDBPyConnection

    from pipelines.reference.roster_tables import Column, Table

_TYPED = frozenset({"academicSessions", "orgs"})


class Found(NamedTuple):
    """A broken rule, and the query that gives the numbers of the rows."""

    check: Check
    rows: str


def duplicate_rows(connection: DuckDBPyConnection, table: Table) -> Iterator[Found]:
    """Yield the rows whose sourcedId came before: copies, and rows that say something else."""
    identifier = quoted(IDENTIFIER)
    is_any = connection.execute(
        f"select count({identifier}) > count(distinct hash({identifier})) from raw_{table.name}"
    ).fetchone()
    if not is_any or not is_any[0]:
        return
    columns = ", ".join(quoted(each.name) for each in table.columns)
    compared = f"""
        select {ROW_NUMBER}, hash({columns}) as content,
            first_value(hash({columns})) over same as first_content,
            row_number() over same as place
        from raw_{table.name} where {identifier} is not null
        window same as (partition by {identifier} order by {ROW_NUMBER})
    """
    for rule, is_same in ((DUPLICATE, "<>"), (DUPLICATE_SAME, "=")):
        yield Found(
            Check(rule, Effect.ROW, IDENTIFIER, rule.asks, ""),
            f"select {ROW_NUMBER} from ({compared}) where place > 1"
            f" and content {is_same} first_content",
        )


def make_identifiers(connection: DuckDBPyConnection, table: Table) -> None:
    """Make ids_<table>: the sourcedId, and the type, of rows that may be referred to."""
    kind = "type" if table.name in _TYPED else "null"
    connection.execute(
        f"create or replace temp table ids_{table.name} as select {quoted(IDENTIFIER)} as id,"
        f" cast({kind} as varchar) as type from usable_{table.name}"
        f" where lower(status) is distinct from '{TO_BE_DELETED}'"
    )


def make_usable_view(connection: DuckDBPyConnection, table: Table) -> None:
    """Make usable_<table>: the rows of a table that no rule leaves out."""
    left_out = connection.execute(
        "select count(*) from left_out where file = ?", [table.file]
    ).fetchone()
    without = (
        f" anti join (select row_number from left_out where file = '{table.file}')"
        " using (row_number)"
    )
    connection.execute(
        f"create or replace temp view usable_{table.name} as select * from raw_{table.name}"
        + (without if left_out and left_out[0] else "")
    )


def reference_rows(table: Table, modes: dict[str, Mode], known: frozenset[str]) -> Iterator[Found]:
    """Yield the rows that refer to what is not there; `known` tables have known_<table> (id)."""
    for column in table.columns:
        target = column.target
        if target is None:
            continue
        is_elsewhere = modes.get(target) is not Mode.BULK and Mode.DELTA in modes.values()
        if is_elsewhere and target not in known:
            continue  # a delta refers to rows that were delivered before
        effect = effect_on_value(table, column)
        message = f"the sourcedId of a row of {target}.csv that can be used"
        yield Found(
            Check(REFERENCE, effect, column.name, message, ""),
            _unresolved(table, column, _targets(target, modes, is_elsewhere=is_elsewhere)),
        )
        if column.target_types and modes.get(target) is not Mode.ABSENT:
            yield _of_another_type(table, column)


def relation_rows(modes: dict[str, Mode], version: Version) -> Iterator[tuple[str, Found]]:
    """Yield, by table, what the rows of several tables say against each other."""
    has = {name for name, mode in modes.items() if mode is not Mode.ABSENT}
    if {"enrollments", "classes"} <= has:
        yield "enrollments", _found(ENROLLED_SCHOOL, "schoolSourcedId", _OTHER_SCHOOL)
    if "enrollments" in has:
        yield "enrollments", _found(ENROLLED_TWICE, IDENTIFIER, _ENROLLED_TWICE)
    students = {Version.V1_1: "users", Version.V1_2: "roles"}[version]
    if {"enrollments", students} <= has and modes[students] is Mode.BULK:
        query = _ENROLLED_ROLE.format(students=_STUDENTS[version])
        yield "enrollments", _found(ENROLLED_ROLE, "role", query)
    if version is Version.V1_2 and "roles" in has:
        yield "roles", _found(PRIMARY_ROLE, "roleType", _PRIMARY_TWICE)
        if "users" in has and modes["roles"] is Mode.BULK:
            yield "users", _found(WITHOUT_ROLE, IDENTIFIER, _WITHOUT_ROLE)


def _found(rule: RosterRule, column: str, query: str) -> Found:
    return Found(Check(rule, Effect.NONE, column, rule.asks, ""), query)


def _targets(target: str, modes: dict[str, Mode], *, is_elsewhere: bool) -> str:
    """Return the identifiers that may be referred to, as a query."""
    parts = []
    if modes.get(target, Mode.ABSENT) is not Mode.ABSENT:
        parts.append(f"select id from ids_{target}")
    if is_elsewhere:
        parts.append(f"select id from known_{target}")
    return " union all ".join(parts) or "select cast(null as varchar) as id where false"


def _unresolved(table: Table, column: Column, targets: str) -> str:
    value = quoted(column.name)
    rows = f"select {ROW_NUMBER}, {value} as id from usable_{table.name} where {value} is not null"
    if column.kind is Kind.REFERENCES:
        rows = f"select {ROW_NUMBER}, trim(unnest(string_split(id, ','))) as id from ({rows})"
    each = "distinct " if column.kind is Kind.REFERENCES else ""
    return (
        f"select {each}{ROW_NUMBER} from ({rows}) as referring"
        f" anti join ({targets}) as targets using (id) where id <> ''"
    )


def _of_another_type(table: Table, column: Column) -> Found:
    allowed = ", ".join(f"'{each.lower()}'" for each in column.target_types)
    message = f"a row of {column.target}.csv of the type {' or '.join(column.target_types)}"
    return Found(
        Check(REFERENCE_TYPE, Effect.NONE, column.name, message, ""),
        f"select referring.{ROW_NUMBER} from usable_{table.name} as referring"
        f" inner join ids_{column.target} as targets on {quoted(column.name)} = targets.id"
        f" where lower(targets.type) not in ({allowed})",
    )


_OTHER_SCHOOL = """
    select enrollments.row_number from usable_enrollments as enrollments
    inner join usable_classes as classes on enrollments."classSourcedId" = classes."sourcedId"
    where enrollments."schoolSourcedId" <> classes."schoolSourcedId"
"""
# The window is for those few who are there more than once.
_ENROLLED_TWICE = """
    select row_number from (
        select row_number, "beginDate" as begins,
            max(coalesce("endDate", '9999-12-31')) over (
                partition by "classSourcedId", "userSourcedId", role
                order by coalesce("beginDate", ''), row_number
                rows between unbounded preceding and 1 preceding
            ) as last_end
        from usable_enrollments
        where
            lower(status) is distinct from 'tobedeleted'
            and hash("classSourcedId", "userSourcedId", role) in (
                select hash("classSourcedId", "userSourcedId", role) from usable_enrollments
                group by all having count(*) > 1
            )
    ) where coalesce(begins, '') < last_end
"""
_STUDENTS = {
    Version.V1_1: 'select "sourcedId" as id from usable_users',
    Version.V1_2: 'select "userSourcedId" as id from usable_roles',
}
_ENROLLED_ROLE = """
    select row_number from (
        select row_number, "userSourcedId" as id from usable_enrollments
        where lower(role) = 'student'
    ) as enrolled
    anti join ({students} where lower(role) = 'student') as students using (id)
"""
_PRIMARY_TWICE = """
    select row_number from (
        select row_number, row_number() over (
            partition by "userSourcedId", "orgSourcedId" order by row_number
        ) as place
        from usable_roles where lower("roleType") = 'primary'
    ) where place > 1
"""
_WITHOUT_ROLE = """
    select row_number from usable_users as users
    anti join usable_roles as roles on users."sourcedId" = roles."userSourcedId"
    where lower(users.status) is distinct from 'tobedeleted'
"""

"""Turn the usable rows of a judged roster into what the warehouse keeps: people by pseudonym.

Each incoming_<table> has the columns of loaded.roster_<table> without its span of validity, and
whether the row says that the thing is to be deleted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa

from pipelines.identity.pseudonyms import ROSTER_NAMESPACE, LocalIdentifier
from pipelines.reference.roster_manifest import Mode
from pipelines.reference.roster_tables import Version, tables_of
from pipelines.warehouse.roster_history import is_any_kept

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duckdb import DuckDBPyConnection

    from pipelines.identity.pseudonyms import Pseudonymiser
    from pipelines.reference.roster_judge import JudgedRoster

_KEY_DIGITS = 32
_ROW_KEYS = "roster rows"


class Incoming(NamedTuple):
    """One kind of record of a delivery: the kept table, its file's mode, and the query."""

    table: str
    mode: Mode
    query: str


def make_incoming(
    connection: DuckDBPyConnection, judged: JudgedRoster, pseudonymiser: Pseudonymiser
) -> tuple[Incoming, ...]:
    """Make incoming_<table> for every kind of record that the delivery has; return them.

    What is the first of its kind is read once, for there is nothing to compare it with.
    """
    _key_people(connection, judged, pseudonymiser)
    # Identifiers of rows often hold a person's: they are kept as keyed digests.
    secret = pseudonymiser.pseudonym(LocalIdentifier(_ROW_KEYS, ""))
    connection.execute("set variable row_secret = ?", [secret])
    incoming = tuple(_incoming(judged))
    for each in incoming:
        rows = each.query
        if is_any_kept(connection, each.table):
            connection.execute(f"create or replace temp table rows_of_{each.table} as {rows}")
            rows = f"from rows_of_{each.table}"
        connection.execute(f"create or replace temp view incoming_{each.table} as {rows}")
    return incoming


def _key_people(
    connection: DuckDBPyConnection, judged: JudgedRoster, pseudonymiser: Pseudonymiser
) -> None:
    """Make person_keys: the pseudonym of everybody whom a file names, as digits and as a number.

    Rows of a bulk set that name somebody else than its users are left out already.
    """
    columns = {"users": "sourcedId"}
    if judged.modes.get("users") is not Mode.BULK:
        columns |= {"roles": "userSourcedId", "enrollments": "userSourcedId"}
    named = [
        f'select "{column}" as sourced_id from usable_{table}'
        for table, column in columns.items()
        if judged.modes.get(table, Mode.ABSENT) is not Mode.ABSENT
    ]
    query = " union ".join(named) or "select null where false"
    people = connection.execute(f"{query} order by all").to_arrow_table().column(0)
    keys = list(map(pseudonymiser.pseudonyms_in(ROSTER_NAMESPACE), people.to_pylist()))
    table = pa.table({"sourced_id": people, "person_key": pa.array(keys, pa.string())})
    connection.register("keyed_people", table)
    connection.execute(
        "create or replace temp table person_keys as"
        " select sourced_id, person_key::uuid as person_key, person_key as pseudonym"
        " from keyed_people"
    )
    connection.unregister("keyed_people")


def _incoming(judged: JudgedRoster) -> Iterator[Incoming]:
    version = judged.version
    if version is None:
        return
    queries = _QUERIES | (_QUERIES_1_1 if version is Version.V1_1 else {})
    for table, (file, query) in queries.items():
        mode = judged.modes.get(file, Mode.ABSENT)
        if mode is not Mode.ABSENT:
            yield Incoming(table, mode, _filled(query, version, file))


def _filled(query: str, version: Version, file: str) -> str:
    """Fill in what stands for more: {date:x}, {meant:x} and {deleted}."""
    filled = (
        query.replace("{row_key}", _ROW_KEY)
        .replace("{deleted}", _DELETED)
        .replace("{grade_band}", _GRADE_BAND)
    )
    for column in tables_of(version)[file].columns:
        name = f'"{column.name}"'
        date = f"case when {name} like '____-__-__' then try_cast({name} as date) end"
        known = ", ".join(f"'{each}'" for each in column.values)
        lowered = ", ".join(f"'{each.lower()}'" for each in column.values)
        found = f"list_extract([{known}], list_position([{lowered}], lower({name})))"
        filled = filled.replace(f"{{date:{column.name}}}", date)
        # Nearly every value is written as the vocabulary has it.
        meant = f"case when {name} in ({known}) then {name} else coalesce({found}, {name}) end"
        filled = filled.replace(f"{{meant:{column.name}}}", meant)
    return filled


# As a number of 128 bits, which takes half of the work and of the room that its digits take.
_ROW_KEY = (
    f"""left(sha256(getvariable('row_secret') || chr(31) || "sourcedId"), {_KEY_DIGITS})::uuid"""
)
_DELETED = "coalesce(lower(status) = 'tobedeleted', false) as is_deleted"
# The band of the highest grade, in CEDS codes.
_HIGHEST_GRADE = """
    list_max(list_transform(string_split(upper(grades), ','), lambda code:
        case when trim(code) in ('IT', 'PR', 'PK', 'TK', 'KG') then 0
        else try_cast(trim(code) as integer) end))
"""
_GRADE_BAND = f"""
    case
        when {_HIGHEST_GRADE} between 0 and 2 then 'K-2'
        when {_HIGHEST_GRADE} between 3 and 5 then '3-5'
        when {_HIGHEST_GRADE} between 6 and 8 then '6-8'
        when {_HIGHEST_GRADE} between 9 and 13 then '9-12'
    end
"""
_QUERIES = {
    "sessions": (
        "academicSessions",
        """
        select "sourcedId" as session_id, title, {meant:type} as type,
            {date:startDate} as starts_on, {date:endDate} as ends_on,
            "parentSourcedId" as parent_id, {deleted}
        from usable_academicSessions
        """,
    ),
    "orgs": (
        "orgs",
        """
        select "sourcedId" as org_id, name, {meant:type} as type, {deleted}
        from usable_orgs
        """,
    ),
    "courses": (
        "courses",
        """
        select "sourcedId" as course_id, "courseCode" as course_code, {deleted}
        from usable_courses
        """,
    ),
    "classes": (
        "classes",
        """
        select "sourcedId" as section_id, title, "schoolSourcedId" as school_id,
            "courseSourcedId" as course_id,
            list_sort(list_transform(
                string_split(coalesce("termSourcedIds", ''), ','), lambda each: trim(each)
            )) as term_ids,
            {deleted}
        from usable_classes
        """,
    ),
    "users": (
        "users",
        """
        select person_key, {grade_band} as grade_band, "primaryOrgSourcedId" as school_id,
            {deleted}
        from usable_users inner join person_keys on "sourcedId" = sourced_id
        """,
    ),
    "roles": (
        "roles",
        """
        select {row_key} as role_key, person_key, "orgSourcedId" as org_id,
            {meant:role} as role, {date:beginDate} as begins_on, {date:endDate} as ends_on,
            {deleted}
        from usable_roles inner join person_keys on "userSourcedId" = sourced_id
        """,
    ),
    "enrollments": (
        "enrollments",
        """
        select {row_key} as enrollment_key, person_key,
            "classSourcedId" as section_id, {meant:role} as role,
            {date:beginDate} as begins_on, {date:endDate} as ends_on, {deleted}
        from usable_enrollments inner join person_keys on "userSourcedId" = sourced_id
        """,
    ),
}
# In 1.1 a user has one role, in each organisation that the user belongs to.
_QUERIES_1_1 = {
    "users": (
        "users",
        """
        select person_key, {grade_band} as grade_band,
            nullif(trim(string_split("orgSourcedIds", ',')[1]), '') as school_id, {deleted}
        from usable_users inner join person_keys on "sourcedId" = sourced_id
        """,
    ),
    "roles": (
        "users",
        """
        select distinct {row_key} as role_key, person_key,
            trim(unnest(string_split(coalesce("orgSourcedIds", ''), ','))) as org_id,
            {meant:role} as role, cast(null as date) as begins_on, cast(null as date) as ends_on,
            {deleted}
        from usable_users inner join person_keys on "sourcedId" = sourced_id
        """,
    ),
}

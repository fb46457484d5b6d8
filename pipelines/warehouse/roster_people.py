"""What passes between a judged roster and the vault: names, identifiers, and who is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.reference.roster_manifest import Mode
from pipelines.reference.roster_tables import Version

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection

    from pipelines.reference.roster_judge import JudgedRoster

_KNOWN = {
    "academicSessions": "select session_id as id from loaded.roster_sessions",
    "orgs": "select org_id as id from loaded.roster_orgs",
    "courses": "select course_id as id from loaded.roster_courses",
    "classes": "select section_id as id from loaded.roster_classes",
}
_FIELDS = ("sourcedId", "username", "identifier", "email")
_FIELDS_1_2 = ("userMasterIdentifier",)
_USER_ID = r"\{([^{}:]+):([^{}]+)\}"
_SPACES = "' ' || chr(9) || chr(10) || chr(13)"
_PEOPLE = """
    select
        person_keys.pseudonym as person_key, users."sourcedId" as sourced_id,
        users."givenName" as given_name, users."familyName" as family_name, users.email
    from usable_users as users
    inner join person_keys on users."sourcedId" = person_keys.sourced_id
"""
_USER_IDS = f"""
    select distinct
        person_key,
        'userIds:' || trim(type, {_SPACES}) as field,
        trim(user_id, {_SPACES}) as value
    from (
        select
            pseudonym as person_key,
            unnest(regexp_extract_all("userIds", '{_USER_ID}', 1)) as type,
            unnest(regexp_extract_all("userIds", '{_USER_ID}', 2)) as user_id
        from usable_users inner join person_keys on "sourcedId" = sourced_id
    )
"""
_NOBODY = """
    select
        cast(null as varchar) as person_key, cast(null as varchar) as sourced_id,
        cast(null as varchar) as given_name, cast(null as varchar) as family_name,
        cast(null as varchar) as email
    where false
"""
_NO_IDENTIFIERS = """
    select
        cast(null as varchar) as person_key, cast(null as varchar) as field,
        cast(null as varchar) as value
    where false
"""


def make_known(connection: DuckDBPyConnection, people: pa.Table) -> frozenset[str]:
    """Make known_<table> (id), what loaded rosters hold; `people` has their sourced_id."""
    connection.register("people_of_the_vault", people)
    queries = _KNOWN | {"users": "select sourced_id as id from people_of_the_vault"}
    for table, query in queries.items():
        is_open = " where valid_to is null" if table in _KNOWN else ""
        connection.execute(f"create or replace temp table known_{table} as {query}{is_open}")
    connection.unregister("people_of_the_vault")
    return frozenset(queries)


def vault_tables(connection: DuckDBPyConnection, judged: JudgedRoster) -> tuple[pa.Table, pa.Table]:
    """Return the people of a delivery and their identifiers, as the vault keeps them."""
    if judged.modes.get("users", Mode.ABSENT) is Mode.ABSENT:
        queries = (_NOBODY, _NO_IDENTIFIERS)
    else:
        queries = (_PEOPLE, _identifiers(judged.version))
    people, identifiers = (connection.execute(each).to_arrow_table() for each in queries)
    return people, identifiers


def _identifiers(version: Version | None) -> str:
    fields = _FIELDS + (_FIELDS_1_2 if version is Version.V1_2 else ())
    names, values = (", ".join(f"{mark}{each}{mark}" for each in fields) for mark in "'\"")
    # All of a person side by side, where the vault has the least to compress.
    columns = (
        f"select pseudonym as person_key, unnest([{names}]) as field, unnest([{values}]) as value"
        ' from usable_users inner join person_keys on "sourcedId" = sourced_id'
    )
    told = f"select * from ({columns}) where value is not null"
    return f"{told} union all (select * from ({_USER_IDS}) where value <> '')"

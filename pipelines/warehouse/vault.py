"""Keep the vault: the only place that holds the names and identifiers of people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from pipelines.warehouse.connection import open_encrypted

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pipelines.identity.keys import Key

_ALIAS = "vault"
_MAKE_TABLES = """
    create table if not exists people (
        person_key varchar, sourced_id varchar, given_name varchar, family_name varchar,
        email varchar
    );
    -- Every identifier that a person has had: events of long ago carry the old ones.
    create table if not exists identifiers (person_key varchar, field varchar, value varchar);
"""
_KEEP_PEOPLE = """
    begin;
    delete from people where person_key in (select person_key from incoming_people);
    insert into people select * from incoming_people;
    insert into identifiers
    select * from incoming_identifiers anti join identifiers using (person_key, field, value);
    commit;
"""


def keep_people(file: Path, key: Key, people: pa.Table, identifiers: pa.Table) -> None:
    """Add the people of a roster, or bring them up to date; nobody is taken out.

    `people`: person_key, sourced_id, given_name, family_name, email. `identifiers`: person_key,
    field, value. A roster without somebody says nothing of that person's past.
    """
    with open_encrypted(file, key, alias=_ALIAS) as connection:
        connection.execute(_MAKE_TABLES)
        connection.register("incoming_people", people)
        connection.register("incoming_identifiers", identifiers)
        connection.execute(_KEEP_PEOPLE)


def read_identifiers(file: Path, key: Key, fields: Iterable[str]) -> pa.Table:
    """Return what these columns of the roster have ever said of everybody in the vault."""
    if not file.is_file():
        none = pa.array([], pa.string())
        return pa.table({"person_key": none, "field": none, "value": none})
    with open_encrypted(file, key, alias=_ALIAS) as connection:
        connection.execute(_MAKE_TABLES)
        return connection.execute(
            "from identifiers where list_contains(?, field)", [sorted(fields)]
        ).to_arrow_table()


def read_people(file: Path, key: Key) -> pa.Table:
    """Return the sourced_id of everybody in the vault."""
    if not file.is_file():
        return pa.table({"sourced_id": pa.array([], pa.string())})
    with open_encrypted(file, key, alias=_ALIAS) as connection:
        connection.execute(_MAKE_TABLES)
        return connection.execute("select sourced_id from people").to_arrow_table()

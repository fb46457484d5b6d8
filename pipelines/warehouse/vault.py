"""Write the vault: the only place that holds the names of the people in the roster."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from pipelines.warehouse.connection import open_encrypted

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.identity.keys import Key
    from pipelines.identity.pseudonyms import Pseudonymiser
    from pipelines.reference.oneroster import Person

_COLUMNS = ("person_key", "sourced_id", "given_name", "family_name", "email")


def write_vault(
    file: Path, key: Key, people: tuple[Person, ...], pseudonymiser: Pseudonymiser
) -> None:
    """Replace the vault's people by those of the roster, in one transaction."""
    rows = [
        (
            pseudonymiser.student_key(person.sourced_id),
            person.sourced_id,
            person.given_name,
            person.family_name,
            person.email,
        )
        for person in people
    ]
    columns = zip(*rows, strict=True) if rows else ((),) * len(_COLUMNS)
    table = pa.table(
        {
            name: pa.array(column, pa.string())
            for name, column in zip(_COLUMNS, columns, strict=True)
        }
    )
    with open_encrypted(file, key, alias="vault") as connection:
        connection.register("incoming_people", table)
        connection.execute("create or replace table people as select * from incoming_people")

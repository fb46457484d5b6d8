"""Copy the marts out of the warehouse into marts.duckdb and Parquet, and open such a copy."""

from __future__ import annotations

from base64 import b64encode
from contextlib import contextmanager
from hashlib import file_digest
from typing import TYPE_CHECKING, NamedTuple

from pipelines.publish.manifest import MARTS_FILE, PublishedTable
from pipelines.warehouse.connection import WAREHOUSE, attach, connect_in_memory

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb

    from pipelines.identity.keys import Key

MARTS = "marts"
# The families that docs/marts promise to readers; nothing else leaves the warehouse.
PUBLISHED_SCHEMAS = ("roster", "learning", "proxies", "signals", "district", "audit")


class _Relation(NamedTuple):
    """A table or view of the warehouse."""

    schema: str
    name: str
    comment: str | None

    @property
    def qualified_name(self) -> str:
        return f"{_quoted(self.schema)}.{_quoted(self.name)}"


def copy_marts(
    connection: duckdb.DuckDBPyConnection, folder: Path, *, key: Key | None
) -> tuple[PublishedTable, ...]:
    """Write marts.duckdb and the Parquet files below `folder`; encrypted where a key is given.

    Rows are ordered by all columns, from the first, so the same rows give the same Parquet bytes.
    """
    attach(connection, folder / MARTS_FILE, key, alias=MARTS, read_only=False)
    if key is not None:
        _add_parquet_key(connection, key)
    relations = _relations(connection)
    tables = tuple(
        _copy_relation(connection, relation, folder, is_encrypted=key is not None)
        for relation in relations
    )
    connection.execute(f"checkpoint {MARTS}")
    connection.execute(f"detach {MARTS}")
    return tables


@contextmanager
def open_marts(folder: Path, *, key: Key | None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection that reads the marts of a build; it never writes."""
    connection = connect_in_memory()
    try:
        attach(connection, folder / MARTS_FILE, key, alias=MARTS, read_only=True)
        if key is not None:
            _add_parquet_key(connection, key)
        connection.execute(f"use {MARTS}")
        yield connection
    finally:
        connection.close()


def parquet_options(*, is_encrypted: bool) -> str:
    """Return the option with which DuckDB reads or writes an encrypted Parquet file, if it is."""
    return f", encryption_config {{footer_key: '{MARTS}'}}" if is_encrypted else ""


def _add_parquet_key(connection: duckdb.DuckDBPyConnection, key: Key) -> None:
    secret = b64encode(key.secret).decode("ascii")
    connection.execute(f"pragma add_parquet_key('{MARTS}', '{secret}')")


def _relations(connection: duckdb.DuckDBPyConnection) -> list[_Relation]:
    rows = connection.execute(
        """
        select schema_name, table_name, comment
        from duckdb_tables()
        where database_name = $database and list_contains($schemas, schema_name)
        union all
        select schema_name, view_name, comment
        from duckdb_views()
        where database_name = $database and list_contains($schemas, schema_name) and not internal
        order by all
        """,
        {"database": WAREHOUSE, "schemas": list(PUBLISHED_SCHEMAS)},
    ).fetchall()
    return [_Relation(*row) for row in rows]


def _copy_relation(
    connection: duckdb.DuckDBPyConnection,
    relation: _Relation,
    folder: Path,
    *,
    is_encrypted: bool,
) -> PublishedTable:
    source = f"{WAREHOUSE}.{relation.qualified_name}"
    target = f"{MARTS}.{relation.qualified_name}"
    connection.execute(f"create schema if not exists {MARTS}.{_quoted(relation.schema)}")
    connection.execute(f"create table {target} as select * from {source} order by all")
    _copy_comments(connection, relation, target)
    table = PublishedTable(relation.schema, relation.name, _count(connection, source), "")
    file = folder / table.parquet_file
    file.parent.mkdir(parents=True)
    options = parquet_options(is_encrypted=is_encrypted)
    connection.execute(
        f"copy {target} to {_literal(str(file))} (format parquet, compression zstd{options})"
    )
    return PublishedTable(table.schema, table.name, table.rows, sha256_of(file))


def sha256_of(file: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with file.open("rb") as stream:
        return file_digest(stream, "sha256").hexdigest()


def _copy_comments(connection: duckdb.DuckDBPyConnection, relation: _Relation, target: str) -> None:
    if relation.comment:
        connection.execute(f"comment on table {target} is {_literal(relation.comment)}")
    columns = connection.execute(
        """
        select column_name, comment
        from duckdb_columns()
        where database_name = ? and schema_name = ? and table_name = ? and comment is not null
        """,
        [WAREHOUSE, relation.schema, relation.name],
    ).fetchall()
    for column, comment in columns:
        connection.execute(f"comment on column {target}.{_quoted(column)} is {_literal(comment)}")


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    row = connection.execute(f"select count(*) from {table}").fetchone()
    return int(row[0]) if row else 0


def _quoted(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"

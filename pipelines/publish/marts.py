"""Copy the marts out of the warehouse into marts.duckdb and Parquet, and open such a copy."""

from __future__ import annotations

import shutil
from base64 import b64encode
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from pipelines.publish.date_files import DatedRows, link_files, write_files
from pipelines.publish.dated import BUILD_ID, DATED_TABLES, Changed, list_all, update_table
from pipelines.publish.digests import NONE_READ, digest_of
from pipelines.publish.manifest import MARTS_FILE, PublishedTable
from pipelines.warehouse.connection import WAREHOUSE, attach, connect_in_memory

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb

    from pipelines.identity.keys import Key
    from pipelines.publish.digests import Digests

MARTS = "marts"
# Where marts.duckdb has the rows of tables that grow with every date; readers see them through a
# view that says the build: to say it in every row costs more with every date that there is.
DATED_SCHEMA = "dated"
# The families that docs/marts promise to readers; nothing else leaves the warehouse.
PUBLISHED_SCHEMAS = ("roster", "learning", "proxies", "signals", "district", "audit")


class Baseline(NamedTuple):
    """The published build that another brings up to date, and the digests of its files."""

    folder: Path
    digests: Digests


class Target(NamedTuple):
    """Where a build is copied to, and from what else than the warehouse."""

    folder: Path
    build_id: str
    key: Key | None
    baseline: Baseline | None = None

    @property
    def known_digests(self) -> Digests:
        """The digests of files that it may share with its baseline."""
        return self.baseline.digests if self.baseline else NONE_READ

    @property
    def parquet_options(self) -> str:
        """The options of DuckDB's `copy` with which its Parquet files are written.

        A higher level of zstd takes longer, and makes small files no smaller.
        """
        encryption = f", encryption_config {{footer_key: '{MARTS}'}}" if self.key else ""
        return f"format parquet, compression zstd, compression_level 1{encryption}"


class _Relation(NamedTuple):
    """A table or view of the warehouse."""

    schema: str
    name: str
    comment: str | None

    @property
    def qualified_name(self) -> str:
        return f"{_quoted(self.schema)}.{_quoted(self.name)}"

    @property
    def source(self) -> str:
        return f"{WAREHOUSE}.{self.qualified_name}"

    @property
    def target(self) -> str:
        return f"{MARTS}.{self.qualified_name}"

    @property
    def changed(self) -> Changed | None:
        """Where its changes are listed, of one that grows with every date."""
        return DATED_TABLES.get(f"{self.schema}.{self.name}")

    @property
    def dated(self) -> str:
        """The table of marts.duckdb that has its rows, of one that grows with every date."""
        return f"{DATED_SCHEMA}.{_quoted(self.name)}"


def copy_marts(connection: duckdb.DuckDBPyConnection, target: Target) -> tuple[PublishedTable, ...]:
    """Write marts.duckdb and the Parquet files below a folder; encrypted where a key is given.

    Rows are ordered by all columns, from the first, so the same rows give the same Parquet bytes.
    Tables that grow with every date are taken over from the baseline where there is one, and
    brought up to date.
    """
    if target.baseline:
        shutil.copyfile(target.baseline.folder / MARTS_FILE, target.folder / MARTS_FILE)
    attach(connection, target.folder / MARTS_FILE, target.key, alias=MARTS, read_only=False)
    if target.key is not None:
        _add_parquet_key(connection, target.key)
    relations = _relations(connection)
    tables = tuple(_copy_relation(connection, each, target) for each in relations)
    _copy_comments(connection, relations)
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
    connection: duckdb.DuckDBPyConnection, relation: _Relation, target: Target
) -> PublishedTable:
    rows = _count(connection, relation.source)
    table = PublishedTable(
        relation.schema, relation.name, rows, "", is_dated=relation.changed is not None
    )
    connection.execute(f"create schema if not exists {MARTS}.{_quoted(relation.schema)}")
    path = target.folder / table.parquet_path
    if relation.changed:
        connection.execute(f"create schema if not exists {MARTS}.{DATED_SCHEMA}")
        _copy_dated(connection, relation, relation.changed, target=target, path=path)
        _show_build(connection, relation)
    else:
        connection.execute(
            f"create or replace table {relation.target} as from {relation.source} order by all"
        )
        path.parent.mkdir(parents=True)
        connection.execute(
            f"copy (select *{_ids_as_text(connection, relation)} from {relation.target})"
            f" to {_literal(str(path))} ({target.parquet_options})"
        )
    return replace(table, digest=digest_of(path, target.known_digests))


def _copy_dated(
    connection: duckdb.DuckDBPyConnection,
    relation: _Relation,
    changed: Changed,
    *,
    target: Target,
    path: Path,
) -> None:
    stored = f"{MARTS}.{relation.dated}"
    folder = path / f"{BUILD_ID}={target.build_id}"
    if target.baseline:
        update_table(
            connection,
            changed,
            source=relation.source,
            target=stored,
            listed=f"{WAREHOUSE}.{changed.list}",
        )
        earlier = target.baseline.folder / path.relative_to(target.folder)
        link_files(earlier / f"{BUILD_ID}={target.baseline.folder.name}", folder)
    else:
        # A date that changes is looked for in few row groups where rows lie by date.
        connection.execute(
            f"create or replace table {stored} as select * exclude ({BUILD_ID})"
            f" from {relation.source} order by {changed.date}"
        )
        list_all(connection, stored, changed.date)
    replaced = _ids_as_text(connection, relation)
    rows = DatedRows(stored, changed.date, target.parquet_options, replaced)
    write_files(connection, rows, folder)


def _show_build(connection: duckdb.DuckDBPyConnection, relation: _Relation) -> None:
    """Show the rows of a dated table with the build that all of them are of, if they are of one."""
    said = f"coalesce({BUILD_ID}, '')"
    ((first, last),) = connection.execute(
        f"select min({said}), max({said}) from {relation.source}"
    ).fetchall()
    build_id = _literal(first) if first and first == last else "null"
    # Named without its database, the table is found under whatever name a reader attaches it.
    connection.execute(f"use {MARTS}")
    connection.execute(
        f"create or replace view {relation.qualified_name} as"
        f" select *, {build_id}::varchar as {BUILD_ID} from {relation.dated}"
    )
    connection.execute(f"use {WAREHOUSE}")


def _ids_as_text(connection: duckdb.DuckDBPyConnection, relation: _Relation) -> str:
    """Return what makes text of UUIDs in a select: Parquet has them, but few of its readers do."""
    found = connection.execute(
        """
        select column_name from duckdb_columns()
        where database_name = ? and schema_name = ? and table_name = ? and data_type = 'UUID'
        order by column_index
        """,
        [WAREHOUSE, relation.schema, relation.name],
    ).fetchall()
    texts = (f"{_quoted(name)}::varchar as {_quoted(name)}" for (name,) in found)
    return f" replace ({', '.join(texts)})" if found else ""


def _copy_comments(connection: duckdb.DuckDBPyConnection, relations: list[_Relation]) -> None:
    """Say of tables and columns what the warehouse says of them, and wait for the disk once."""
    columns = connection.execute(
        """
        select schema_name, table_name, column_name, comment
        from duckdb_columns()
        where database_name = $database and list_contains($schemas, schema_name)
            and comment is not null
        """,
        {"database": WAREHOUSE, "schemas": list(PUBLISHED_SCHEMAS)},
    ).fetchall()
    connection.begin()
    for relation in relations:
        if relation.comment:
            kind = "view" if relation.changed else "table"
            connection.execute(
                f"comment on {kind} {relation.target} is {_literal(relation.comment)}"
            )
    for schema, table, column, comment in columns:
        target = f"{_Relation(schema, table, None).target}.{_quoted(column)}"
        connection.execute(f"comment on column {target} is {_literal(comment)}")
    connection.commit()


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    row = connection.execute(f"select count(*) from {table}").fetchone()
    return int(row[0]) if row else 0


def _quoted(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"

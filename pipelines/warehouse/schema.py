"""Create the tables of the warehouse, or bring those of an earlier release up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pipelines.canonical import event_table_ddl
from pipelines.errors import ConfigurationError
from pipelines.resources import resource_path

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from duckdb import DuckDBPyConnection

FIRST_VERSION = 1
_UNVERSIONED = 0
_TABLES = "select count(*) from duckdb_tables() where schema_name = 'loaded' and {}"


class Migration(NamedTuple):
    """What brings a warehouse from the version before to `version`."""

    version: int
    file: Path


def migrations() -> tuple[Migration, ...]:
    """Return the migrations in their order; their numbers follow on from the first version."""
    files = sorted(resource_path("pipelines/warehouse/migrations").glob("*.sql"))
    return tuple(Migration(int(file.name.partition("_")[0]), file) for file in files)


def newest_version(known: Sequence[Migration]) -> int:
    """Return the version that these migrations lead to."""
    return max((each.version for each in known), default=FIRST_VERSION)


def schema_ddl() -> str:
    """Return the statements that make the tables of a new warehouse."""
    tables = resource_path("pipelines/warehouse/schema.sql").read_text(encoding="utf-8")
    return f"{tables}\n{event_table_ddl()};\n"


def prepare_schema(
    connection: DuckDBPyConnection, known: Sequence[Migration] | None = None
) -> None:
    """Make the tables where there are none, or migrate them, in one transaction.

    Raises ConfigurationError for a warehouse of a newer program, or of none that was released.
    """
    known = migrations() if known is None else known
    version = _version(connection)
    _refuse_foreign(version, known)
    if version == newest_version(known):
        return
    connection.begin()
    if version is None:
        connection.execute(schema_ddl())
        connection.execute("insert into loaded.schema_version values (?)", [newest_version(known)])
    else:
        _migrate(connection, [each for each in known if each.version > version])
    connection.commit()


def refuse_other_version(connection: DuckDBPyConnection) -> None:
    """Raise ConfigurationError unless the tables are those of this program."""
    known = migrations()
    version = _version(connection)
    _refuse_foreign(version, known)
    if version != newest_version(known):
        raise ConfigurationError(
            "the warehouse is of an earlier release of Plumbline",
            "run `plumbline load`, which brings it up to date",
        )


def _version(connection: DuckDBPyConnection) -> int | None:
    """Return the version of the tables; None where there are none yet."""
    if not _count(connection, "true"):
        return None
    if not _count(connection, "table_name = 'schema_version'"):
        return _UNVERSIONED
    rows = connection.execute("select max(version) from loaded.schema_version").fetchall()
    return int(rows[0][0])


def _count(connection: DuckDBPyConnection, condition: str) -> int:
    return int(connection.execute(_TABLES.format(condition)).fetchall()[0][0])


def _refuse_foreign(version: int | None, known: Sequence[Migration]) -> None:
    if version == _UNVERSIONED:
        raise ConfigurationError(
            "the warehouse was made before the first release of Plumbline",
            "move the folder warehouse/ aside and run the night: load reads the whole lake again",
        )
    if version is not None and version > newest_version(known):
        raise ConfigurationError(
            f"the warehouse is of a newer Plumbline (schema {version}; this one knows"
            f" {newest_version(known)})",
            "run the newer Plumbline; or move the folder warehouse/ aside and run the night with"
            " this one: load reads the whole lake again",
        )


def _migrate(connection: DuckDBPyConnection, pending: Sequence[Migration]) -> None:
    for each in pending:
        connection.execute(each.file.read_text(encoding="utf-8"))
        connection.execute("update loaded.schema_version set version = ?", [each.version])

"""Open encrypted DuckDB files; the only place that hands a key to DuckDB."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb
import duckdb_extensions

from pipelines.errors import BusyError, ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipelines.identity.keys import Key

WAREHOUSE = "warehouse"


@contextmanager
def open_encrypted(
    file: Path, key: Key, *, alias: str = WAREHOUSE, read_only: bool = False
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection whose default database is the encrypted `file` (AES-256-GCM).

    Raises ConfigurationError with a wrong key, BusyError where another process holds the file.
    """
    if not read_only:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    connection = connect_in_memory()
    try:
        _attach(connection, file, key, alias=alias, read_only=read_only)
        connection.execute(f"use {alias}")
        yield connection
    finally:
        connection.close()


def connect_in_memory() -> duckdb.DuckDBPyConnection:
    """Return a connection that can write encrypted files, reads times as UTC and stays offline."""
    duckdb_extensions.import_extension("httpfs")
    connection = duckdb.connect(":memory:")
    connection.execute("load httpfs")
    connection.execute("set temp_file_encryption = true")
    connection.execute("set TimeZone = 'UTC'")
    connection.execute("set autoinstall_known_extensions = false")
    return connection


def _attach(
    connection: duckdb.DuckDBPyConnection, file: Path, key: Key, *, alias: str, read_only: bool
) -> None:
    mode = ", read_only" if read_only else ""
    path = str(file).replace("'", "''")
    try:
        connection.execute(f"attach '{path}' as {alias} (encryption_key '{key.hex}'{mode})")
    except duckdb.IOException as error:
        if "lock" in str(error).lower():
            raise BusyError(
                f"another process has {file} open", "wait for it to end, then run again"
            ) from None
        raise _cannot_open(file, key) from None
    except duckdb.Error:
        raise _cannot_open(file, key) from None


def _cannot_open(file: Path, key: Key) -> ConfigurationError:
    return ConfigurationError(
        f"{file} does not open with {key.name}.key",
        f"restore the {key.name}.key that this home was made with",
    )

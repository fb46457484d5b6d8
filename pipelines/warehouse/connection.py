"""Open encrypted DuckDB files; the only place that hands a key to DuckDB."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb
import duckdb_extensions

from pipelines.errors import BusyError, ConfigurationError, PlumblineError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipelines.identity.keys import Key

WAREHOUSE = "warehouse"
_SIGNS_OF_A_WRONG_KEY = ("encrypt", "not a valid duckdb database")


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
    except duckdb.Error as error:
        raise _explained(error, file, key) from None


def _explained(error: duckdb.Error, file: Path, key: Key) -> PlumblineError:
    """Say what keeps a file from opening; the key is never part of it."""
    message = str(error).replace(key.hex, "(key)")
    if "lock" in message.lower():
        return BusyError(f"another process has {file} open", "wait for it to end, then run again")
    if any(sign in message.lower() for sign in _SIGNS_OF_A_WRONG_KEY):
        return ConfigurationError(
            f"{file} does not open with {key.name}.key",
            f"restore the {key.name}.key that this home was made with",
        )
    return PlumblineError(f"{file} does not open: {message}", "see that the file can be read")

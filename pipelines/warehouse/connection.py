"""Open encrypted DuckDB files; the only place that hands a key to DuckDB."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

import duckdb
import duckdb_extensions

from pipelines.errors import BusyError, ConfigurationError, DamagedError, PlumblineError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipelines.identity.keys import Key

WAREHOUSE = "warehouse"
FOLDER_MODE = 0o750
# What DuckDB may hold before it spills: with the rest of a night it stays within 2 GiB.
MEMORY_LIMIT = "1GiB"
_SIGN_OF_ANOTHER_PROCESS = "conflicting lock"
_SIGNS_OF_A_WRONG_KEY = ("encrypt", "not a valid duckdb database")


@contextmanager
def open_encrypted(
    file: Path, key: Key, *, alias: str = WAREHOUSE, read_only: bool = False
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection whose default database is the encrypted `file` (AES-256-GCM).

    Raises ConfigurationError with a wrong key or, to read, without the file; BusyError where
    another process holds it.
    """
    if read_only and not file.is_file():
        raise ConfigurationError(f"there is no {file}", "run `plumbline load` first")
    connection = connect_in_memory()
    try:
        connection.execute("set temp_directory = ?", [f"{file}.spill"])
        if not read_only:
            _claim(file)
        attach(connection, file, key, alias=alias, read_only=read_only)
        connection.execute(f"use {alias}")
        yield connection
    finally:
        connection.close()


def _claim(file: Path) -> None:
    """Make the folder of a file that will be written; clear what a killed run spilled to it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.parent.chmod(FOLDER_MODE)
    shutil.rmtree(f"{file}.spill", ignore_errors=True)


def connect_in_memory() -> duckdb.DuckDBPyConnection:
    """Return a connection that can write encrypted files, reads times as UTC and stays offline."""
    _check_httpfs()
    # To check its signature anew takes longer than most of what a connection is for.
    connection = duckdb.connect(":memory:", config={"allow_unsigned_extensions": "true"})
    connection.execute("load httpfs")
    connection.execute("set allow_unsigned_extensions = false")
    connection.execute("set temp_file_encryption = true")
    connection.execute(f"set memory_limit = '{MEMORY_LIMIT}'")
    # Blocks of files keep the memory that they have: to give it back and ask for it anew takes
    # longer than to read them.
    connection.execute(f"set block_allocator_memory = '{MEMORY_LIMIT}'")
    connection.execute("set TimeZone = 'UTC'")
    connection.execute("set autoinstall_known_extensions = false")
    return connection


@cache
def _check_httpfs() -> None:
    """Install the extension that encrypts, and have its signature checked: once in a process."""
    duckdb_extensions.import_extension("httpfs")
    with duckdb.connect(":memory:") as connection:
        connection.execute("load httpfs")


def lift_memory_limit(connection: duckdb.DuckDBPyConnection) -> None:
    """Let DuckDB hold what it holds by default: most of the machine's memory.

    `reset` alone changes the setting that DuckDB shows, not what it keeps to (duckdb #22203).
    """
    connection.execute("reset memory_limit")
    connection.execute("set memory_limit = current_setting('memory_limit')")


def attach(
    connection: duckdb.DuckDBPyConnection,
    file: Path,
    key: Key | None,
    *,
    alias: str,
    read_only: bool,
) -> None:
    """Attach a DuckDB file, encrypted where a key is given; errors never show the key."""
    options = [f"encryption_key '{key.hex}'"] if key else []
    options += ["read_only"] if read_only else []
    listed = f" ({', '.join(options)})" if options else ""
    path = str(file).replace("'", "''")
    try:
        connection.execute(f"attach '{path}' as {alias}{listed}")
    except duckdb.Error as error:
        raise _explained(error, file, key) from None


def _explained(error: duckdb.Error, file: Path, key: Key | None) -> PlumblineError:
    """Say what keeps a file from opening; the key is never part of it."""
    # Without its path as well: a folder may well be called `encrypted` or `block`.
    message = str(error).replace(str(file), "(file)")
    message = message.replace(key.hex, "(key)") if key else message
    if _SIGN_OF_ANOTHER_PROCESS in message.lower():
        return BusyError(f"another process has {file} open", "wait for it to end, then run again")
    if key and any(sign in message.lower() for sign in _SIGNS_OF_A_WRONG_KEY):
        return ConfigurationError(
            f"{file} does not open with {key.name}.key",
            f"restore the {key.name}.key that this home was made with",
        )
    return DamagedError(f"{file} does not open: {message}", "see that the file can be read")

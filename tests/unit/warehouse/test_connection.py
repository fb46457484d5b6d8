"""What DuckDB may hold of the memory."""

from __future__ import annotations

import duckdb
import pytest

from pipelines.warehouse.connection import connect_in_memory, lift_memory_limit

_SIXTEEN_MEBIBYTES = "select range, hash(range) from range(1 << 20)"


def test_a_lifted_limit_no_longer_binds() -> None:
    """What did not fit does, with nowhere to spill to."""
    connection = connect_in_memory()
    connection.execute("set max_temp_directory_size = '0B'")
    connection.execute("set memory_limit = '8MiB'")
    with pytest.raises(duckdb.OutOfMemoryException):
        connection.execute(f"create table too_much as {_SIXTEEN_MEBIBYTES}")
    lift_memory_limit(connection)
    connection.execute(f"create table held as {_SIXTEEN_MEBIBYTES}")
    assert connection.sql("from held").shape == (1 << 20, 2)


def test_no_connection_takes_an_extension_that_nobody_signed() -> None:
    """That of encryption is loaded, and from then on signatures are asked for."""
    connection = connect_in_memory()
    loaded = "select loaded from duckdb_extensions() where extension_name = 'httpfs'"
    assert connection.execute(loaded).fetchall() == [(True,)]
    setting = "select current_setting('allow_unsigned_extensions')"
    assert connection.execute(setting).fetchall() == [(False,)]

"""Let Great Expectations read DuckDB results: a SQLAlchemy dialect that buffers every result."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb_sqlalchemy
import sqlalchemy
from sqlalchemy.dialects import registry
from sqlalchemy.engine.cursor import FullyBufferedCursorFetchStrategy

if TYPE_CHECKING:
    import duckdb

DRIVER_URL = "duckdb+plumbline://"


class BufferingExecutionContext(duckdb_sqlalchemy.DuckDBExecutionContext):
    """Fetch a result while its connection is still held.

    Great Expectations reads results after it has returned the connection, and the rollback that
    comes with the return drops what DuckDB has not handed over yet.
    """

    def post_exec(self) -> None:
        """Move the whole result into memory."""
        super().post_exec()  # type: ignore[no-untyped-call] # SQLAlchemy leaves it untyped
        if self.cursor.description is not None:
            self.cursor_fetch_strategy = FullyBufferedCursorFetchStrategy(
                self.cursor, initial_buffer=self.cursor.fetchall()
            )


class BufferingDialect(duckdb_sqlalchemy.Dialect):
    """DuckDB with buffered results."""

    execution_ctx_cls = BufferingExecutionContext
    supports_statement_cache = True


def engine_options(connection: duckdb.DuckDBPyConnection) -> dict[str, object]:
    """Return the options that make SQLAlchemy use this connection and open none of its own."""
    return {
        "creator": lambda: duckdb_sqlalchemy.ConnectionWrapper(connection),
        "poolclass": sqlalchemy.pool.StaticPool,
    }


registry.register("duckdb.plumbline", __name__, BufferingDialect.__name__)

"""What dbt's connection needs beyond DuckDB: encryption, a limit of memory, the Beta quantile."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import duckdb_extensions
import numpy as np
import pyarrow as pa
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb.func import PythonUDFType
from scipy.special import betaincinv

if TYPE_CHECKING:
    from collections.abc import Callable

    from duckdb import DuckDBPyConnection


class Plugin(BasePlugin):
    """Named by dbt/profiles.yml; dbt-duckdb asks for a class of this name."""

    def initialize(self, plugin_config: dict[str, str]) -> None:
        """Take what dbt/profiles.yml says: `memory_limit`, empty where DuckDB is to decide."""
        self._memory_limit = plugin_config["memory_limit"]

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        """Prepare the connection before the warehouse is attached to it."""
        duckdb_extensions.import_extension("httpfs")
        conn.execute("load httpfs")
        if self._memory_limit:
            conn.execute("set memory_limit = ?", [self._memory_limit])
            conn.execute("set block_allocator_memory = ?", [self._memory_limit])
        add_beta_quantile(conn)


def add_beta_quantile(connection: DuckDBPyConnection) -> None:
    """Give a connection the function that the models call."""
    connection.create_function(
        "beta_quantile",
        beta_quantile,
        ["DOUBLE", "DOUBLE", "DOUBLE"],
        "DOUBLE",
        type=PythonUDFType.ARROW,
    )


def beta_quantile(
    probability: pa.ChunkedArray, alpha: pa.ChunkedArray, beta: pa.ChunkedArray
) -> pa.Array:
    """Return the quantiles of Beta(alpha, beta), row by row.

    A Beta without weight on one side is certain of the other: 1 where beta is 0, else 0 where
    alpha is 0.
    """
    chances, successes, failures = (column.to_numpy() for column in (probability, alpha, beta))
    certain = np.where(failures <= 0, 1.0, 0.0)
    is_certain = (failures <= 0) | (successes <= 0)
    # betaincinv is not a number at the two ends; any other values do there.
    quantiles = betaincinv(
        np.where(is_certain, 1.0, successes), np.where(is_certain, 1.0, failures), chances
    )
    return pa.array(np.where(is_certain, certain, quantiles))


def release_warehouse() -> None:
    """Let go of what dbt keeps open after a build: the warehouse and its own log file."""
    close: Callable[[], None] = DuckDBConnectionManager.close_all_connections
    close()
    log = logging.getLogger("file_log")
    for handler in tuple(log.handlers):
        log.removeHandler(handler)
        handler.close()

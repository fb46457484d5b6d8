"""Hand dbt the warehouse, its key and the memory it may take."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipelines.identity.keys import Key


@contextmanager
def dbt_environment(warehouse_file: Path, key: Key, *, memory_limit: str = "") -> Iterator[None]:
    """Name the warehouse and its key; dbt keeps DBT_ENV_SECRET values out of its logs.

    `memory_limit` is what DuckDB may hold before it spills, as it writes sizes; without it, it
    takes what it takes by itself, most of the machine's.
    """
    given = {
        "PLUMBLINE_WAREHOUSE_FILE": str(warehouse_file),
        "DBT_ENV_SECRET_WAREHOUSE_KEY": key.hex,
        "PLUMBLINE_MEMORY_LIMIT": memory_limit,
    }
    before = {name: os.environ.get(name) for name in given}
    os.environ.update(given)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value

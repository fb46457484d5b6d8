"""Hand dbt the warehouse and its key."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pipelines.identity.keys import Key


@contextmanager
def dbt_environment(warehouse_file: Path, key: Key) -> Iterator[None]:
    """Name the warehouse and its key; dbt keeps DBT_ENV_SECRET values out of its logs."""
    given = {
        "PLUMBLINE_WAREHOUSE_FILE": str(warehouse_file),
        "DBT_ENV_SECRET_WAREHOUSE_KEY": key.hex,
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

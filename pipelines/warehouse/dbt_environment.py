"""Hand dbt the warehouse, its key, the memory it may take, and the project as it was parsed."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.errors import CheckFailedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dbt.contracts.graph.manifest import Manifest

    from pipelines.identity.keys import Key

# What dbt calls the project as it was parsed, beside its other artefacts.
PARSED_PROJECT = "partial_parse.msgpack"
# The project as it updates some baseline: it refers to all that it refers to otherwise, and more.
_AS_UPDATE = '{"baseline_build_id": "any"}'
_NO_WAREHOUSE = Path("none.duckdb")


@contextmanager
def dbt_environment(warehouse_file: Path, key: Key, *, memory_limit: str = "") -> Iterator[None]:
    """Name the warehouse and its key; dbt keeps DBT_ENV_SECRET values out of its logs.

    `memory_limit` is what DuckDB may hold before it spills, as it writes sizes; without it, it
    takes what it takes by itself, most of the machine's.
    """
    with _environment(warehouse_file, key.hex, memory_limit):
        yield


@contextmanager
def _environment(warehouse_file: Path, key: str, memory_limit: str) -> Iterator[None]:
    given = {
        "PLUMBLINE_WAREHOUSE_FILE": str(warehouse_file),
        "DBT_ENV_SECRET_WAREHOUSE_KEY": key,
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


def dbt_arguments(project: Path, artefacts: Path) -> list[str]:
    """Return what every call of dbt is given: where the project is and where its files go."""
    places = ["--project-dir", str(project), "--profiles-dir", str(project)]
    places += ["--target-path", str(artefacts), "--log-path", str(artefacts)]
    # What dbt says of every statement it runs costs as much as a sixth of running them.
    return [*places, "--quiet", "--log-level-file", "info"]


def parse_project(project: Path, artefacts: Path, *options: str) -> Manifest:
    """Return a project as dbt understands it; raise CheckFailedError where it does not.

    dbt keeps what it parsed beside its other artefacts and reads only files that changed; but once
    a variable or the connection changed it reads all of them anew, and variables change with every
    build. So the project is parsed with the same ones always, without a warehouse; what is built
    from it is given its own.
    """
    from dbt.cli.main import dbtRunner
    from dbt.contracts.graph.manifest import Manifest

    from pipelines.warehouse.dbt_plugin import release_warehouse

    arguments = ["parse", "--vars", _AS_UPDATE, *options, *dbt_arguments(project, artefacts)]
    try:
        with _environment(_NO_WAREHOUSE, "", ""):
            parsed = dbtRunner().invoke(arguments)
    finally:
        release_warehouse()
    if not isinstance(parsed.result, Manifest):
        raise CheckFailedError(
            f"dbt could not read the models: {parsed.exception or 'its log says why'}",
            f"read {artefacts}/dbt.log; nothing was built",
        )
    return parsed.result

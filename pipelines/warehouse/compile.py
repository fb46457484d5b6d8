"""Compile a dbt project without a district: an empty warehouse stands in."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import orjson

from pipelines.errors import CheckFailedError
from pipelines.identity.keys import Key
from pipelines.warehouse.connection import open_encrypted
from pipelines.warehouse.dbt_environment import dbt_environment

if TYPE_CHECKING:
    from pathlib import Path

# Of an empty warehouse that is thrown away.
_NO_SECRET = Key("warehouse", 1, bytes(32))
_MODELS = ("--select", "resource_type:model", "--indirect-selection", "empty")
_INCREMENTAL = "incremental"


def compile_models(project: Path, folder: Path) -> tuple[Path, ...]:
    """Compile every model of a project; return dbt's manifests, which hold the SQL.

    Where models are incremental there are two: as they run for the first time, and as they run
    over tables that are there. Raises CheckFailedError where dbt cannot compile.
    """
    warehouse = folder / "warehouse.duckdb"
    first = _compile(project, folder, warehouse, "--full-refresh")
    relations = _incremental_relations(first)
    if not relations:
        return (first,)
    with open_encrypted(warehouse, _NO_SECRET) as connection:
        for schema, name in relations:
            connection.execute(f'create schema if not exists "{schema}"')
            connection.execute(f'create table "{schema}"."{name}" (nothing integer)')
    return (first, _compile(project, folder, warehouse))


def _compile(project: Path, folder: Path, warehouse: Path, *options: str) -> Path:
    from dbt.cli.main import dbtRunner

    from pipelines.warehouse.dbt_plugin import release_warehouse

    target = folder / "target"
    arguments = ["compile", *_MODELS, *options, "--quiet"]
    arguments += ["--project-dir", str(project), "--profiles-dir", str(project)]
    arguments += ["--target-path", str(target), "--log-path", str(folder)]
    try:
        with dbt_environment(warehouse, _NO_SECRET):
            result = dbtRunner().invoke(arguments)
    finally:
        release_warehouse()
    if not result.success:
        raise CheckFailedError(
            f"dbt could not compile the models: {result.exception or 'see its log'}",
            "run `plumbline build`, and mend what it names",
        )
    kept = folder / f"manifest{'-'.join(('', *options))}.json"
    shutil.copyfile(target / "manifest.json", kept)
    return kept


def _incremental_relations(manifest: Path) -> list[tuple[str, str]]:
    nodes = orjson.loads(manifest.read_bytes())["nodes"].values()
    return [
        (node["schema"], node["alias"])
        for node in nodes
        if node["config"].get("materialized") == _INCREMENTAL
    ]

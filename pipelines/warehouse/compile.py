"""Compile a dbt project without a district: an empty warehouse stands in."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import orjson

from pipelines.errors import CheckFailedError
from pipelines.identity.keys import Key
from pipelines.warehouse.dbt_environment import dbt_arguments, dbt_environment, parse_project

if TYPE_CHECKING:
    from pathlib import Path

# Of an empty warehouse that is thrown away.
_NO_SECRET = Key("warehouse", 1, bytes(32))
_MODELS = ("--select", "resource_type:model", "--indirect-selection", "empty")
_INCREMENTAL = "incremental"
_EVERYTHING = '{"baseline_build_id": ""}'
_UPDATE = '{"baseline_build_id": "earlier"}'


def compile_models(project: Path, folder: Path) -> tuple[Path, ...]:
    """Compile every model of a project; return dbt's manifests, which hold the SQL.

    Where models are incremental there are two: as they build everything, and as they bring an
    earlier build up to date. Raises CheckFailedError where dbt cannot compile.
    """
    everything = _compile(project, folder, "everything", _EVERYTHING)
    if not _has_incremental(everything):
        return (everything,)
    return (everything, _compile(project, folder, "update", _UPDATE))


def _compile(project: Path, folder: Path, name: str, variables: str) -> Path:
    from dbt.cli.main import dbtRunner

    from pipelines.warehouse.dbt_plugin import release_warehouse

    target = folder / "target"
    arguments = ["compile", *_MODELS, "--vars", variables, *dbt_arguments(project, target)]
    try:
        manifest = parse_project(project, target)
        with dbt_environment(folder / "warehouse.duckdb", _NO_SECRET):
            result = dbtRunner(manifest=manifest).invoke(arguments)
    finally:
        release_warehouse()
    if not result.success:
        raise CheckFailedError(
            f"dbt could not compile the models: {result.exception or 'see its log'}",
            "run `plumbline build`, and mend what it names",
        )
    kept = folder / f"manifest-{name}.json"
    shutil.copyfile(target / "manifest.json", kept)
    return kept


def _has_incremental(manifest: Path) -> bool:
    nodes = orjson.loads(manifest.read_bytes())["nodes"].values()
    return any(node["config"].get("materialized") == _INCREMENTAL for node in nodes)

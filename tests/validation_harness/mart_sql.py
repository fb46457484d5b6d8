"""Run the SQL of single models, as dbt compiles it, over tables of one's own."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

from pipelines.measures import SHIPPED, read_definitions
from pipelines.resources import resource_path
from pipelines.warehouse.compile import compile_models
from pipelines.warehouse.connection import WAREHOUSE, connect_in_memory
from pipelines.warehouse.dbt_plugin import add_beta_quantile
from pipelines.warehouse.definitions import write_definitions

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_SCHEMAS = ("loaded", "staging", "intermediate", "learning", "proxies")
_PARAMETERS = """
create table loaded.measure_parameters (
    measure varchar, version varchar, hash varchar, parameter varchar, value double
)
"""
_PARAMETER_MODELS = ("stg_plumbline__measure_parameters", "int_measure_parameters")


class Model(NamedTuple):
    """A model as a build from scratch makes it."""

    schema: str
    query: str
    is_view: bool


class MartSql:
    """A database with the names of a warehouse, and the models to build in it."""

    def __init__(self, file: str = ":memory:") -> None:
        self._models = _compiled_models()
        self.connection = _open(file)
        self.build(*_PARAMETER_MODELS)

    def build(self, *models: str) -> None:
        """Make the tables and views of models, in this order, from those that they read."""
        for name in models:
            model = self._models[name]
            kind = "view" if model.is_view else "table"
            self.connection.execute(
                f"create or replace {kind} {model.schema}.{name} as {model.query}"
            )


def _open(file: str) -> DuckDBPyConnection:
    connection = connect_in_memory()
    if file != ":memory:":
        connection.execute("set temp_directory = ?", [f"{file}.spill"])
    connection.execute(f"attach '{file}' as {WAREHOUSE}")
    connection.execute(f"use {WAREHOUSE}")
    for schema in _SCHEMAS:
        connection.execute(f"create schema {schema}")
    add_beta_quantile(connection)
    connection.execute(_PARAMETERS)
    write_definitions(connection, read_definitions(resource_path(SHIPPED)))
    return connection


def _compiled_models() -> dict[str, Model]:
    """Return each model by its name."""
    with TemporaryDirectory() as folder:
        manifest, *_ = compile_models(resource_path("dbt"), Path(folder))
        nodes = json.loads(manifest.read_bytes())["nodes"].values()
    return {
        node["name"]: Model(
            node["schema"], node["compiled_code"], node["config"]["materialized"] == "view"
        )
        for node in nodes
        if node["resource_type"] == "model"
    }

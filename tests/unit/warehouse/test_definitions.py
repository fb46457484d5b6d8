"""No definition of a measure changes under the version that it had."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from pipelines.errors import CheckFailedError
from pipelines.measures import SHIPPED, Definition, Definitions, read_definitions
from pipelines.resources import resource_path
from pipelines.warehouse.connection import connect_in_memory
from pipelines.warehouse.definitions import (
    changed_measures,
    record_definitions,
    refuse_changed_definitions,
    write_definitions,
)
from pipelines.warehouse.schema import prepare_schema

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duckdb import DuckDBPyConnection

DEFINITIONS = read_definitions(resource_path(SHIPPED))


@pytest.fixture
def warehouse() -> Iterator[DuckDBPyConnection]:
    """Give an empty warehouse."""
    connection = connect_in_memory()
    prepare_schema(connection)
    yield connection
    connection.close()


def _with(version: str, **changed: float) -> Definitions:
    """Return the shipped definitions with another one of mastery."""
    return Definitions(
        DEFINITIONS.file,
        tuple(
            Definition("mastery", version, {**each.parameters, **changed})
            if each.measure == "mastery"
            else each
            for each in DEFINITIONS.measures
        ),
    )


def _build(warehouse: DuckDBPyConnection, definitions: Definitions) -> None:
    refuse_changed_definitions(warehouse, definitions)
    write_definitions(warehouse, definitions)
    record_definitions(warehouse)


def test_a_changed_parameter_needs_a_new_version(warehouse: DuckDBPyConnection) -> None:
    """Under a shipped version another value is refused, with file, field, values and mend."""
    with pytest.raises(CheckFailedError) as raised:
        refuse_changed_definitions(warehouse, _with("1", decay=0.8))
    assert str(DEFINITIONS.file) in raised.value.problem
    assert "mastery.decay: 0.8, where version 1 has 0.9" in raised.value.problem
    assert "another version" in raised.value.mend


def test_a_new_version_may_be_anything(warehouse: DuckDBPyConnection) -> None:
    """A version that never was stands for what is built by it."""
    _build(warehouse, _with("riverbend-1", decay=0.8))
    _build(warehouse, _with("riverbend-2", decay=0.7))


def test_a_version_of_the_district_stands_for_ever(warehouse: DuckDBPyConnection) -> None:
    """What passed under a version is its definition, also after others."""
    _build(warehouse, _with("riverbend-1", decay=0.8))
    _build(warehouse, DEFINITIONS)
    with pytest.raises(CheckFailedError, match=r"0\.7, where version riverbend-1 has 0\.8"):
        _build(warehouse, _with("riverbend-1", decay=0.7))
    _build(warehouse, _with("riverbend-1", decay=0.8))


def test_a_version_that_never_passed_may_be_mended(warehouse: DuckDBPyConnection) -> None:
    """A build that failed leaves its version free."""
    write_definitions(warehouse, _with("riverbend-1", decay=0.08))
    _build(warehouse, _with("riverbend-1", decay=0.8))


def test_a_missing_parameter_is_a_change(warehouse: DuckDBPyConnection) -> None:
    """A definition is all its parameters."""
    _build(warehouse, _with("riverbend-1", later=1.0))
    with pytest.raises(CheckFailedError, match=r"mastery\.later: nothing, where version"):
        _build(warehouse, _with("riverbend-1"))


def test_changed_measures_are_named(warehouse: DuckDBPyConnection) -> None:
    """A build is told which measures the one before had defined otherwise."""
    _build(warehouse, DEFINITIONS)
    assert changed_measures(warehouse, DEFINITIONS) == ()
    assert changed_measures(warehouse, _with("riverbend-1")) == ("mastery riverbend-1",)

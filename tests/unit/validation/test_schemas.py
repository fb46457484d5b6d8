"""The schema files are well formed, connected and annotated."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest

from pipelines.resources import resource_path
from pipelines.validation.annotations import Annotations
from pipelines.validation.catalogue import catalogue
from pipelines.validation.schema_set import SchemaSet

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_ROOT = resource_path("schemas")
_FILES = sorted([*_ROOT.glob("xapi/*/*.json"), *_ROOT.glob("caliper/*/*.json")])
_IDS = [path.relative_to(_ROOT).as_posix() for path in _FILES]


def _load(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for each in node.values():
            yield from _references(each)
    elif isinstance(node, list):
        for each in node:
            yield from _references(each)


@pytest.mark.parametrize("path", _FILES, ids=_IDS)
def test_a_file_is_a_schema_of_the_draft(path: Path) -> None:
    """Each file is valid JSON Schema 2020-12."""
    document = _load(path)
    assert document["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert jsonschema_rs.meta.is_valid(document)


@pytest.mark.parametrize("path", _FILES, ids=_IDS)
def test_a_file_is_named_by_its_place(path: Path) -> None:
    """The identifier of a schema ends with its path."""
    assert _load(path)["$id"].endswith(f"/schemas/{path.relative_to(_ROOT).as_posix()}")


@pytest.mark.parametrize("path", _FILES, ids=_IDS)
def test_a_file_and_its_definitions_are_described(path: Path) -> None:
    """Each file and each definition says in words what it is about."""
    document = _load(path)
    assert document["description"]
    for name, definition in document.get("$defs", {}).items():
        assert definition.get("description") or Annotations.are_beside(definition), name


@pytest.mark.parametrize("path", _FILES, ids=_IDS)
def test_every_reference_leads_somewhere(path: Path) -> None:
    """No reference is broken, also one that no test compiles."""
    document, schemas = _load(path), SchemaSet.load()
    for reference in _references(document):
        assert schemas.resolve(document["$id"], reference)


def test_every_constraint_has_a_name_and_a_clause() -> None:
    """Nothing can be refused without a rule that says where it is written."""
    for entry in catalogue(SchemaSet.load()):
        assert not entry.name.startswith("schema."), entry
        assert entry.clause, entry.name
        assert entry.meaning, entry.name


def test_a_missing_resource_is_said_plainly() -> None:
    """A broken installation names the file that it lacks."""
    with pytest.raises(FileNotFoundError, match="schemas/none"):
        resource_path("schemas/none")

"""The columns by which a row of one build is found in another: the keys that the models declare."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import yaml

from pipelines.resources import resource_path

_WORD = re.compile(r"[a-z_]+")


@cache
def keys_of_marts() -> dict[str, tuple[str, ...]]:
    """Return the key of each mart by its name with schema, from the test `is_key` beside it."""
    folder = resource_path("dbt/models/marts")
    return {
        f"{file.parent.name}.{model['name']}": _key(model)
        for file in sorted(folder.glob("*/*.yml"))
        for model in yaml.safe_load(file.read_text(encoding="utf-8")).get("models", [])
    }


def _key(model: dict[str, Any]) -> tuple[str, ...]:
    """Return the columns of a key; one that may be empty stands within an expression there."""
    columns = {column["name"] for column in model["columns"]}
    tests = [test["is_key"] for test in model["data_tests"] if "is_key" in test]
    (named,) = [test["arguments"]["columns"] for test in tests]
    return tuple(
        next(word for word in _WORD.findall(expression) if word in columns) for expression in named
    )

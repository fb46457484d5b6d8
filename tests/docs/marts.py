"""The published tables as dbt's YAML describes them, and as docs/data-contract.md shows them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import yaml

from tests.docs.repository import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator

MODELS = REPOSITORY / "dbt" / "models"
_DOC_BLOCK = re.compile(r"{% docs (\w+) %}(.*?){% enddocs %}", re.DOTALL)
_DOC_REFERENCE = re.compile(r"{{ doc\('(\w+)'\) }}")


class Column(NamedTuple):
    """One column of a published table."""

    name: str
    type: str
    kind: str
    description: str


class Table(NamedTuple):
    """One published table."""

    schema: str
    name: str
    description: str
    columns: tuple[Column, ...]


def published_tables() -> Iterator[Table]:
    """Yield the tables of dbt/models/marts, ordered by schema and name."""
    blocks = dict(_DOC_BLOCK.findall((MODELS / "_docs.md").read_text(encoding="utf-8")))
    for file in sorted((MODELS / "marts").glob("*/[!_]*.yml")):
        for model in yaml.safe_load(file.read_text(encoding="utf-8")).get("models", []):
            yield Table(
                file.parent.name,
                model["name"],
                _resolved(model["description"], blocks),
                tuple(
                    Column(
                        column["name"],
                        column["data_type"],
                        column["config"]["meta"]["kind"],
                        _resolved(column["description"], blocks),
                    )
                    for column in model["columns"]
                ),
            )


def render_marts() -> str:
    """Return the section of docs/data-contract.md that describes every published table."""
    return "".join(_render(table) for table in published_tables())


def _render(table: Table) -> str:
    rows = "".join(
        f"| `{column.name}` | {column.type} | {column.kind} | {column.description} |\n"
        for column in table.columns
    )
    head = f"\n### `{table.schema}.{table.name}`\n\n{table.description}\n\n"
    return f"{head}| column | type | kind | meaning |\n| --- | --- | --- | --- |\n{rows}"


def _resolved(text: str, blocks: dict[str, str]) -> str:
    return _DOC_REFERENCE.sub(lambda found: blocks[found[1]].strip(), text).strip()

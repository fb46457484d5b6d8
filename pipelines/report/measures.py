"""The definitions of the measures, as a person may edit them and as machines read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.measures import Definition, Definitions


def describe_definitions(definitions: Definitions) -> str:
    """Return the definitions as TOML that says the same when it is read again."""
    return "\n\n".join("\n".join(_table(each)) for each in definitions.measures)


def definitions_json(definitions: Definitions) -> str:
    """Return the definitions for machines."""
    document = {
        "file": str(definitions.file),
        "hash": definitions.hash,
        "measures": [{**each._asdict(), "hash": each.hash} for each in definitions.measures],
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2).decode()


def _table(definition: Definition) -> Iterator[str]:
    yield f"# hash {definition.hash}"
    yield f"[{definition.measure}]"
    yield f'version = "{definition.version}"'
    for name, value in definition.parameters.items():
        yield f"{name} = {int(value) if value.is_integer() else value!r}"

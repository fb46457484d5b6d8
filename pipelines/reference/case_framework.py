"""Read academic standards from CASE 1.0 packages (CFDocument, CFItems, CFAssociations)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from pipelines.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_IS_CHILD_OF = "isChildOf"
_REQUIRED = ("identifier", "uri", "fullStatement")
_NODES = ("originNodeURI", "destinationNodeURI")


class AcademicStandard(NamedTuple):
    """One CFItem; `uri` is how events refer to it."""

    standard_id: str
    uri: str
    code: str | None
    statement: str
    parent_id: str | None
    framework: str
    framework_version: str | None


def read_standards(folder: Path) -> tuple[AcademicStandard, ...]:
    """Return the items of every package in a folder; raise InputError naming file and field."""
    files = sorted(folder.glob("*.json"))
    if not files:
        raise InputError(
            f"{folder} holds no CASE package",
            "export the district's frameworks as CASE JSON into it",
        )
    return tuple(item for file in files for item in _items(file))


def _items(file: Path) -> Iterator[AcademicStandard]:
    package = _package(file)
    document = package["CFDocument"]
    parents = {
        _identifier(association["originNodeURI"]): _identifier(association["destinationNodeURI"])
        for association in package.get("CFAssociations") or []
        if association.get("associationType") == _IS_CHILD_OF
    }
    known = {item["identifier"] for item in package["CFItems"]}
    for item in package["CFItems"]:
        parent = parents.get(item["identifier"])
        yield AcademicStandard(
            item["identifier"],
            item["uri"],
            item.get("humanCodingScheme"),
            item["fullStatement"],
            parent if parent in known else None,
            document["title"],
            document.get("version"),
        )


def _identifier(node: Any) -> str:
    return str(node.get("identifier") if isinstance(node, dict) else node)


def _package(file: Path) -> dict[str, Any]:
    try:
        package = orjson.loads(file.read_bytes())
    except orjson.JSONDecodeError as error:
        raise InputError(f"{file} is not JSON: {error}", "export the package again") from None
    document = package.get("CFPackage", package) if isinstance(package, dict) else {}
    problem = _problem(document) if isinstance(document, dict) else "it holds no package"
    if problem:
        raise InputError(f"{file}: {problem}", "export the package as CASE 1.0 JSON again")
    return document


def _problem(package: dict[str, Any]) -> str | None:
    if not isinstance(package.get("CFDocument"), dict) or "title" not in package["CFDocument"]:
        return "CFDocument with its title is missing"
    if not isinstance(package.get("CFItems"), list):
        return "CFItems is missing"
    for index, item in enumerate(package["CFItems"]):
        if absent := _absent(item, _REQUIRED, kinds=(str,)):
            return f"CFItems[{index}] lacks {', '.join(absent)}"
    for index, association in enumerate(package.get("CFAssociations") or []):
        if absent := _absent(association, _NODES, kinds=(str, dict)):
            return f"CFAssociations[{index}] lacks {', '.join(absent)}"
    return None


def _absent(item: Any, names: tuple[str, ...], *, kinds: tuple[type, ...]) -> list[str]:
    members = item if isinstance(item, dict) else {}
    return [name for name in names if not isinstance(members.get(name), kinds)]

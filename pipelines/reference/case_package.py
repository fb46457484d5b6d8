"""Read CASE 1.0 and 1.1 packages: a document, its items and what associates them."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import jsonschema_rs
import orjson

from pipelines.errors import InputError
from pipelines.resources import resource_path

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

IS_CHILD_OF, EXACT_MATCH_OF, REPLACED_BY = "isChildOf", "exactMatchOf", "replacedBy"
_SHOWN_PROBLEMS = 20
_EXPECTED = {
    "required": "is missing",
    "type": "must be of the type {}",
    "minLength": "must not be empty",
    "enum": "must be one of the values of CASE",
    "pattern": "must have the form that CASE gives it",
}


class Framework(NamedTuple):
    """One CFDocument: a version of a framework."""

    framework_id: str
    uri: str | None
    title: str
    version: str | None
    adoption_status: str | None
    status_starts_on: date | None


class FrameworkItem(NamedTuple):
    """One CFItem; `uri` is how events refer to it."""

    standard_id: str
    framework_id: str
    uri: str
    code: str | None
    statement: str
    education_levels: tuple[str, ...]


class Association(NamedTuple):
    """One CFAssociation; its nodes are identifiers of items or documents, of any package."""

    framework_id: str
    association_id: str | None
    uri: str | None
    kind: str
    origin_id: str
    destination_id: str
    sequence_number: int | None


class Package(NamedTuple):
    """What a file holds."""

    file: Path
    framework: Framework
    items: tuple[FrameworkItem, ...]
    associations: tuple[Association, ...]


def read_packages(folder: Path) -> tuple[Package, ...]:
    """Return the packages of a folder by name; raise InputError naming file, path and mend."""
    files = sorted(folder.glob("*.json"))
    if not files:
        raise InputError(
            f"{folder} holds no CASE package",
            "export the district's frameworks as CASE JSON into it",
        )
    return tuple(map(_package, files))


def refuse(file: Path, problems: Iterable[str], mend: str) -> None:
    """Raise InputError where a file has problems, naming the first of them."""
    found = list(problems)
    if not found:
        return
    more = len(found) - _SHOWN_PROBLEMS
    shown = found[:_SHOWN_PROBLEMS] + ([f"and {more} more"] if more > 0 else [])
    raise InputError(f"{file}: " + "\n    ".join(shown), mend)


def _package(file: Path) -> Package:
    body = _validated(file)
    document = body["CFDocument"]
    framework = Framework(
        document["identifier"],
        document.get("uri"),
        document["title"],
        document.get("version"),
        document.get("adoptionStatus"),
        _date(file, document.get("statusStartDate")),
    )
    own = framework.framework_id
    return Package(
        file,
        framework,
        tuple(_item(own, item) for item in body["CFItems"]),
        tuple(_association(own, each) for each in body.get("CFAssociations") or []),
    )


def _validated(file: Path) -> dict[str, Any]:
    try:
        body = orjson.loads(file.read_bytes())
    except orjson.JSONDecodeError as error:
        raise InputError(f"{file} is not JSON: {error}", "export the package again") from None
    if isinstance(body, dict) and isinstance(body.get("CFPackage"), dict):
        body = body["CFPackage"]
    refuse(
        file,
        (_problem(error) for error in _validator().iter_errors(body)),
        "correct it where the framework is kept, and export it as CASE 1.0 or 1.1 JSON again",
    )
    package: dict[str, Any] = body
    return package


@cache
def _validator() -> jsonschema_rs.Draft202012Validator:
    schema = orjson.loads(resource_path("schemas/case/package.schema.json").read_bytes())
    return jsonschema_rs.Draft202012Validator(schema)


def _problem(error: jsonschema_rs.ValidationError) -> str:
    steps = list(error.instance_path)
    if error.kind.name == "required":
        steps.append(error.kind.as_dict()["property"])
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    expected = _EXPECTED[error.kind.name]
    if error.kind.name == "type":
        expected = expected.format(" or ".join(error.kind.as_dict()["types"]))
    return f"{path.lstrip('.') or 'the package'} {expected}"


def _date(file: Path, text: str | None) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        raise InputError(
            f"{file}: CFDocument.statusStartDate is no date",
            "correct it where the framework is kept, and export it again",
        ) from None


def _item(framework_id: str, item: dict[str, Any]) -> FrameworkItem:
    return FrameworkItem(
        item["identifier"],
        framework_id,
        item["uri"],
        item.get("humanCodingScheme"),
        item["fullStatement"],
        tuple(item.get("educationLevel") or ()),
    )


def _association(framework_id: str, association: dict[str, Any]) -> Association:
    return Association(
        framework_id,
        association.get("identifier"),
        association.get("uri"),
        association["associationType"],
        _node(association["originNodeURI"]),
        _node(association["destinationNodeURI"]),
        association.get("sequenceNumber"),
    )


def _node(node: str | dict[str, Any]) -> str:
    return str(node["identifier"]) if isinstance(node, dict) else node

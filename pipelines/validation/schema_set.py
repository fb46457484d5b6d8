"""The schema files, compiled on demand, and what each of their constraints is called."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urldefrag, urljoin

import jsonschema_rs

from pipelines.resources import resource_path
from pipelines.validation.annotations import Annotations, Constraint
from pipelines.validation.explain import json_path, message_of, places_of
from pipelines.validation.findings import Finding, JsonObject, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


_PATH_OF_A_NAME = ("$ref", "propertyNames", "$ref", "pattern")
# Entities nest without end, and so do the paths to what is wrong with them.
_MOST_PATHS_KEPT = 4096


class SchemaSet:
    """All schema files by their `$id`."""

    def __init__(self, documents: dict[str, JsonObject]) -> None:
        """Keep the documents and let them refer to each other."""
        self.documents = documents
        self._registry = jsonschema_rs.Registry(list(documents.items()))

    @classmethod
    def load(cls) -> SchemaSet:
        """Read every schema of xAPI and Caliper that travels with Plumbline."""
        folder = resource_path("schemas")
        paths = sorted(
            path for name in ("xapi", "caliper") for path in folder.glob(f"{name}/*/*.json")
        )
        documents = (json.loads(path.read_text(encoding="utf-8")) for path in paths)
        return cls({document["$id"]: document for document in documents})

    def compiled(self, reference: str) -> CompiledSchema:
        """Compile the schema that an absolute reference names."""
        return CompiledSchema(self, reference, self._registry)

    def resolve(self, base: str, reference: str) -> tuple[str, Any]:
        """Return the document and the node that a reference leads to."""
        document, pointer = urldefrag(urljoin(base, reference))
        node: Any = self.documents[document]
        for step in filter(None, pointer.split("/")):
            node = node[int(step)] if isinstance(node, list) else node[step]
        return document, node


class CompiledSchema:
    """One compiled schema: fast to ask, and able to say what is wrong."""

    def __init__(
        self, schemas: SchemaSet, reference: str, registry: jsonschema_rs.Registry
    ) -> None:
        """Compile with the regular-expression engine that runs in linear time."""
        self._schemas = schemas
        self._reference = reference
        self._constraint_along = lru_cache(maxsize=_MOST_PATHS_KEPT)(self._constraint_at)
        self._validator = jsonschema_rs.Draft202012Validator(
            {"$ref": reference},
            registry=registry,
            pattern_options=jsonschema_rs.RegexOptions(),
            mask="the value",  # quicker than writing out values that no message may repeat
        )
        self.is_valid = self._validator.is_valid

    def findings(self, instance: object) -> list[Finding]:
        """Return everything that the schema refuses in an instance.

        Where a value is of the wrong kind, all else that is said about it only follows.
        """
        errors = list(self._validator.iter_errors(instance))
        mistyped = {json_path(each.instance_path) for each in errors if each.kind.name == "type"}
        return [
            finding
            for error in errors
            if error.kind.name == "type"
            or not mistyped
            or json_path(error.instance_path) not in mistyped
            for finding in self._described(error)
        ]

    def _described(self, error: jsonschema_rs.ValidationError) -> Iterator[Finding]:
        constraint = self._constraint(error)
        message = message_of(error, constraint.expected)
        for path in places_of(error):
            yield Finding(constraint.rule, Severity.ERROR, path, message, constraint.clause)

    def _constraint(self, error: jsonschema_rs.ValidationError) -> Constraint:
        # The evaluation path of a property name leaves out the keyword (jsonschema-rs 0.60).
        if error.kind.name == "propertyNames" and error.absolute_keyword_location:
            reference = error.absolute_keyword_location.removesuffix("/propertyNames")
            return self._constraint_along(reference, _PATH_OF_A_NAME)
        return self._constraint_along(self._reference, tuple(error.evaluation_path))

    def _constraint_at(self, reference: str, path: tuple[str | int, ...]) -> Constraint:
        """Walk the schemas from a reference along a path and take the nearest annotations.

        An annotation beside a reference names what the referenced definition itself refuses,
        so that a malformed openid is not just some malformed IRI.
        """
        base = self._reference
        node: Any = {"$ref": reference}
        held = Annotations()
        for depth, step in enumerate(path):
            if step == "$ref":
                is_named_here = Annotations.are_beside(node) and _names_a_keyword(path[depth:])
                base, node = self._schemas.resolve(base, node["$ref"])
                if is_named_here:
                    held = held._replace(expected=node.get("x-expected", held.expected))
                    continue
            elif isinstance(node, dict):
                node = node[step]
            elif isinstance(node, list):
                node = node[int(step)]
            held = held.beside(node)
        return held.of_keyword(str(path[-1]))


def _names_a_keyword(path: Sequence[str | int]) -> bool:
    """Tell whether only references lie between here and the keyword that refused."""
    return all(step == "$ref" for step in path[:-1])

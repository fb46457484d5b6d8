"""The schema of each Caliper type, found by name and compiled when it first appears."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.validation.findings import Finding, Severity, SpecVersion

if TYPE_CHECKING:
    from pipelines.validation.schema_set import CompiledSchema, SchemaSet

_VERSIONS = (SpecVersion.CALIPER_1_1, SpecVersion.CALIPER_1_2)
UNKNOWN_TYPE = {
    version: Finding(
        "caliper.type.unknown",
        Severity.ERROR,
        "$.type",
        f"expected a type of event or entity that Caliper {version} defines",
        f"Caliper {version}, Entity and Event",
    )
    for version in _VERSIONS
}
_FILES = (
    "events",
    "agents",
    "annotations",
    "assignables",
    "discussions",
    "media",
    "records",
    "resources",
    "responses",
    "surveys",
)


class CaliperTypes:
    """All types of all versions; most tools use a handful."""

    def __init__(self, schemas: SchemaSet, root: str) -> None:
        """Note where each type is defined."""
        self._schemas = schemas
        self._compiled: dict[tuple[SpecVersion, str], CompiledSchema] = {}
        self._references = {
            (version, name): f"{document}#/$defs/{name}"
            for version in _VERSIONS
            for document in (f"{root}/caliper/{version}/{file}.json" for file in _FILES)
            for name in schemas.documents[document]["$defs"]
            if name[0].isupper()
        }

    def schema_of(self, version: SpecVersion, type_name: object) -> CompiledSchema | None:
        """Return the schema of a type, or nothing when the version does not know it."""
        if not isinstance(type_name, str):
            return None
        key = (version, type_name)
        found = self._compiled.get(key)
        if found is None and key in self._references:
            found = self._compiled[key] = self._schemas.compiled(self._references[key])
        return found

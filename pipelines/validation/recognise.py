"""Which standard, version and shape an item has, told from the item and not from its folder."""

from __future__ import annotations

from typing import Any, NamedTuple

from pipelines.validation.findings import (
    Finding,
    JsonObject,
    Severity,
    Shape,
    SpecVersion,
    Standard,
)

UNRECOGNISED = Finding(
    "unrecognised",
    Severity.ERROR,
    "$",
    "expected an item of a standard and version that Plumbline knows",
    "xAPI 1.0.3 Data 2.4; Caliper 1.2, JSON-LD Context",
)
CALIPER_CONTEXTS = {
    SpecVersion.CALIPER_1_1: "http://purl.imsglobal.org/ctx/caliper/v1p1",
    SpecVersion.CALIPER_1_2: "http://purl.imsglobal.org/ctx/caliper/v1p2",
}
# The contexts of the profiles that extend 1.1, by profile.
EXTENSION_PROFILE_CONTEXTS = {
    profile: f"{CALIPER_CONTEXTS[SpecVersion.CALIPER_1_1]}/{profile}Profile-extension"
    for profile in ("Feedback", "ResourceManagement", "Search", "Survey", "ToolLaunch", "ToolUse")
}
_VERSION_BY_CONTEXT = {
    **{context: version for version, context in CALIPER_CONTEXTS.items()},
    **dict.fromkeys(EXTENSION_PROFILE_CONTEXTS.values(), SpecVersion.CALIPER_1_1),
}
_CALIPER_1_0_MEMBERS = ("@type", "@id")
_ONLY_IN_XAPI_2 = ("contextAgents", "contextGroups")


class Recognised(NamedTuple):
    """What an item is."""

    standard: Standard
    version: SpecVersion
    shape: Shape


_V2 = SpecVersion.XAPI_2_0_0  # looking up a member of an enum takes longer than this name
_STATEMENT_1_0_3 = Recognised(Standard.XAPI, SpecVersion.XAPI_1_0_3, Shape.STATEMENT)
_STATEMENT_2_0_0 = Recognised(Standard.XAPI, SpecVersion.XAPI_2_0_0, Shape.STATEMENT)


def recognise(body: object, inherited: SpecVersion | None = None) -> Recognised | Finding:
    """Tell what an item is; an entry of an envelope inherits the version of the envelope."""
    if not isinstance(body, dict):
        return _unrecognised("expected an object: a statement, an event or an entity")
    if inherited is None and _looks_like_a_statement(body):
        return _STATEMENT_2_0_0 if statement_version(body) is _V2 else _STATEMENT_1_0_3
    if any(member in body for member in _CALIPER_1_0_MEMBERS):
        return _unrecognised("Caliper 1.0 (@id, @type) is not supported: expected 1.1 or 1.2")
    version = inherited or caliper_version(body.get("@context"))
    if version is None:
        return _unrecognised(_why_no_version(body))
    return Recognised(Standard.CALIPER, version, shape_of(body))


def caliper_version(context: Any) -> SpecVersion | None:
    """Return the Caliper version of a JSON-LD context: the last item of a list decides."""
    last = context[-1] if isinstance(context, list) and context else context
    return _VERSION_BY_CONTEXT.get(last) if isinstance(last, str) else None


def statement_version(body: JsonObject) -> SpecVersion:
    """Return the version of a statement: what it says, else what it uses."""
    version = body.get("version")
    if version is None:
        return _V2 if _uses_xapi_2(body) else SpecVersion.XAPI_1_0_3
    if isinstance(version, str) and (version == "2.0" or version.startswith("2.0.")):
        return _V2
    return SpecVersion.XAPI_1_0_3


def shape_of(body: JsonObject) -> Shape:
    """Tell whether a Caliper object is an event or an entity."""
    type_name = body.get("type")
    if isinstance(type_name, str) and type_name.endswith("Event"):
        return Shape.EVENT
    return Shape.EVENT if "action" in body else Shape.ENTITY


def _looks_like_a_statement(body: JsonObject) -> bool:
    """Tell a statement, also one that lacks a part, from what Caliper would name by type."""
    if "@context" in body or "@type" in body:
        return False
    return "verb" in body or ("type" not in body and ("actor" in body or "object" in body))


def _uses_xapi_2(body: JsonObject) -> bool:
    context = body.get("context")
    if isinstance(context, dict) and any(member in context for member in _ONLY_IN_XAPI_2):
        return True
    nested = body.get("object")
    return isinstance(nested, dict) and "context" in nested and _uses_xapi_2(nested)


def _why_no_version(body: JsonObject) -> str:
    if "@context" not in body:
        return "neither an xAPI statement (verb) nor Caliper (@context)"
    return "expected a Caliper 1.1 or 1.2 context as @context, or as the last item of it"


def _unrecognised(message: str) -> Finding:
    return UNRECOGNISED._replace(message=message)

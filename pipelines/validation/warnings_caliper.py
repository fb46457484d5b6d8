"""What a Caliper event or entity should keep: reported to its author, never refused."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pipelines.validation.explain import json_path
from pipelines.validation.findings import JsonObject, Severity, SpecVersion
from pipelines.validation.rules import Rule
from pipelines.validation.warnings_xapi import BAD_ESCAPE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_UUID_4 = re.compile(
    r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-", re.IGNORECASE
)
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+\Z")
_DEPRECATED_TYPES = {
    "EpubChapter",
    "EpubPart",
    "EpubSubChapter",
    "EpubVolume",
    "OutcomeEvent",
    "Reading",
    "ReadingEvent",
}
_DEPRECATED_ACTIONS = {
    "AnnotationEvent": {
        "Attached",
        "Classified",
        "Commented",
        "Described",
        "Disliked",
        "Identified",
        "Liked",
        "Linked",
        "Questioned",
        "Ranked",
        "Recommended",
        "Subscribed",
    },
    "AssessmentItemEvent": {"Reviewed", "Viewed"},
    "AssignableEvent": {"Abandoned", "Hid", "Showed"},
    "MediaEvent": {"Rewound"},
}
_DEPRECATED_PROPERTIES = {
    "alignedLearningObjective",
    "curveFactor",
    "curvedTotalScore",
    "extraCreditScore",
    "navigatedFrom",
    "normalScore",
    "objectType",
    "penaltyScore",
    "totalScore",
}


def deprecated_types(body: JsonObject) -> Iterable[str]:
    """Yield the type of an event or entity that 1.1 keeps for old senders only."""
    return ["$.type"] if body["type"] in _DEPRECATED_TYPES else []


def deprecated_actions(body: JsonObject) -> Iterable[str]:
    """Yield the action that 1.1 keeps for old senders only."""
    deprecated = _DEPRECATED_ACTIONS.get(body["type"], set())
    return ["$.action"] if body.get("action") in deprecated else []


def deprecated_properties(body: JsonObject) -> Iterable[str]:
    """Yield the properties, of nested entities too, that 1.1 keeps for old senders only."""
    return [json_path(place) for place in _deprecated_places(body, ())]


def inline_contexts(body: JsonObject) -> Iterable[str]:
    """Yield the terms that an item defines for itself, which no other item knows."""
    context = body.get("@context")
    if not isinstance(context, list):
        return ()
    return [f"$.@context[{index}]" for index, each in enumerate(context) if type(each) is dict]


def ids_of_another_uuid_version(body: JsonObject) -> Iterable[str]:
    """Yield the id of an event whose UUID is not a random one (version 4)."""
    return ["$.id"] if "action" in body and not _UUID_4.match(body["id"]) else []


def escapes_of_nothing(body: JsonObject) -> Iterable[str]:
    """Yield an id with a percent sign and no two hexadecimal digits behind it."""
    return ["$.id"] if BAD_ESCAPE.search(body["id"]) else []


def sensors_without_iri(envelope: JsonObject) -> Iterable[str]:
    """Yield the sensor of an envelope that is named by something other than an IRI."""
    return () if _IRI.match(envelope["sensor"]) else ("$.sensor",)


def _rules_of(version: SpecVersion) -> tuple[Rule, ...]:
    return (
        Rule(
            "caliper.context.inline",
            Severity.WARNING,
            f"Caliper {version}, JSON-LD Context",
            "an item should not define terms of its own; give the context a place and name it",
            inline_contexts,
        ),
        Rule(
            "caliper.event.id-version",
            Severity.WARNING,
            f"Caliper {version}, Event",
            "the UUID of an event should be a random one (version 4)",
            ids_of_another_uuid_version,
        ),
        Rule(
            "caliper.iri.escape",
            Severity.WARNING,
            f"Caliper {version}, Entity",
            "a percent sign should have two hexadecimal digits behind it",
            escapes_of_nothing,
        ),
    )


ENVELOPE_WARNINGS = (
    Rule(
        "caliper.envelope.sensor",
        Severity.WARNING,
        "Caliper 1.2, Envelope",
        "a sensor should be named by an IRI",
        sensors_without_iri,
    ),
)
CALIPER_WARNINGS = {
    SpecVersion.CALIPER_1_1: (
        *_rules_of(SpecVersion.CALIPER_1_1),
        Rule(
            "caliper.type.deprecated",
            Severity.WARNING,
            "Caliper 1.1, Entity and Event",
            "this type is deprecated and is gone in 1.2",
            deprecated_types,
        ),
        Rule(
            "caliper.event.action-deprecated",
            Severity.WARNING,
            "Caliper 1.1, Actions",
            "this event should no longer have this action; 1.2 refuses it",
            deprecated_actions,
        ),
        Rule(
            "caliper.property.deprecated",
            Severity.WARNING,
            "Caliper 1.1, Entity and Event",
            "this property is deprecated; 1.2 refuses it",
            deprecated_properties,
        ),
    ),
    SpecVersion.CALIPER_1_2: _rules_of(SpecVersion.CALIPER_1_2),
}


def _deprecated_places(value: Any, place: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
    if isinstance(value, list):
        for index, each in enumerate(value):
            yield from _deprecated_places(each, (*place, index))
    elif isinstance(value, dict):
        for name, each in value.items():
            if _is_deprecated(name, value):
                yield (*place, name)
            if name not in ("extensions", "@context", "messageParameters"):
                yield from _deprecated_places(each, (*place, name))


def _is_deprecated(name: str, body: JsonObject) -> bool:
    """Tell a deprecated property; who did it is an actor of events, and who tried an assignee."""
    if name == "actor":
        return "action" not in body
    return name in _DEPRECATED_PROPERTIES or (name == "assignable" and body["type"] != "Attempt")

"""What a Caliper event or entity should keep: reported to its author, never refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.validation.findings import JsonObject, Severity, SpecVersion
from pipelines.validation.rules import Rule

if TYPE_CHECKING:
    from collections.abc import Iterable

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


def deprecated_types(body: JsonObject) -> Iterable[str]:
    """Yield the type of an event or entity that 1.1 keeps for old senders only."""
    return ["$.type"] if body["type"] in _DEPRECATED_TYPES else []


def deprecated_actions(body: JsonObject) -> Iterable[str]:
    """Yield the action that 1.1 keeps for old senders only."""
    deprecated = _DEPRECATED_ACTIONS.get(body["type"], set())
    return ["$.action"] if body.get("action") in deprecated else []


CALIPER_WARNINGS = {
    SpecVersion.CALIPER_1_1: (
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
    ),
    SpecVersion.CALIPER_1_2: (),
}

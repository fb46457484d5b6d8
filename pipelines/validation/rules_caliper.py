"""What a Caliper event or entity must keep and a schema cannot say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipelines.validation.explain import json_path
from pipelines.validation.findings import JsonObject, Severity, SpecVersion
from pipelines.validation.recognise import (
    CALIPER_CONTEXTS,
    EXTENSION_PROFILE_CONTEXTS,
    caliper_version,
)
from pipelines.validation.rules import Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_PROFILES_BY_TYPE = {
    "AggregateMeasure": ("ToolUse",),
    "AggregateMeasureCollection": ("ToolUse",),
    "Comment": ("Feedback",),
    "DateTimeQuestion": ("Survey",),
    "DateTimeResponse": ("Survey",),
    "FeedbackEvent": ("Feedback",),
    "LikertScale": ("Feedback", "Survey"),
    "Link": ("ToolLaunch",),
    "LtiLink": ("ToolLaunch",),
    "MultiselectQuestion": ("Survey",),
    "MultiselectResponse": ("Survey",),
    "MultiselectScale": ("Feedback", "Survey"),
    "NumericScale": ("Feedback", "Survey"),
    "OpenEndedQuestion": ("Survey",),
    "OpenEndedResponse": ("Survey",),
    "Query": ("Search",),
    "Question": ("Feedback", "Survey"),
    "Questionnaire": ("Survey",),
    "QuestionnaireEvent": ("Survey",),
    "QuestionnaireItem": ("Survey",),
    "QuestionnaireItemEvent": ("Survey",),
    "Rating": ("Feedback",),
    "RatingScaleQuestion": ("Feedback", "Survey"),
    "RatingScaleResponse": ("Survey",),
    "ResourceManagementEvent": ("ResourceManagement",),
    "Scale": ("Feedback", "Survey"),
    "SearchEvent": ("Search",),
    "SearchResponse": ("Search",),
    "Survey": ("Survey",),
    "SurveyEvent": ("Survey",),
    "SurveyInvitation": ("Survey",),
    "SurveyInvitationEvent": ("Survey",),
    "ToolLaunchEvent": ("ToolLaunch",),
}
_CONTEXTS_BY_TYPE = {
    type_name: {EXTENSION_PROFILE_CONTEXTS[profile] for profile in profiles}
    for type_name, profiles in _PROFILES_BY_TYPE.items()
}


def outside_of_their_context(body: JsonObject) -> Iterable[str]:
    """Yield the types of a 1.1 extension profile whose context is not among those listed.

    A context that a nested entity lists adds to those around it (JSON-LD Context).
    """
    return [json_path([*place, "type"]) for place in _strangers(body, (), frozenset())]


def _without_context_of(version: SpecVersion) -> Callable[[JsonObject], Iterable[str]]:
    expected = CALIPER_CONTEXTS[version]

    def without_context(body: JsonObject) -> Iterable[str]:
        """Yield the context if it is not, or does not end with, that of the version."""
        context = body.get("@context")
        if context == expected or caliper_version(context) is version:
            return ()
        return ("$.@context",)

    return without_context


def _context_rule(version: SpecVersion) -> Rule:
    return Rule(
        "caliper.context.version",
        Severity.ERROR,
        f"Caliper {version}, JSON-LD Context",
        f"expected {CALIPER_CONTEXTS[version]}, alone or as the last item",
        _without_context_of(version),
    )


CALIPER_RULES = {
    SpecVersion.CALIPER_1_1: (
        _context_rule(SpecVersion.CALIPER_1_1),
        Rule(
            "caliper.context.extension-profile",
            Severity.ERROR,
            "Caliper 1.1, JSON-LD Context",
            "expected the context of the extension profile that defines this type",
            outside_of_their_context,
        ),
    ),
    SpecVersion.CALIPER_1_2: (_context_rule(SpecVersion.CALIPER_1_2),),
}


def _strangers(
    value: Any, place: tuple[str | int, ...], contexts: frozenset[str]
) -> Iterator[tuple[str | int, ...]]:
    if isinstance(value, list):
        for index, each in enumerate(value):
            yield from _strangers(each, (*place, index), contexts)
    elif isinstance(value, dict):
        contexts |= _contexts_of(value)
        needed = _CONTEXTS_BY_TYPE.get(value.get("type", ""))
        if needed and not needed & contexts:
            yield place
        for name, each in value.items():
            if name not in ("extensions", "@context", "messageParameters"):
                yield from _strangers(each, (*place, name), contexts)


def _contexts_of(value: JsonObject) -> frozenset[str]:
    context = value.get("@context", ())
    if isinstance(context, str):
        return frozenset((context,))
    return frozenset(each for each in context if isinstance(each, str))

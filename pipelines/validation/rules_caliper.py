"""What a Caliper event or entity must keep and a schema cannot say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.validation.findings import JsonObject, Severity, SpecVersion
from pipelines.validation.recognise import CALIPER_CONTEXTS, caliper_version
from pipelines.validation.rules import Rule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def _without_context_of(version: SpecVersion) -> Callable[[JsonObject], Iterable[str]]:
    expected = CALIPER_CONTEXTS[version]

    def without_context(body: JsonObject) -> Iterable[str]:
        """Yield the context if it is not, or does not end with, that of the version."""
        context = body.get("@context")
        if context == expected or caliper_version(context) is version:
            return ()
        return ("$.@context",)

    return without_context


def _rules(version: SpecVersion) -> tuple[Rule, ...]:
    return (
        Rule(
            "caliper.context.version",
            Severity.ERROR,
            f"Caliper {version}, JSON-LD Context",
            f"expected {CALIPER_CONTEXTS[version]}, alone or as the last item",
            _without_context_of(version),
        ),
        Rule(
            "caliper.context.inline",
            Severity.ERROR,
            f"Caliper {version}, JSON-LD Context",
            "expected no context that gives a Caliper term another meaning",
            _redefined_terms,
        ),
    )


def _redefined_terms(body: JsonObject) -> Iterable[str]:
    return ("$.@context",) if isinstance(body.get("@context"), dict) else ()


CALIPER_RULES = {
    version: _rules(version) for version in (SpecVersion.CALIPER_1_1, SpecVersion.CALIPER_1_2)
}

"""The rules that a schema cannot say, each a small function beside its name and its clause."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pipelines.validation.findings import Finding, JsonObject, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


class Rule(NamedTuple):
    """A rule in code: where an item breaks it, and how to tell its author."""

    name: str
    severity: Severity
    clause: str
    message: str
    broken_at: Callable[[JsonObject], Iterable[str]]


def keeps_all(rules: tuple[Rule, ...], body: JsonObject) -> bool:
    """Tell whether an item that its schema accepts keeps every rule."""
    return not any(_any(rule.broken_at(body)) for rule in rules)


def broken(rules: tuple[Rule, ...], body: JsonObject) -> Iterator[Finding]:
    """Yield a finding for each place where an item breaks a rule."""
    for rule in rules:
        for path in rule.broken_at(body):
            yield Finding(rule.name, rule.severity, path, rule.message, rule.clause)


def _any(paths: Iterable[str]) -> bool:
    return next(iter(paths), None) is not None

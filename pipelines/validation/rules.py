"""The rules that a schema cannot say: each a small function beside its name and its clause."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from pipelines.validation.findings import Finding, JsonObject, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

# What a rule meets where the schema has already refused the shape that it reads.
_WRONG_SHAPE = (AttributeError, KeyError, TypeError)


class Rule(NamedTuple):
    """A rule in code: where an item breaks it, and how to tell its author.

    The function may presume every shape that the schema asks for.
    """

    name: str
    severity: Severity
    clause: str
    message: str
    broken_at: Callable[[JsonObject], Iterable[str]]


def keeps_all(rules: tuple[Rule, ...], body: JsonObject) -> bool:
    """Tell whether an item that its schema accepts keeps every rule."""
    for rule in rules:
        for _ in rule.broken_at(body):
            return False
    return True


def broken(rules: tuple[Rule, ...], body: JsonObject) -> Iterator[Finding]:
    """Yield a finding for each place where an item breaks a rule."""
    for rule in rules:
        with suppress(*_WRONG_SHAPE):
            for path in rule.broken_at(body):
                yield Finding(rule.name, rule.severity, path, rule.message, rule.clause)

"""Every rule that can be broken, with its severity, clause and meaning, for people to read."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from pipelines.validation.annotations import ASSERTING_KEYWORDS, Annotations
from pipelines.validation.caliper_types import UNKNOWN_TYPE
from pipelines.validation.decode import DECODING_FINDINGS
from pipelines.validation.findings import Severity
from pipelines.validation.recognise import UNRECOGNISED
from pipelines.validation.rules_caliper import CALIPER_RULES
from pipelines.validation.rules_xapi import STATEMENT_RULES
from pipelines.validation.warnings_caliper import CALIPER_WARNINGS, ENVELOPE_WARNINGS
from pipelines.validation.warnings_xapi import STATEMENT_WARNINGS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.validation.findings import JsonObject
    from pipelines.validation.schema_set import SchemaSet

# What lies below these is no requirement, or no schema at all.
_NOT_REQUIREMENTS = {"if", "enum", "const", "required"}
_MOST_CLAUSES_SHOWN = 4
# Of the rules that many tables share.
_MEANINGS = {
    "additionalProperties": "no property but those that the table lists",
    "maxItems": "a list no longer than the table allows",
    "maximum": "a number within the limits of the table",
    "minItems": "a list no shorter than the table asks for",
    "minimum": "a number within the limits of the table",
    "required": "every property that the table requires",
    "type": "for each property the kind of JSON value that the table gives it",
}


class RuleEntry(NamedTuple):
    """One rule as the documentation lists it."""

    name: str
    severity: Severity
    clause: str
    meaning: str


def catalogue(schemas: SchemaSet) -> tuple[RuleEntry, ...]:
    """Return every rule once, by name, with the clauses that it comes from."""
    entries: dict[str, RuleEntry] = {}
    clauses: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for entry in (*_rules_in_code(), *_rules_in_schemas(schemas)):
        entries.setdefault(entry.name, entry)
        clauses[entry.name][entry.clause] = None
    return tuple(
        entries[name]._replace(clause=_summary(sorted(clauses[name]))) for name in sorted(entries)
    )


def _summary(clauses: list[str]) -> str:
    shown = clauses if len(clauses) <= _MOST_CLAUSES_SHOWN else clauses[:1]
    hidden = len(clauses) - len(shown)
    return "; ".join(shown) + (f" and {hidden} more like it" if hidden else "")


def _rules_in_code() -> Iterator[RuleEntry]:
    findings = (*DECODING_FINDINGS.values(), UNRECOGNISED, *UNKNOWN_TYPE.values())
    for finding in findings:
        yield RuleEntry(finding.rule, finding.severity, finding.clause, finding.message)
    of_versions = (CALIPER_RULES, STATEMENT_WARNINGS, CALIPER_WARNINGS)
    by_version = (rules for versions in of_versions for rules in versions.values())
    for rules in (STATEMENT_RULES, ENVELOPE_WARNINGS, *by_version):
        for rule in rules:
            yield RuleEntry(rule.name, rule.severity, rule.clause, rule.message)


def _rules_in_schemas(schemas: SchemaSet) -> Iterator[RuleEntry]:
    for name, document in schemas.documents.items():
        for node, held in _nodes(document, Annotations()):
            yield from _named(node, held)
            if "$ref" in node and Annotations.are_beside(node):
                _, target = schemas.resolve(name, node["$ref"])
                expected = target.get("x-expected", held.expected)
                yield from _named(target, held._replace(expected=expected))


def _nodes(node: Any, held: Annotations) -> Iterator[tuple[JsonObject, Annotations]]:
    if isinstance(node, list):
        for each in node:
            yield from _nodes(each, held)
    elif isinstance(node, dict):
        held = held.beside(node)
        yield node, held
        for keyword, each in node.items():
            if keyword not in _NOT_REQUIREMENTS:
                yield from _nodes(each, held)


def _named(node: JsonObject, held: Annotations) -> Iterator[RuleEntry]:
    for keyword in ASSERTING_KEYWORDS & node.keys():
        if isinstance(node[keyword], dict) and keyword != "not":
            continue
        constraint = held.of_keyword(keyword)
        general = "" if held.rule else _MEANINGS.get(keyword, "")
        meaning = constraint.expected or general or held.description
        yield RuleEntry(constraint.rule, Severity.ERROR, constraint.clause, meaning)

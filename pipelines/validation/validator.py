"""The compiled standards: one object that says what is wrong with a document or an item."""

from __future__ import annotations

from typing import Any

from pipelines.validation.caliper_types import UNKNOWN_TYPE, CaliperTypes
from pipelines.validation.findings import (
    Finding,
    Item,
    JsonObject,
    Shape,
    SpecVersion,
    Standard,
    Unrecognised,
    Verdict,
)
from pipelines.validation.items import envelope_version, items_of
from pipelines.validation.recognise import statement_version
from pipelines.validation.rules import Rule, broken, keeps_all
from pipelines.validation.rules_caliper import CALIPER_RULES
from pipelines.validation.rules_xapi import STATEMENT_RULES
from pipelines.validation.schema_set import CompiledSchema, SchemaSet
from pipelines.validation.warnings_caliper import CALIPER_WARNINGS, ENVELOPE_WARNINGS
from pipelines.validation.warnings_xapi import STATEMENT_WARNINGS

_SCHEMAS = "https://w3id.org/plumbline/schemas"
_XAPI_2 = " (unchanged in xAPI 2.0)"
# Looking up a member of an enum costs as much as a rule, and this happens for every item.
_XAPI, _VERSION_2 = Standard.XAPI, SpecVersion.XAPI_2_0_0
_STATEMENT, _ENVELOPE = Shape.STATEMENT, Shape.ENVELOPE

# The members that each statement has for itself, and where their schemas stand.
OWN = {
    "id": "statement.json#/properties/id",
    "timestamp": "statement.json#/properties/timestamp",
    "stored": "statement.json#/properties/stored",
    "result": "statement.json#/properties/result",
    "version": "statement.json#/properties/version",
    "registration": "context.json#/properties/registration",
}


class Validator:
    """Every standard and version; Caliper types are compiled when they first appear."""

    def __init__(self, schemas: SchemaSet) -> None:
        """Compile the schemas of statements and envelopes."""
        self._statements = {
            version: schemas.compiled(f"{_SCHEMAS}/xapi/{version}/statement.json")
            for version in (SpecVersion.XAPI_1_0_3, SpecVersion.XAPI_2_0_0)
        }
        self._own = {
            version: {
                name: schemas.compiled(f"{_SCHEMAS}/xapi/{version}/{place}")
                for name, place in OWN.items()
            }
            for version in self._statements
        }
        self._envelopes = {
            version: schemas.compiled(f"{_SCHEMAS}/caliper/{version}/envelope.json")
            for version in (SpecVersion.CALIPER_1_1, SpecVersion.CALIPER_1_2)
        }
        self._caliper_types = CaliperTypes(schemas, _SCHEMAS)

    @classmethod
    def load(cls) -> Validator:
        """Read and compile the schemas that travel with Plumbline."""
        return cls(SchemaSet.load())

    def examine(self, document: Any) -> list[Verdict]:
        """Expand a decoded document and judge each of its items, in their order.

        What is wrong with an envelope is wrong with each of its entries. Paths start at the
        document.
        """
        if (
            type(document) is dict
            and "verb" in document
            and "@context" not in document
            and "@type" not in document
        ):
            # Nearly all of a night is this: one statement, for which the long way is the same.
            version = statement_version(document)
            item = Item(document, _XAPI, version, _STATEMENT, "$")
            return [Verdict(item, self.check(document, standard=_XAPI, version=version))]
        return self.judge(items_of(document))

    def judge(
        self, items: list[Item | Unrecognised], *, envelope_as: SpecVersion | None = None
    ) -> list[Verdict]:
        """Judge items, and their envelopes as the version asked for, else as their own."""
        of_envelopes: dict[int, tuple[Finding, ...]] = {}
        verdicts = []
        for item in items:
            findings = self._findings(item)
            envelope = item.envelope
            if envelope is not None:
                if id(envelope) not in of_envelopes:
                    of_envelopes[id(envelope)] = self.check_envelope(envelope, envelope_as)
                path = item.path.partition(".data[")[0]
                findings = _below(path, of_envelopes[id(envelope)]) + findings
            verdicts.append(Verdict(item, findings))
        return verdicts

    def check(
        self, body: JsonObject, *, standard: Standard, version: SpecVersion
    ) -> tuple[Finding, ...]:
        """Return every error of one statement, event or entity; none when it is valid."""
        if standard is _XAPI:
            findings = _judge(self._statements[version], STATEMENT_RULES, body)
            return _cite_xapi_2(findings) if version is _VERSION_2 else findings
        schema = self._caliper_types.schema_of(version, body.get("type"))
        if schema is None:
            return (UNKNOWN_TYPE[version], *broken(CALIPER_RULES[version], body))
        return _judge(schema, CALIPER_RULES[version], body)

    def keeps_own(self, name: str, value: object, *, version: SpecVersion) -> bool:
        """Tell whether the schema takes a member named in OWN, in whatever statement it stands."""
        return self._own[version][name].is_valid(value)

    def warnings(
        self, body: JsonObject, *, standard: Standard, version: SpecVersion
    ) -> tuple[Finding, ...]:
        """Return what one item should keep and does not; it is accepted all the same."""
        rules = STATEMENT_WARNINGS[version] if standard is _XAPI else CALIPER_WARNINGS[version]
        findings = tuple(broken(rules, body))
        return _cite_xapi_2(findings) if version is _VERSION_2 else findings

    def envelope_warnings(self, envelope: JsonObject) -> tuple[Finding, ...]:
        """Return what an envelope itself should keep and does not."""
        return tuple(broken(ENVELOPE_WARNINGS, envelope))

    def warnings_of(self, item: Item | Unrecognised) -> tuple[Finding, ...]:
        """Return the warnings of an item of a document, and those of its envelope."""
        if isinstance(item, Unrecognised):
            return ()
        around = self.envelope_warnings(item.envelope) if item.envelope else ()
        around = _below(item.path.partition(".data[")[0], around)
        if item.shape is _ENVELOPE:
            return around
        of_item = self.warnings(item.body, standard=item.standard, version=item.version)
        return around + _below(item.path, of_item)

    def check_envelope(
        self, envelope: JsonObject, version: SpecVersion | None = None
    ) -> tuple[Finding, ...]:
        """Return every error of a Caliper envelope itself, without its entries."""
        version = version or envelope_version(envelope) or SpecVersion.CALIPER_1_2
        entries = envelope.get("data")
        if isinstance(entries, list):
            envelope = {**envelope, "data": entries[:1]}
        return _judge(self._envelopes[version], (), envelope)

    def _findings(self, item: Item | Unrecognised) -> tuple[Finding, ...]:
        if isinstance(item, Unrecognised):
            return (item.finding,)
        if item.shape is _ENVELOPE:
            return ()
        findings = self.check(item.body, standard=item.standard, version=item.version)
        return _below(item.path, findings)


def _judge(
    schema: CompiledSchema, rules: tuple[Rule, ...], body: JsonObject
) -> tuple[Finding, ...]:
    if schema.is_valid(body) and keeps_all(rules, body):
        return ()
    return tuple(dict.fromkeys([*schema.findings(body), *broken(rules, body)]))


def _below(path: str, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Let the paths of findings start at the document instead of at the item."""
    if path == "$" or not findings:
        return findings
    return tuple(each._replace(path=path + each.path[1:]) for each in findings)


def _cite_xapi_2(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    return tuple(
        each._replace(clause=each.clause + _XAPI_2)
        if each.clause.startswith("xAPI 1.0.3")
        else each
        for each in findings
    )

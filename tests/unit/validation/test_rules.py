"""Each rule refuses what breaks it and nothing that merely comes near."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from pipelines.validation.catalogue import catalogue
from pipelines.validation.findings import Finding, Severity, SpecVersion, Standard
from pipelines.validation.recognise import CALIPER_CONTEXTS, EXTENSION_PROFILE_CONTEXTS
from pipelines.validation.schema_set import SchemaSet
from pipelines.validation.validator import Validator

_CASES = Path(__file__).parent / "cases"
_REMOVE = {"$remove": True}
# Rules of decoding and recognition have tests of their own; the rest cannot be reached by an
# item that was recognised, since that is an object.
_TESTED_ELSEWHERE = {
    "unrecognised",
    "xapi.statement.type",
    "xapi.substatement.type",
    "caliper.event.type",
}


class Case(NamedTuple):
    """One edited item and the rules that it must break."""

    name: str
    standard: Standard
    version: SpecVersion
    base: str
    body: dict[str, Any]
    rules: set[str]
    severity: Severity


def _edited(base: dict[str, Any], edits: dict[str, Any]) -> dict[str, Any]:
    body = copy.deepcopy(base)
    for path, value in edits.items():
        *parents, name = path.split(".")
        holder = body
        for parent in parents:
            holder = holder[parent]
        if value == _REMOVE:
            holder.pop(name)
        else:
            holder[name] = value
    return body


def _cases(standard: Standard) -> list[Case]:
    table = json.loads((_CASES / f"{standard}.json").read_text(encoding="utf-8"))
    found = []
    for case in table["cases"]:
        version = SpecVersion(case["version"])
        base = table["bases"][case["base"]]
        if standard is Standard.CALIPER and case["base"] != "envelope":
            base = {"@context": CALIPER_CONTEXTS[version], **base}
        for kind, rules in (("breaks", {case["rule"]}), ("keeps", set())):
            for number, edits in enumerate(case[kind]):
                name = f"{version}-{case['rule']}-{kind}-{number}"
                body = _edited(base, edits)
                severity = Severity(case.get("severity", Severity.ERROR))
                found.append(Case(name, standard, version, case["base"], body, rules, severity))
    return found


_ALL = [case for standard in Standard for case in _cases(standard)]


@pytest.fixture(scope="module")
def validator() -> Validator:
    """Return one compiled validator for all cases."""
    return Validator.load()


def _findings(validator: Validator, case: Case) -> tuple[Finding, ...]:
    is_error = case.severity is Severity.ERROR
    if case.base == "envelope":
        around = validator.check_envelope if is_error else validator.envelope_warnings
        return around(case.body)
    ask = validator.check if is_error else validator.warnings
    return ask(case.body, standard=case.standard, version=case.version)


@pytest.mark.parametrize("case", _ALL, ids=lambda case: case.name)
def test_a_case_breaks_exactly_its_rule(validator: Validator, case: Case) -> None:
    """An edit that breaks a rule breaks no other, and a near miss breaks none."""
    assert {finding.rule for finding in _findings(validator, case)} == case.rules


@pytest.mark.parametrize(
    "case", [each for each in _ALL if each.severity is Severity.WARNING], ids=lambda case: case.name
)
def test_a_warning_refuses_nothing(validator: Validator, case: Case) -> None:
    """What only should be kept is no error."""
    assert _findings(validator, case._replace(severity=Severity.ERROR)) == ()


# What 2.0 adds to 1.0.3, so that it no longer breaks the rule.
_NEW_IN_2_0 = {"xapi.version", "xapi.context.unknown-property"}
_ALSO_IN_2_0 = [
    each
    for each in _ALL
    if each.version is SpecVersion.XAPI_1_0_3
    and each.severity is Severity.ERROR
    and not each.rules & _NEW_IN_2_0
]


@pytest.mark.parametrize("case", _ALSO_IN_2_0, ids=lambda case: case.name)
def test_a_rule_of_1_0_3_holds_in_2_0(validator: Validator, case: Case) -> None:
    """What 2.0 took over refuses and accepts the same, though its statement has a schema apart."""
    case = case._replace(version=SpecVersion.XAPI_2_0_0)
    assert {finding.rule for finding in _findings(validator, case)} == case.rules


def _is_the_same_in_1_1(case: Case) -> bool:
    """Tell whether 1.2 changed nothing about a case; what it changed has cases for both."""
    body = case.body
    return (
        case.version is SpecVersion.CALIPER_1_2
        and case.severity is Severity.ERROR
        and body.get("@context") in (None, CALIPER_CONTEXTS[SpecVersion.CALIPER_1_2])
        and body.get("type") != "ToolUseEvent"
        and body.get("action") != "Rewound"
        and not {"profile", "otherIdentifiers", "objectType", "totalScore"} & body.keys()
        and not case.rules & {"caliper.context.version"}
    )


@pytest.mark.parametrize(
    "case", [each for each in _ALL if _is_the_same_in_1_1(each)], ids=lambda case: case.name
)
def test_a_rule_of_1_2_held_in_1_1(validator: Validator, case: Case) -> None:
    """1.1 refuses and accepts the same where the contexts of its extension profiles are listed."""
    current, former = (
        CALIPER_CONTEXTS[SpecVersion.CALIPER_1_2],
        CALIPER_CONTEXTS[SpecVersion.CALIPER_1_1],
    )
    body = json.loads(json.dumps(case.body).replace(current, former))
    if "@context" in body:
        body["@context"] = [*EXTENSION_PROFILE_CONTEXTS.values(), former]
    case = case._replace(version=SpecVersion.CALIPER_1_1, body=body)
    assert {finding.rule for finding in _findings(validator, case)} == case.rules


def test_every_rule_has_a_case_that_breaks_it() -> None:
    """No rule of the catalogue is without a case."""
    covered = {rule for case in _ALL for rule in case.rules} | _TESTED_ELSEWHERE
    names = {entry.name for entry in catalogue(SchemaSet.load())}
    assert {name for name in names - covered if not name.startswith("json.")} == set()


def test_every_rule_is_in_the_catalogue() -> None:
    """A rule that a case breaks is one that the catalogue lists, with clause and meaning."""
    entries = {entry.name: entry for entry in catalogue(SchemaSet.load())}
    for rule in {rule for case in _ALL for rule in case.rules}:
        assert entries[rule].clause
        assert entries[rule].meaning


def test_a_finding_does_not_repeat_the_value(validator: Validator) -> None:
    """Whatever is wrong with a value that may be personal, the finding does not show it."""
    secret = "Ada Lovelace"  # noqa: S105 - the name of a person, not a password
    body = {
        "actor": {"mbox": secret, "name": 5, "account": {"homePage": secret, "name": secret}},
        "verb": {"id": secret, "display": {secret: 1, "en": 5}},
        "object": {"id": secret, "objectType": secret, secret: 1},
        "result": {"duration": secret, "score": secret, "success": secret},
        "context": {"registration": secret, "extensions": {secret: secret}, "language": secret},
        "timestamp": secret,
        "version": secret,
    }
    for verdict in validator.examine(body):
        assert verdict.findings
        assert secret not in str(verdict.findings)

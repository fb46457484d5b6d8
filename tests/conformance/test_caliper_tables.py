"""Every row of the tables of Caliper 1.2, read where they lie, against what the schemas accept."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pipelines.validation.findings import SpecVersion, Standard
from pipelines.validation.recognise import CALIPER_CONTEXTS
from pipelines.validation.validator import Validator
from tests.conformance.corpus import CORPUS

_MODEL_FILE = CORPUS / "caliper_1p2_model.json"
_MODEL: dict[str, Any] = (
    json.loads(_MODEL_FILE.read_text("utf-8"))
    if _MODEL_FILE.exists()
    else {"events": {}, "entities": {}, "actions": []}
)
pytestmark = pytest.mark.skipif(
    not _MODEL_FILE.exists(), reason="the tables are not here: ../shared/conformance lacks them"
)
_VALIDATOR = Validator.load()
_IRI = "https://tool.example/things/1"
# Decision 31: another official page spells these otherwise.
_OTHER_SPELLINGS = {
    "MediaEvent": {"DisabledCloseCaptioning", "EnabledCloseCaptioning"},
    "MessageEvent": {"MarkedAsUnread"},
    "ThreadEvent": {"MarkedAsUnread"},
}
# What the text says about single actions narrows the range of the table.
_NARROWER = {
    ("FeedbackEvent", "Commented", "generated"): {"Comment"},
    ("FeedbackEvent", "Ranked", "generated"): {"Rating"},
    ("SessionEvent", "LoggedIn", "actor"): {"Person"},
    ("SessionEvent", "LoggedIn", "object"): {"SoftwareApplication"},
    ("SessionEvent", "LoggedOut", "actor"): {"Person"},
    ("SessionEvent", "LoggedOut", "object"): {"SoftwareApplication"},
    ("SessionEvent", "TimedOut", "actor"): {"SoftwareApplication"},
    ("SessionEvent", "TimedOut", "object"): {"Session"},
}
# Values of a wrong kind for each kind of the tables.
_WRONG_KINDS: dict[str, tuple[Any, ...]] = {
    "string": (5, True, None, [], {}),
    "Array": ("x", 5, None, {}),
    "array": ("x", 5, None, {}),
    "Boolean": ("true", 1, None),
    "boolean": ("true", 1, None),
    "DateTime": (5, None, "2026-03-02"),
    "Duration": (5, None, "P"),
    "integer": ("1", 1.5, None, True),
    "Integer": ("1", 1.5, None, True),
    "decimal": ("1", None, True),
    "Object": ("x", 5, None, []),
}


def _broken(body: dict[str, Any]) -> set[tuple[str, str]]:
    body = {"@context": CALIPER_CONTEXTS[SpecVersion.CALIPER_1_2], **body}
    findings = _VALIDATOR.check(body, standard=Standard.CALIPER, version=SpecVersion.CALIPER_1_2)
    return {(finding.rule, finding.path) for finding in findings}


def _event(type_name: str, action: str, **members: Any) -> dict[str, Any]:
    return {
        "id": "urn:uuid:7f3c2a10-9d4e-4b61-8a57-0c1d2e3f4a5b",
        "type": type_name,
        "actor": _IRI,
        "action": action,
        "object": _IRI,
        "eventTime": "2026-03-02T14:05:09.250Z",
        **members,
    }


def _kinds_of(ranges: set[str]) -> set[str]:
    """Return every type of entity that is one of these or below one."""
    entities = _MODEL["entities"]
    found: set[str] = ranges & set(entities)
    while more := {
        name
        for name, entity in entities.items()
        if name not in found and found & set(entity["supertypes"])
    }:
        found |= more
    return found


@pytest.mark.parametrize("type_name", _MODEL["events"])
def test_an_event_has_the_actions_of_its_table(type_name: str) -> None:
    """Each action of the vocabulary is allowed for an event or refused, as its table says."""
    listed = set(_MODEL["events"][type_name]["actions"]) | _OTHER_SPELLINGS.get(type_name, set())
    allowed = {
        action
        for action in _MODEL["actions"]
        if ("caliper.event.action-allowed", "$.action") not in _broken(_event(type_name, action))
    }
    assert allowed == (set(_MODEL["actions"]) if type_name == "Event" else listed)


@pytest.mark.parametrize("type_name", _MODEL["events"])
def test_an_event_takes_the_entities_of_its_table(type_name: str) -> None:
    """In each property, for each action, exactly the listed types and those below are taken."""
    table = _MODEL["events"][type_name]
    for action in table["actions"] or ["Viewed"]:
        for name, (listed, *_) in table["props"].items():
            ranges = {each.strip() for each in listed.split("|")} & _MODEL["entities"].keys()
            if ranges:
                wanted = _kinds_of(_NARROWER.get((type_name, action, name), ranges))
                assert _taken(type_name, action, name) == wanted, (action, name)
                iri = _broken(_event(type_name, action, **{name: _IRI}))
                assert not any(path == f"$.{name}" for _, path in iri), (action, name)


def _taken(type_name: str, action: str, name: str) -> set[str]:
    return {
        kind
        for kind in _MODEL["entities"]
        if ("caliper.entity.wrong-type", f"$.{name}.type")
        not in _broken(_event(type_name, action, **{name: {"id": _IRI, "type": kind}}))
    }


@pytest.mark.parametrize("type_name", _MODEL["events"])
def test_an_event_requires_what_its_table_requires(type_name: str) -> None:
    """Without a required property an event is refused; without its type nothing is known of it."""
    table = _MODEL["events"][type_name]
    for name, (*_, requirement) in table["props"].items():
        if requirement == "Required" and name != "type":
            event = _event(type_name, (table["actions"] or ["Viewed"])[0])
            del event[name]
            assert ("caliper.event.required", "$") in _broken(event), name


@pytest.mark.parametrize("type_name", _MODEL["entities"])
def test_an_entity_has_the_properties_of_its_table(type_name: str) -> None:
    """Each listed property is known, none other is, and the required ones are required."""
    entity = {"id": _IRI, "type": type_name}
    unknown = "caliper.entity.unknown-property"
    assert (unknown, "$.seat") in _broken({**entity, "seat": 1})
    for name, (_, requirement, _) in _MODEL["entities"][type_name]["props"].items():
        assert (unknown, f"$.{name}") not in _broken({**entity, name: 5}), name
        if requirement == "Required" and name != "type":
            lacking = {other: value for other, value in entity.items() if other != name}
            assert ("caliper.entity.required", "$") in _broken(lacking), name


@pytest.mark.parametrize("type_name", _MODEL["entities"])
def test_an_entity_takes_only_the_kind_of_value_of_its_table(type_name: str) -> None:
    """A value of another JSON kind, or of no form, is refused in every property."""
    for name, (kind, *_) in _MODEL["entities"][type_name]["props"].items():
        for wrong in _WRONG_KINDS.get(kind, ()):
            body = {"id": _IRI, "type": type_name, name: wrong}
            assert any(path == f"$.{name}" for _, path in _broken(body)), (name, wrong)


@pytest.mark.parametrize(
    ("terms", "member", "type_name"),
    [
        pytest.param("profiles", "profile", None, id="profile"),
        pytest.param("roles", "roles", "Membership", id="role"),
        pytest.param("metrics", "metric", "AggregateMeasure", id="metric"),
        pytest.param("identifierTypes", "identifierType", "SystemIdentifier", id="identifier-type"),
    ],
)
def test_every_term_of_a_vocabulary_is_taken(
    terms: str, member: str, type_name: str | None
) -> None:
    """Each listed term is accepted, and one in another case is not."""
    for term in _MODEL[terms]:
        for spelling, is_taken in ((term, True), (term.swapcase(), False)):
            value = [spelling] if member == "roles" else spelling
            body = {"id": _IRI, "type": type_name, member: value}
            if type_name is None:
                body = _event("Event", "Viewed", **{member: value})
            is_refused = any(path.startswith(f"$.{member}") for _, path in _broken(body))
            assert is_refused != is_taken, spelling

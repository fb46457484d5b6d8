"""Write the roster's identifiers as tools write them, and as the pseudonyms that events carry."""

from __future__ import annotations

from enum import StrEnum
from hashlib import sha1
from typing import TYPE_CHECKING

import pyarrow as pa
from pyarrow import compute

from pipelines.reference.namespaces import MAILTO, MBOX_SHA1SUM, normal_identifier

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipelines.identity.pseudonyms import Pseudonymiser
    from pipelines.settings import LearnerIdentifier

_NONE = pa.array([], pa.string())


class NoLearner(StrEnum):
    """Why an identifier that is known means no student."""

    AMBIGUOUS = "ambiguous"
    STAFF = "staff"
    GUARDIAN = "guardian"
    NO_ROLE = "no_role"
    TEST_ACCOUNT = "test_account"
    NOT_IN_ROSTER = "not_in_roster"


def claims_of(
    identifiers: pa.Table, rules: Iterable[LearnerIdentifier], pseudonymiser: Pseudonymiser
) -> pa.Table:
    """Return actor_key and person_key: the pseudonyms under which events may come, and of whom.

    `identifiers` are what the roster has ever said of people: person_key, field, value.
    """
    found = [_claims(identifiers, rule, pseudonymiser) for rule in rules]
    return pa.concat_tables([pa.table({"actor_key": _NONE, "person_key": _NONE}), *found])


def _claims(
    identifiers: pa.Table, rule: LearnerIdentifier, pseudonymiser: Pseudonymiser
) -> pa.Table:
    own = identifiers.filter(compute.equal(identifiers["field"], rule.roster_field))
    pseudonym = pseudonymiser.pseudonyms_in(rule.namespace)
    said = [_as_tools_say(rule, value) for value in own["value"].to_pylist()]
    keys = [pseudonym(each) for ways in said for each in ways]
    places = [place for place, ways in enumerate(said) for _ in ways]
    people = own["person_key"].take(pa.array(places, pa.int64()))
    return pa.table({"actor_key": pa.array(keys, pa.string()), "person_key": people})


def _as_tools_say(rule: LearnerIdentifier, value: str) -> tuple[str, ...]:
    """Write a roster value in each way in which events may carry it."""
    said = rule.template.replace("{}", value)
    if rule.namespace == MBOX_SHA1SUM:
        addresses = _addresses(said.removeprefix(MAILTO))
        return tuple(_sha1_of_mailto(address) for address in addresses)
    return (normal_identifier(rule.namespace, said),)


def _addresses(address: str) -> Iterable[str]:
    """Return an address as written, with its domain in small letters, and all in small letters.

    A digest hides the case that a tool hashed; the domain has none (xAPI 1.0.3 Data 2.3.1).
    """
    local, at, domain = address.rpartition("@")
    return dict.fromkeys((address, f"{local}{at}{domain.lower()}", address.lower()))


def _sha1_of_mailto(address: str) -> str:
    """Digest the mailto IRI of an address (xAPI 1.0.3 Data 2.4.2.3), not the address alone."""
    return sha1(f"{MAILTO}{address}".encode(), usedforsecurity=False).hexdigest()

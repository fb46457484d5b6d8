"""Say of every identifier that a tool may use whom it means: one student, or nobody and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha1
from typing import TYPE_CHECKING, NamedTuple

from pipelines.identity.pseudonyms import LocalIdentifier
from pipelines.reference.crosswalk import Meaning
from pipelines.reference.namespaces import MAILTO, MBOX_SHA1SUM, normal_identifier

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from pipelines.identity.pseudonyms import Pseudonymiser
    from pipelines.reference.crosswalk import CrosswalkRow
    from pipelines.settings import LearnerIdentifier


class NoLearner(StrEnum):
    """Why an identifier that is known means no student."""

    AMBIGUOUS = "ambiguous"
    STAFF = "staff"
    GUARDIAN = "guardian"
    NO_ROLE = "no_role"
    TEST_ACCOUNT = "test_account"
    NOT_IN_ROSTER = "not_in_roster"


class RosterIdentifier(NamedTuple):
    """A value by which the roster knows a person, and the column that gives it."""

    person_key: str
    field: str
    value: str


class Match(NamedTuple):
    """A pseudonym that events carry, and the student whom it means, or why it means none."""

    actor_key: str
    student_key: str | None
    reason: NoLearner | None = None


@dataclass(frozen=True, slots=True)
class People:
    """Whom the roster knows: all by the pseudonym of their sourcedId.

    `merged` maps who is somebody else to that one; `others` says why people are no students.
    """

    students: AbstractSet[str]
    others: Mapping[str, NoLearner] = field(default_factory=dict)
    merged: Mapping[str, str] = field(default_factory=dict)


def match_identifiers(
    identifiers: Iterable[RosterIdentifier],
    rules: tuple[LearnerIdentifier, ...],
    pseudonymiser: Pseudonymiser,
    *,
    people: People,
    reviewed: Iterable[CrosswalkRow] = (),
) -> tuple[Match, ...]:
    """Return what each pseudonym means, in the order of the pseudonyms.

    What is `reviewed` goes before the roster, the last word before the others. An identifier that
    two people share means neither, as soon as one of them is a student: whose evidence it is cannot
    be told.
    """
    first_owners: dict[str, str] = {}
    shared: dict[str, set[str]] = {}
    for actor_key, owner in _owned(identifiers, rules, pseudonymiser, merged=people.merged):
        first = first_owners.setdefault(actor_key, owner)
        if first != owner:
            shared.setdefault(actor_key, {first}).add(owner)
    matches = {key: _by_owner(key, owner, people) for key, owner in first_owners.items()}
    matches |= {key: _by_owners(key, owners, people) for key, owners in shared.items()}
    for row in reviewed:
        found = _by_review(row, pseudonymiser, people)
        matches[found.actor_key] = found
    return tuple(matches[key] for key in sorted(matches))


def _owned(
    identifiers: Iterable[RosterIdentifier],
    rules: Iterable[LearnerIdentifier],
    pseudonymiser: Pseudonymiser,
    *,
    merged: Mapping[str, str],
) -> Iterator[tuple[str, str]]:
    """Yield the pseudonyms under which events may come, and the person whom each is said of."""
    rules_of: dict[str, list[tuple[LearnerIdentifier, Callable[[str], str]]]] = {}
    for rule in rules:
        pseudonym = pseudonymiser.pseudonyms_in(rule.namespace)
        rules_of.setdefault(rule.roster_field, []).append((rule, pseudonym))
    for person_key, name, value in identifiers:
        for rule, pseudonym in rules_of.get(name, ()):
            for said in _as_tools_say(rule, value):
                yield pseudonym(said), merged.get(person_key, person_key)


def _by_owner(actor_key: str, owner: str, people: People) -> Match:
    if owner in people.students:
        return Match(actor_key, owner)
    return Match(actor_key, None, people.others.get(owner, NoLearner.NO_ROLE))


def _by_owners(actor_key: str, owners: AbstractSet[str], people: People) -> Match:
    if owners & people.students:
        return Match(actor_key, None, NoLearner.AMBIGUOUS)
    reasons = {people.others.get(owner, NoLearner.NO_ROLE) for owner in owners}
    return Match(actor_key, None, min(reasons, key=list(NoLearner).index))


def _by_review(row: CrosswalkRow, pseudonymiser: Pseudonymiser, people: People) -> Match:
    """Return whom a reviewer says an identifier means, and nobody until the roster has that one."""
    actor_key = pseudonymiser.pseudonym(LocalIdentifier(row.namespace, row.identifier))
    if row.meaning is not Meaning.STUDENT or row.sourced_id is None:
        return Match(actor_key, None, NoLearner(row.meaning.value))
    said = pseudonymiser.student_key(row.sourced_id)
    person_key = people.merged.get(said, said)
    if person_key in people.students:
        return Match(actor_key, person_key)
    return Match(actor_key, None, people.others.get(person_key, NoLearner.NOT_IN_ROSTER))


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

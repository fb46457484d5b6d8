"""Find the pseudonyms that each tool's name for a student becomes."""

from __future__ import annotations

from hashlib import sha1
from typing import TYPE_CHECKING, NamedTuple

from pipelines.identity.pseudonyms import LocalIdentifier, Pseudonymiser

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet

    from pipelines.settings import LearnerIdentifier

_MAILTO = "mailto:"
_MBOX, _MBOX_SHA1SUM = "mbox", "mbox_sha1sum"


class RosterIdentifier(NamedTuple):
    """A value by which the roster knows a person, and the column that gives it."""

    person_key: str
    field: str
    value: str


class LearnerLink(NamedTuple):
    """A pseudonym that events carry, and the student whom it means."""

    actor_key: str
    student_key: str


def learner_links(
    identifiers: Iterable[RosterIdentifier],
    rules: tuple[LearnerIdentifier, ...],
    pseudonymiser: Pseudonymiser,
    *,
    students: AbstractSet[str],
) -> tuple[LearnerLink, ...]:
    """Return the student whom each pseudonym means.

    An identifier that two people share means neither, whether both are students or not; one of
    somebody who never was a student is no learner's.
    """
    owners: dict[str, set[str]] = {}
    rules_of: dict[str, list[LearnerIdentifier]] = {}
    for rule in rules:
        rules_of.setdefault(rule.roster_field, []).append(rule)
    for person_key, field, value in identifiers:
        for rule in rules_of.get(field, ()):
            for said in _as_tools_say(rule, value):
                named = LocalIdentifier(rule.namespace, said)
                owners.setdefault(pseudonymiser.pseudonym(named), set()).add(person_key)
    return tuple(
        LearnerLink(actor_key, *people)
        for actor_key, people in sorted(owners.items())
        if len(people) == 1 and people <= students
    )


def _as_tools_say(rule: LearnerIdentifier, value: str) -> tuple[str, ...]:
    """Write a roster value in each way in which events may carry it."""
    said = rule.template.replace("{}", value)
    if rule.namespace == _MBOX:
        return (said.removeprefix(_MAILTO).lower(),)
    if rule.namespace == _MBOX_SHA1SUM:
        addresses = _addresses(said.removeprefix(_MAILTO))
        return tuple(_sha1_of_mailto(address) for address in addresses)
    return (said,)


def _addresses(address: str) -> Iterable[str]:
    """Return an address as written, with its domain in small letters, and all in small letters.

    A digest hides the case that a tool hashed; the domain has none (xAPI 1.0.3 Data 2.3.1).
    """
    local, at, domain = address.rpartition("@")
    return dict.fromkeys((address, f"{local}{at}{domain.lower()}", address.lower()))


def _sha1_of_mailto(address: str) -> str:
    """Digest the mailto IRI of an address (xAPI 1.0.3 Data 2.4.2.3), not the address alone."""
    return sha1(f"{_MAILTO}{address}".encode(), usedforsecurity=False).hexdigest()

"""Find the pseudonyms that each tool's name for a student becomes."""

from __future__ import annotations

from hashlib import sha1
from typing import TYPE_CHECKING, NamedTuple

from pipelines.identity.pseudonyms import LocalIdentifier, Pseudonymiser

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pipelines.reference.oneroster import Person
    from pipelines.settings import LearnerIdentifier

_MAILTO = "mailto:"
_MBOX, _MBOX_SHA1SUM = "mbox", "mbox_sha1sum"


class LearnerLink(NamedTuple):
    """A pseudonym that events carry, and the student whom it means."""

    actor_key: str
    student_key: str


def learner_links(
    people: Iterable[Person], rules: tuple[LearnerIdentifier, ...], pseudonymiser: Pseudonymiser
) -> tuple[LearnerLink, ...]:
    """Return the links of all students; an identifier that two students share means neither."""
    owners: dict[str, set[str]] = {}
    for person in people:
        if person.is_student:
            student_key = pseudonymiser.student_key(person.sourced_id)
            for identifier in _identifiers(person, rules):
                owners.setdefault(pseudonymiser.pseudonym(identifier), set()).add(student_key)
    return tuple(
        LearnerLink(actor_key, *students)
        for actor_key, students in sorted(owners.items())
        if len(students) == 1
    )


def _identifiers(person: Person, rules: tuple[LearnerIdentifier, ...]) -> Iterator[LocalIdentifier]:
    values = {
        "sourcedId": person.sourced_id,
        "username": person.username,
        "identifier": person.identifier,
        "email": person.email,
    }
    for rule in rules:
        value = values[rule.roster_field]
        if value:
            for said in _as_tools_say(rule, value):
                yield LocalIdentifier(rule.namespace, said)


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

"""Roster values are hashed as the tools name learners, so that pseudonyms meet."""

from __future__ import annotations

from hashlib import sha1

import pytest

from pipelines.identity.matching import LearnerLink, learner_links
from pipelines.identity.pseudonyms import LocalIdentifier, Pseudonymiser
from pipelines.ingest.xapi import identifier_of
from pipelines.reference.oneroster import Person
from pipelines.settings import LearnerIdentifier
from tests.unit.examples import DISTRICT_ID, PSEUDONYM_KEY, SSO

PSEUDONYMISER = Pseudonymiser(PSEUDONYM_KEY, DISTRICT_ID)
ADA = Person(
    sourced_id="student-1",
    username="ada",
    identifier="4711",
    email="Ada@Riverbend.example",
    given_name="Ada",
    family_name="Example",
    is_student=True,
    grade_band="6-8",
    school_id="org-1",
)
BEN = ADA._replace(sourced_id="student-2", username="ben", identifier=None, email=None)


def _sha1(text: str) -> str:
    return sha1(text.encode(), usedforsecurity=False).hexdigest()


def _links(people: list[Person], *rules: LearnerIdentifier) -> tuple[LearnerLink, ...]:
    return learner_links(people, rules, PSEUDONYMISER)


@pytest.mark.parametrize(
    ("rule", "actor"),
    [
        pytest.param(
            LearnerIdentifier(SSO, "sourcedId"),
            {"account": {"homePage": SSO, "name": "student-1"}},
            id="account",
        ),
        pytest.param(
            LearnerIdentifier(SSO, "identifier", "S-{}"),
            {"account": {"homePage": SSO, "name": "S-4711"}},
            id="account-with-template",
        ),
        pytest.param(
            LearnerIdentifier("mbox", "email"), {"mbox": "mailto:ada@riverbend.example"}, id="mbox"
        ),
        pytest.param(
            LearnerIdentifier("mbox", "username", "{}@pupils.example"),
            {"mbox": "mailto:Ada@pupils.example"},
            id="mbox-with-template",
        ),
        pytest.param(
            LearnerIdentifier("mbox_sha1sum", "email"),
            {"mbox_sha1sum": _sha1("mailto:Ada@Riverbend.example").upper()},
            id="mbox-sha1sum",
        ),
        pytest.param(
            LearnerIdentifier("mbox_sha1sum", "email"),
            {"mbox_sha1sum": _sha1("mailto:ada@riverbend.example")},
            id="mbox-sha1sum-in-small-letters",
        ),
        pytest.param(
            LearnerIdentifier("mbox_sha1sum", "email", "mailto:{}"),
            {"mbox_sha1sum": _sha1("mailto:Ada@riverbend.example")},
            id="mbox-sha1sum-of-a-mailto-iri",
        ),
        pytest.param(
            LearnerIdentifier("mbox_sha1sum", "username", "{}@Pupils.Example"),
            {"mbox_sha1sum": _sha1("mailto:ada@pupils.example")},
            id="mbox-sha1sum-with-a-domain-in-capitals",
        ),
        pytest.param(
            LearnerIdentifier("mbox_sha1sum", "username", "{}@pupils.example"),
            {"mbox_sha1sum": _sha1("mailto:ada@pupils.example")},
            id="mbox-sha1sum-with-template",
        ),
        pytest.param(
            LearnerIdentifier("openid", "username", "https://id.example/{}"),
            {"openid": "https://id.example/ada"},
            id="openid",
        ),
    ],
)
def test_an_event_finds_its_student(rule: LearnerIdentifier, actor: dict[str, object]) -> None:
    """The pseudonym of an event's actor is the one that the roster's student is linked by."""
    identifier = identifier_of(actor)
    assert identifier is not None
    keys = {link.actor_key: link.student_key for link in _links([ADA, BEN], rule)}
    assert keys[PSEUDONYMISER.pseudonym(identifier)] == PSEUDONYMISER.student_key("student-1")


def test_the_sha1_of_an_address_alone_finds_nobody() -> None:
    """A digest is of the mailto IRI; that of the bare address is another identifier."""
    keys = {link.actor_key for link in _links([ADA], LearnerIdentifier("mbox_sha1sum", "email"))}
    bare = LocalIdentifier("mbox_sha1sum", _sha1("Ada@Riverbend.example"))
    assert PSEUDONYMISER.pseudonym(bare) not in keys


def test_addresses_that_differ_by_case_alone_mean_neither() -> None:
    """Where two students' addresses are one in small letters, only their own writing is theirs."""
    other = BEN._replace(email="ADA@riverbend.example")
    links = _links([ADA, other], LearnerIdentifier("mbox_sha1sum", "email"))
    small = LocalIdentifier("mbox_sha1sum", _sha1("mailto:ada@riverbend.example"))
    assert PSEUDONYMISER.pseudonym(small) not in {link.actor_key for link in links}
    assert {link.student_key for link in links} == {
        PSEUDONYMISER.student_key(each.sourced_id) for each in (ADA, other)
    }


def test_a_caliper_person_is_found_by_the_iri() -> None:
    """The namespace iri with a template gives the IRI that Caliper names a person by."""
    rule = LearnerIdentifier("iri", "sourcedId", "https://quizroom.example/users/{}")
    (link,) = _links([ADA], rule)
    person = LocalIdentifier("iri", "https://quizroom.example/users/student-1")
    assert link == LearnerLink(
        PSEUDONYMISER.pseudonym(person), PSEUDONYMISER.student_key("student-1")
    )


def test_a_shared_identifier_means_neither() -> None:
    """Evidence of one student must never be credited to another."""
    rule = LearnerIdentifier(SSO, "email")
    shared = [ADA, BEN._replace(email=ADA.email)]
    assert _links(shared, rule) == ()
    both = _links(shared, rule, LearnerIdentifier(SSO, "username"))
    assert {link.student_key for link in both} == {
        PSEUDONYMISER.student_key("student-1"),
        PSEUDONYMISER.student_key("student-2"),
    }


def test_two_rules_may_give_one_student_the_same_identifier() -> None:
    """A student who is named alike in two fields is still one student."""
    alike = ADA._replace(username="student-1")
    rules = (LearnerIdentifier(SSO, "sourcedId"), LearnerIdentifier(SSO, "username"))
    assert len(_links([alike], *rules)) == 1


def test_only_students_with_a_value_are_linked() -> None:
    """Teachers are no learners, and an empty value identifies nobody."""
    teacher = ADA._replace(sourced_id="teacher-1", email="cleo@x.example", is_student=False)
    assert len(_links([ADA, BEN, teacher], LearnerIdentifier("mbox", "email"))) == 1


def test_the_order_of_the_roster_changes_nothing() -> None:
    """Links come in the order of their keys."""
    rule = LearnerIdentifier(SSO, "sourcedId")
    assert _links([ADA, BEN], rule) == _links([BEN, ADA], rule)

"""Roster values are hashed as the tools name learners, so that pseudonyms meet."""

from __future__ import annotations

from hashlib import sha1

import pytest

from pipelines.identity.matching import LearnerLink, RosterIdentifier, learner_links
from pipelines.identity.pseudonyms import LocalIdentifier, Pseudonymiser
from pipelines.ingest.xapi import identifier_of
from pipelines.settings import LearnerIdentifier
from tests.unit.examples import DISTRICT_ID, PSEUDONYM_KEY, SSO

PSEUDONYMISER = Pseudonymiser(PSEUDONYM_KEY, DISTRICT_ID)
ADA, BEN = (PSEUDONYMISER.student_key(name) for name in ("student-1", "student-2"))
ROSTER = (
    RosterIdentifier(ADA, "sourcedId", "student-1"),
    RosterIdentifier(ADA, "username", "ada"),
    RosterIdentifier(ADA, "identifier", "4711"),
    RosterIdentifier(ADA, "email", "Ada@Riverbend.example"),
    RosterIdentifier(BEN, "sourcedId", "student-2"),
    RosterIdentifier(BEN, "username", "ben"),
)


def _sha1(text: str) -> str:
    return sha1(text.encode(), usedforsecurity=False).hexdigest()


def _links(
    *rules: LearnerIdentifier, roster: tuple[RosterIdentifier, ...] = ROSTER
) -> tuple[LearnerLink, ...]:
    return learner_links(roster, rules, PSEUDONYMISER, students={ADA, BEN})


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
    keys = {link.actor_key: link.student_key for link in _links(rule)}
    assert keys[PSEUDONYMISER.pseudonym(identifier)] == ADA


def test_the_sha1_of_an_address_alone_finds_nobody() -> None:
    """A digest is of the mailto IRI; that of the bare address is another identifier."""
    keys = {link.actor_key for link in _links(LearnerIdentifier("mbox_sha1sum", "email"))}
    bare = LocalIdentifier("mbox_sha1sum", _sha1("Ada@Riverbend.example"))
    assert PSEUDONYMISER.pseudonym(bare) not in keys


def test_addresses_that_differ_by_case_alone_mean_neither() -> None:
    """Where two students' addresses are one in small letters, only their own writing is theirs."""
    both = (*ROSTER, RosterIdentifier(BEN, "email", "ADA@riverbend.example"))
    links = _links(LearnerIdentifier("mbox_sha1sum", "email"), roster=both)
    small = LocalIdentifier("mbox_sha1sum", _sha1("mailto:ada@riverbend.example"))
    assert PSEUDONYMISER.pseudonym(small) not in {link.actor_key for link in links}
    assert {link.student_key for link in links} == {ADA, BEN}


def test_a_caliper_person_is_found_by_the_iri() -> None:
    """The namespace iri with a template gives the IRI that Caliper names a person by."""
    rule = LearnerIdentifier("iri", "sourcedId", "https://quizroom.example/users/{}")
    person = LocalIdentifier("iri", "https://quizroom.example/users/student-1")
    assert LearnerLink(PSEUDONYMISER.pseudonym(person), ADA) in _links(rule)


def test_a_shared_identifier_means_neither() -> None:
    """Evidence of one student must never be credited to another."""
    rule = LearnerIdentifier(SSO, "email")
    shared = (*ROSTER, RosterIdentifier(BEN, "email", "Ada@Riverbend.example"))
    assert _links(rule, roster=shared) == ()
    both = _links(rule, LearnerIdentifier(SSO, "username"), roster=shared)
    assert {link.student_key for link in both} == {ADA, BEN}


def test_two_rules_may_give_one_student_the_same_identifier() -> None:
    """A student who is named alike in two fields is still one student."""
    alike = (ROSTER[0], RosterIdentifier(ADA, "username", "student-1"))
    rules = (LearnerIdentifier(SSO, "sourcedId"), LearnerIdentifier(SSO, "username"))
    assert len(_links(*rules, roster=alike)) == 1


def test_who_never_was_a_student_is_no_learner() -> None:
    """A teacher's identifier finds nobody, and one shared with a teacher means neither."""
    cleo = PSEUDONYMISER.student_key("teacher-1")
    staff = (RosterIdentifier(cleo, "email", "cleo@riverbend.example"),)
    assert _links(LearnerIdentifier("mbox", "email"), roster=staff) == ()
    shared = (*ROSTER, RosterIdentifier(cleo, "email", "Ada@Riverbend.example"))
    assert _links(LearnerIdentifier("mbox", "email"), roster=shared) == ()


def test_an_identifier_of_before_still_means_its_student() -> None:
    """Events of last year carry last year's address; both lead to the same student."""
    moved = (*ROSTER, RosterIdentifier(ADA, "email", "ada@new.example"))
    links = _links(LearnerIdentifier("mbox", "email"), roster=moved)
    named = LocalIdentifier("mbox", "ada@new.example")
    assert LearnerLink(PSEUDONYMISER.pseudonym(named), ADA) in links
    assert {link.student_key for link in links} == {ADA}
    assert len(links) == 2


def test_the_order_of_the_roster_changes_nothing() -> None:
    """Links come in the order of their keys."""
    rule = LearnerIdentifier(SSO, "sourcedId")
    assert _links(rule) == _links(rule, roster=ROSTER[::-1])

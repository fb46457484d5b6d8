"""Roster values are hashed as the tools name learners, so that pseudonyms meet."""

from __future__ import annotations

from hashlib import sha1
from typing import NamedTuple

import pyarrow as pa
import pytest

from pipelines.identity.matching import NoLearner, claims_of
from pipelines.identity.pseudonyms import LocalIdentifier, Pseudonymiser
from pipelines.ingest.xapi import identifier_of
from pipelines.reference.crosswalk import CrosswalkRow, Meaning
from pipelines.settings import LearnerIdentifier
from pipelines.warehouse.connection import connect_in_memory
from pipelines.warehouse.roster_matching import match_identifiers, reviews_of
from pipelines.warehouse.schema import prepare_schema
from tests.unit.examples import DISTRICT_ID, PSEUDONYM_KEY, SSO

PSEUDONYMISER = Pseudonymiser(PSEUDONYM_KEY, DISTRICT_ID)
ADA, BEN = (PSEUDONYMISER.student_key(name) for name in ("student-1", "student-2"))


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


class People(NamedTuple):
    """Whom the roster knows: students, the roles of others, and who is somebody else."""

    students: set[str]
    roles: tuple[tuple[str, str], ...] = ()
    merged: tuple[tuple[str, str], ...] = ()


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


PEOPLE = People(students={ADA, BEN})


def _matches(
    *rules: LearnerIdentifier,
    roster: tuple[RosterIdentifier, ...] = ROSTER,
    people: People = PEOPLE,
    reviewed: tuple[CrosswalkRow, ...] = (),
) -> tuple[Match, ...]:
    columns = [pa.array(column, pa.string()) for column in zip(*roster, strict=True)]
    names = list(RosterIdentifier._fields)
    identifiers = pa.Table.from_arrays(columns or [pa.array([], pa.string())] * 3, names)
    with connect_in_memory() as connection:
        prepare_schema(connection)
        for table, rows in (
            ("students (student_key)", [(each,) for each in people.students]),
            ("role_spans (person_key, role)", people.roles),
            ("merged_people", people.merged),
        ):
            for row in rows:
                marks = ", ".join("?" * len(row))
                connection.execute(f"insert into loaded.{table} values ({marks})", row)
        claims = claims_of(identifiers, rules, PSEUDONYMISER)
        match_identifiers(connection, claims, reviews_of(reviewed, PSEUDONYMISER))
        matched = connection.execute("from loaded.learner_identifiers").fetchall()
        unmatched = connection.execute("from loaded.unmatched_identifiers").fetchall()
    return (
        *(Match(*row) for row in matched),
        *(Match(key, None, NoLearner(reason)) for key, reason in unmatched),
    )


def _students(*matches: Match) -> dict[str, str]:
    return {each.actor_key: each.student_key for each in matches if each.student_key}


def _key(namespace: str, value: str) -> str:
    return PSEUDONYMISER.pseudonym(LocalIdentifier(namespace, value))


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
    keys = _students(*_matches(rule))
    assert keys[PSEUDONYMISER.pseudonym(identifier)] == ADA


def test_the_sha1_of_an_address_alone_finds_nobody() -> None:
    """A digest is of the mailto IRI; that of the bare address is another identifier."""
    keys = {match.actor_key for match in _matches(LearnerIdentifier("mbox_sha1sum", "email"))}
    assert _key("mbox_sha1sum", _sha1("Ada@Riverbend.example")) not in keys


def test_addresses_that_differ_by_case_alone_mean_neither() -> None:
    """Where two students' addresses are one in small letters, only their own writing is theirs."""
    both = (*ROSTER, RosterIdentifier(BEN, "email", "ADA@riverbend.example"))
    matches = _matches(LearnerIdentifier("mbox_sha1sum", "email"), roster=both)
    small = _key("mbox_sha1sum", _sha1("mailto:ada@riverbend.example"))
    assert Match(small, None, NoLearner.AMBIGUOUS) in matches
    assert set(_students(*matches).values()) == {ADA, BEN}


def test_a_caliper_person_is_found_by_the_iri() -> None:
    """The namespace iri with a template gives the IRI that Caliper names a person by."""
    rule = LearnerIdentifier("iri", "sourcedId", "https://quizroom.example/users/{}")
    person = _key("iri", "https://quizroom.example/users/student-1")
    assert Match(person, ADA) in _matches(rule)


def test_a_person_is_found_by_one_of_several_user_ids() -> None:
    """Of OneRoster's userIds those of the type of the rule count, and no others."""
    typed = (
        RosterIdentifier(ADA, "userIds:LDAP", "a.example"),
        RosterIdentifier(BEN, "userIds:LTI", "a.example"),
    )
    rule = LearnerIdentifier(SSO, "userIds:LDAP")
    assert _matches(rule, roster=typed) == (Match(_key(SSO, "a.example"), ADA),)


def test_a_shared_identifier_means_neither() -> None:
    """Evidence of one student must never be credited to another."""
    rule = LearnerIdentifier(SSO, "email")
    shared = (*ROSTER, RosterIdentifier(BEN, "email", "Ada@Riverbend.example"))
    ambiguous = Match(_key(SSO, "Ada@Riverbend.example"), None, NoLearner.AMBIGUOUS)
    assert _matches(rule, roster=shared) == (ambiguous,)
    both = _matches(rule, LearnerIdentifier(SSO, "username"), roster=shared)
    assert set(_students(*both).values()) == {ADA, BEN}


def test_two_rules_may_give_one_student_the_same_identifier() -> None:
    """A student who is named alike in two fields is still one student."""
    alike = (ROSTER[0], RosterIdentifier(ADA, "username", "student-1"))
    rules = (LearnerIdentifier(SSO, "sourcedId"), LearnerIdentifier(SSO, "username"))
    assert len(_matches(*rules, roster=alike)) == 1


CLEO, DORA = (PSEUDONYMISER.student_key(name) for name in ("teacher-1", "parent-1"))
WITH_OTHERS = People({ADA, BEN}, ((CLEO, "teacher"), (DORA, "guardian")))


@pytest.mark.parametrize(
    ("owners", "reason"),
    [
        pytest.param((CLEO,), NoLearner.STAFF, id="teacher"),
        pytest.param((DORA,), NoLearner.GUARDIAN, id="parent"),
        pytest.param((PSEUDONYMISER.student_key("x"),), NoLearner.NO_ROLE, id="without-a-role"),
        pytest.param((CLEO, DORA), NoLearner.STAFF, id="two-who-are-no-students"),
        pytest.param((CLEO, ADA), NoLearner.AMBIGUOUS, id="shared-with-a-student"),
    ],
)
def test_who_never_was_a_student_is_no_learner(owners: tuple[str, ...], reason: NoLearner) -> None:
    """A teacher's identifier finds no student, and one shared with a student means neither."""
    roster = tuple(RosterIdentifier(owner, "email", "office@x.example") for owner in owners)
    found = _matches(LearnerIdentifier("mbox", "email"), roster=roster, people=WITH_OTHERS)
    assert found == (Match(_key("mbox", "office@x.example"), None, reason),)


def test_an_identifier_of_before_still_means_its_student() -> None:
    """Events of last year carry last year's address; both lead to the same student."""
    moved = (*ROSTER, RosterIdentifier(ADA, "email", "ada@new.example"))
    matches = _matches(LearnerIdentifier("mbox", "email"), roster=moved)
    assert Match(_key("mbox", "ada@new.example"), ADA) in matches
    assert {match.student_key for match in matches} == {ADA}
    assert len(matches) == 2


def test_the_order_of_the_roster_changes_nothing() -> None:
    """Matches come in the order of their keys."""
    rule = LearnerIdentifier(SSO, "sourcedId")
    assert _matches(rule) == _matches(rule, roster=ROSTER[::-1])


def test_two_who_are_one_share_all_identifiers() -> None:
    """After a merge the identifiers of both mean the one, also what was ambiguous between them."""
    rules = (LearnerIdentifier(SSO, "sourcedId"), LearnerIdentifier("mbox", "email"))
    shared = (*ROSTER, RosterIdentifier(BEN, "email", "Ada@Riverbend.example"))
    merged = People({ADA}, merged=((BEN, ADA),))
    matches = _matches(*rules, roster=shared, people=merged)
    assert {match.student_key for match in matches} == {ADA}
    assert Match(_key("mbox", "ada@riverbend.example"), ADA) in matches


def _reviewed(meaning: Meaning, sourced_id: str | None = None) -> CrosswalkRow:
    return CrosswalkRow(SSO, "ada", meaning, sourced_id)


@pytest.mark.parametrize(
    ("row", "match"),
    [
        pytest.param(_reviewed(Meaning.STUDENT, "student-2"), (BEN, None), id="another-student"),
        pytest.param(
            _reviewed(Meaning.STUDENT, "nobody"), (None, NoLearner.NOT_IN_ROSTER), id="not-yet"
        ),
        pytest.param(
            _reviewed(Meaning.STUDENT, "teacher-1"), (None, NoLearner.STAFF), id="no-student"
        ),
        pytest.param(_reviewed(Meaning.STAFF), (None, NoLearner.STAFF), id="staff"),
        pytest.param(_reviewed(Meaning.TEST_ACCOUNT), (None, NoLearner.TEST_ACCOUNT), id="test"),
    ],
)
def test_a_review_goes_before_the_roster(
    row: CrosswalkRow, match: tuple[str | None, NoLearner | None]
) -> None:
    """What a person looked at is not guessed at by rules, and never means two."""
    rule = LearnerIdentifier(SSO, "username")
    found = _matches(rule, people=WITH_OTHERS, reviewed=(row,))
    assert [each for each in found if each.actor_key == _key(SSO, "ada")] == [
        Match(_key(SSO, "ada"), *match)
    ]
    assert Match(_key(SSO, "ben"), BEN) in found


def test_the_last_review_counts() -> None:
    """The crosswalk comes after the settings."""
    rows = (_reviewed(Meaning.TEST_ACCOUNT), _reviewed(Meaning.STUDENT, "student-1"))
    assert _matches(reviewed=rows) == (Match(_key(SSO, "ada"), ADA),)

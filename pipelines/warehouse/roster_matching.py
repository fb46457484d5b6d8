"""Say anew who is one person, who is no student, and whom each identifier of a tool means."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

from pyarrow import compute

from pipelines.identity.keys import read_key
from pipelines.identity.matching import NoLearner, claims_of
from pipelines.identity.pseudonyms import LocalIdentifier, Pseudonymiser
from pipelines.reference.crosswalk import CROSSWALK_FILE, CrosswalkRow, Meaning, read_crosswalk
from pipelines.reference.namespaces import ROSTER, normal_identifier
from pipelines.resources import resource_path
from pipelines.warehouse.roster_history import derive
from pipelines.warehouse.tables import insert_rows
from pipelines.warehouse.vault import read_identifiers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import pyarrow as pa
    from duckdb import DuckDBPyConnection

    from pipelines.home import Home
    from pipelines.settings import PeopleSetAside, Settings

_MATCHES = "pipelines/warehouse/roster_matched.sql"
_KNOWN = "select distinct replace(person_key::varchar, '-', '') from loaded.roster_users"
_MAKE_REVIEWS = """
    create or replace temp table reviews (
        place integer, actor_key varchar, meaning varchar, person_key varchar
    )
"""


class Review(NamedTuple):
    """What a person says that a pseudonym means; of a student, by the sourcedId's pseudonym."""

    place: int
    actor_key: str
    meaning: str
    person_key: str | None


class _Reviewed(NamedTuple):
    """What settings and crosswalk say of accounts, and of people of the roster."""

    accounts: tuple[CrosswalkRow, ...]
    people: tuple[CrosswalkRow, ...]


def match_people(connection: DuckDBPyConnection, home: Home, settings: Settings) -> None:
    """Derive the roster's people and their identifiers from rosters, crosswalk and settings.

    Raise InputError where the crosswalk is wrong. What was merged or set aside before, and is not
    any longer, is again what rosters say.
    """
    key = read_key(settings.keys_folder, "pseudonym")
    pseudonymiser = Pseudonymiser(key, settings.district_id)
    reviewed = _reviewed(home, settings)
    identifiers = _identifiers(home, settings)
    is_any_merged = any(row.sourced_id for row in reviewed.people)
    known = set(_first_column(connection, _KNOWN)) if is_any_merged else set()
    merged = dict(_merged(reviewed.people, pseudonymiser, known))
    set_aside = dict(_matching(identifiers, settings.test_people))
    for row in reviewed.people:
        if row.meaning is not Meaning.STUDENT:
            set_aside[pseudonymiser.student_key(row.identifier)] = NoLearner(row.meaning.value)
    _replace(connection, "merged_people", sorted(merged.items()))
    _replace(connection, "people_set_aside", sorted(set_aside.items()))
    derive(connection)
    claims = claims_of(identifiers, settings.learner_identifiers, pseudonymiser)
    match_identifiers(connection, claims, reviews_of(reviewed.accounts, pseudonymiser))
    namespaces = {rule.namespace for rule in settings.learner_identifiers}
    namespaces |= {row.namespace for row in reviewed.accounts}
    keys = sorted(pseudonymiser.namespace_key(each) for each in namespaces)
    _replace(connection, "known_namespaces", [(each,) for each in keys])


def match_identifiers(
    connection: DuckDBPyConnection, claims: pa.Table, reviews: Sequence[Review]
) -> None:
    """Make anew which pseudonyms are a known student's, and why others are nobody's.

    `claims` say which person of the roster has a pseudonym: actor_key, person_key. What is reviewed
    goes before them, the last word before the others.
    """
    connection.execute(_MAKE_REVIEWS)
    if reviews:
        connection.executemany("insert into reviews values (?, ?, ?, ?)", reviews)
    connection.register("claims", claims)
    connection.execute(resource_path(_MATCHES).read_text(encoding="utf-8"))
    connection.unregister("claims")


def reviews_of(rows: Iterable[CrosswalkRow], pseudonymiser: Pseudonymiser) -> tuple[Review, ...]:
    """Return what is said of accounts, by pseudonym."""
    return tuple(
        Review(
            place,
            pseudonymiser.pseudonym(LocalIdentifier(row.namespace, row.identifier)),
            row.meaning.value,
            pseudonymiser.student_key(row.sourced_id) if row.sourced_id else None,
        )
        for place, row in enumerate(rows)
    )


def _reviewed(home: Home, settings: Settings) -> _Reviewed:
    """Return what is said of accounts, the last word last, and of people."""
    rows = read_crosswalk(home.rosters / CROSSWALK_FILE)
    test_accounts = tuple(
        CrosswalkRow(
            each.namespace,
            normal_identifier(each.namespace, each.identifier),
            Meaning.TEST_ACCOUNT,
            None,
        )
        for each in settings.test_accounts
    )
    return _Reviewed(
        test_accounts + tuple(row for row in rows if row.namespace != ROSTER),
        tuple(row for row in rows if row.namespace == ROSTER),
    )


def _identifiers(home: Home, settings: Settings) -> pa.Table:
    fields = {each.roster_field for each in settings.learner_identifiers}
    fields |= {each.roster_field for each in settings.test_people}
    vault_key = read_key(settings.keys_folder, "vault")
    return read_identifiers(home.vault_file, vault_key, fields)


def _merged(
    rows: Iterable[CrosswalkRow], pseudonymiser: Pseudonymiser, known: set[str]
) -> Iterator[tuple[str, str]]:
    """Yield who is somebody else, and whom; nobody becomes somebody whom no roster has named."""
    for row in rows:
        if row.sourced_id:
            person_key = pseudonymiser.student_key(row.sourced_id)
            if person_key in known:
                yield pseudonymiser.student_key(row.identifier), person_key


def _matching(
    identifiers: pa.Table, test_people: Sequence[PeopleSetAside]
) -> Iterator[tuple[str, NoLearner]]:
    """Yield the people of whom an identifier matches a pattern."""
    for each in test_people:
        own = identifiers.filter(compute.equal(identifiers["field"], each.roster_field))
        for person_key, value in zip(own["person_key"], own["value"], strict=True):
            if fnmatchcase(value.as_py(), each.pattern):
                yield person_key.as_py(), NoLearner.TEST_ACCOUNT


def _first_column(connection: DuckDBPyConnection, query: str) -> list[str]:
    return [value for (value,) in connection.execute(query).fetchall()]


def _replace(
    connection: DuckDBPyConnection, table: str, rows: Sequence[Sequence[str | None]]
) -> None:
    connection.execute(f"delete from loaded.{table}")
    insert_rows(connection, table, rows)

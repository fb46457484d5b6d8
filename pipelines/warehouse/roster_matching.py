"""Say anew who is one person, who is no student, and whom each identifier of a tool means."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

from pipelines.identity.keys import read_key
from pipelines.identity.matching import NoLearner, People, match_identifiers
from pipelines.identity.pseudonyms import Pseudonymiser
from pipelines.reference.crosswalk import CROSSWALK_FILE, CrosswalkRow, Meaning, read_crosswalk
from pipelines.reference.namespaces import ROSTER, normal_identifier
from pipelines.warehouse.roster_history import derive
from pipelines.warehouse.tables import insert_rows
from pipelines.warehouse.vault import read_identifiers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from duckdb import DuckDBPyConnection

    from pipelines.home import Home
    from pipelines.identity.matching import RosterIdentifier
    from pipelines.settings import PeopleSetAside, Settings

# Whoever is no student is staff, unless all roles of that person are of a family.
_OTHERS = """
    with told as (
        select person_key, role from loaded.role_spans
        union all
        select person_key, role from loaded.enrollments
    )

    select
        person_key,
        case
            when bool_and(role in ('guardian', 'parent', 'relative')) then 'guardian'
            else 'staff'
        end
    from told
    where role <> 'student'
    group by person_key
"""
_KNOWN = "select distinct person_key from loaded.roster_users"


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
    people = People(
        students=set(_first_column(connection, "select student_key from loaded.students")),
        others=_others(connection) | set_aside,
        merged=merged,
    )
    matches = match_identifiers(
        identifiers,
        settings.learner_identifiers,
        pseudonymiser,
        people=people,
        reviewed=reviewed.accounts,
    )
    matched = [(each.actor_key, each.student_key) for each in matches if each.student_key]
    _replace(connection, "learner_identifiers", matched)
    others = [(each.actor_key, each.reason) for each in matches if each.reason]
    _replace(connection, "unmatched_identifiers", others)
    namespaces = {rule.namespace for rule in settings.learner_identifiers}
    namespaces |= {row.namespace for row in reviewed.accounts}
    keys = sorted(pseudonymiser.namespace_key(each) for each in namespaces)
    _replace(connection, "known_namespaces", [(each,) for each in keys])


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


def _identifiers(home: Home, settings: Settings) -> Sequence[RosterIdentifier]:
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
    identifiers: Iterable[RosterIdentifier], test_people: Sequence[PeopleSetAside]
) -> Iterator[tuple[str, NoLearner]]:
    """Yield the people of whom an identifier matches a pattern."""
    for person_key, name, value in identifiers if test_people else ():
        patterns = (each.pattern for each in test_people if each.roster_field == name)
        if any(fnmatchcase(value, pattern) for pattern in patterns):
            yield person_key, NoLearner.TEST_ACCOUNT


def _others(connection: DuckDBPyConnection) -> dict[str, NoLearner]:
    rows = connection.execute(_OTHERS).fetchall()
    return {person_key: NoLearner(reason) for person_key, reason in rows}


def _first_column(connection: DuckDBPyConnection, query: str) -> list[str]:
    return [value for (value,) in connection.execute(query).fetchall()]


def _replace(
    connection: DuckDBPyConnection, table: str, rows: Sequence[Sequence[str | None]]
) -> None:
    connection.execute(f"delete from loaded.{table}")
    insert_rows(connection, table, rows)

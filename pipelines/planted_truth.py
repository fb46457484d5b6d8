"""Compare whose events are in a warehouse, and of what, with what a synthetic district planted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa

from pipelines.identity.keys import read_key
from pipelines.identity.pseudonyms import Pseudonymiser
from pipelines.warehouse.load import open_warehouse

if TYPE_CHECKING:
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from pipelines.home import Home
    from pipelines.settings import Settings

_PLANTED = """
create temp table planted as
select
    told.source,
    told.event_id::uuid as event_id,
    told.date,
    nullif(told.reason, '') as reason,
    nullif(told.item_id, '') as item_id,
    people.student_key
from read_csv($attribution, all_varchar = true) as told
left join people on told.sourced_id = people.sourced_id
"""
# Each event as it stands: voided ones stand no longer, whoever they were of.
_JUDGED = """
create temp table judged as
select
    planted.*,
    events.student_key as found,
    stored.event_id is not null as stands
from planted
left join loaded.events as stored
    on planted.source = stored.source and planted.event_id = stored.event_id
left join intermediate.int_events as events
    on planted.source = events.source and planted.event_id = events.event_id
anti join (
    select target_event_id as event_id
    from read_json($ledger, columns = {entry: 'varchar', target_event_id: 'uuid'})
    where entry = 'void'
) as voided on planted.event_id = voided.event_id
"""
_COUNTS = """
select
    count(*) filter (student_key is not null and found is not distinct from student_key),
    count(*) filter (student_key is not null and found is null),
    count(*) filter (student_key is null and found is null and stands),
    count(*) filter (found is not null and found is distinct from student_key),
    count(*) filter (not stands)
from judged
"""
_REASONS_PLANTED = """
select reason || ' (' || source || ')', count(*)
from judged where reason is not null group by all
"""
# No reference to a standard that no framework has is planted.
_REASONS_LISTED = """
select reason || ' (' || source || ')', sum(events)::bigint
from audit.unmatched where kind = 'learner' or reason = 'unknown_standard' group by all
"""
# The standards of each try of a student, as they were planted and as they are found.
_STANDARDS = """
with planted_standards as (
    select item_id, list_sort(list(standard_uri)) as uris
    from read_csv($items, all_varchar = true)
    where way <> 'untagged'
    group by item_id
),

found_standards as (
    select found.source, found.event_id, list_sort(list(standards.uri)) as uris
    from intermediate.int_evidence_standards as found
    inner join loaded.standards as standards using (standard_id)
    group by all
),

tries as (
    select planted_standards.uris as planted, found_standards.uris as found,
        untagged.event_id is not null as is_listed
    from judged
    left join planted_standards using (item_id)
    left join found_standards using (source, event_id)
    left join intermediate.int_evidence_untagged as untagged using (source, event_id)
    where judged.student_key is not null and judged.item_id is not null and judged.stands
)

select
    count(*) filter (planted is not null and planted is not distinct from found),
    count(*) filter (planted is null and found is null and is_listed),
    count(*) filter (planted is not null and found is null),
    count(*) filter (found is not null and planted is distinct from found),
    count(*) filter (planted is null and found is null and not is_listed)
from tries
"""
# A student's sections on the date of an event, as they were planted and as they are found.
_SECTION_DAYS = """
with days as (
    select distinct planted.student_key, planted.date::date as day, events.occurred_date
    from planted
    inner join intermediate.int_events as events
        on planted.source = events.source and planted.event_id = events.event_id
    where planted.student_key is not null
),

told as (
    select people.student_key, told.section_id, told.first_date::date as first_date,
        told.last_date::date as last_date
    from read_csv($enrollments, all_varchar = true) as told
    inner join people using (sourced_id)
),

planted_sections as (
    select days.student_key, days.day, list_sort(list(told.section_id)) as sections
    from days
    left join told on days.student_key = told.student_key
        and days.day between told.first_date and told.last_date
    group by all
),

found_sections as (
    select days.student_key, days.occurred_date as day,
        list_sort(list(enrollments.section_id)) as sections
    from days
    left join intermediate.int_enrollments_dated as enrollments
        on days.student_key = enrollments.person_key
        and enrollments.role = 'student'
        and days.occurred_date >= enrollments.starts_on
        and days.occurred_date < enrollments.ends_on
    group by all
)

select
    count(*) filter (planted_sections.sections is not distinct from found_sections.sections),
    count(*) filter (planted_sections.sections is distinct from found_sections.sections)
from planted_sections
full join found_sections using (student_key, day)
"""


class AgreementOfEvents(NamedTuple):
    """Events that are with the planted student, or with nobody though they are a student's.

    Or rightly with nobody, with somebody else, or not there.
    """

    right: int
    waiting: int
    nobodys: int
    wrong: int
    lost: int


class AgreementOfDays(NamedTuple):
    """Days of students in the planted sections, and in others."""

    right: int
    wrong: int


class AgreementOfTries(NamedTuple):
    """Tries of the planted standards, and those that are rightly listed as untagged.

    Or that are of no standard though one is planted, of another one, or not there.
    """

    right: int
    untagged: int
    waiting: int
    wrong: int
    lost: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """How the warehouse agrees with the truth: events, days of students with an event, tries.

    `planted_reasons` and `listed_reasons` count events by why they are nobody's.
    """

    events: AgreementOfEvents
    days: AgreementOfDays
    tries: AgreementOfTries
    planted_reasons: Counter[str]
    listed_reasons: Counter[str]

    @property
    def is_whole(self) -> bool:
        """Whether all is as it was planted."""
        events, tries = self.events, self.tries
        faults = events.waiting + events.wrong + events.lost + self.days.wrong
        faults += tries.waiting + tries.wrong + tries.lost
        return not faults and self.planted_reasons == self.listed_reasons


def compare_with_truth(home: Home, settings: Settings, truth: Path) -> Agreement:
    """Compare a warehouse, built from scratch, with the truth folder of its district."""
    key = read_key(settings.keys_folder, "pseudonym")
    pseudonymiser = Pseudonymiser(key, settings.district_id)
    with open_warehouse(home, settings, read_only=True) as connection:
        _make_people(connection, truth, pseudonymiser)
        connection.execute(_PLANTED, {"attribution": str(truth / "attribution.csv")})
        connection.execute(_JUDGED, {"ledger": str(truth / "ledger.ndjson")})
        enrollments = {"enrollments": str(truth / "enrollments.csv")}
        items = {"items": str(truth / "items.csv")}
        return Agreement(
            AgreementOfEvents(*connection.execute(_COUNTS).fetchall()[0]),
            AgreementOfDays(*connection.execute(_SECTION_DAYS, enrollments).fetchall()[0]),
            AgreementOfTries(*connection.execute(_STANDARDS, items).fetchall()[0]),
            planted_reasons=_counted(connection, _REASONS_PLANTED),
            listed_reasons=_counted(connection, _REASONS_LISTED),
        )


def describe_agreement(agreement: Agreement) -> str:
    """Say in a few lines how matching, attribution and standards agree with the planted truth."""
    events, days, tries = agreement.events, agreement.days, agreement.tries
    lines = [
        (
            f"Beside the planted truth: {events.right:,} events are their student's,"
            f" {events.nobodys:,} rightly nobody's; {events.waiting:,} of students are listed"
            f" as unmatched, {events.wrong:,} are somebody else's, {events.lost:,} are not there"
        ),
        (f"days of students in the planted sections: {days.right:,} right, {days.wrong:,} wrong"),
        (
            f"tries of the planted standards: {tries.right:,} right, {tries.untagged:,} rightly"
            f" listed as untagged; {tries.waiting:,} without their standard,"
            f" {tries.wrong:,} wrong, {tries.lost:,} are not there"
        ),
    ]
    reasons = sorted(agreement.planted_reasons | agreement.listed_reasons)
    lines += [
        f"  {reason}: {agreement.listed_reasons[reason]:,} listed,"
        f" {agreement.planted_reasons[reason]:,} planted"
        for reason in reasons
    ]
    return "\n".join(lines)


def _counted(connection: DuckDBPyConnection, query: str) -> Counter[str]:
    return Counter(dict(connection.execute(query).fetchall()))


def _make_people(connection: DuckDBPyConnection, truth: Path, pseudonymiser: Pseudonymiser) -> None:
    """Make people: every student of the truth, by sourcedId and pseudonym."""
    query = "select distinct sourced_id from read_csv(?, all_varchar = true)"
    rows = connection.execute(query, [str(truth / "enrollments.csv")]).fetchall()
    named = [sourced_id for (sourced_id,) in rows]
    keys = [pseudonymiser.student_key(each) for each in named]
    table = pa.table({"sourced_id": named, "student_key": keys})
    connection.register("keyed_people", table)
    connection.execute("create temp table people as from keyed_people")
    connection.unregister("keyed_people")

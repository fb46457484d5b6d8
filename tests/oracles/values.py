"""What the oracles calculate with: plain events and a plain district, read once from `loaded`."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from pipelines.resources import resource_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True)
class Event:
    """One canonical event; the fields are those of schemas/canonical/event.json."""

    source: str
    event_id: str
    standard: str
    verb: str
    occurred_at: datetime
    actor_key: str | None = None
    learner_role: str | None = "actor"
    event_type: str | None = None
    activity_id: str | None = None
    activity_type: str | None = None
    parent_id: str | None = None
    standard_refs: tuple[str, ...] = ()
    scored_by: str | None = None
    chosen_by: str | None = None
    interaction_mode: str | None = None
    session_key: str | None = None
    voids_event_id: str | None = None
    score_scaled: float | None = None
    score_raw: float | None = None
    score_min: float | None = None
    score_max: float | None = None
    choice_count: int | None = None
    duration_seconds: float | None = None
    success: bool | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None


class Reading(NamedTuple):
    """What a verb means, for any event type or activity type where those are None."""

    is_of_district: bool
    standard: str | None
    verb: str
    event_type: str | None
    activity_type: str | None
    action: str


class Enrollment(NamedTuple):
    """A student's enrolment; `ends_on` is the first date without it."""

    student_key: str
    section_id: str
    school_id: str
    starts_on: date | None
    ends_on: date | None


class Written(NamedTuple):
    """A score that a person wrote down."""

    record_key: str
    student_key: str
    standard_id: str
    item_id: str
    method: str
    assessed_on: date
    score: float
    max_score: float | None
    min_score: float | None
    scale: str | None


class Step(NamedTuple):
    """What a score from `score_from` on is worth on a scale, up to the next step."""

    scale: str
    score_from: float
    outcome: float


class SchoolDay(NamedTuple):
    """One date of a school's calendar, in local clock times."""

    is_instructional: bool
    opens_at: time | None
    closes_at: time | None


@dataclass(frozen=True, slots=True)
class District:
    """Everything besides events that the measures depend on."""

    zone: ZoneInfo
    as_of_date: date
    grading_periods: tuple[tuple[date, date], ...]
    students_by_actor: dict[str, str]
    schools_by_student: dict[str, str | None]
    enrollments: tuple[Enrollment, ...]
    standards: tuple[tuple[str, str], ...]
    school_days: dict[tuple[str, date], SchoolDay]
    duration_placements: dict[str, str]
    readings: tuple[Reading, ...]
    written: tuple[Written, ...] = ()
    steps: tuple[Step, ...] = ()
    scales_by_source: Mapping[str, str | None] = field(default_factory=dict)
    alignments: tuple[tuple[str, str], ...] = ()
    school_zones: dict[str, ZoneInfo] = field(default_factory=dict)

    def local_date(self, student_key: str, moment: datetime) -> date:
        """Return the date of a moment for a student: the last one that has begun by then."""
        around = moment.astimezone(UTC).date()
        days = [around + timedelta(days=days) for days in range(-2, 3)]
        return max(day for day in days if self.midnight(student_key, day) <= moment)

    def midnight(self, student_key: str, day: date) -> datetime:
        """Return when a date begins for a student, by the clocks of the school of that date."""
        return self.moment(student_key, day, time())

    def moment(self, student_key: str, day: date, clock: time) -> datetime:
        """Return when the clocks of a student's school show a time on a date, the first time."""
        zone = self.school_zones.get(self.school(student_key, day) or "", self.zone)
        return datetime.combine(day, clock, zone).astimezone(UTC)

    def school(self, student_key: str, day: date) -> str | None:
        """Return the school of the smallest section of a date, else the one the roster tells."""
        active = [
            (enrollment.section_id, enrollment.school_id)
            for enrollment in self.enrollments
            if enrollment.student_key == student_key
            and (enrollment.starts_on is None or enrollment.starts_on <= day)
            and (enrollment.ends_on is None or day < enrollment.ends_on)
        ]
        return min(active)[1] if active else self.schools_by_student.get(student_key)

    def reporting_window_start(self) -> date | None:
        """Return the first date of the grading period that counts as now."""
        begun = [period for period in self.grading_periods if period[0] <= self.as_of_date]
        holding = [period for period in begun if self.as_of_date < period[1]]
        return max((period[0] for period in holding or begun), default=None)


class LearnerEvent(NamedTuple):
    """A standing event of a known student and what its verb means."""

    student_key: str
    action: str
    event: Event


def learner_events(district: District, events: Iterable[Event]) -> list[LearnerEvent]:
    """Return the events that are neither voided nor voiding and whose learner is known."""
    events = list(events)
    voided = {(event.source, event.voids_event_id) for event in events if event.voids_event_id}
    actions: dict[tuple[str | None, ...], str] = {}
    standing = []
    for event in events:
        is_voided = (event.source, event.event_id) in voided
        if event.voids_event_id is not None or is_voided or event.actor_key is None:
            continue
        student_key = district.students_by_actor.get(event.actor_key)
        if student_key is not None:
            kind = (event.standard, event.verb, event.event_type, event.activity_type)
            if kind not in actions:
                actions[kind] = action_of(district, event)
            standing.append(LearnerEvent(student_key, actions[kind], event))
    return standing


def action_of(district: District, event: Event) -> str:
    """Return the action of the narrowest reading, the district's before the crosswalk's."""
    fitting = [
        reading
        for reading in district.readings
        if reading.verb == event.verb
        and reading.standard in (None, event.standard)
        and reading.event_type in (None, event.event_type)
        and reading.activity_type in (None, event.activity_type)
    ]
    return max(fitting, key=_narrowness).action if fitting else "other"


def _narrowness(reading: Reading) -> tuple[bool, bool, bool]:
    return (
        reading.is_of_district,
        reading.activity_type is not None,
        reading.event_type is not None,
    )


def read_events(connection: DuckDBPyConnection) -> list[Event]:
    """Return loaded.events."""
    names = Event.__slots__
    rows = connection.execute(
        f"select {', '.join(names)} from (select * replace (event_id::varchar as event_id,"
        " voids_event_id::varchar as voids_event_id) from loaded.events)"
    ).fetchall()
    return [Event(**_tidy(dict(zip(names, row, strict=True)))) for row in rows]


def _tidy(fields: dict[str, Any]) -> dict[str, Any]:
    return {**fields, "standard_refs": tuple(fields["standard_refs"] or ())}


def read_district(connection: DuckDBPyConnection, as_of_date: date) -> District:
    """Return the district of a warehouse as it stands on `as_of_date`."""
    return District(
        zone=ZoneInfo(_rows(connection, "select zone from loaded.district")[0][0]),
        as_of_date=as_of_date,
        grading_periods=tuple(
            _rows(
                connection,
                "select starts_on, ends_on from loaded.academic_sessions"
                " where type = 'gradingPeriod'",
            )
        ),
        students_by_actor=dict(
            _rows(connection, "select actor_key, student_key from loaded.learner_identifiers")
        ),
        schools_by_student=dict(
            _rows(connection, "select student_key, school_id from loaded.students")
        ),
        enrollments=tuple(_read_enrollments(connection)),
        standards=tuple(_read_references(connection)),
        alignments=tuple(_read_alignments(connection)),
        school_days={
            (school_id, day): SchoolDay(*rest)
            for school_id, day, *rest in _rows(
                connection,
                "select school_id, date, is_instructional, opens_at, closes_at"
                " from loaded.school_days",
            )
        },
        duration_placements=dict(
            _rows(connection, "select source, reported_duration from loaded.sources")
        ),
        readings=tuple(_read_readings(connection)),
        written=tuple(
            Written(*row)
            for row in _rows(
                connection,
                f"select {', '.join(Written._fields)} from loaded.classroom_evidence",
            )
        ),
        steps=tuple(
            Step(*row)
            for row in _rows(
                connection, "select scale, score_from, outcome from loaded.scale_crosswalk"
            )
        ),
        scales_by_source=dict(_rows(connection, "select source, score_scale from loaded.sources")),
        school_zones={
            school_id: ZoneInfo(zone)
            for school_id, zone in _rows(connection, "select * from loaded.school_zones")
        },
    )


def _rows(connection: DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return connection.execute(query).fetchall()


def _read_references(connection: DuckDBPyConnection) -> Iterator[tuple[str, str]]:
    """Yield what events may call a standard, and the standard that their evidence counts for."""
    counts_as = _counts_as(connection)
    for standard_id, uri in _rows(connection, "select standard_id, uri from loaded.standards"):
        yield standard_id, counts_as[standard_id]
        yield uri, counts_as[standard_id]
    for skill, relation, standard_id in _rows(
        connection, "select skill, relation, standard_id from loaded.skill_crosswalk"
    ):
        if relation != "broader" and standard_id in counts_as:
            yield skill, counts_as[standard_id]


def _read_alignments(connection: DuckDBPyConnection) -> Iterator[tuple[str, str]]:
    counts_as = _counts_as(connection)
    for activity_id, standard_id in _rows(
        connection, "select activity_id, standard_id from loaded.alignments"
    ):
        if standard_id in counts_as:
            yield activity_id, counts_as[standard_id]


def _counts_as(connection: DuckDBPyConnection) -> dict[str, str]:
    return dict(_rows(connection, "select standard_id, counts_as_id from loaded.standards"))


def _read_enrollments(connection: DuckDBPyConnection) -> Iterator[Enrollment]:
    sections = {
        section_id: (school_id, starts_on, ends_on)
        for section_id, school_id, starts_on, ends_on in connection.execute(
            "select section_id, school_id, starts_on, ends_on from loaded.sections"
        ).fetchall()
    }
    for student_key, section_id, starts_on, ends_on in connection.execute(
        "select person_key, section_id, starts_on, ends_on from loaded.enrollments"
        " where role = 'student'"
    ).fetchall():
        school_id, section_start, section_end = sections[section_id]
        yield Enrollment(
            student_key, section_id, school_id, starts_on or section_start, ends_on or section_end
        )


def _read_readings(connection: DuckDBPyConnection) -> Iterator[Reading]:
    for verb, activity_type, action in connection.execute(
        "select verb, activity_type, action from loaded.verb_actions"
    ).fetchall():
        yield Reading(True, None, verb, None, activity_type, action)  # noqa: FBT003
    with resource_path("dbt/seeds/verb_actions.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield Reading(
                is_of_district=False,
                standard=row["standard"],
                verb=row["verb"],
                event_type=row["event_type"] or None,
                activity_type=row["activity_type"] or None,
                action=row["action"],
            )

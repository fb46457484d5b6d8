"""A district with a long history, written straight into the lake, and one night's deliveries."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import duckdb
import orjson
import pyarrow as pa

from pipelines.canonical import event_columns
from pipelines.cli import district_at
from pipelines.identity.keys import read_key
from pipelines.identity.pseudonyms import LocalIdentifier, Pseudonymiser
from pipelines.ingest.manifest import Manifest, write_manifest
from pipelines.new_home import make_home

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SSO = "https://sso.example.org"
CASE = "https://case.example.org/ims/case/v1p0/CFItems"
SOURCE = "tutor"
STUDENTS = 3000
STANDARDS = 60
STUDENTS_OF_A_SECTION = 30
HISTORY_ENDS = date(2026, 2, 27)
NIGHT = date(2026, 3, 2)
YEAR_STARTS, YEAR_ENDS = date(2025, 8, 1), date(2026, 6, 30)
GRADING_PERIODS = {"q1": YEAR_STARTS, "q2": date(2025, 10, 27), "q3": date(2026, 1, 5)}
VOIDS = 200
# Of the events of the night, how many are late by up to two weeks, and by up to five months.
LATE_OF_A_THOUSAND, VERY_LATE_OF_A_THOUSAND = 20, 1

# What happened on a date: event `number` of `events`, a student after the other.
_HAPPENED = """
select
    number,
    day,
    number % {students} as student,
    number // {students} as step,
    hash(day, number) as chance,
    (datediff('week', date '2025-08-04', day) * 3 + number % {students} % 3) % {standards}
        as standard,
    md5('{salt}' || day || '-' || number) as digits,
    ['answered', 'answered', 'answered', 'answered', 'answered', 'experienced', 'experienced',
        'completed'][1 + number // {students} % 8] as verb,
    (day + time '14:00:00' + to_minutes((number % {students} % 300)::bigint)
        + to_seconds((number // {students} * 45 + hash(day, number) % 30)::bigint)) as occurred_at
from (select range as number, {day} as day from range({events}))
"""
_IDS = (
    "concat_ws('-', digits[1:8], digits[9:12], '4' || digits[14:16], '8' || digits[18:20],"
    " digits[21:32])"
)
_ITEM = "'https://tutor.example/items/' || standard || '-' || (chance % 40)"
_CANONICAL = f"""
select
    '{SOURCE}' as source,
    {_IDS} as event_id,
    'xapi' as standard,
    '1.0.3' as spec_version,
    md5(digits) as body_digest,
    learners.actor_key,
    'actor' as learner_role,
    'http://adlnet.gov/expapi/verbs/' || happened.verb as verb,
    {_ITEM} as activity_id,
    'http://adlnet.gov/expapi/activities/cmi.interaction' as activity_type,
    ['{CASE}/standard-' || happened.standard] as standard_refs,
    case when happened.verb = 'answered' then (chance % 11) / 10 end as score_scaled,
    case when happened.verb = 'answered' and chance % 11 in (0, 10) then chance % 11 = 10 end
        as success,
    case when happened.verb = 'answered' then 5.0 + chance % 60 end as duration_seconds,
    happened.occurred_at at time zone 'UTC' as occurred_at,
    happened.number + 1 as line_number,
    0 as item_number
from ({_HAPPENED}) as happened
inner join learners on happened.student = learners.student
order by happened.number
"""
_STATEMENTS = f"""
select
    {_IDS} as id,
    struct_pack(
        account := struct_pack(homePage := '{SSO}', name := 'student-' || student)
    ) as actor,
    struct_pack(id := 'http://adlnet.gov/expapi/verbs/' || verb) as verb,
    struct_pack(
        id := {_ITEM},
        definition := struct_pack(
            type := 'http://adlnet.gov/expapi/activities/cmi.interaction'
        )
    ) as object,
    struct_pack(
        contextActivities := struct_pack(
            "grouping" := [struct_pack(id := '{CASE}/standard-' || standard)]
        )
    ) as context,
    struct_pack(
        score := struct_pack(scaled := (chance % 11) / 10),
        duration := 'PT' || (5 + chance % 60) || 'S'
    ) as result,
    strftime(occurred_at, '%Y-%m-%dT%H:%M:%SZ') as timestamp
from ({_HAPPENED})
"""
_VOIDS = f"""
select
    digits[1:8] || '-0000-4000-8000-' || digits[9:20] as id,
    struct_pack(account := struct_pack(homePage := '{SSO}', name := 'tutor')) as actor,
    struct_pack(id := 'http://adlnet.gov/expapi/verbs/voided') as verb,
    struct_pack(objectType := 'StatementRef', id := {_IDS}) as object,
    '{NIGHT}T20:00:00Z' as timestamp
from ({_HAPPENED})
"""
_LATE_DAY = f"""
case
    when hash(range) % 1000 < {VERY_LATE_OF_A_THOUSAND}
        then date '{NIGHT}' - 20 - (hash(range) // 1000 % 130)::integer
    when hash(range) % 1000 < {LATE_OF_A_THOUSAND}
        then date '{NIGHT}' - 1 - (hash(range) // 1000 % 13)::integer
    else date '{NIGHT}'
end
"""


def write_history_home(root: Path) -> Path:
    """Make a home with a roster, a calendar and standards, and no events."""
    make_home(root, district_id="bench", name="Bench", zone="America/Chicago")
    for name, lines in _records():
        (root / "rosters" / name).write_text("\n".join(lines) + "\n", "utf-8")
    package = {
        "CFDocument": {"identifier": "doc", "title": "Mathematics", "version": "2025"},
        "CFItems": [
            {
                "identifier": f"standard-{number}",
                "uri": f"{CASE}/standard-{number}",
                "fullStatement": f"Standard {number}",
            }
            for number in range(STANDARDS)
        ],
        "CFAssociations": [],
    }
    (root / "standards" / "mathematics.json").write_bytes(orjson.dumps(package))
    return root


def write_history(root: Path, days: slice, *, events: int, per_day: int) -> None:
    """Write events into the lake as ingest does, a file for each of these school days.

    Days count back from the last before the night.
    """
    home, settings = district_at(root)
    pseudonymiser = Pseudonymiser(read_key(settings.keys_folder, "pseudonym"), "bench")
    with duckdb.connect() as connection:
        connection.register("learners", _learners(pseudonymiser))
        for day in list(_school_days_back(events // per_day))[days]:
            digest = f"{day:%Y%m%d}".ljust(64, "0")
            folder = home.events / digest
            folder.mkdir(parents=True)
            _write_canonical(connection, folder / "000000.parquet", day, per_day)
            fingerprint = read_key(settings.keys_folder, "pseudonym").fingerprint
            name = f"{SOURCE}/{day}.ndjson"
            write_manifest(home, Manifest(digest, name, SOURCE, 1, fingerprint, per_day, per_day))


def deliver_night(root: Path, *, events: int) -> None:
    """Deliver the statements of the night: most of its date, some late, and voids."""
    folder = root / "landing" / SOURCE
    folder.mkdir(parents=True)
    with duckdb.connect() as connection:
        statements = _STATEMENTS.format(
            day=_LATE_DAY, events=events - VOIDS, salt="night ", **_SIZES
        )
        # Those of the history have no salt: they are what is voided.
        voids = _VOIDS.format(day=f"date '{HISTORY_ENDS}'", events=VOIDS, salt="", **_SIZES)
        for name, query in (("statements", statements), ("voids", voids)):
            file = folder / f"{NIGHT}-{name}.ndjson"
            connection.execute(f"copy ({query}) to '{file}' (format json)")


_USER_COLUMNS = (
    *("sourcedId", "status", "username", "identifier", "email", "givenName", "familyName"),
    *("grades", "primaryOrgSourcedId"),
)
_SIZES = {"students": STUDENTS, "standards": STANDARDS}


def _write_canonical(
    connection: duckdb.DuckDBPyConnection, file: Path, day: date, events: int
) -> None:
    query = _CANONICAL.format(day=f"date '{day}'", events=events, salt="", **_SIZES)
    columns = connection.execute(f"describe {query}").fetchall()
    known = {name for name, *_ in columns}
    kinds = {
        "string": "varchar",
        "uuid": "varchar",
        "timestamp": "timestamptz",
        "list<string>": "varchar[]",
    }
    selected = ", ".join(
        f"{column.name if column.name in known else 'null'}"
        f"::{kinds.get(column.type, column.type)} as {column.name}"
        for column in event_columns()
    )
    connection.execute(f"copy (select {selected} from ({query})) to '{file}' (format parquet)")


def _learners(pseudonymiser: Pseudonymiser) -> pa.Table:
    numbers = list(range(STUDENTS))
    keys = [
        pseudonymiser.pseudonym(LocalIdentifier(SSO, f"student-{number}")) for number in numbers
    ]
    return pa.table({"student": numbers, "actor_key": keys})


def _school_days_back(count: int) -> Iterator[date]:
    """Yield the weekdays up to the end of the history, the latest first."""
    day = HISTORY_ENDS
    while count:
        if day.weekday() < 5:
            yield day
            count -= 1
        day -= timedelta(days=1)


_TABLES = ("academicSessions", "classes", "courses", "enrollments", "orgs", "roles", "users")
_ABSENT = (
    *("categories", "classResources", "courseResources", "demographics", "lineItems"),
    *("lineItemLearningObjectiveIds", "lineItemScoreScales", "resources", "results"),
    *("resultLearningObjectiveIds", "resultScoreScales", "scoreScales", "userProfiles"),
    "userResources",
)
_MANIFEST = (
    *("propertyName,value", "manifest.version,1.0", "oneroster.version,1.2"),
    *(f"file.{name},bulk" for name in _TABLES),
    *(f"file.{name},absent" for name in _ABSENT),
)


def _records() -> Iterator[tuple[str, list[str]]]:
    yield "manifest.csv", list(_MANIFEST)
    students = range(STUDENTS)
    sections = range(STUDENTS // STUDENTS_OF_A_SECTION)
    days = [YEAR_STARTS + timedelta(days=n) for n in range((YEAR_ENDS - YEAR_STARTS).days)]
    yield "orgs.csv", ["sourcedId,status,name,type", "school-1,active,School,school"]
    yield (
        "academicSessions.csv",
        ["sourcedId,status,title,type,startDate,endDate,parentSourcedId"]
        + [f"{n},active,{n},gradingPeriod,{d},{YEAR_ENDS}," for n, d in GRADING_PERIODS.items()],
    )
    yield "courses.csv", ["sourcedId,status,title,courseCode", "course-1,active,Mathematics,M"]
    yield (
        "classes.csv",
        ["sourcedId,status,title,courseSourcedId,schoolSourcedId,termSourcedIds"]
        + [f"class-{n},active,Class {n},course-1,school-1,q3" for n in sections],
    )
    yield (
        "users.csv",
        [",".join(_USER_COLUMNS)]
        + [f"student-{n},active,u{n},,,Given,Family,07,school-1" for n in students],
    )
    yield (
        "roles.csv",
        ["sourcedId,status,userSourcedId,roleType,role,orgSourcedId"]
        + [f"role-{n},active,student-{n},primary,student,school-1" for n in students],
    )
    yield (
        "enrollments.csv",
        ["sourcedId,status,classSourcedId,userSourcedId,role,beginDate,endDate"]
        + [
            f"enrol-{n},active,class-{n // STUDENTS_OF_A_SECTION},student-{n},student,,"
            for n in students
        ],
    )
    yield (
        "calendar.csv",
        ["school_id,date,is_instructional,opens_at,closes_at"]
        + [
            f"school-1,{day},true,08:00,15:00" if day.weekday() < 5 else f"school-1,{day},false,,"
            for day in days
        ],
    )

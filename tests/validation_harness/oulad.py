"""Turn OULAD's scores into a home: a roster, standards, and one xAPI statement for each score.

Kuzilek J., Hlosta M., Zdrahal Z., "Open University Learning Analytics dataset", Scientific Data
4:170171 (2017), doi 10.1038/sdata.2017.171, CC BY 4.0.

A module is a standard, an assessment of one of its presentations an item, a presentation's start a
grading period. The outcome is whether the pass mark of 40 was reached. Results that were banked in
an earlier presentation, and submissions without a score, are no tries and are left out.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple
from uuid import NAMESPACE_URL, uuid5

import duckdb
import orjson

from pipelines.new_home import make_home

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ATTRIBUTION = (
    "Kuzilek J., Hlosta M., Zdrahal Z., “Open University Learning Analytics dataset”,"
    " Scientific Data 4:170171 (2017), doi 10.1038/sdata.2017.171, CC BY 4.0"
)
PASS_MARK = 40
AS_OF_DATE = date(2015, 8, 1)
STARTS = {
    "2013B": date(2013, 2, 1),
    "2013J": date(2013, 10, 1),
    "2014B": date(2014, 2, 1),
    "2014J": date(2014, 10, 1),
}
# As the settings of a new home have them.
SOURCE = "tutor"
_SSO = "https://sso.example.org"
_CASE = "https://case.oulad.example/ims/case/v1p0/CFItems"
_ADL = "http://adlnet.gov/expapi"
_STARTED = " ".join(
    f"when '{name}' then timestamp '{starts_on} 09:00:00'" for name, starts_on in STARTS.items()
)
# A minute for each assessment of a presentation, so that two of one date have an order.
_SCORES = f"""
select
    scores.id_student,
    scores.id_assessment,
    assessments.code_module,
    scores.score >= {PASS_MARK} as is_passed,
    strftime(
        case assessments.code_presentation {_STARTED} end
        + to_days(scores.date_submitted)
        + to_minutes(
            dense_rank() over (
                partition by assessments.code_module, assessments.code_presentation
                order by assessments.date, assessments.id_assessment
            )
        ),
        '%Y-%m-%dT%H:%M:%SZ'
    ) as submitted_at
from read_parquet($folder || '/oulad_student_assessment.parquet') as scores
inner join read_parquet($folder || '/oulad_assessment.parquet') as assessments
    using (id_assessment)
where not scores.is_banked and scores.score is not null
order by submitted_at, id_student, id_assessment
"""
_TABLES = ("academicSessions", "classes", "courses", "enrollments", "orgs", "roles", "users")
_ABSENT = (
    *("categories", "classResources", "courseResources", "demographics", "lineItems"),
    *("lineItemLearningObjectiveIds", "lineItemScoreScales", "resources", "results"),
    *("resultLearningObjectiveIds", "resultScoreScales", "scoreScales", "userProfiles"),
    "userResources",
)


_HEADERS = {
    "manifest": "propertyName,value",
    "orgs": "sourcedId,status,name,type",
    "academicSessions": "sourcedId,status,title,type,startDate,endDate,parentSourcedId",
    "courses": "sourcedId,status,title,courseCode",
    "classes": "sourcedId,status,title,courseSourcedId,schoolSourcedId,termSourcedIds",
    "users": (
        "sourcedId,status,username,identifier,email,givenName,familyName,grades,primaryOrgSourcedId"
    ),
    "roles": "sourcedId,status,userSourcedId,roleType,role,orgSourcedId",
    "enrollments": "sourcedId,status,classSourcedId,userSourcedId,role,beginDate,endDate",
    "calendar": "school_id,date,is_instructional,opens_at,closes_at",
}
_FIXED = {
    "manifest": [
        *("manifest.version,1.0", "oneroster.version,1.2"),
        *(f"file.{name},bulk" for name in _TABLES),
        *(f"file.{name},absent" for name in _ABSENT),
    ],
    "orgs": ["school,active,Open University,school"],
    "academicSessions": [
        f"{name},active,{name},gradingPeriod,{starts_on},{AS_OF_DATE},"
        for name, starts_on in STARTS.items()
    ],
    "calendar": [f"school,{AS_OF_DATE},false,,"],
}


class Written(NamedTuple):
    """What became of the scores."""

    statements: int
    banked: int
    without_score: int


def write_home(folder: Path, root: Path) -> Written:
    """Write a home from the folder that has OULAD's tables as Parquet."""
    make_home(root, district_id="oulad", name="OULAD", zone="Europe/London")
    with duckdb.connect() as connection:
        for name, lines in _records(connection, folder):
            (root / "rosters" / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
        (root / "standards" / "modules.json").write_bytes(_package(connection, folder))
        statements = _write_statements(connection, folder, root)
        banked, missing = _left_out(connection, folder)
    return Written(statements, banked, missing)


def account(student: object) -> str:
    """Return the roster's identifier of a student of OULAD."""
    return f"student-{student}"


def standard_id(module: object) -> str:
    """Return the identifier of a module as a standard."""
    return f"module-{module}"


def assessment_uri(assessment: object) -> str:
    """Return what statements call an assessment."""
    return f"https://oulad.example/assessments/{assessment}"


def _write_statements(connection: duckdb.DuckDBPyConnection, folder: Path, root: Path) -> int:
    scores = connection.execute(_SCORES, {"folder": str(folder)})
    target = root / "landing" / SOURCE / "scores.ndjson"
    target.parent.mkdir(parents=True)
    count = 0
    with target.open("wb") as stream:
        while rows := scores.fetchmany(10_000):
            stream.writelines(orjson.dumps(_statement(*row)) + b"\n" for row in rows)
            count += len(rows)
    return count


def _statement(
    student: int,
    assessment: int,
    module: str,
    is_passed: bool,  # noqa: FBT001 - a row of the query
    submitted_at: str,
) -> dict[str, object]:
    item = assessment_uri(assessment)
    return {
        "id": str(uuid5(NAMESPACE_URL, f"{item}/{student}")),
        "actor": {"account": {"homePage": _SSO, "name": account(student)}},
        "verb": {"id": f"{_ADL}/verbs/{'passed' if is_passed else 'failed'}"},
        "object": {"id": item, "definition": {"type": f"{_ADL}/activities/assessment"}},
        "context": {"contextActivities": {"grouping": [{"id": f"{_CASE}/{standard_id(module)}"}]}},
        "result": {"success": is_passed},
        "timestamp": submitted_at,
    }


def _left_out(connection: duckdb.DuckDBPyConnection, folder: Path) -> tuple[int, int]:
    row = connection.execute(
        "select count(*) filter (where is_banked),"
        " count(*) filter (where not is_banked and score is null)"
        " from read_parquet($folder || '/oulad_student_assessment.parquet')",
        {"folder": str(folder)},
    ).fetchone()
    return row or (0, 0)


def _package(connection: duckdb.DuckDBPyConnection, folder: Path) -> bytes:
    modules = _all(connection, folder, "select distinct code_module from {course} order by all")
    items = [
        {
            "identifier": standard_id(module),
            "uri": f"{_CASE}/{standard_id(module)}",
            "fullStatement": f"Module {module}",
            "humanCodingScheme": module,
        }
        for (module,) in modules
    ]
    document = {"identifier": "oulad", "title": "OULAD modules", "version": "2017"}
    return orjson.dumps({"CFDocument": document, "CFItems": items, "CFAssociations": []})


def _records(
    connection: duckdb.DuckDBPyConnection, folder: Path
) -> Iterator[tuple[str, list[str]]]:
    """Yield each file of the roster and its lines."""
    presentations = _all(connection, folder, "select * from {course} order by all")
    students = [
        student
        for (student,) in _all(
            connection, folder, "select distinct id_student from {student} order by all"
        )
    ]
    enrolled = _all(
        connection,
        folder,
        "select distinct code_module, code_presentation, id_student from {student} order by all",
    )
    for name, rows in {
        "courses": [
            f"{module},active,Module {module},{module}" for module in _modules(presentations)
        ],
        "classes": [
            f"{module}-{name},active,{module} {name},{module},school,{name}"
            for module, name, _ in presentations
        ],
        "users": [f"{account(n)},active,u{n},,,Given,Family,13,school" for n in students],
        "roles": [f"role-{n},active,{account(n)},primary,student,school" for n in students],
        "enrollments": [
            f"enrol-{number},active,{module}-{name},{account(student)},student,,"
            for number, (module, name, student) in enumerate(enrolled)
        ],
        **_FIXED,
    }.items():
        yield f"{name}.csv", [_HEADERS[name], *rows]


def _modules(presentations: list[tuple[object, ...]]) -> list[str]:
    return sorted({str(module) for module, *_ in presentations})


def _all(
    connection: duckdb.DuckDBPyConnection, folder: Path, query: str
) -> list[tuple[object, ...]]:
    files = {
        name: f"read_parquet('{folder}/oulad_{name}.parquet')" for name in ("course", "student")
    }
    return connection.execute(query.format(**files)).fetchall()

"""Small valid events and a small home, for tests to change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from pipelines.home import Home
from pipelines.identity.keys import KEY_NAMES, Key
from pipelines.ingest.rows import EventRow

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.ingest.process import PartOutcome

DISTRICT_ID = "riverbend"
SSO = "https://sso.riverbend.example"
CASE = "https://case.example.org/ims/case/v1p0/CFItems"
PSEUDONYM_KEY = Key("pseudonym", 1, bytes(range(32)))
OTHER_KEY = Key("pseudonym", 1, bytes(range(1, 33)))
CALIPER_CONTEXT = "http://purl.imsglobal.org/ctx/caliper/v1p2"

SETTINGS = f"""
[district]
id = "{DISTRICT_ID}"
name = "Riverbend Unified School District"
zone = "America/Chicago"

[sources.mathpath]
[sources.quizroom]

[[learner_identifiers]]
namespace = "{SSO}"
roster_field = "sourcedId"

[ingest]
settle_seconds = 0
"""
_TABLES = ("academicSessions", "classes", "courses", "enrollments", "orgs", "roles", "users")
_ABSENT = (
    *("categories", "classResources", "courseResources", "demographics", "lineItems"),
    *("lineItemLearningObjectiveIds", "lineItemScoreScales", "resources", "results"),
    *("resultLearningObjectiveIds", "resultScoreScales", "scoreScales", "userProfiles"),
    "userResources",
)
ROSTER = {
    "manifest.csv": "propertyName,value\nmanifest.version,1.0\noneroster.version,1.2\n"
    + "".join(f"file.{name},bulk\n" for name in _TABLES)
    + "".join(f"file.{name},absent\n" for name in _ABSENT),
    "orgs.csv": "sourcedId,status,name,type\norg-1,active,North School,school\n",
    "academicSessions.csv": (
        "sourcedId,status,title,type,startDate,endDate,parentSourcedId\n"
        "term-1,active,Autumn,term,2025-09-01,2025-12-19,\n"
    ),
    "courses.csv": "sourcedId,status,title,courseCode\ncourse-1,active,Algebra,ALG1\n",
    "classes.csv": (
        "sourcedId,status,title,courseSourcedId,schoolSourcedId,termSourcedIds\n"
        "class-1,active,Algebra A,course-1,org-1,term-1\n"
    ),
    "users.csv": (
        "sourcedId,status,username,identifier,email,givenName,familyName,grades,"
        "primaryOrgSourcedId\n"
        "student-1,active,ada,,ada@riverbend.example,Ada,Example,07,org-1\n"
        "student-2,active,ben,,ben@riverbend.example,Ben,Sample,08,org-1\n"
        "teacher-1,active,cleo,,cleo@riverbend.example,Cleo,Specimen,,org-1\n"
    ),
    "roles.csv": (
        "sourcedId,status,userSourcedId,roleType,role,orgSourcedId\n"
        "role-1,active,student-1,primary,student,org-1\n"
        "role-2,active,student-2,primary,student,org-1\n"
        "role-3,active,teacher-1,primary,teacher,org-1\n"
    ),
    "enrollments.csv": (
        "sourcedId,status,classSourcedId,userSourcedId,role,beginDate,endDate\n"
        "enrol-1,active,class-1,student-1,student,,\n"
        "enrol-2,active,class-1,student-2,student,2025-10-01,\n"
        "enrol-3,active,class-1,teacher-1,teacher,,\n"
    ),
    "calendar.csv": (
        "school_id,date,is_instructional,opens_at,closes_at\n"
        "org-1,2025-09-01,true,08:00,15:00\n"
        "org-1,2025-09-06,false,,\n"
    ),
}
PACKAGE = {
    "CFDocument": {"identifier": "doc-1", "title": "Mathematics", "version": "2025"},
    "CFItems": [
        {"identifier": "area", "uri": f"{CASE}/area", "fullStatement": "Numbers"},
        {
            "identifier": "ratio",
            "uri": f"{CASE}/ratio",
            "fullStatement": "Reason with ratios",
            "humanCodingScheme": "6.RP",
        },
    ],
    "CFAssociations": [
        {
            "associationType": "isChildOf",
            "originNodeURI": {"identifier": "ratio", "uri": f"{CASE}/ratio"},
            "destinationNodeURI": {"identifier": "area", "uri": f"{CASE}/area"},
        }
    ],
}


def event_id(number: int) -> str:
    """Return a UUID that is told by its number."""
    return f"{number:08x}-0000-4000-8000-000000000000"


def statement(number: int = 1, **members: Any) -> dict[str, Any]:
    """Return a valid xAPI statement; a member given as None is left out."""
    body = {
        "id": event_id(number),
        "actor": {"account": {"homePage": SSO, "name": "student-1"}},
        "verb": {"id": "http://adlnet.gov/expapi/verbs/answered"},
        "object": {"id": "https://mathpath.example/items/1"},
        "timestamp": "2025-09-01T14:00:00Z",
        **members,
    }
    return {name: value for name, value in body.items() if value is not None}


def caliper_event(number: int = 1, **members: Any) -> dict[str, Any]:
    """Return a valid Caliper event; a member given as None is left out."""
    body = {
        "@context": CALIPER_CONTEXT,
        "id": f"urn:uuid:{event_id(number)}",
        "type": "ViewEvent",
        "profile": "ReadingProfile",
        "actor": {"id": "https://quizroom.example/users/1", "type": "Person"},
        "action": "Viewed",
        "object": {"id": "https://quizroom.example/pages/1", "type": "WebPage"},
        "eventTime": "2025-09-01T14:00:00.000Z",
        **members,
    }
    return {name: value for name, value in body.items() if value is not None}


def lines(*documents: Any) -> bytes:
    """Return documents as the lines of a file; bytes are a line as they are."""
    parts = (part if isinstance(part, bytes) else orjson.dumps(part) for part in documents)
    return b"".join(part + b"\n" for part in parts)


def make_small_home(root: Path, *, settings: str = SETTINGS) -> Home:
    """Make a home with two students, two standards and no deliveries."""
    home = Home(root)
    for folder in (home.landing, home.rosters, home.standards, root / "keys"):
        folder.mkdir(parents=True)
    home.settings_file.write_text(settings, encoding="utf-8")
    for name, text in ROSTER.items():
        (home.rosters / name).write_text(text, encoding="utf-8")
    (home.standards / "mathematics.json").write_bytes(orjson.dumps(PACKAGE))
    for number, name in enumerate(KEY_NAMES):
        write_key(root / "keys", Key(name, 1, bytes(range(number, number + 32))))
    return home


def write_key(folder: Path, key: Key) -> None:
    """Write a key file as `plumbline init` does."""
    file = folder / f"{key.name}.key"
    file.write_text(f"{key.version} {key.hex}\n", encoding="ascii")
    file.chmod(0o600)


def deliver(home: Home, name: str, content: bytes) -> Path:
    """Put a file below landing/."""
    file = home.landing / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return file


def rows_of(outcome: PartOutcome) -> list[EventRow]:
    """Return the events of a part, one by one."""
    return [EventRow(**event) for event in outcome.events.to_pylist()]

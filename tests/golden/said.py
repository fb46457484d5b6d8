"""The events of scenarios, written as the tools would: one statement or event for each row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipelines.ingest.rows import ACTING_AS_EXTENSION
from tests.unit.examples import SSO, caliper_event, statement

if TYPE_CHECKING:
    from tests.unit.rosters import Row

# How scenarios name the places that identifiers are from.
NAMESPACES = {"tutor": SSO}
LTI_ROLES = "https://purl.imsglobal.org/spec/lti/claim/roles"


def events_of(rows: list[Row]) -> dict[str, list[Any]]:
    """Return the events of a night by the file that brings them."""
    said = {int(row["event"]): _event(row) for row in rows}
    night = rows[0]["delivered_on"] if rows else ""
    files = {
        f"mathpath/{night}.ndjson": [each for each in said.values() if "verb" in each],
        f"quizroom/{night}.ndjson": [each for each in said.values() if "verb" not in each],
    }
    return {name: events for name, events in files.items() if events}


def _event(row: Row) -> dict[str, Any]:
    number, how = int(row["event"]), row["as"]
    if how.startswith("caliper"):
        person = {"id": f"https://quizroom.example/users/{row['account']}", "type": "Person"}
        time = row["at"].replace("Z", ".000Z")
        return caliper_event(number, eventTime=time, **{"actor": person} | _caliper(how, person))
    account = {"account": {"homePage": SSO, "name": row["account"]}}
    told = {"actor": account} | _xapi(how, row["account"], account)
    return statement(number, timestamp=row["at"], **told)


def _xapi(how: str, name: str, account: dict[str, Any]) -> dict[str, Any]:
    members: dict[str, dict[str, Any]] = {
        "": {},
        "mbox": {"actor": {"mbox": f"mailto:{name}"}},
        "group": {"actor": {"objectType": "Group", "member": [account]}},
        "another-tool": {"actor": {"account": {"homePage": "https://lab.example", "name": name}}},
        "instructor": {"context": {"instructor": account}},
        "extension": {"context": {"extensions": {ACTING_AS_EXTENSION: "impersonated"}}},
    }
    return members[how]


def _caliper(how: str, person: dict[str, Any]) -> dict[str, Any]:
    course = {"id": "https://quizroom.example/memberships/1", "type": "Membership"}
    launch = {"id": "https://quizroom.example/launches/1", "type": "LtiSession"}
    student_view = ["http://purl.imsglobal.org/vocab/lti/system/person#TestUser"]
    members: dict[str, dict[str, Any]] = {
        "caliper": {"membership": course | {"roles": ["Learner"]}},
        "caliper-instructor": {"membership": course | {"roles": ["Instructor"]}},
        "caliper-student-view": {
            "membership": course | {"roles": ["Learner"]},
            "federatedSession": launch | {"messageParameters": {LTI_ROLES: student_view}},
        },
        "caliper-acting-for": {
            "actor": person | {"extensions": {"com.instructure.canvas": {"real_user_id": "21"}}}
        },
    }
    return members[how]

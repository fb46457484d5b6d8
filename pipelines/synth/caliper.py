"""Parts that all Caliper events of the district share."""

from __future__ import annotations

from typing import Any

from pipelines.synth.identities import second_record
from pipelines.synth.instants import format_instant
from pipelines.synth.tools import BASE, COURSEYARD_PERSON, GAUGEWELL_PERSON
from pipelines.synth.values import Person, Role, Section, Tool

Json = dict[str, Any]

_VERSION = {Tool.GAUGEWELL: "7.4", Tool.COURSEYARD: "3.11"}


def person_id(tool: Tool, person: Person) -> str:
    """Return the identifier under which a tool knows a person."""
    if tool is Tool.GAUGEWELL:
        return GAUGEWELL_PERSON.format(person.username)
    # The course pages know a learner whom the roster lists twice by the second record.
    return COURSEYARD_PERSON.format((second_record(person) or person).identifier)


def person_entity(tool: Tool, person: Person) -> Json:
    """Return a person; the course pages add the name."""
    entity: Json = {"id": person_id(tool, person), "type": "Person"}
    if tool is Tool.COURSEYARD:
        entity["name"] = person.full_name
    return entity


def application(tool: Tool) -> Json:
    """Return a tool as software."""
    return {"id": BASE[tool], "type": "SoftwareApplication", "version": _VERSION[tool]}


def course_id(tool: Tool, section: Section) -> str:
    """Return the identifier of a class at a tool."""
    return f"{BASE[tool]}/courses/{section.section_id.lower()}"


def course_section(tool: Tool, section: Section) -> Json:
    """Return a class as an organization."""
    return {
        "id": course_id(tool, section),
        "type": "CourseSection",
        "name": section.title,
        "courseNumber": f"{section.subject.value[:4].upper()}{section.grade}",
        "academicSession": "2026-27",
    }


def membership(tool: Tool, section: Section, person: Person) -> Json:
    """Return the person's place in the class."""
    role = "Instructor" if person.role is Role.TEACHER else "Learner"
    return {
        "id": f"{course_id(tool, section)}/members/{person.number}-{role.lower()}",
        "type": "Membership",
        "member": person_id(tool, person),
        "organization": course_id(tool, section),
        "roles": [role],
        "status": "Active",
    }


def session_entity(session_id: str, started_ms: int) -> Json:
    """Return an open session."""
    return {"id": session_id, "type": "Session", "startedAtTime": format_instant(started_ms)}

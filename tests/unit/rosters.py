"""A small valid OneRoster set of either version, for tests to change."""

from __future__ import annotations

import csv
import io
import zipfile
from typing import TYPE_CHECKING, TypeAlias

from pipelines.reference.roster_tables import Version, tables_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

Row: TypeAlias = dict[str, str]
Rows: TypeAlias = dict[str, list[Row]]
FIRST, LAST = "2026-08-17", "2027-06-11"


def roster_rows(version: Version = Version.V1_2) -> Rows:
    """Return the rows of a set with two students, a teacher, a section and their enrolments."""
    is_1_1 = version is Version.V1_1
    people = [("ada", "student"), ("ben", "student"), ("cleo", "teacher")]
    session = {"startDate": FIRST, "endDate": LAST, "schoolYear": "2027"}
    rows: Rows = {
        "academicSessions": [
            {"sourcedId": "year", "title": "Year", "type": "schoolYear", **session},
            {"sourcedId": "term", "title": "Term", "type": "term", **session}
            | {"parentSourcedId": "year"},
        ],
        "orgs": [
            {"sourcedId": "district", "name": "District", "type": "district"},
            {
                "sourcedId": "north",
                "name": "North",
                "type": "school",
                "parentSourcedId": "district",
            },
        ],
        "courses": [
            {"sourcedId": "algebra", "schoolYearSourcedId": "year", "title": "Algebra"}
            | {"courseCode": "ALG1", "grades": "07", "orgSourcedId": "district"},
        ],
        "classes": [
            {"sourcedId": "algebra-a", "title": "Algebra A", "courseSourcedId": "algebra"}
            | {"classType": "scheduled", "schoolSourcedId": "north", "termSourcedIds": "term"},
        ],
        "users": [
            {"sourcedId": name, "enabledUser": "true", "username": name, "givenName": name.title()}
            | {"familyName": "Example", "userIds": f"{{SSO:{name}}}"}
            | ({"grades": "07"} if role == "student" else {})
            | ({"orgSourcedIds": "north", "role": role} if is_1_1 else {})
            | ({} if is_1_1 else {"primaryOrgSourcedId": "north"})
            for name, role in people
        ],
        "enrollments": [
            {"sourcedId": f"enrol-{name}", "classSourcedId": "algebra-a", "userSourcedId": name}
            | {"schoolSourcedId": "north", "role": role}
            for name, role in people
        ],
    }
    if not is_1_1:
        rows["roles"] = [
            {"sourcedId": f"role-{name}", "userSourcedId": name, "roleType": "primary"}
            | {"role": role, "orgSourcedId": "north"}
            for name, role in people
        ]
    return rows


def roster_files(
    rows: Rows, version: Version = Version.V1_2, *, modes: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return the text of every file; `modes` says which tables are not bulk."""
    tables = tables_of(version)
    said = {name: "bulk" if name in rows else "absent" for name in tables} | dict(modes or {})
    manifest = [("manifest.version", "1.0"), ("oneroster.version", str(version))]
    manifest += [(f"file.{name}", mode) for name, mode in said.items()]
    files = {"manifest.csv": _text(("propertyName", "value"), manifest)}
    for name, members in rows.items():
        columns = [column.name for column in tables[name].columns]
        lines = ([member.get(column, "") for column in columns] for member in members)
        files[f"{name}.csv"] = _text(columns, lines)
    return files


def write_roster(
    folder: Path,
    rows: Rows,
    version: Version = Version.V1_2,
    *,
    modes: Mapping[str, str] | None = None,
) -> Path:
    """Write a set into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in roster_files(rows, version, modes=modes).items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def zip_roster(file: Path, files: Mapping[str, str], *, folder: str = "") -> Path:
    """Write files into a zip, at its top or in a folder of it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in files.items():
            archive.writestr(f"{folder}{name}", text)
    return file


def _text(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(list(header))
    writer.writerows(rows)
    return stream.getvalue()

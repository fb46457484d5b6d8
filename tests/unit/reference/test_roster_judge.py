"""A OneRoster set is held to the specification; a fault is named by file, row and column."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import duckdb
import pytest

from pipelines.reference.roster_judge import judge_roster, violations
from pipelines.reference.roster_manifest import Mode
from pipelines.reference.roster_package import find_packages, open_package
from pipelines.reference.roster_rules import RULES
from pipelines.reference.roster_tables import Version
from tests.unit.rosters import roster_files, roster_rows, write_roster, zip_roster

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.rosters import Rows

SAMPLE = Path(__file__).resolve().parents[4] / "shared" / "conformance" / "oneroster-1.1"


class Judged(NamedTuple):
    """What is said of a delivery: rule, effect, file, row and column of each violation."""

    found: list[str]
    messages: str
    is_loadable: bool
    rows: int


def _judge(path: Path, *, known: dict[str, list[str]] | None = None) -> Judged:
    with duckdb.connect() as connection:
        for table, ids in (known or {}).items():
            connection.execute(f"create table known_{table} as select unnest(?) as id", [ids])
        judged = judge_roster(connection, open_package(path), known=(known or {}).keys())
        told = list(violations(connection))
    found = [
        f"{each.rule.removeprefix('oneroster.')} {each.effect} {each.file}:{each.row} {each.column}"
        for each in told
    ]
    text = " ".join(each.message for each in told)
    return Judged(sorted(found), text, judged.is_loadable, judged.rows)


def _setting(table: str, row: int, **values: str) -> Callable[[Rows], None]:
    def change(rows: Rows) -> None:
        rows[table][row] |= values

    return change


def _another(table: str, row: int, **values: str) -> Callable[[Rows], None]:
    def change(rows: Rows) -> None:
        rows[table].append(rows[table][row] | values)

    return change


def _without(table: str, row: int) -> Callable[[Rows], None]:
    def change(rows: Rows) -> None:
        del rows[table][row]

    return change


# One change each, and all that it breaks.
OF_VALUES = [
    (_setting("users", 0, username=""), ["value.required none users.csv:2 username"]),
    (
        _setting("classes", 0, title=" "),
        [
            "value.required row classes.csv:2 title",
            "value.space none classes.csv:2 title",
            *(f"reference.missing row enrollments.csv:{row} classSourcedId" for row in (2, 3, 4)),
        ],
    ),
    (_setting("users", 0, email=" a@b.example"), ["value.space none users.csv:2 email"]),
    (
        _setting("courses", 0, sourcedId="al gebra"),
        [
            "value.guid none courses.csv:2 sourcedId",
            "reference.missing value classes.csv:2 courseSourcedId",
        ],
    ),
    (_setting("classes", 0, classType="club"), ["value.enumeration value classes.csv:2 classType"]),
    (_setting("classes", 0, classType="ext:club"), []),
    (_setting("users", 0, grades="07,7th"), ["value.enumeration value users.csv:2 grades"]),
    (
        _setting("users", 0, enabledUser="TRUE"),
        ["value.enumeration-case none users.csv:2 enabledUser"],
    ),
    (
        _setting("enrollments", 0, role="Student"),
        ["value.enumeration-case none enrollments.csv:2 role"],
    ),
    (_setting("enrollments", 2, role="janitor"), ["value.enumeration row enrollments.csv:4 role"]),
    (
        _setting("enrollments", 0, beginDate="2026-02-30"),
        ["value.date value enrollments.csv:2 beginDate"],
    ),
    (
        _setting("enrollments", 0, beginDate="2026-9-1"),
        ["value.date value enrollments.csv:2 beginDate"],
    ),
    (
        _setting("enrollments", 0, beginDate="-026-09-01"),
        ["value.date value enrollments.csv:2 beginDate"],
    ),
    (
        _setting("academicSessions", 1, startDate="17.08.2026"),
        [
            "value.date row academicSessions.csv:3 startDate",
            "reference.missing value classes.csv:2 termSourcedIds",
        ],
    ),
    (
        _setting("academicSessions", 1, schoolYear="26/27"),
        ["value.year value academicSessions.csv:3 schoolYear"],
    ),
    (_setting("classes", 0, periods="1,,2"), ["value.list none classes.csv:2 periods"]),
    (_setting("users", 0, userIds="SSO:ada"), ["value.user-ids value users.csv:2 userIds"]),
    (
        _setting("enrollments", 0, beginDate="2026-10-01", endDate="2026-09-01"),
        ["date.order row enrollments.csv:2 endDate"],
    ),
    (_setting("classes", 0, status="active"), ["status.bulk none classes.csv:2 status"]),
    (
        _setting("classes", 0, dateLastModified="2026-09-01"),
        [
            "status.bulk none classes.csv:2 dateLastModified",
            "value.datetime none classes.csv:2 dateLastModified",
        ],
    ),
    (
        _setting("enrollments", 1, userSourcedId="nobody"),
        ["reference.missing row enrollments.csv:3 userSourcedId"],
    ),
    (
        _setting("classes", 0, termSourcedIds="term, spring"),
        ["reference.missing value classes.csv:2 termSourcedIds"],
    ),
    (
        _setting("courses", 0, schoolYearSourcedId="term"),
        ["reference.type none courses.csv:2 schoolYearSourcedId"],
    ),
    (_another("enrollments", 0), ["row.repeated row enrollments.csv:5 sourcedId"]),
    (_another("users", 0, username="ada2"), ["row.duplicate row users.csv:5 sourcedId"]),
    (
        _another("enrollments", 0, sourcedId="again"),
        ["enrollment.overlap none enrollments.csv:5 sourcedId"],
    ),
    (
        _setting("enrollments", 0, schoolSourcedId="district"),
        [
            "enrollment.school none enrollments.csv:2 schoolSourcedId",
            "reference.type none enrollments.csv:2 schoolSourcedId",
        ],
    ),
    (_setting("enrollments", 2, role="student"), ["enrollment.role none enrollments.csv:4 role"]),
    (_another("roles", 0, sourcedId="second"), ["role.primary none roles.csv:5 roleType"]),
    (_without("roles", 2), ["role.none none users.csv:4 sourcedId"]),
]


def _gradebook(rows: Rows) -> None:
    rows["categories"] = [{"sourcedId": "quizzes", "title": "Quizzes", "weight": "heavy"}]


def _without_the_sixth_column(text: str) -> str:
    rows = (line.split(",") for line in text.splitlines())
    return "".join(",".join(row[:5] + row[6:]) + "\n" for row in rows)


def _with_two_columns_swapped(text: str) -> str:
    rows = (line.split(",") for line in text.splitlines())
    return "".join(",".join([*row[:3], row[4], row[3], *row[5:]]) + "\n" for row in rows)


OF_TEXT = [
    (
        "orgs.csv",
        lambda text: text.replace("North", '"No\nrth"'),
        ["csv.line-break none orgs.csv:3 name"],
    ),
    (
        "orgs.csv",
        lambda text: text.replace("North", '"North'),
        ["csv.quotes delivery orgs.csv:None None"],
    ),
    ("orgs.csv", lambda text: text + "west,,,West,school\n", ["csv.length row orgs.csv:4 None"]),
    ("orgs.csv", lambda text: text + ",,,,,,\n", ["csv.blank none orgs.csv:4 None"]),
    ("orgs.csv", _without_the_sixth_column, ["column.missing none orgs.csv:1 identifier"]),
    (
        "orgs.csv",
        lambda text: text.replace("identifier", "name"),
        ["column.duplicate delivery orgs.csv:1 None"],
    ),
    (
        "orgs.csv",
        lambda text: "\n".join(f"{line},x" for line in text.splitlines()) + "\n",
        ["column.unknown none orgs.csv:1 x"],
    ),
    ("orgs.csv", _with_two_columns_swapped, ["column.order none orgs.csv:1 None"]),
    (
        "courses.csv",
        lambda text: text.splitlines()[0] + "\n",
        [
            "file.empty none courses.csv:None None",
            "reference.missing value classes.csv:2 courseSourcedId",
        ],
    ),
    (
        "manifest.csv",
        lambda text: text.replace("file.courses,bulk", "file.courses,some"),
        [
            "file.unannounced none courses.csv:None None",
            "manifest.mode delivery manifest.csv:6 value",
        ],
    ),
    (
        "manifest.csv",
        lambda text: text.replace("file.lineItems,absent\n", ""),
        ["manifest.mode none manifest.csv:None None"],
    ),
    (
        "manifest.csv",
        lambda text: text.replace("oneroster.version,1.2", "oneroster.version,1.0"),
        ["manifest.version delivery manifest.csv:None None"],
    ),
    (
        "manifest.csv",
        lambda text: text + "file.orgs,bulk\n",
        ["manifest.duplicate delivery manifest.csv:25 value"],
    ),
    (
        "manifest.csv",
        lambda text: text + "source.system,SIS\n",
        ["manifest.property none manifest.csv:25 value"],
    ),
    (
        "manifest.csv",
        lambda text: text.replace("file.results,absent", "file.results,bulk"),
        ["file.missing none results.csv:None None"],
    ),
]


@pytest.mark.parametrize("version", list(Version))
def test_a_valid_set_breaks_no_rule(tmp_path: Path, version: Version) -> None:
    """Of a set that keeps to the specification nothing is said, in either version."""
    judged = _judge(write_roster(tmp_path / "set", roster_rows(version), version))
    assert judged == Judged([], "", is_loadable=True, rows=15 if version is Version.V1_2 else 12)


@pytest.mark.parametrize(("change", "expected"), OF_VALUES)
def test_a_broken_value_is_named(
    tmp_path: Path, change: Callable[[Rows], None], expected: list[str]
) -> None:
    """One change breaks these rules and no other, and the message repeats no value."""
    rows = roster_rows()
    change(rows)
    judged = _judge(write_roster(tmp_path / "set", rows))
    assert judged.found == sorted(expected)
    assert judged.is_loadable
    for value in ("7th", "club", "nobody", "ada", "al gebra"):
        assert value not in judged.messages


@pytest.mark.parametrize(("name", "change", "expected"), OF_TEXT)
def test_a_broken_file_is_named(
    tmp_path: Path, name: str, change: Callable[[str], str], expected: list[str]
) -> None:
    """What is wrong with the files themselves is told, and whether they can be loaded."""
    folder = write_roster(tmp_path / "set", roster_rows())
    text = (folder / name).read_text("utf-8")
    assert change(text) != text
    (folder / name).write_text(change(text), encoding="utf-8")
    judged = _judge(folder)
    assert judged.found == sorted(expected)
    assert judged.is_loadable != any(" delivery " in each for each in expected)


def test_numbers_are_numbers(tmp_path: Path) -> None:
    """What is not stored is held to its table all the same."""
    rows = roster_rows()
    _gradebook(rows)
    judged = _judge(write_roster(tmp_path / "set", rows))
    assert judged.found == ["value.number none categories.csv:2 weight"]


def test_what_is_not_utf_8_is_named_by_its_row(tmp_path: Path) -> None:
    """The row at which the encoding breaks is told, and nothing is loaded."""
    folder = write_roster(tmp_path / "set", roster_rows())
    data = (folder / "orgs.csv").read_bytes().replace(b"North", "Nörd".encode("latin-1"))
    (folder / "orgs.csv").write_bytes(data)
    judged = _judge(folder)
    assert judged.found == ["file.encoding delivery orgs.csv:3 None"]
    assert not judged.is_loadable


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["manifest"], ["manifest.missing delivery manifest.csv:None None"]),
        (["orgs"], ["file.missing delivery orgs.csv:None None"]),
    ],
)
def test_a_missing_file_is_named(tmp_path: Path, names: list[str], expected: list[str]) -> None:
    """Without its manifest, or a file that the manifest announces, nothing is loaded."""
    folder = write_roster(tmp_path / "set", roster_rows())
    for name in names:
        (folder / f"{name}.csv").unlink()
    judged = _judge(folder)
    assert judged.found == expected
    assert not judged.is_loadable


def test_a_bulk_set_needs_its_people(tmp_path: Path) -> None:
    """A bulk set whose manifest calls the users absent is no roster."""
    rows = roster_rows()
    del rows["users"]
    judged = _judge(write_roster(tmp_path / "set", rows))
    assert "file.needed delivery users.csv:None None" in judged.found
    assert not judged.is_loadable


def test_an_unknown_file_is_named(tmp_path: Path) -> None:
    """A file of no table is not read, and told."""
    folder = write_roster(tmp_path / "set", roster_rows())
    (folder / "notes.csv").write_text("a\n1\n", encoding="utf-8")
    assert _judge(folder).found == ["file.unknown none notes.csv:None None"]


def test_a_zip_is_read_as_a_folder_is(tmp_path: Path) -> None:
    """A zip gives the same, and one whose files lie in a folder is told."""
    files = roster_files(roster_rows())
    assert _judge(zip_roster(tmp_path / "flat.zip", files)).found == []
    nested = _judge(zip_roster(tmp_path / "nested.zip", files, folder="export/"))
    assert nested.found == ["delivery.nested none nested.zip:None None"]


def test_a_damaged_member_of_a_zip_is_named(tmp_path: Path) -> None:
    """A file whose bytes are damaged is told, and nothing is loaded."""
    file = zip_roster(tmp_path / "set.zip", roster_files(roster_rows()))
    data = file.read_bytes().replace(b"North,school", b"South,school")
    file.write_bytes(data)
    judged = _judge(file)
    assert "delivery.unreadable delivery orgs.csv:None None" in judged.found
    assert not judged.is_loadable


@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["plain", "byte-order-mark"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"], ids=["unix", "windows"])
def test_spreadsheet_exports_are_read(tmp_path: Path, mark: str, line_end: str) -> None:
    """A byte order mark and Windows line ends make no difference."""
    folder = tmp_path / "set"
    folder.mkdir()
    for name, text in roster_files(roster_rows()).items():
        (folder / name).write_bytes((mark + text.replace("\n", line_end)).encode())
    assert _judge(folder).found == []


DELTA = {"enrollments": Mode.DELTA.value}


def _delta(**values: str) -> Rows:
    row = {"status": "active", "dateLastModified": "2026-09-01T08:00:00.000Z"} | values
    return {"enrollments": [roster_rows()["enrollments"][0] | row]}


def test_a_delta_may_refer_to_what_was_delivered_before(tmp_path: Path) -> None:
    """Alone, its references cannot be followed; beside what is loaded, they are."""
    folder = write_roster(tmp_path / "set", _delta(), modes=DELTA)
    assert _judge(folder).found == []
    known = {"classes": ["algebra-a"], "orgs": ["north"], "users": ["ada"]}
    assert _judge(folder, known=known).found == []
    known["users"] = ["ben"]
    assert _judge(folder, known=known).found == [
        "reference.missing row enrollments.csv:2 userSourcedId"
    ]


def test_a_delta_says_what_becomes_of_its_rows(tmp_path: Path) -> None:
    """Without a status nobody can tell what a row of a delta is to do."""
    folder = write_roster(tmp_path / "set", _delta(status=""), modes=DELTA)
    assert _judge(folder).found == ["status.delta row enrollments.csv:2 status"]


def test_every_rule_has_a_case() -> None:
    """No rule stands in the list that no test here breaks."""
    source = Path(__file__).read_text(encoding="utf-8")
    assert [name for name in RULES if f'"{name.removeprefix("oneroster.")} ' not in source] == []


def test_deliveries_are_found_beside_each_other(tmp_path: Path) -> None:
    """A set in the folder itself, those in folders below and zips are deliveries of their own."""
    write_roster(tmp_path, roster_rows())
    write_roster(tmp_path / "2026-09-01", roster_rows())
    zip_roster(tmp_path / "sis 2026-10-01.zip", roster_files(roster_rows()))
    (tmp_path / "calendar.csv").write_text("school_id\n", encoding="utf-8")
    found = [open_package(path) for path in find_packages(tmp_path)]
    assert [str(each.dated) for each in found] == ["2026-09-01", "2026-10-01", "None"]
    assert len({each.digest() for each in found}) == 1


def test_the_published_sample_can_be_loaded() -> None:
    """The imperfect sample of OneRoster 1.1 is told off in many places, and can be loaded."""
    if not SAMPLE.is_dir():
        pytest.skip(f"the OneRoster sample is not at {SAMPLE.parent.name}/{SAMPLE.name}")
    judged = _judge(SAMPLE)
    assert judged.is_loadable
    assert judged.rows == 10
    assert "value.required none classes.csv:3 courseSourcedId" in judged.found
    assert {each.split()[1] for each in judged.found} == {"none", "value"}

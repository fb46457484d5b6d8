"""Load says which clocks hold for a student, when their dates begin, and what changes with them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from pipelines.errors import ConfigurationError
from pipelines.warehouse.local_dates import place_students
from pipelines.warehouse.schema import prepare_schema
from tests.load.test_changes import ADA, CHANGES
from tests.unit.examples import statement

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from duckdb import DuckDBPyConnection

    from pipelines.home import Home
    from pipelines.warehouse.load import LoadOutcome

    Query = Callable[[str], list[tuple[Any, ...]]]

DENVER = '\n[[schools]]\nid = "org-2"\nzone = "America/Denver"\n'
LENGTHS = (
    "select local_date::varchar, (epoch(ends_at) - epoch(starts_at)) / 3600"
    " from loaded.zone_dates where local_date = ?"
)
FAR = date.min, date.max


@pytest.fixture
def connection() -> Iterator[DuckDBPyConnection]:
    """Give the empty tables of a warehouse."""
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        prepare_schema(connection)
        yield connection


def _place(connection: DuckDBPyConnection, zone: str, *moments: datetime) -> None:
    connection.execute("insert into loaded.district values ('d', ?, 1, 'f')", [zone])
    for moment in moments:
        connection.execute(
            "insert into loaded.events by name select 'a' as source, uuid() as event_id,"
            " 'xapi' as standard, '1.0.3' as spec_version, 'b' as body_digest, 'v' as verb,"
            " ?::timestamptz as occurred_at, 1 as line_number, 0 as item_number,"
            " 'f' as file_digest, 1 as batch_number",
            [moment],
        )
    place_students(connection, is_changed=True)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        pytest.param("America/Chicago", "2026-03-07", 24, id="before-the-change"),
        pytest.param("America/Chicago", "2026-03-08", 23, id="forward"),
        pytest.param("America/Chicago", "2025-11-02", 25, id="back"),
        pytest.param("America/Havana", "2025-11-02", 25, id="midnight-twice"),
        pytest.param("America/Havana", "2025-11-01", 24, id="until-the-first-midnight"),
        pytest.param("America/Havana", "2026-03-08", 23, id="midnight-never"),
        pytest.param("America/Phoenix", "2026-03-08", 24, id="no-change"),
    ],
)
def test_dates_have_23_24_or_25_hours(
    connection: DuckDBPyConnection, zone: str, day: str, hours: int
) -> None:
    """A date lasts from its first midnight to that of the next, whatever the clocks do."""
    noon = datetime.fromisoformat(f"{day}T17:00:00").replace(tzinfo=UTC)
    _place(connection, zone, noon)
    assert connection.execute(LENGTHS, [day]).fetchall() == [(day, hours)]


def test_every_moment_near_an_event_is_on_one_date(connection: DuckDBPyConnection) -> None:
    """The dates beside those of events are there too, and follow one another without a gap."""
    _place(connection, "America/Chicago", datetime(2026, 3, 8, tzinfo=UTC))
    rows = connection.execute(
        "select local_date, starts_at, ends_at from loaded.zone_dates order by local_date"
    ).fetchall()
    assert [day for day, _, _ in rows] == [
        date(2026, 3, 6) + timedelta(days=days) for days in range(5)
    ]
    assert [ends for _, _, ends in rows[:-1]] == [starts for _, starts, _ in rows[1:]]


def test_the_smallest_section_decides_the_school_of_a_date(connection: DuckDBPyConnection) -> None:
    """Stretches cover all of time; without a section the school that the roster tells holds."""
    connection.execute("insert into loaded.school_zones values ('west', 'America/Denver')")
    connection.execute(
        "insert into loaded.sections values ('a', 'north', null, 'a', '2025-09-01', '2026-06-01'),"
        " ('b', 'west', null, 'b', '2025-09-01', '2026-06-01')"
    )
    connection.execute(
        "insert into loaded.students values ('s', null, 'home'), ('t', null, 'north')"
    )
    connection.execute(
        "insert into loaded.enrollments values ('s', 'b', 'student', null, null),"
        " ('s', 'a', 'student', '2026-01-05', null), ('t', 'b', 'aide', null, null)"
    )
    _place(connection, "America/Chicago")
    first, autumn, winter, summer = FAR[0], date(2025, 9, 1), date(2026, 1, 5), date(2026, 6, 1)
    schools = connection.execute(
        "from loaded.student_schools order by student_key, starts_on"
    ).fetchall()
    assert schools == [
        ("s", "home", first, autumn),
        ("s", "west", autumn, winter),
        ("s", "north", winter, summer),
        ("s", "home", summer, FAR[1]),
        ("t", "north", *FAR),
    ]
    zones = connection.execute(
        "from loaded.student_zones order by student_key, starts_on"
    ).fetchall()
    assert [(key, zone, starts, ends) for key, zone, starts, ends, _ in zones] == [
        ("s", "America/Chicago", first, autumn),
        ("s", "America/Denver", autumn, winter),
        ("s", "America/Chicago", winter, FAR[1]),
    ]
    assert [row[-1] for row in zones] == [
        datetime(2025, 9, 1, 6, tzinfo=UTC),
        datetime(2026, 1, 5, 6, tzinfo=UTC),
        None,
    ]


def _two_schools(home: Home) -> None:
    for name, row in {
        "orgs": "org-2,active,West School,school",
        "classes": "class-2,active,Algebra B,course-1,org-2,term-1",
    }.items():
        file = home.rosters / f"{name}.csv"
        file.write_text(f"{file.read_text('utf-8')}{row}\n", "utf-8")
    home.settings_file.write_text(home.settings_file.read_text("utf-8") + DENVER, "utf-8")


def test_a_move_to_other_clocks_lists_the_dates_of_both(
    home: Home, ingest: Callable[..., None], load_home: Callable[[], LoadOutcome], query: Query
) -> None:
    """What lay on one date by the clocks of before lies on another now: both change."""
    _two_schools(home)
    load_home()
    ingest("mathpath/a.ndjson", statement(1, timestamp="2025-09-02T05:30:00Z"))
    load_home()
    assert query(CHANGES) == [(ADA, date(2025, 9, 2), "new", 1)]
    file = home.rosters / "enrollments.csv"
    text = file.read_text("utf-8").replace("active,class-1,student-1", "active,class-2,student-1")
    file.write_text(text, "utf-8")
    load_home()
    assert query(CHANGES) == [
        (ADA, date(2025, 9, 1), "roster", 1),
        (ADA, date(2025, 9, 2), "roster", 0),
    ]


def test_nights_are_counted_by_the_clocks_of_the_student(
    home: Home, ingest: Callable[..., None], load_home: Callable[[], LoadOutcome], query: Query
) -> None:
    """The counts that checks compare use the same dates as the models."""
    _two_schools(home)
    file = home.rosters / "enrollments.csv"
    text = file.read_text("utf-8").replace("active,class-1,student-1", "active,class-2,student-1")
    file.write_text(text, "utf-8")
    ingest("mathpath/a.ndjson", statement(1, timestamp="2025-09-02T05:30:00Z"))
    load_home()
    assert query("select event_date, events from loaded.daily_counts") == [(date(2025, 9, 1), 1)]


def test_a_school_that_no_roster_has_is_refused(
    home: Home, load_home: Callable[[], LoadOutcome]
) -> None:
    """A misspelt school would silently have the district's clocks."""
    home.settings_file.write_text(home.settings_file.read_text("utf-8") + DENVER, "utf-8")
    with pytest.raises(ConfigurationError, match=r"no roster has a school with the id 'org-2'"):
        load_home()

"""What `plumbline status` can say from the published files alone."""

from __future__ import annotations

import dataclasses
import io
import json
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from pipelines.errors import PlumblineError
from pipelines.publish.publish import publish_build
from pipelines.publish.status import (
    CheckCounts,
    NothingPublished,
    SourceStatus,
    Status,
    print_status,
    read_status,
)
from tests.publish.conftest import encrypted
from tests.unit.examples import write_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipelines.home import Home
    from pipelines.identity.keys import Key
    from pipelines.settings import Settings


def test_nothing_published_is_said_clearly(home: Home) -> None:
    """Before the first publish there is a message instead of a status."""
    status = read_status(home)

    assert status == NothingPublished()
    assert "plumbline nightly" in _printed(status)
    assert json.loads(status.as_json())["is_published"] is False


def test_status_needs_no_warehouse(home: Home, settings: Settings, key: Key) -> None:
    """The current build's identity, sources, tables and checks are read from what is published."""
    publish_build(home, settings, key, "build-one")
    home.warehouse_file.unlink()

    status = read_status(home)

    assert isinstance(status, Status)
    assert (status.build_id, status.as_of_date.isoformat()) == ("build-one", "2025-10-10")
    assert status.checks == CheckCounts(passed=40, warned=1, failed=0)
    assert status.sources[0] == SourceStatus(
        source="mathpath",
        files=3,
        read=3048,
        loaded=3000,
        duplicate=30,
        conflicting=3,
        rejected=9,
        minimised=6,
    )
    assert {table.qualified_name: table.rows for table in status.tables}["roster.students"] == 40


def test_status_is_json(home: Home, settings: Settings, key: Key) -> None:
    """The JSON has everything that the status has."""
    publish_build(home, settings, key, "build-one")

    document = json.loads(read_status(home).as_json())

    assert document["is_published"] is True
    assert {field.name for field in dataclasses.fields(Status)} <= set(document)
    assert document["sources"][1]["source"] == "readwell"


def test_status_is_text(home: Home, settings: Settings, key: Key) -> None:
    """A person reads the build, the checks, what was delivered and what is published."""
    publish_build(home, settings, key, "build-one")

    text = _printed(read_status(home))

    assert "Build build-one as of 2025-10-10" in text
    assert "40 passed, 1 warned, 0 failed" in text
    assert "3,048" in text
    assert "learning.mastery_evidence" in text


def test_a_held_source_is_told(
    home: Home, settings: Settings, key: Key, change: Callable[[str], None]
) -> None:
    """Whose deliveries are held, since when, how much of them is rejected, and where to look."""
    change(
        "insert into audit.held values"
        " ('d1', 'quizroom/a.ndjson', 'quizroom', 200, 120, date '2025-09-03', 'build-one'),"
        " ('d2', 'quizroom/b.ndjson', 'quizroom', 1000, 800, date '2025-09-04', 'build-one')"
    )
    publish_build(home, settings, key, "build-one")
    text = " ".join(_printed(read_status(home)).split())
    assert "Held since 2025-09-03: 2 file(s) of quizroom, 920 of 1,200 items rejected" in text
    assert "`plumbline quarantine list --source quizroom`" in text


def test_a_held_roster_is_told(
    home: Home, settings: Settings, key: Key, change: Callable[[str], None]
) -> None:
    """Which roster is held, how far it shrank, and how it is let in."""
    change(
        "insert into audit.rosters values ('d', 'sis', 'held', 90, 0, 0, 5012, 310, 40000, 2400,"
        " date '2025-09-03', 'build-one')"
    )
    publish_build(home, settings, key, "build-one")
    text = " ".join(_printed(read_status(home)).split())
    assert "Roster sis is held, the one before stays: 310 students instead of 5,012" in text
    assert "`plumbline release --roster`" in text


def test_encrypted_build_is_read_with_the_home_s_key(
    home: Home, settings: Settings, key: Key
) -> None:
    """The key of an encrypted build is found where district.toml says."""
    write_key(settings.keys_folder, dataclasses.replace(key, name="marts"))
    publish_build(home, encrypted(settings), key, "build-one")
    home.settings_file.write_text(
        """
        [district]
        id = "riverbend"
        name = "Riverbend"
        zone = "America/Chicago"
        [sources.mathpath]
        [[learner_identifiers]]
        namespace = "mbox"
        roster_field = "email"
        """
    )

    status = read_status(home)

    assert isinstance(status, Status)
    assert status.sources[0].loaded == 3000


def test_damaged_build_is_named(home: Home, settings: Settings, key: Key) -> None:
    """A published file that does not open gives one message with what to do."""
    publish_build(home, settings, key, "build-one")
    (home.current_build / "marts.duckdb").write_bytes(b"not a database")

    with pytest.raises(PlumblineError, match="the published build build-one is damaged"):
        read_status(home)


def _printed(status: Status | NothingPublished) -> str:
    console = Console(file=io.StringIO(), width=120)
    print_status(status, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()

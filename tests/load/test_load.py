"""A load is one transaction under one key, and records follow their files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pipelines.errors import ConfigurationError, InputError
from pipelines.identity.keys import Key, read_key
from pipelines.identity.pseudonyms import LocalIdentifier, Pseudonymiser
from pipelines.warehouse.connection import open_encrypted
from tests.unit.examples import (
    DISTRICT_ID,
    PSEUDONYM_KEY,
    ROSTER,
    SETTINGS,
    SSO,
    statement,
    write_key,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipelines.home import Home
    from pipelines.warehouse.load import LoadOutcome

    Ingest = Callable[..., None]
    Load = Callable[[], LoadOutcome]
    Query = Callable[[str], list[tuple[Any, ...]]]
    Contents = Callable[[], dict[str, Any]]


def test_the_records_of_a_district_are_loaded(load_home: Load, query: Query) -> None:
    """Roster, standards and calendar stand in their tables, people by pseudonym."""
    load_home()
    pseudonymiser = Pseudonymiser(PSEUDONYM_KEY, DISTRICT_ID)
    ada = pseudonymiser.student_key("student-1")
    assert (ada, "6-8", "org-1") in query("select * from loaded.students")
    assert query("select role, count(*) from loaded.enrollments group by role order by role") == [
        ("student", 2),
        ("teacher", 1),
    ]
    actor = pseudonymiser.pseudonym(LocalIdentifier(SSO, "student-1"))
    assert (actor, ada) in query("select actor_key, student_key from loaded.learner_identifiers")
    assert query("select standard_id, parent_id from loaded.standards order by 1") == [
        ("area", None),
        ("ratio", "area"),
    ]
    assert query(
        "select is_instructional, opens_at::varchar from loaded.school_days order by 1"
    ) == [
        (False, None),
        (True, "08:00:00"),
    ]
    assert query("select district_id, zone from loaded.district") == [
        (DISTRICT_ID, "America/Chicago")
    ]
    assert query("select * from loaded.sources order by 1") == [
        ("mathpath", "by_verb", None),
        ("quizroom", "by_verb", None),
    ]


def test_the_warehouse_holds_no_name(load_home: Load, contents: Contents) -> None:
    """Names, e-mail addresses and identifiers of people stay in the vault."""
    load_home()
    rows = str(contents())
    for text in ("Ada", "Specimen", "riverbend.example'", "student-1", "teacher-1"):
        assert text not in rows


@pytest.mark.parametrize(
    ("path", "replacement", "changed"),
    [
        pytest.param("rosters/users.csv", ("07,org-1", "09,org-1"), {"roster"}, id="roster"),
        pytest.param("rosters/calendar.csv", ("08:00", "08:30"), {"calendar"}, id="calendar"),
        pytest.param(
            "standards/mathematics.json", ("Numbers", "Number sense"), {"standards"}, id="standards"
        ),
        pytest.param(
            "district.toml", ('name = "Riverbend', 'name = "River'), {"settings"}, id="settings"
        ),
        pytest.param(
            "district.toml",
            ('"sourcedId"', '"username"'),
            {"roster", "settings"},
            id="learner-identifiers",
        ),
    ],
)
def test_records_are_loaded_again_where_they_changed(
    home: Home, load_home: Load, path: str, *, replacement: tuple[str, str], changed: set[str]
) -> None:
    """Only the records whose files or settings changed are replaced."""
    load_home()
    file = home.root / path
    before = file.read_text("utf-8")
    file.write_text(before.replace(*replacement), encoding="utf-8")
    assert file.read_text("utf-8") != before
    assert set(load_home().changed_records) == changed
    assert load_home().changed_records == ()


def test_replaced_records_are_those_of_the_new_files(
    home: Home, load_home: Load, query: Query
) -> None:
    """Who left the roster leaves the tables."""
    load_home()
    roster = ROSTER["enrollments.csv"].replace("enrol-2,active", "enrol-2,tobedeleted")
    (home.rosters / "enrollments.csv").write_text(roster, encoding="utf-8")
    load_home()
    assert query("select count(*) from loaded.enrollments") == [(2,)]


def test_a_failed_load_leaves_nothing(
    home: Home, ingest: Ingest, load_home: Load, contents: Contents
) -> None:
    """Where a record cannot be used, neither records nor events of the night are loaded."""
    ingest("mathpath/a.ndjson", statement(1))
    load_home()
    before = contents()
    ingest("mathpath/b.ndjson", statement(2))
    users = ROSTER["users.csv"].replace("07,org-1", "09,org-1")
    (home.rosters / "users.csv").write_text(users, encoding="utf-8")
    (home.standards / "mathematics.json").write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match="is not JSON"):
        load_home()
    assert contents() == before


def test_a_lake_that_cannot_be_read_loads_nothing(
    home: Home, ingest: Ingest, load_home: Load, contents: Contents
) -> None:
    """A damaged part ends the load after the records were replaced: all of it is undone."""
    load_home()
    before = contents()
    ingest("mathpath/a.ndjson", statement(1))
    (home.standards / "mathematics.json").write_text(
        (home.standards / "mathematics.json").read_text("utf-8").replace("Numbers", "N"), "utf-8"
    )
    (part,) = home.events.rglob("*.parquet")
    whole = part.read_bytes()
    part.write_bytes(b"PAR1" + whole[4:-20])
    with pytest.raises(Exception, match=r"\.parquet"):
        load_home()
    assert contents() == before
    part.write_bytes(whole)
    assert len(load_home().files) == 1


def test_another_pseudonym_key_is_refused(home: Home, load_home: Load, contents: Contents) -> None:
    """With another key every student would be somebody else; nothing is loaded."""
    load_home()
    before = contents()
    write_key(home.root / "keys", Key("pseudonym", 1, bytes(32)))
    with pytest.raises(ConfigurationError, match=r"another pseudonym\.key"):
        load_home()
    assert contents() == before


def test_another_warehouse_key_is_refused(home: Home, load_home: Load) -> None:
    """The message names the key and does not show it."""
    load_home()
    write_key(home.root / "keys", Key("warehouse", 1, bytes(32)))
    with pytest.raises(ConfigurationError, match=r"does not open with warehouse\.key") as caught:
        load_home()
    assert bytes(32).hex() not in str(caught.value)


def test_a_home_without_a_roster_is_told(home: Home, load_home: Load) -> None:
    """The message says what to export."""
    for file in home.rosters.glob("*.csv"):
        file.unlink()
    with pytest.raises(InputError, match="has no roster"):
        load_home()


@pytest.mark.parametrize("path", ["rosters/calendar.csv", "standards/mathematics.json"])
def test_a_missing_record_is_told(home: Home, load_home: Load, path: str) -> None:
    """Every kind of record is needed, on the first night and on any later one."""
    content = (home.root / path).read_bytes()
    (home.root / path).unlink()
    with pytest.raises(InputError):
        load_home()
    (home.root / path).write_bytes(content)
    load_home()
    (home.root / path).unlink()
    with pytest.raises(InputError):
        load_home()


def test_the_settings_of_verbs_follow_the_settings(
    home: Home, load_home: Load, query: Query
) -> None:
    """What the district says of a verb is loaded, and goes when it is taken out."""
    verbs = '\n[[verbs]]\nverb = "https://x.example/v"\naction = "hinted"\n'
    home.settings_file.write_text(SETTINGS + verbs, encoding="utf-8")
    load_home()
    assert query("select * from loaded.verb_actions") == [("https://x.example/v", None, "hinted")]
    home.settings_file.write_text(SETTINGS, encoding="utf-8")
    load_home()
    assert query("select * from loaded.verb_actions") == []


def test_the_vault_gets_the_names(home: Home, load_home: Load) -> None:
    """Loading a roster writes the vault beside the warehouse."""
    load_home()
    key = read_key(home.root / "keys", "vault")
    with open_encrypted(home.vault_file, key, alias="vault", read_only=True) as connection:
        names = connection.execute("select given_name from people order by all").fetchall()
    assert names == [("Ada",), ("Ben",), ("Cleo",)]

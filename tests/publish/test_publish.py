"""Publishing: whole builds only, switched to at once, never in a reader's way."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from typing import TYPE_CHECKING, NoReturn
from uuid import UUID

import duckdb
import pyarrow.parquet as pq
import pytest

from pipelines.errors import CheckFailedError, ConfigurationError, PlumblineError
from pipelines.identity.keys import Key
from pipelines.publish import folders
from pipelines.publish.manifest import read_manifest
from pipelines.publish.marts import open_marts
from pipelines.publish.publish import publish_build
from pipelines.warehouse.build import latest_build
from pipelines.warehouse.connection import open_encrypted
from tests.publish.conftest import encrypted
from tests.unit.examples import write_key

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pipelines.home import Home
    from pipelines.settings import Settings

    Rebuild = Callable[[str], None]
    Change = Callable[[str], None]


def test_readers_find_every_mart(home: Home, settings: Settings, key: Key) -> None:
    """The published file has the warehouse's marts, with their rows, and nothing else of it."""
    published = publish_build(home, settings, key, "build-one")

    rows = {table.qualified_name: table.rows for table in published.tables}
    assert rows["learning.mastery_evidence"] == 6000
    assert rows["audit.builds"] == 10
    with duckdb.connect(home.current_build / "marts.duckdb", read_only=True) as reader:
        names = reader.execute(
            "select distinct schema_name || '.' || table_name from duckdb_columns()"
            " where not internal and schema_name <> 'dated'"
        ).fetchall()
        found = {
            name: reader.execute(f"select count(*) from {name}").fetchall()[0][0]
            for (name,) in names
        }
    assert found == rows


def test_a_dated_table_is_found_under_any_name(
    home: Home, settings: Settings, key: Key, tmp_path: Path
) -> None:
    """Its view names no database: readers attach the file, or a copy of it, as they like."""
    publish_build(home, settings, key, "build-one")
    copy = shutil.copy(home.current_build / "marts.duckdb", tmp_path / "copy.duckdb")

    query = "select distinct build_id from {}.learning.mastery_evidence"
    with duckdb.connect() as reader:
        for name, file in (("other", home.current_build / "marts.duckdb"), ("copied", copy)):
            reader.execute(f"attach '{file}' as {name} (read_only)")
            assert reader.execute(query.format(name)).fetchall() == [("build-one",)]


def test_comments_travel_with_the_marts(home: Home, settings: Settings, key: Key) -> None:
    """Tables, views and columns keep their descriptions."""
    publish_build(home, settings, key, "build-one")

    with duckdb.connect(home.current_build / "marts.duckdb", read_only=True) as reader:
        tables = reader.execute(
            "select table_name, comment from duckdb_tables() where comment is not null order by all"
        ).fetchall()
        columns = reader.execute(
            "select column_name, comment from duckdb_columns() where comment is not null"
        ).fetchall()
    assert tables == [
        ("builds", "One row per build."),
        ("mastery", "One row per student and standard."),
    ]
    assert columns == [("estimate", "The student's estimated mastery.")]


def test_parquet_holds_the_same_rows(home: Home, settings: Settings, key: Key) -> None:
    """Other tools read each table from Parquet, ordered from its first column on."""
    publish_build(home, settings, key, "build-one")

    file = home.current_build / "parquet" / "learning" / "mastery" / "mastery.parquet"
    mastery = pq.read_table(file).to_pylist()
    keys = [(row["student_key"], row["standard_id"]) for row in mastery]
    assert len(keys) == 200
    assert keys == sorted(keys)


@pytest.mark.parametrize("table", ["learning.mastery", "learning.mastery_evidence"])
def test_uuids_are_text_in_parquet(
    home: Home, settings: Settings, key: Key, change: Change, *, table: str
) -> None:
    """Few readers of Parquet know UUIDs; those of marts.duckdb do."""
    change(f"alter table {table} add column seen_id uuid default '{UUID(int=1)}'")
    publish_build(home, settings, key, "build-one")

    with duckdb.connect(home.current_build / "marts.duckdb", read_only=True) as reader:
        assert reader.execute(f"select distinct seen_id from {table}").fetchall() == [
            (UUID(int=1),)
        ]
    files = (home.current_build / "parquet" / table.replace(".", "/")).rglob("*.parquet")
    found = [value for file in files for value in pq.read_table(file)["seen_id"].to_pylist()]
    assert set(found) == {str(UUID(int=1))}


def test_parquet_bytes_repeat(home: Home, other_home: Home, settings: Settings, key: Key) -> None:
    """The same rows give the same Parquet files and build.json, in whatever order they lie."""
    with open_encrypted(other_home.warehouse_file, key) as connection:
        connection.execute(
            "create or replace table learning.mastery as"
            " from learning.mastery order by estimate desc, hash(student_key)"
        )
    publish_build(home, settings, key, "build-one")
    publish_build(other_home, settings, key, "build-one")

    first, second = (
        {
            file.relative_to(each.published).as_posix(): file.read_bytes()
            for file in each.published.glob("build-one/**/*")
            if file.suffix in {".parquet", ".json"}
        }
        for each in (home, other_home)
    )
    assert {len(file.split("/")) for file in first} == {2, 5, 6}
    assert first == second


def test_build_json_says_what_the_build_is_made_of(
    home: Home, settings: Settings, key: Key
) -> None:
    """build.json has the build's identity, its inputs, and rows and digest of each table."""
    publish_build(home, settings, key, "build-one")

    document = json.loads((home.current_build / "build.json").read_bytes())

    assert {name: document[name] for name in ("build_id", "as_of_date", "encrypted")} == {
        "build_id": "build-one",
        "as_of_date": "2025-10-10",
        "encrypted": False,
    }
    assert [each["kind"] for each in document["inputs"]] == ["roster", "standards"]
    assert all(len(table["digest"]) == 64 for table in document["tables"])


def test_owner_and_group_read_and_nobody_else(home: Home, settings: Settings, key: Key) -> None:
    """Files are 0640 and folders 0750, whatever the umask."""
    before = os.umask(0o077)
    try:
        publish_build(home, settings, key, "build-one")
    finally:
        os.umask(before)

    paths = [home.published, *home.published.rglob("*")]
    modes = {
        (path.is_dir(), stat.S_IMODE(path.stat().st_mode))
        for path in paths
        if not path.is_symlink()
    }
    assert modes == {(True, 0o750), (False, 0o640)}


def test_current_build_is_not_published_again(home: Home, settings: Settings, key: Key) -> None:
    """Publishing the current build changes nothing and says so."""
    publish_build(home, settings, key, "build-one")
    before = _times(home.published)

    again = publish_build(home, settings, key, "build-one")

    assert again.already_current
    assert _times(home.published) == before


def test_reader_keeps_its_build_during_a_publish(
    home: Home, settings: Settings, key: Key, rebuild: Rebuild
) -> None:
    """An open reader goes on reading its build while others get the new one."""
    publish_build(home, settings, key, "build-one")
    query = "select distinct build_id from learning.mastery_evidence"
    with duckdb.connect(home.current_build / "marts.duckdb", read_only=True) as reader:
        rebuild("build-two")
        publish_build(home, settings, key, "build-two")

        assert reader.execute(query).fetchall() == [("build-one",)]
        with duckdb.connect(home.current_build / "marts.duckdb", read_only=True) as newer:
            assert newer.execute(query).fetchall() == [("build-two",)]


@pytest.mark.parametrize("interrupted", ["seal", "move_into_place", "switch"])
def test_interrupted_publish_leaves_the_old_build(  # noqa: PLR0913, PLR0917 - fixtures
    home: Home,
    settings: Settings,
    key: Key,
    rebuild: Rebuild,
    monkeypatch: pytest.MonkeyPatch,
    interrupted: str,
) -> None:
    """Killed at any step before the switch, readers have the old build; the next run finishes."""
    publish_build(home, settings, key, "build-one")
    rebuild("build-two")

    def stop(*_: object, **__: object) -> NoReturn:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(folders, interrupted, stop)
        with pytest.raises(KeyboardInterrupt):
            publish_build(home, settings, key, "build-two")
    assert read_manifest(home.current_build).build.build_id == "build-one"

    publish_build(home, settings, key, "build-two")
    assert read_manifest(home.current_build).build.build_id == "build-two"
    assert sorted(path.name for path in home.published.iterdir()) == [
        "build-one",
        "build-two",
        "current",
    ]


def test_power_cut_before_the_switch_leaves_the_old_build(
    home: Home, settings: Settings, key: Key, rebuild: Rebuild
) -> None:
    """A process that dies with no chance to tidy up leaves readers what they had."""
    publish_build(home, settings, key, "build-one")
    rebuild("build-two")
    dying = f"""
import os, sys
sys.path[:0] = {sys.path!r}
from pathlib import Path
from pipelines.home import Home
from pipelines.identity.keys import Key
from pipelines.publish import folders
from pipelines.publish.publish import publish_build
from pipelines.settings import Settings
folders.switch = lambda *_: os._exit(9)
home = Home(Path({str(home.root)!r}))
settings = Settings("riverbend", "Riverbend", "America/Chicago", home.root / "keys", (), ())
publish_build(home, settings, Key("warehouse", 1, bytes.fromhex({key.hex!r})), "build-two")
"""
    ended = subprocess.run([sys.executable, "-c", dying], check=False)  # noqa: S603 - our own code
    assert ended.returncode == 9
    assert read_manifest(home.current_build).build.build_id == "build-one"

    publish_build(home, settings, key, "build-two")
    assert read_manifest(home.current_build).build.build_id == "build-two"


def test_leftovers_are_removed(home: Home, settings: Settings, key: Key) -> None:
    """Half builds and a half switch of an earlier run do not stay."""
    (home.published / ".build-zero.part" / "parquet").mkdir(parents=True)
    (home.published / ".current.part").symlink_to("build-zero")

    publish_build(home, settings, key, "build-one")

    assert sorted(path.name for path in home.published.iterdir()) == ["build-one", "current"]


def test_earlier_build_is_verified_and_switched_to(
    home: Home, settings: Settings, key: Key, rebuild: Rebuild
) -> None:
    """A build that is there already is switched back to without the warehouse."""
    publish_build(home, settings, key, "build-one")
    rebuild("build-two")
    publish_build(home, settings, key, "build-two")
    home.warehouse_file.unlink()

    published = publish_build(home, settings, key, "build-one")

    assert not published.already_current
    assert read_manifest(home.current_build).build.build_id == "build-one"


def test_damaged_earlier_build_is_refused(
    home: Home, settings: Settings, key: Key, rebuild: Rebuild
) -> None:
    """A build whose files changed since it was published is not switched to."""
    publish_build(home, settings, key, "build-one")
    rebuild("build-two")
    publish_build(home, settings, key, "build-two")
    parquet = home.published / "build-one" / "parquet" / "roster" / "schools" / "schools.parquet"
    parquet.write_bytes(parquet.read_bytes() + b"x")

    with pytest.raises(CheckFailedError, match=r"schools\.parquet has other bytes"):
        publish_build(home, settings, key, "build-one")
    assert read_manifest(home.current_build).build.build_id == "build-two"


def test_old_builds_are_pruned(home: Home, settings: Settings, key: Key) -> None:
    """The newest builds stay, and so do the current and the previous one, however old."""
    publish_build(home, settings, key, "build-one")
    for number in range(9):
        _pretend_build(home, f"later-{number}", seconds=number)

    removed = folders.prune(home.published, keep=7, spared={"build-one", "later-0"})

    assert removed == ("later-1",)
    assert (home.published / "build-one").is_dir()
    assert (home.published / "later-0").is_dir()


def test_a_publish_that_was_cut_off_before_pruning_is_made_up(
    home: Home, settings: Settings, key: Key
) -> None:
    """Publishing what readers see already removes the builds that are too many."""
    publish_build(home, settings, key, "build-one")
    kept = settings.publish.kept_builds
    for number in range(kept):
        _pretend_build(home, f"earlier-{number}", seconds=-number - 1)

    published = publish_build(home, settings, key, "build-one")

    assert published.already_current
    assert published.removed == (f"earlier-{kept - 1}",)


def test_unknown_build_is_refused(home: Home, settings: Settings, key: Key) -> None:
    """A build that the warehouse does not know is named, and nothing is left behind for readers."""
    with pytest.raises(PlumblineError, match="the warehouse knows no build build-nine"):
        publish_build(home, settings, key, "build-nine")
    assert not home.current_build.exists()


@pytest.mark.parametrize("failed", ["null", "1"], ids=["not-checked", "check-failed"])
def test_build_that_has_not_passed_its_checks_is_refused(
    home: Home, settings: Settings, key: Key, change: Change, failed: str
) -> None:
    """A build is published only after its checks ended without a failure."""
    change(f"update loaded.builds set checks_failed = {failed}")
    with pytest.raises(CheckFailedError, match="build-one has not passed its checks"):
        publish_build(home, settings, key, "build-one")
    assert not home.current_build.exists()


def test_build_that_was_cut_off_is_not_the_latest(
    home: Home, settings: Settings, key: Key, change: Change
) -> None:
    """A build of which dbt did not finish is neither checked nor published by hand."""
    write_key(settings.keys_folder, key)
    assert latest_build(home, settings).build_id == "build-one"
    change("update loaded.builds set tests_passed = null")
    with pytest.raises(ConfigurationError, match="built and tested to its end"):
        latest_build(home, settings)


@pytest.mark.parametrize("name", ["", "..", "a/b", "current", ".hidden", "x.part"])
def test_unfit_name_is_refused(home: Home, settings: Settings, key: Key, name: str) -> None:
    """A name that would leave the folder or collide with ours is refused at once."""
    with pytest.raises(PlumblineError, match="cannot be the name of a build"):
        publish_build(home, settings, key, name)
    assert not home.published.exists()


def test_encrypted_build_opens_with_the_key_only(home: Home, settings: Settings, key: Key) -> None:
    """With publish.encrypted, only marts.key opens the files: the warehouse's key does not."""
    marts_key = Key("marts", 1, bytes(range(1, 33)))
    write_key(settings.keys_folder, marts_key)

    published = publish_build(home, encrypted(settings), key, "build-one")

    assert read_manifest(published.folder).is_encrypted
    with pytest.raises(duckdb.Error), duckdb.connect(published.folder / "marts.duckdb"):
        pass
    everything = b"".join(
        file.read_bytes()
        for file in published.folder.rglob("*")
        if file.name != "build.json"
        if file.is_file()
    )
    assert b"Mill Creek" not in everything
    parquet = published.folder / "parquet" / "roster" / "schools" / "schools.parquet"
    with pytest.raises(PlumblineError), open_marts(published.folder, key=key):
        pass
    with open_marts(published.folder, key=marts_key) as reader:
        assert reader.execute("select count(*) from roster.schools").fetchall() == [(2,)]
        assert reader.execute(
            "select count(*) from read_parquet(?, encryption_config = {footer_key: 'marts'})",
            [str(parquet)],
        ).fetchall() == [(2,)]


def _times(folder: Path) -> dict[str, int]:
    return {str(path): path.lstat().st_mtime_ns for path in folder.rglob("*")}


def _pretend_build(home: Home, name: str, *, seconds: int) -> None:
    folder = home.published / name
    folder.mkdir()
    (folder / "build.json").write_text("{}")
    later = (home.published / "build-one" / "build.json").stat().st_mtime + 1 + seconds
    os.utime(folder / "build.json", (later, later))

"""A published build that was brought up to date equals one that was copied whole."""

from __future__ import annotations

import shutil
from collections import Counter
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
import yaml

from pipelines.files import part_of, sync
from pipelines.identity.keys import Key
from pipelines.publish import digests, folders
from pipelines.publish.dated import (
    DATED_TABLES,
    DIFFERING,
    ONE_VALUED,
    Changed,
    update_table,
)
from pipelines.publish.digests import sha256_of
from pipelines.publish.marts import open_marts
from pipelines.publish.publish import publish_build
from pipelines.resources import resource_path
from tests.publish.artefacts import leave_artefacts
from tests.publish.conftest import encrypted, make_home
from tests.unit.examples import write_key

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pipelines.home import Home
    from pipelines.settings import Settings

    Change = Callable[[str], None]
    Rebuild = Callable[[str], None]

MARTS_KEY = Key("marts", 1, bytes(range(1, 33)))
# What a night may do to the warehouse, and the lists with which its build says so.
NIGHT = """
    update loaded.builds set baseline_build_id = 'build-one', full_build_reason = null
    where build_id = 'build-two';
    create schema if not exists intermediate;
    create or replace table intermediate.int_evidence_changed_dates as
    select distinct student_key, item_id, evidence_date from learning.mastery_evidence
    where evidence_date in ('2025-09-03', '2025-09-08') and item_id like '%7';
    create or replace table intermediate.int_activity_days_to_build as
    select distinct student_key, activity_date from proxies.time_on_task
    where activity_date in ('2025-09-03', '2025-09-08');
    create or replace table intermediate.int_activity_changed_days as
    from intermediate.int_activity_days_to_build;
    create or replace view intermediate.int_evidence_shown as
    select
        evidence.* exclude (definition_version, build_id),
        case when changed.item_id is null then 1 else 2 end as baseline_batch
    from learning.mastery_evidence as evidence
    left join intermediate.int_evidence_changed_dates as changed
        using (student_key, item_id, evidence_date);

    create or replace temp table late as
    select * replace (md5(event_id || '-late')::uuid as event_id, 2 as attempt_number)
    from learning.mastery_evidence
    semi join intermediate.int_evidence_changed_dates
        using (student_key, item_id, evidence_date)
    where evidence_date = '2025-09-03' limit 5;
    delete from learning.mastery_evidence
    using intermediate.int_evidence_changed_dates as changed
    where mastery_evidence.student_key = changed.student_key
        and mastery_evidence.item_id = changed.item_id
        and mastery_evidence.evidence_date = changed.evidence_date
        and changed.evidence_date = '2025-09-08';
    insert into learning.mastery_evidence from late;
    delete from proxies.time_on_task where activity_date = '2025-09-03';
    update proxies.activity_counts set events = events + 1 where activity_date = '2025-09-08';
    update learning.mastery set is_stale = true;
    comment on column proxies.time_on_task.build_id is 'The build that made the row.';
"""


@pytest.fixture
def nights(home: Home, settings: Settings, key: Key, *, rebuild: Rebuild, change: Change) -> Home:
    """Publish a build, and let another bring it up to date."""
    publish_build(home, settings, key, "build-one")
    rebuild("build-two")
    change(NIGHT)
    return home


def unpublished(home: Home, folder: Path) -> Home:
    """Return a home with the same build that has published nothing yet."""
    copy = make_home(folder / "whole", home.warehouse_file)
    leave_artefacts(copy.dbt_artefacts, "build-two")
    return copy


def rows(home: Home) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of every table that readers find."""
    with duckdb.connect(home.current_build / "marts.duckdb", read_only=True) as reader:
        tables = reader.execute(
            "select distinct schema_name || '.' || table_name from duckdb_columns()"
            " where not internal order by all"
        ).fetchall()
        return {
            name: reader.execute(f"select * from {name} order by all").fetchall()
            for (name,) in tables
        }


def encrypted_rows(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of every file of dates in an encrypted build, in their order."""
    with open_marts(folder, key=MARTS_KEY) as reader:
        return {
            f"{table} {file.name}": reader.execute(
                f"from read_parquet('{file}', encryption_config = {{footer_key: 'marts'}})"
            ).fetchall()
            for table in DATED_TABLES
            for file in (folder / "parquet" / table.replace(".", "/")).rglob("*.parquet")
        }


def comments(home: Home) -> list[tuple[str, str]]:
    """Return what is said of columns."""
    with duckdb.connect(home.current_build / "marts.duckdb", read_only=True) as reader:
        return reader.execute(
            "select table_name || '.' || column_name, comment from duckdb_columns()"
            " where comment is not null order by all"
        ).fetchall()


def noting(calls: list[Path], function: Callable[[Path], Any]) -> Callable[[Path], Any]:
    """Return a function that does the same and notes for what it was called."""

    def call(path: Path) -> Any:
        calls.append(path)
        return function(path)

    return call


def files(home: Home, table: str) -> dict[str, Path]:
    """Return the Parquet files of a table by the date in their name."""
    folder = home.current_build / "parquet" / table.replace(".", "/")
    return {file.stem: file for file in folder.rglob("*.parquet")}


def test_an_update_equals_a_whole_copy(
    nights: Home, settings: Settings, key: Key, tmp_path: Path
) -> None:
    """Rows, columns, what is said of them, and the bytes of every Parquet file are the same."""
    whole = unpublished(nights, tmp_path)
    updated = publish_build(nights, settings, key, "build-two")
    copied = publish_build(whole, settings, key, "build-two")
    assert rows(nights) == rows(whole)
    assert comments(nights) == comments(whole)
    assert ("time_on_task.build_id", "The build that made the row.") in comments(nights)
    assert updated.tables == copied.tables


def test_an_encrypted_update_equals_a_whole_copy(  # noqa: PLR0913, PLR0917 - fixtures
    home: Home, settings: Settings, key: Key, rebuild: Rebuild, change: Change, tmp_path: Path
) -> None:
    """No two encrypted files have the same bytes, but the same rows in the same order."""
    write_key(settings.keys_folder, MARTS_KEY)
    publish_build(home, encrypted(settings), key, "build-one")
    rebuild("build-two")
    change(NIGHT)
    whole = unpublished(home, tmp_path)
    updated = publish_build(home, encrypted(settings), key, "build-two")
    copied = publish_build(whole, encrypted(settings), key, "build-two")
    assert encrypted_rows(updated.folder) == encrypted_rows(copied.folder)


def test_only_dates_that_changed_are_written(nights: Home, settings: Settings, key: Key) -> None:
    """Files of other dates are those of the build before, and that one stays as it was."""
    before = {name: files(nights, name) for name in DATED_TABLES}
    inodes = {
        (name, date): file.stat().st_ino for name in before for date, file in before[name].items()
    }
    publish_build(nights, settings, key, "build-two")
    after = {
        (name, date): file.stat().st_ino
        for name in DATED_TABLES
        for date, file in files(nights, name).items()
    }
    changed = {each for each in inodes if after.get(each) != inodes[each]}
    assert changed == {
        ("learning.mastery_evidence", "2025-09-03"),
        ("learning.mastery_evidence", "2025-09-08"),
        ("proxies.time_on_task", "2025-09-03"),
        ("proxies.activity_counts", "2025-09-08"),
    }
    assert ("proxies.time_on_task", "2025-09-03") not in after
    publish_build(nights, settings, key, "build-one")


def test_what_builds_share_is_read_and_sealed_once(
    nights: Home, settings: Settings, key: Key, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The files of the build before are read to see that they are whole, and not written again."""
    read: list[Path] = []
    sealed: list[Path] = []
    monkeypatch.setattr(digests, "sha256_of", noting(read, sha256_of))
    monkeypatch.setattr(folders, "sync", noting(sealed, sync))
    folder = publish_build(nights, settings, key, "build-two").folder
    part, baseline = part_of(folder), folder.with_name("build-one")
    paths = {part / path.relative_to(folder): path for path in folder.rglob("*")}
    new = {each for each, path in paths.items() if path.is_dir() or path.stat().st_nlink == 1}
    new_parquet = {path for path in new if path.suffix == ".parquet"}
    assert 0 < len(new_parquet) < len(list(baseline.rglob("*.parquet")))
    # Once to say its digest, and once when the build is verified.
    assert Counter(read) == Counter([*baseline.rglob("*.parquet"), *new_parquet, *new_parquet])
    assert Counter(sealed[: len(new) + 1]) == Counter([*new, part])


def test_parquet_files_say_their_build(nights: Home, settings: Settings, key: Key) -> None:
    """The name of their folder is a column for whoever reads them."""
    publish_build(nights, settings, key, "build-two")
    folder = nights.current_build / "parquet" / "learning" / "mastery_evidence"
    found = duckdb.sql(f"select distinct build_id from '{folder}/**/*.parquet'").fetchall()
    assert found == [("build-two",)]


def test_a_damaged_baseline_is_left_aside(
    nights: Home, settings: Settings, key: Key, tmp_path: Path
) -> None:
    """Bytes that are not those of its build.json are not taken over."""
    whole = unpublished(nights, tmp_path)
    file = files(nights, "proxies.activity_counts")["2025-09-01"]
    file.write_bytes(file.read_bytes()[:-1])
    updated = publish_build(nights, settings, key, "build-two")
    assert updated.tables == publish_build(whole, settings, key, "build-two").tables


def test_a_fault_that_was_taken_over_is_mended(
    nights: Home, settings: Settings, key: Key, tmp_path: Path
) -> None:
    """Where the copy is not whole, everything is copied from the warehouse."""
    whole = unpublished(nights, tmp_path)
    with duckdb.connect(nights.current_build / "marts.duckdb") as baseline:
        baseline.execute("insert into dated.time_on_task from dated.time_on_task limit 1")
    updated = publish_build(nights, settings, key, "build-two")
    assert updated.tables == publish_build(whole, settings, key, "build-two").tables
    assert rows(nights) == rows(whole)


def test_a_missing_baseline_is_no_hindrance(nights: Home, settings: Settings, key: Key) -> None:
    """Where the earlier build was removed, everything is copied."""
    shutil.rmtree(nights.published)
    publish_build(nights, settings, key, "build-two")
    assert rows(nights)["learning.mastery_evidence"]


@pytest.mark.parametrize("table", DATED_TABLES)
def test_lists_are_those_of_the_models(table: str) -> None:
    """Publishing and dbt know the same lists of changed keys, and the same last columns."""
    schema, name = table.split(".")
    document = yaml.safe_load(
        (resource_path("dbt") / "models" / "marts" / schema / f"{name}.yml").read_text("utf-8")
    )
    (model,) = document["models"]
    changed = model["config"]["meta"]["changed_keys"]
    known = DATED_TABLES[table]
    assert known.list == f"intermediate.{changed['list']}"
    assert {key: key for key in known.keys} == changed["columns"]
    columns = [column["name"] for column in model["columns"]]
    assert known.date in columns
    assert tuple(columns[-len(ONE_VALUED) :]) == ONE_VALUED


@pytest.mark.parametrize("written", [None, "built"])
def test_rows_are_replaced_where_one_differs(written: str | None) -> None:
    """A row that changed, came, went, or is there once more is told; all others stay in place."""
    minutes = "(values ('a', 1, null), ('b', 1, 5), ('c', 1, 5), ('d', 1, 5), ('e', 1, 5))"
    with duckdb.connect() as connection:
        for table in ("kept", "built"):
            connection.execute(
                f"create table {table} as"
                " select student_key, date '2025-09-01' + day as on_date, minutes,"
                " 'one' as build_id, 1 as baseline_batch"
                f" from {minutes} as rows (student_key, day, minutes)"
            )
        connection.execute(
            """
            alter table kept drop column build_id;
            alter table kept drop column baseline_batch;
            create table changed as select student_key, on_date from built;
            insert into changed values ('f', '2025-09-02');
            update built set build_id = 'two', baseline_batch = 2;
            update built set minutes = 6 where student_key = 'b';
            delete from built where student_key = 'c';
            insert into built select * from built where student_key = 'd';
            insert into built
            select * replace ('f' as student_key) from built where minutes is null;
            """
        )
        keys = Changed("changed", ("student_key", "on_date"), "on_date", written)
        update_table(connection, keys, source="built", target="kept", listed="changed")
        told = connection.execute(f"select student_key from {DIFFERING} order by all").fetchall()
        rows = [
            connection.execute(f"select {columns} from {table} order by all").fetchall()
            for table, columns in (("kept", "*"), ("built", "* exclude (build_id, baseline_batch)"))
        ]
        stayed = connection.execute("select student_key from kept where rowid < 5").fetchall()
    assert told == [("b",), ("c",), ("d",), ("f",)]
    assert rows[0] == rows[1]
    assert stayed == [("a",), ("e",)]

"""The side home is thrown away, or put in place whole whatever the moment of a kill."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipelines.rebuild import workspace
from pipelines.rebuild.workspace import (
    accept,
    discard,
    link_from_lake,
    make_side_home,
    settle,
    side_home,
)
from tests.unit.examples import make_small_home

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipelines.home import Home

OLD = {
    "warehouse/warehouse.duckdb": "old",
    "vault/vault.duckdb": "old",
    "reports/dbt/manifest.json": "old",
    "lake/events/aa/000000.parquet": "old",
    "lake/events/aa/r000001-000000.parquet": "old",
    "lake/rejects/aa/000000.parquet": "old",
    "lake/manifests/aa.json": "old",
    "lake/events/bb/000000.parquet": "same",
    "lake/manifests/bb.json": "same",
}
NEW = {
    "warehouse/warehouse.duckdb": "new",
    "vault/vault.duckdb": "new",
    "reports/dbt/manifest.json": "new",
    "lake/events/aa/000000.parquet": "new",
    "lake/manifests/aa.json": "new",
    "lake/events/bb/000000.parquet": "same",
    "lake/manifests/bb.json": "same",
}


class KilledError(Exception):
    """Stands for a process that ends here."""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Give a home with a warehouse and two files in its lake, of which `aa` was read again."""
    home = make_small_home(tmp_path / "home")
    _write(home.root, OLD)
    side = make_side_home(home)
    _write(side.root, {name: text for name, text in NEW.items() if "bb" not in name})
    link_from_lake(home, side, ["bb"])
    return home


def _write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


def _state(home: Home) -> dict[str, str]:
    return {
        file.relative_to(home.root).as_posix(): file.read_text()
        for folder in ("warehouse", "vault", "lake", "reports")
        for file in sorted((home.root / folder).rglob("*"))
        if file.is_file()
    }


def test_the_side_home_shares_what_it_only_reads(home: Home) -> None:
    """Settings, rosters, standards and files that are not read again are those of the home."""
    side = side_home(home)
    assert side.settings_file.read_text() == home.settings_file.read_text()
    assert sorted(side.rosters.glob("*.csv"))
    assert (side.events / "bb/000000.parquet").read_text() == "same"
    assert side.root.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("clear", [settle, discard])
def test_without_a_word_it_is_thrown_away(home: Home, clear: Callable[[Home], object]) -> None:
    """What was not accepted is removed, and what it pointed to stays."""
    clear(home)
    assert _state(home) == OLD
    assert not side_home(home).root.exists()
    assert sorted(home.rosters.glob("*.csv"))
    assert settle(home) is False


def test_what_is_accepted_takes_the_place(home: Home) -> None:
    """The new warehouse, vault and lake are there, and what the new rules do not give is gone."""
    (home.root / "warehouse/warehouse.duckdb.wal").write_text("old")
    accept(home)
    assert _state(home) == NEW
    assert not side_home(home).root.exists()


@pytest.mark.parametrize("name", ["replace", "rename", "unlink", "mkdir"])
@pytest.mark.parametrize("at", range(8))
def test_a_switch_that_is_killed_is_finished_by_the_next(
    home: Home, monkeypatch: pytest.MonkeyPatch, name: str, at: int
) -> None:
    """Killed at any of its steps, the switch is either not decided on or finished afterwards."""
    original, calls = getattr(Path, name), 0

    def killed(*given: object, **options: object) -> object:
        nonlocal calls
        calls += 1
        if calls > at:
            raise KilledError
        return original(*given, **options)

    with monkeypatch.context() as patch:
        patch.setattr(Path, name, killed)
        try:
            accept(home)
        except KilledError:
            is_decided = (side_home(home).root / workspace._ACCEPTED).is_file()
        else:
            is_decided = True
    discard(home)
    settle(home)
    assert _state(home) == (NEW if is_decided else OLD)
    assert not side_home(home).root.exists()


def test_killed_between_two_folders(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the old parts removed and the new ones not yet in place, nothing is lost."""
    calls = 0

    def killed(*_: object, **__: object) -> None:
        nonlocal calls
        calls += 1
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr("pipelines.rebuild.workspace._move_lake_file", killed)
        with pytest.raises(KilledError):
            accept(home)
    assert calls == 1
    assert settle(home) is True
    assert _state(home) == NEW

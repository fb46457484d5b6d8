"""Rolling back: readers get an earlier build again, verified, at once, and keep it."""

from __future__ import annotations

import io
import json
import shutil
from typing import TYPE_CHECKING, NoReturn

import pytest
from rich.console import Console

from pipelines.errors import CheckFailedError, ConfigurationError
from pipelines.publish import folders, rollback
from pipelines.publish.folders import current_build_id
from pipelines.publish.pin import read_pin
from pipelines.publish.publish import publish_build, settle
from pipelines.publish.rollback import ROLLBACK_LOG, roll_back, set_free
from pipelines.publish.status import Status, print_status, read_status
from tests.publish.conftest import make_hold, make_home, small_settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pipelines.home import Home
    from pipelines.identity.keys import Key
    from pipelines.settings import Settings

    Rebuild = Callable[[str], None]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory, small_warehouse: Path, key: Key) -> Path:
    """The folder of two published builds, made once; `build-two` is current."""
    home = make_home(tmp_path_factory.mktemp("two") / "home", small_warehouse)
    publish_build(home, small_settings(home), key, "build-one")
    make_hold(home, key, "build-two")
    publish_build(home, small_settings(home), key, "build-two")
    return home.published


@pytest.fixture
def two_builds(home: Home, published: Path) -> Home:
    """A home with two published builds of its own."""
    shutil.copytree(published, home.published, symlinks=True)
    return home


def _log(home: Home) -> list[dict[str, str]]:
    return [json.loads(line) for line in (home.reports / ROLLBACK_LOG).read_text().splitlines()]


def test_readers_have_the_earlier_build_again(two_builds: Home, settings: Settings) -> None:
    """The link is switched, the pin says what to, and what happened is in the log."""
    rolled_back = roll_back(two_builds, settings, "build-one")

    assert current_build_id(two_builds.current_build) == "build-one"
    assert (rolled_back.build.build_id, rolled_back.instead_of) == ("build-one", "build-two")
    assert not rolled_back.already_current
    (entry,) = _log(two_builds)
    assert entry.pop("since").startswith("20")
    assert entry == {
        "action": "rolled back",
        "build_id": "build-one",
        "instead_of": "build-two",
    }


def test_a_rollback_done_twice_is_done_once(two_builds: Home, settings: Settings) -> None:
    """Again it says that readers have the build already, and adds nothing to the log."""
    first = roll_back(two_builds, settings, "build-one")
    again = roll_back(two_builds, settings, "build-one")

    assert again.already_current
    assert again.instead_of == first.instead_of == "build-two"
    assert len(_log(two_builds)) == 1


def test_the_next_night_publishes_beside_it(
    two_builds: Home, settings: Settings, key: Key, rebuild: Rebuild
) -> None:
    """After a rollback a new build is written and verified, and readers stay where they are."""
    roll_back(two_builds, settings, "build-one")
    rebuild("build-three")

    published = publish_build(two_builds, settings, key, "build-three")

    assert published.pin
    assert published.pin.build_id == "build-one"
    assert (two_builds.published / "build-three").is_dir()
    assert current_build_id(two_builds.current_build) == "build-one"


def test_publishing_by_hand_lets_readers_go_on(
    two_builds: Home, settings: Settings, key: Key
) -> None:
    """`plumbline publish` removes the pin first, and then switches."""
    roll_back(two_builds, settings, "build-one")

    assert set_free(two_builds)
    published = publish_build(two_builds, settings, key, "build-two")

    assert published.pin is None
    assert current_build_id(two_builds.current_build) == "build-two"
    assert [entry["action"] for entry in _log(two_builds)] == ["rolled back", "set free"]
    assert set_free(two_builds) is None


def test_a_build_that_is_not_kept_is_named(two_builds: Home, settings: Settings) -> None:
    """The message lists what there is, and nothing changes."""
    with pytest.raises(ConfigurationError, match="no published build build-nine is kept") as told:
        roll_back(two_builds, settings, "build-nine")
    assert "build-two, build-one" in str(told.value)
    assert read_pin(two_builds.published) is None


@pytest.mark.parametrize("name", ["", "..", "current", ".", "build-one/..", ".build-one.part"])
def test_only_a_build_is_a_build(two_builds: Home, settings: Settings, name: str) -> None:
    """No name leads anywhere else than to a kept build."""
    with pytest.raises(ConfigurationError, match="is kept"):
        roll_back(two_builds, settings, name)


def test_a_damaged_build_is_not_rolled_back_to(two_builds: Home, settings: Settings) -> None:
    """What readers would get is verified before they get it."""
    parquet = two_builds.published / "build-one/parquet/roster/schools/schools.parquet"
    parquet.write_bytes(parquet.read_bytes() + b"x")

    with pytest.raises(CheckFailedError, match=r"schools\.parquet has other bytes"):
        roll_back(two_builds, settings, "build-one")
    assert current_build_id(two_builds.current_build) == "build-two"
    assert read_pin(two_builds.published) is None


@pytest.mark.parametrize("step", ["write_pin", "switch", "_record"])
def test_a_rollback_that_is_cut_off_is_finished_by_the_next_run(
    two_builds: Home, settings: Settings, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Before the pin is written nothing has happened; after it, the switch is made up for."""

    def stop(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(folders if step == "switch" else rollback, step, stop)
        with pytest.raises(KeyboardInterrupt):
            roll_back(two_builds, settings, "build-one")
    settle(two_builds)
    pinned = "build-two" if step == "write_pin" else "build-one"
    assert current_build_id(two_builds.current_build) == pinned

    roll_back(two_builds, settings, "build-one")
    assert current_build_id(two_builds.current_build) == "build-one"
    assert len(_log(two_builds)) == 1


def test_a_pinned_build_is_never_removed(
    two_builds: Home, settings: Settings, key: Key, rebuild: Rebuild
) -> None:
    """However many builds come after it, the one that readers have stays."""
    roll_back(two_builds, settings, "build-one")
    for number in range(3):
        rebuild(f"later-{number}")
        publish_build(two_builds, settings, key, f"later-{number}")
    folders.prune(two_builds.published, keep=2, spared={"build-one"})
    kept = [folder.name for folder in folders.kept_builds(two_builds.published)]
    assert kept == ["later-2", "later-1", "build-one"]


def test_status_lists_kept_builds_and_says_what_is_pinned(
    two_builds: Home, settings: Settings
) -> None:
    """A person finds the names to give to rollback, the current one, and how to go on."""
    roll_back(two_builds, settings, "build-one")

    status = read_status(two_builds)

    assert isinstance(status, Status)
    assert [(each.build_id, each.is_current) for each in status.kept] == [
        ("build-two", False),
        ("build-one", True),
    ]
    assert status.pin
    console = Console(file=io.StringIO(), width=200)
    print_status(status, console)
    assert isinstance(console.file, io.StringIO)
    text = console.file.getvalue()
    assert "from build-two" in text
    assert "`plumbline publish` gives readers the newest build" in text
    assert json.loads(status.as_json())["pin"]["instead_of"] == "build-two"


def test_a_damaged_kept_build_does_not_hide_the_others(two_builds: Home) -> None:
    """Status still tells what readers see; the damaged one is listed without a date."""
    (two_builds.published / "build-one" / "build.json").write_bytes(b"{")

    status = read_status(two_builds)

    assert isinstance(status, Status)
    damaged = {each.build_id: each.as_of_date is None for each in status.kept}
    assert damaged == {"build-one": True, "build-two": False}

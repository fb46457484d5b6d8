"""A new home is complete, and an existing one is left alone."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from pipelines.errors import ConfigurationError
from pipelines.home import Home
from pipelines.identity.keys import KEY_NAMES, read_key
from pipelines.new_home import make_home
from pipelines.settings import read_settings

if TYPE_CHECKING:
    from pathlib import Path


def _make(root: Path, name: str = "Hilltop Schools", zone: str = "Europe/Dublin") -> list[str]:
    return make_home(root, district_id="hilltop", name=name, zone=zone)


def test_a_new_home_can_be_used_at_once(tmp_path: Path) -> None:
    """Settings are valid, folders and keys are there, and the next steps are told."""
    told = _make(tmp_path / "hilltop")
    home = Home.at(tmp_path / "hilltop")
    settings = read_settings(home)
    assert (settings.district_id, settings.zone) == ("hilltop", "Europe/Dublin")
    assert settings.district_name == "Hilltop Schools"
    assert all(folder.is_dir() for folder in (home.landing, home.rosters, home.standards))
    assert all(read_key(settings.keys_folder, name) for name in KEY_NAMES)
    assert any("plumbline nightly --home" in line for line in told)


def test_nobody_else_can_read_a_new_home(tmp_path: Path) -> None:
    """A home holds a roster with names."""
    _make(tmp_path / "hilltop")
    for folder in ("", "rosters", "landing", "keys"):
        mode = (tmp_path / "hilltop" / folder).stat().st_mode
        assert not stat.S_IMODE(mode) & stat.S_IRWXO


def test_an_existing_home_is_left_alone(tmp_path: Path) -> None:
    """Making it again is refused, and settings and keys stay as they are."""
    _make(tmp_path)
    before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    with pytest.raises(ConfigurationError, match="is a home already"):
        _make(tmp_path, name="Another")
    assert before == {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}


@pytest.mark.parametrize("name", ['The "Hill" District', "Back\\slash", "Größe", "a\tb"])
def test_any_name_makes_a_home(tmp_path: Path, name: str) -> None:
    """What has a meaning in TOML is part of the name."""
    _make(tmp_path, name=name)
    assert read_settings(Home.at(tmp_path)).district_name == name


def test_a_wrong_zone_makes_no_home(tmp_path: Path) -> None:
    """A home with settings that cannot be used is not begun; the command may be repeated."""
    with pytest.raises(ConfigurationError, match="zone"):
        _make(tmp_path, zone="Dublin")
    assert not (tmp_path / "keys").exists()
    _make(tmp_path)

"""Make a new home: folders, settings to fill in, and keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from pipelines.errors import ConfigurationError
from pipelines.home import Home
from pipelines.identity.keys import create_keys
from pipelines.resources import resource_path
from pipelines.settings import read_settings

if TYPE_CHECKING:
    from pathlib import Path

_TEMPLATE = "schemas/district/district.template.toml"
_FOLDER_MODE = 0o750


def make_home(root: Path, *, district_id: str, name: str, zone: str) -> list[str]:
    """Create what a home needs; raise ConfigurationError where one is there already.

    Returns what to do next, a line each.
    """
    home = Home(root.resolve())
    if home.settings_file.exists():
        raise ConfigurationError(f"{root} is a home already", "name another folder with --home")
    for folder in (home.root, home.landing, home.rosters, home.standards):
        folder.mkdir(parents=True, exist_ok=True, mode=_FOLDER_MODE)
    template = resource_path(_TEMPLATE).read_text(encoding="utf-8")
    for placeholder, value in (("ID", district_id), ("NAME", name), ("ZONE", zone)):
        template = template.replace(f"<{placeholder}>", _as_toml(value))
    home.settings_file.write_text(template, encoding="utf-8")
    try:
        settings = read_settings(home)
    except ConfigurationError:
        home.settings_file.unlink()
        raise
    create_keys(settings.keys_folder)
    return [
        f"made {home.root}",
        f"1. name your tools and how they name learners in {home.settings_file}",
        f"2. copy {settings.keys_folder} to where the district keeps its secrets",
        f"3. deliver the roster and calendar.csv to {home.rosters}",
        f"4. deliver CASE packages to {home.standards}, events to {home.landing}/<source>/",
        f"5. run: plumbline nightly --home {root}",
    ]


def _as_toml(text: str) -> str:
    """Escape what would end a string; TOML takes every escape that JSON writes."""
    return orjson.dumps(text).decode()[1:-1]

"""Make a new home: folders, settings to fill in, and keys."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import orjson

from pipelines.errors import ConfigurationError
from pipelines.files import write_whole
from pipelines.home import Home
from pipelines.identity.keys import create_keys
from pipelines.resources import resource_path
from pipelines.settings import read_settings

if TYPE_CHECKING:
    from pipelines.settings import Settings

_TEMPLATE = "schemas/district/district.template.toml"
_FOLDER_MODE = 0o750


def make_home(root: Path, *, district_id: str, name: str, zone: str) -> list[str]:
    """Create what a home needs; raise ConfigurationError where one is there already.

    Returns what to do next, a line each.
    """
    home = Home(root.resolve())
    if home.settings_file.exists():
        raise ConfigurationError(f"{root} is a home already", "name another folder with --home")
    for folder in (home.root, home.landing, home.rosters, home.standards, home.classroom):
        folder.mkdir(parents=True, exist_ok=True, mode=_FOLDER_MODE)
    template = resource_path(_TEMPLATE).read_text(encoding="utf-8")
    for placeholder, value in (("ID", district_id), ("NAME", name), ("ZONE", zone)):
        template = template.replace(f"<{placeholder}>", _as_toml(value))
    settings = _checked(home.root, template)
    create_keys(settings.keys_folder)
    # Last, and at once: without it the folder is no home, and the command can be run again.
    write_whole(home.settings_file, template.encode())
    return [
        f"made {home.root}",
        f"1. name your tools and how they name learners in {home.settings_file}",
        f"2. copy {settings.keys_folder} to where the district keeps its secrets",
        f"3. deliver the roster and calendar.csv to {home.rosters}",
        f"4. deliver CASE packages to {home.standards}, events to {home.landing}/<source>/",
        f"5. put scores of paper tests, rubrics and projects into {home.classroom}",
        f"6. run: plumbline nightly --home {root}",
    ]


def _checked(root: Path, template: str) -> Settings:
    """Return the settings of a home that is not there yet."""
    with TemporaryDirectory() as folder:
        draft = Home(Path(folder))
        draft.settings_file.write_text(template, encoding="utf-8")
        try:
            settings = read_settings(draft)
        except ConfigurationError as error:
            problem = error.problem.replace(folder, str(root))
            raise ConfigurationError(problem, error.mend) from None
    return replace(settings, keys_folder=root / settings.keys_folder.name)


def _as_toml(text: str) -> str:
    """Escape what would end a string; TOML takes every escape that JSON writes."""
    return orjson.dumps(text).decode()[1:-1]

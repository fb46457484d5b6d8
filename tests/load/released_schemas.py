"""The tables of every release, as statements; `make generated` writes those of the next one."""

from __future__ import annotations

from pathlib import Path

from pipelines.warehouse.schema import migrations, newest_version, schema_ddl

FOLDER = Path(__file__).with_name("released")
CHANGELOG = Path(__file__).parents[2] / "CHANGELOG.md"


def released_file(version: int) -> Path:
    """Return where the tables of a version stand."""
    return FOLDER / f"{version:04d}.sql"


def is_first_release_to_come() -> bool:
    """Tell whether nothing is released: until then version 1 may still change."""
    return "## [0.1.0] Unreleased" in CHANGELOG.read_text(encoding="utf-8")


def write_unreleased() -> None:
    """Write down the tables of version 1 until it is released; from then on they never change."""
    version = newest_version(migrations())
    if is_first_release_to_come():
        released_file(version).write_text(schema_ddl(), encoding="utf-8")

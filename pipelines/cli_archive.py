"""The commands of the archive: add, list, export; and rebuild, which reads it again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.cli_options import (
    DateType,
    at_work,
    date_option,
    district_at,
    home_option,
    json_option,
)
from pipelines.settings import school_date_now

if TYPE_CHECKING:
    from datetime import date


@click.group()
def archive() -> None:
    """Loaded deliveries, encrypted, for as long as archive.retention_days says."""


@archive.command()
@home_option
@date_option
def add(root: Path, as_of_date: date | None) -> None:
    """Move what is loaded from landing to the archive, and remove what is over its time.

    Every night does this after load.
    """
    from pipelines.archive.move import archive_loaded
    from pipelines.ingest.deliveries import find_deliveries
    from pipelines.report.text import describe_archive

    home, settings = district_at(root)
    night = as_of_date or school_date_now(settings)
    with at_work(home) as reporter, reporter.step("archive") as advance:
        deliveries = find_deliveries(home, settings).deliveries
        outcome = archive_loaded(home, settings, deliveries, night=night, advance=advance)
    click.echo(describe_archive(outcome))


@archive.command("list")
@home_option
@click.option("--source", help="Only what this source delivered.")
@json_option
def list_(root: Path, source: str | None, *, as_json: bool) -> None:
    """List what the archive holds: night, digest, size, how long it is kept, name."""
    from pipelines.archive.export import list_archive
    from pipelines.report.archive import describe_entries, entries_json

    home, settings = district_at(root)
    entries = list_archive(home, settings, source)
    click.echo(entries_json(entries) if as_json else describe_entries(entries))


@archive.command()
@click.argument("delivery")
@home_option
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="The file to write; it must not be there yet.",
)
def export(delivery: str, root: Path, out: Path) -> None:
    """Write a delivery to a new file that only you can read, byte for byte as it came.

    DELIVERY is its name below landing/, or the beginning of its digest (8 digits or more), as
    `plumbline archive list` gives them. Needs vault.key. That it was written is logged in
    reports/archive_exports.ndjson.
    """
    from pipelines.archive.export import export as write_delivery

    home, settings = district_at(root)
    with at_work(home):
        entry = write_delivery(home, settings, delivery, out)
    click.echo("warning: the file may hold personal data of learners; erase it after use", err=True)
    click.echo(f"{out}: {entry.file_name}, {entry.size_bytes:,} bytes")


@click.command()
@home_option
@click.option(
    "--from",
    "from_date",
    type=DateType(),
    help="Read again only what was loaded in this night or later; all of the archive if left out.",
)
@click.option("--accept", "is_accepted", is_flag=True, help="Switch to what comes of it.")
@json_option
def rebuild(root: Path, from_date: date | None, *, is_accepted: bool, as_json: bool) -> None:
    """Make the current build again under today's rules, and say what differs.

    Deliveries are read again from the archive where it has them; before that, events are those of
    the lake. All of it happens beside the warehouse, and nothing of it stays, unless --accept
    switches the warehouse and readers to it. Text shows the first rows of each mart, --json all.
    """
    from pipelines.rebuild.rebuild import rebuild as run_rebuild
    from pipelines.report.rebuild import describe_rebuild, rebuild_json

    home, settings = district_at(root)
    with at_work(home) as reporter:
        rebuilt = run_rebuild(
            home, settings, from_date=from_date, is_accepted=is_accepted, reporter=reporter
        )
    click.echo(rebuild_json(rebuilt) if as_json else describe_rebuild(rebuilt))

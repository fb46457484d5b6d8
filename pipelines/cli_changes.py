"""The command that says what differs between two published builds, and why."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from pipelines.cli_options import at_work, district_at, home_option, json_option

if TYPE_CHECKING:
    from pathlib import Path

EXIT_UNEXPLAINED = 2


@click.command()
@home_option
@click.option("--since", required=True, metavar="BUILD", help="The kept build to compare with.")
@click.option("--until", metavar="BUILD", help="Another kept build; else the one readers see.")
@click.option(
    "--limit",
    type=click.IntRange(0),
    help="Rows shown of each mart: 10 as text, all as JSON. All are counted.",
)
@json_option
def changes(root: Path, since: str, until: str | None, limit: int | None, *, as_json: bool) -> None:
    """Say which cells of the marts differ between two builds, and why.

    A BUILD is one that `plumbline status` lists; the beginning of its name will do. Reasons are
    those that loads wrote down: new_event, late_event, void, correction, roster, calendar,
    standards, settings, definition, date, common_reference. People appear as pseudonyms.

    Exit code 0: compared. 2: compared, and some rows differ for no reason that was written down.
    """
    from pipelines.changes.changes import find_changes
    from pipelines.report.differences import SHOWN_ROWS, changes_json, describe_changes

    home, settings = district_at(root)
    shown = limit if as_json or limit is not None else SHOWN_ROWS
    with at_work(home) as reporter, reporter.step("changes") as advance:
        found = find_changes(home, settings, (since, until), limit=shown, advance=advance)
    click.echo(changes_json(found) if as_json else describe_changes(found))
    sys.exit(EXIT_UNEXPLAINED if found.has_unexplained else 0)

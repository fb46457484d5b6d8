"""The commands of the quarantine: list, show, export, replay, release."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.cli_options import at_work, date_option, district_at, home_option, json_option
from pipelines.settings import school_date_now

if TYPE_CHECKING:
    from datetime import date

source_option = click.option("--source", help="Only what this source delivered.")
rule_option = click.option("--rule", help="Only items that broke this rule.")


@click.group()
def quarantine() -> None:
    """Look at what was rejected, and hand it out."""


@quarantine.command("list")
@home_option
@source_option
@rule_option
@json_option
def list_(root: Path, source: str | None, rule: str | None, *, as_json: bool) -> None:
    """Count what is in quarantine, by source, file and rule. No value of an event is shown."""
    from pipelines.home import Home
    from pipelines.quarantine.selection import Selection
    from pipelines.report.quarantine import describe_quarantine, quarantine_json

    describe = quarantine_json if as_json else describe_quarantine
    click.echo(describe(Home.at(root), Selection(source, rule)))


@quarantine.command()
@home_option
@click.argument("file_name")
@click.argument("line_number", type=click.IntRange(0))
@click.option("--original", is_flag=True, help="Also show the item as it came: personal data.")
def show(root: Path, file_name: str, line_number: int, *, original: bool) -> None:
    """Show why a line of a file was rejected; line 0 is the file as a whole.

    FILE_NAME is the name below landing/, as `plumbline quarantine list` gives it. Needs vault.key.
    """
    from pipelines.quarantine.originals import show as read_rejections
    from pipelines.report.quarantine import describe_rejections

    home, settings = district_at(root)
    shown = read_rejections(home, settings, file_name, line_number)
    click.echo(describe_rejections(shown))
    if original:
        click.echo("warning: what follows may be personal data of a learner", err=True)
        for document in shown:
            click.echo(document.original or b"(the original is not kept)")


@quarantine.command()
@home_option
@source_option
@rule_option
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="The file to write; it must not be there yet.",
)
def export(root: Path, source: str | None, rule: str | None, out: Path) -> None:
    """Write the originals of rejected items, a line each, to a new file that only you can read.

    They can be handed to the tool's vendor, or delivered again. How many were written is logged in
    reports/quarantine_exports.ndjson.
    """
    from pipelines.quarantine.originals import export as write_originals
    from pipelines.quarantine.selection import Selection

    home, settings = district_at(root)
    with at_work(home):
        exported = write_originals(home, settings, Selection(source, rule), out)
    click.echo("warning: the file may hold personal data of learners; erase it after use", err=True)
    click.echo(
        f"{out}: {exported.documents:,} document(s) with {exported.items:,} rejected item(s);"
        f" {exported.without_original:,} have no original"
    )


@click.command()
@home_option
@source_option
@rule_option
@date_option
def replay(root: Path, source: str | None, rule: str | None, as_of_date: date | None) -> None:
    """Run rejected items again under today's rules, each once, and load what is accepted now."""
    from pipelines.quarantine.replay import replay as run_again
    from pipelines.quarantine.selection import Selection
    from pipelines.report.text import describe_replay
    from pipelines.warehouse.load import load

    home, settings = district_at(root)
    night = as_of_date or school_date_now(settings)
    selection = Selection(source, rule)
    with at_work(home) as reporter:
        with reporter.step("replay") as advance:
            replayed = run_again(home, settings, selection, night=night, advance=advance)
        with reporter.step("load"):
            loaded = load(home, settings, night)
    click.echo(describe_replay(replayed, loaded))


@click.command()
@home_option
@click.option("--source", help="The source whose held deliveries are to be loaded.")
@click.option("--roster", is_flag=True, help="Load the roster that is held because it shrank.")
@date_option
def release(root: Path, source: str | None, as_of_date: date | None, *, roster: bool) -> None:
    """Load what is held, as it is: the deliveries of a source, or a roster that shrank."""
    from pipelines.quarantine.release import release as release_source
    from pipelines.quarantine.release import release_rosters
    from pipelines.report.text import NOT_YET_PUBLISHED, describe_load
    from pipelines.warehouse.load import load

    if roster == (source is not None):
        raise click.UsageError("give either --source or --roster")
    home, settings = district_at(root)
    with at_work(home) as reporter, reporter.step("load"):
        names = (
            release_source(home, settings, source) if source else release_rosters(home, settings)
        )
        loaded = load(home, settings, as_of_date or school_date_now(settings))
    click.echo(f"released: {', '.join(names)}\n{describe_load(loaded)}\n{NOT_YET_PUBLISHED}")

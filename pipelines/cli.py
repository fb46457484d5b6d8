"""The command line: each command parses its options and hands over to one step."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines.cli_archive import archive, rebuild
from pipelines.cli_changes import changes
from pipelines.cli_measures import explain, firewall, measures
from pipelines.cli_options import at_work, date_option, district_at, home_option, json_option
from pipelines.cli_quarantine import quarantine, release, replay
from pipelines.cli_template import template
from pipelines.errors import ConfigurationError
from pipelines.home import Home
from pipelines.identity.keys import read_key
from pipelines.settings import Settings, school_date_now
from pipelines.storage import explained

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from pipelines.nightly import Night
    from pipelines.report.progress import Reporter
    from pipelines.synth import SyntheticDistrict

__all__ = ["commands", "district_at", "main"]

EXIT_FAILED = 1
EXIT_USAGE = 64  # EX_USAGE of sysexits.h: 2 says "published with warnings"
EXIT_INTERRUPTED = 130
PLAIN_WIDTH = 120
FOLDER_MODE = 0o750


def size_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say how large a synthetic district is."""
    for name, default, kind, text in (
        ("--seed", 1, int, "Same seed, same bytes."),
        ("--days", 20, click.IntRange(1), "Taught days."),
        ("--students", 200, click.IntRange(1), "Students enrolled."),
    ):
        option = click.option(name, default=default, type=kind, show_default=True, help=text)
        command = option(command)
    return command


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="plumbline")
def commands() -> None:
    """Plumbline: learning events in, marts that teachers can check out.

    A night is `plumbline nightly --home DIR`; each of its steps is a command of its own.
    """


@commands.command()
@home_option
@click.option("--id", "district_id", required=True, help="Short name, part of every pseudonym.")
@click.option("--name", required=True, help="The district's full name.")
@click.option("--zone", required=True, help="IANA time zone, for example America/Chicago.")
def init(root: Path, district_id: str, name: str, zone: str) -> None:
    """Make a new home: its folders, a district.toml to fill in, and new keys."""
    from pipelines.new_home import make_home

    with at_work(_new_folder(root)):
        lines = make_home(root, district_id=district_id, name=name, zone=zone)
    click.echo("\n".join(lines))


@commands.command()
@click.option("--out", "root", type=click.Path(path_type=Path, file_okay=False), required=True)
@size_options
def synth(root: Path, students: int, days: int, seed: int) -> None:
    """Write a synthetic district: a complete home, and the truth planted in it."""
    with at_work(_new_folder(root)) as reporter:
        _write_district(root, reporter, students=students, days=days, seed=seed)


@commands.command()
@home_option
@size_options
def demo(root: Path, students: int, days: int, seed: int) -> None:
    """Write a synthetic district and run its night, as of the day after its last school day.

    Then say how the events of students, their sections on each day, and the standards of their
    tries agree with what was planted. Exit code 1: the night failed, or something is not as it was
    planted.
    """
    from pipelines.nightly import NightResult
    from pipelines.planted_truth import compare_with_truth, describe_agreement
    from pipelines.report.text import describe_demo

    with at_work(_new_folder(root)) as reporter:
        district = _write_district(root, reporter, students=students, days=days, seed=seed)
        home, settings = district_at(root)
        night = _run_night(home, settings, district.as_of_date, reporter)
        has_failed = night.result is NightResult.FAILED
        if not has_failed:
            agreement = compare_with_truth(home, settings, district.truth)
            has_failed = not agreement.is_whole
            click.echo(describe_agreement(agreement))
    click.echo(describe_demo(home, settings, night))
    sys.exit(EXIT_FAILED if has_failed else 0)


@commands.command()
@home_option
@date_option
@json_option
def nightly(root: Path, as_of_date: date | None, *, as_json: bool) -> None:
    """Run a whole night: ingest, load, check, build, check, publish.

    Exit code 0: published, or nothing new. 1: failed, readers keep the build they have.
    2: as 0, but with warnings to look at.
    """
    from pipelines.report.run_report import run_report_json
    from pipelines.report.text import describe_night

    home, settings = district_at(root)
    with at_work(home) as reporter:
        night = _run_night(home, settings, as_of_date or school_date_now(settings), reporter)
    click.echo(run_report_json(night) if as_json else describe_night(home, night))
    sys.exit(night.result)


@commands.command()
@home_option
@date_option
def ingest(root: Path, as_of_date: date | None) -> None:
    """Read the new files of the landing folder into the lake."""
    from pipelines.ingest.pipeline import ingest as run_ingest
    from pipelines.report.text import describe_ingest

    home, settings = district_at(root)
    with at_work(home) as reporter, reporter.step("ingest") as advance:
        night = as_of_date or school_date_now(settings)
        outcome = run_ingest(home, settings, night, advance=advance)
    click.echo(describe_ingest(home, outcome))


@commands.command()
@home_option
@date_option
def load(root: Path, as_of_date: date | None) -> None:
    """Load the lake and the district's records into the warehouse."""
    from pipelines.report.text import describe_load
    from pipelines.warehouse.load import load as run_load

    home, settings = district_at(root)
    with at_work(home) as reporter, reporter.step("load"):
        outcome = run_load(home, settings, as_of_date or school_date_now(settings))
    click.echo(describe_load(outcome))


@commands.command()
@home_option
@date_option
@click.option(
    "--full", "is_full", is_flag=True, help="Build everything anew, not only what has changed."
)
def build(root: Path, as_of_date: date | None, *, is_full: bool) -> None:
    """Build and test the marts in the warehouse: what changed since the last that passed."""
    from pipelines.report.text import describe_build
    from pipelines.warehouse.build import build as run_build
    from pipelines.warehouse.build import identify_build

    home, settings = district_at(root)
    with at_work(home) as reporter, reporter.step("build") as advance:
        identity = identify_build(home, settings, as_of_date or school_date_now(settings))
        outcome = run_build(home, settings, identity, advance=advance, is_full=is_full)
    click.echo(describe_build(outcome))


@commands.command()
@home_option
def check(root: Path) -> None:
    """Check what was loaded and what was built; exit code 1 where a critical check fails."""
    from pipelines.check import check_warehouse
    from pipelines.report.text import describe_checks

    home, settings = district_at(root)
    with at_work(home) as reporter, reporter.step("check"):
        outcomes = check_warehouse(home, settings)
    click.echo(describe_checks(outcomes))
    sys.exit(EXIT_FAILED if any(outcome.failed for outcome in outcomes) else 0)


@commands.command()
@home_option
def publish(root: Path) -> None:
    """Give readers the build that the warehouse holds, also where a rollback kept them from it."""
    from pipelines.publish.publish import publish_build
    from pipelines.publish.rollback import set_free
    from pipelines.report.text import describe_publish
    from pipelines.warehouse.build import latest_build

    home, settings = district_at(root)
    key = read_key(settings.keys_folder, "warehouse")
    with at_work(home) as reporter, reporter.step("publish"):
        build_id = latest_build(home, settings).build_id
        set_free(home)
        published = publish_build(home, settings, key, build_id)
    click.echo(describe_publish(published))


@commands.command()
@click.argument("build_id", metavar="BUILD")
@home_option
def rollback(build_id: str, root: Path) -> None:
    """Give readers an earlier build again.

    BUILD is one that is kept: `plumbline status` lists them. It is verified first, and switched to
    in one step. Readers stay with it: nights go on and
    publish beside it, with a warning, until `plumbline publish` gives readers the newest build.
    """
    from pipelines.publish.rollback import roll_back
    from pipelines.report.text import describe_rollback

    home, settings = district_at(root)
    with at_work(home) as reporter, reporter.step("rollback"):
        rolled_back = roll_back(home, settings, build_id)
    click.echo(describe_rollback(rolled_back))


@commands.command()
@home_option
@json_option
def status(root: Path, *, as_json: bool) -> None:
    """Say what the build that readers see is made of, and which builds are kept."""
    from rich.console import Console

    from pipelines.publish.status import print_status, read_status

    current = read_status(Home.at(root))
    if as_json:
        click.echo(current.as_json())
    else:
        width = None if sys.stdout.isatty() else PLAIN_WIDTH
        print_status(current, Console(highlight=False, width=width))


@commands.command()
@click.argument("files", nargs=-1, metavar="FILE...")
@click.option(
    "--roster",
    type=click.Path(path_type=Path),
    help="Judge this OneRoster set, a folder or zip of CSV files, instead of FILEs.",
)
@click.option(
    "--crosswalk",
    type=click.Path(path_type=Path),
    help="Judge this crosswalk of learners, a CSV file, instead.",
)
@click.option(
    "--classroom",
    type=click.Path(path_type=Path, exists=True),
    help="Judge these forms that people fill in, a CSV file or a folder of them, instead.",
)
@click.option(
    "--standard",
    type=click.Choice(["auto", "xapi", "caliper"]),
    default="auto",
    show_default=True,
    help="Judge every item as of this standard, whatever it says it is.",
)
@click.option(
    "--spec-version",
    type=click.Choice(["1.0.3", "2.0.0", "1.1", "1.2"]),
    help="Judge every item as of this version of xAPI (1.0.3, 2.0.0) or Caliper (1.1, 1.2).",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "jsonl"]),
    default="text",
    show_default=True,
    help="Text for people, or one JSON object a line for each item.",
)
def validate(
    files: tuple[str, ...],
    *,
    standard: str,
    spec_version: str | None,
    form: str,
    **tables: Path | None,
) -> None:
    """Say of every statement, event and entity in files what its standard refuses, and why.

    A FILE holds NDJSON, arrays, {"statements": ...} results or one document, plain or packed
    with gzip or zstd; - is standard input. With --roster, it is the rows of a OneRoster 1.1 or 1.2
    CSV set that are judged, bulk or delta, with file, row and column; with --crosswalk, those of
    the district's crosswalk; with --classroom, those of the forms that people fill in. Nothing is
    stored, and no value that may be personal is shown.

    Exit code 0: all items are valid. 1: some are not. 2: a file cannot be read.
    """
    given = {name: path for name, path in tables.items() if path is not None}
    if bool(files) + len(given) != 1:
        raise click.UsageError("give either files, --roster, --crosswalk or --classroom")
    if "crosswalk" in given:
        from pipelines.validate_crosswalk import run_validate_crosswalk

        sys.exit(run_validate_crosswalk(given["crosswalk"], as_json=form == "jsonl"))
    if "classroom" in given:
        from pipelines.validate_classroom import run_validate_classroom

        sys.exit(run_validate_classroom(given["classroom"], as_json=form == "jsonl"))
    if "roster" in given:
        from pipelines.validate_roster import run_validate_roster

        sys.exit(run_validate_roster(given["roster"], as_json=form == "jsonl"))
    from pipelines.validate_command import asked_for, run_validate

    try:
        asked = asked_for(standard, spec_version)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    sys.exit(run_validate(files, asked, as_json=form == "jsonl"))


for command in (
    *(archive, changes, explain, firewall, measures),
    *(quarantine, rebuild, release, replay, template),
):
    commands.add_command(command)


def main() -> None:
    """Run the command line; a mistake that a person can mend is told without a stack trace."""
    logging.basicConfig(level=logging.ERROR)
    try:
        commands(standalone_mode=False)
    except click.UsageError as error:
        error.show()
        sys.exit(EXIT_USAGE)
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted; run the same command again", err=True)
        sys.exit(EXIT_INTERRUPTED)
    except Exception as error:
        told = explained(error)
        if told is None:
            raise
        click.echo(f"error: {told}", err=True)
        sys.exit(EXIT_FAILED)


def _new_folder(root: Path) -> Home:
    """Return what will be a home; its folder is made, because the lock lies in it."""
    root.mkdir(parents=True, exist_ok=True, mode=FOLDER_MODE)
    return Home(root.resolve())


def _write_district(
    root: Path, reporter: Reporter, *, students: int, days: int, seed: int
) -> SyntheticDistrict:
    from pipelines.report.text import describe_district
    from pipelines.synth import write_district

    with reporter.step("synth"):
        try:
            district = write_district(root, students=students, days=days, seed=seed)
        except ValueError as error:
            raise ConfigurationError(str(error), "change what it names") from None
    click.echo(describe_district(district))
    return district


def _run_night(home: Home, settings: Settings, as_of_date: date, reporter: Reporter) -> Night:
    from pipelines.nightly import run_night
    from pipelines.report.run_report import write_run_report

    night = run_night(home, settings, as_of_date, reporter)
    try:
        write_run_report(home, night)
    except OSError as error:
        night.warnings.append(f"the report of the run could not be written: {error.strerror}")
        reporter.say(night.warnings[-1])
    return night

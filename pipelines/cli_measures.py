"""The commands about measures: their definitions, firewall and explain."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from pipelines.cli_options import district_at, home_option, json_option
from pipelines.report.progress import Reporter

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@click.option("--paths", "with_paths", is_flag=True, help="Show the path of each planted breach.")
@json_option
def firewall(*, with_paths: bool, as_json: bool) -> None:
    """Prove that nothing of what a student did reaches what is said of what a student knows.

    Follows every column of the models to the marts through joins, filters, windows, conditions and
    groups, and checks itself on breaches that it plants in a copy. Needs no home: publishing runs
    the same check over the SQL that made the build.

    Exit code 0: no breach, and every planted one is found. 1: otherwise; the path is shown.
    """
    from pipelines.firewall.run import run_firewall
    from pipelines.report.firewall import describe_firewall, firewall_json

    with Reporter().step("firewall") as advance:
        outcome = run_firewall(advance=advance)
    click.echo(
        firewall_json(outcome) if as_json else describe_firewall(outcome, with_paths=with_paths)
    )
    sys.exit(0 if outcome.holds else 1)


@click.command()
@home_option
@json_option
def measures(*, root: Path, as_json: bool) -> None:
    """Show how the measures of a home are defined, checked as a build checks it.

    What is shown is the file itself: written into the home as measures.toml, it is the district's
    own to change. A changed value needs another version of its measure.

    Exit code 0: the file can be used. 1: it cannot; field and mend are told.
    """
    from pipelines.home import Home
    from pipelines.measures import definitions_of
    from pipelines.report.measures import definitions_json, describe_definitions

    found = definitions_of(Home.at(root))
    click.echo(definitions_json(found) if as_json else describe_definitions(found))


@click.command()
@home_option
@click.option("--learner", required=True, metavar="ID", help="A student_key, or a sourcedId.")
@click.option("--standard", required=True, metavar="CODE", help="A standard's code, id or IRI.")
@click.option("--why-changed", is_flag=True, help="Compare with an earlier build: --since.")
@click.option("--since", metavar="BUILD", help="A kept build, as `plumbline status` lists them.")
@json_option
def explain(  # noqa: PLR0913 - one for each option
    root: Path, learner: str, standard: str, *, why_changed: bool, since: str | None, as_json: bool
) -> None:
    """Show what a judgement of learning.mastery is made of, and compute it again.

    Evidence, weights, parameters and formulas come in an order to follow with a pocket calculator.
    The identifier is hashed with the district's key, and neither shown nor logged.

    Exit code 0: computed again, and what is published is right to 1e-9. 1: it is not, or nothing is
    known by these names.
    """
    from pipelines.explain import explain as explaining
    from pipelines.report import explain as telling

    if why_changed != (since is not None):
        raise click.UsageError("--why-changed and --since belong together")
    home, settings = district_at(root)
    if since is not None:
        change = explaining.explain_change(home, settings, (learner, standard), since)
        click.echo(telling.change_json(change) if as_json else telling.describe_change(change))
        sys.exit(0 if change.now.agrees and change.before.agrees else 1)
    found = explaining.explain(home, settings, (learner, standard))
    click.echo(telling.explanation_json(found) if as_json else telling.describe_explanation(found))
    sys.exit(0 if found.agrees else 1)

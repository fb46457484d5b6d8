"""The commands about measures: firewall."""

from __future__ import annotations

import sys

import click

from pipelines.cli_options import json_option
from pipelines.report.progress import Reporter


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

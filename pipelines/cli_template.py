"""The command `plumbline template`: an empty form of each file that a district fills in."""

from __future__ import annotations

import click

from pipelines.reference.crosswalk import COLUMNS

_HEADERS = {"crosswalk": COLUMNS}


@click.command()
@click.argument("kind", type=click.Choice([*_HEADERS]))
def template(kind: str) -> None:
    """Write the header of a form, to fill in.

    Save the crosswalk as rosters/learner_crosswalk.csv of the home: a row for each identifier that
    somebody has looked at. docs/operations.md says what each column holds, and `plumbline validate
    --crosswalk` what is wrong with a file.
    """
    click.echo(",".join(_HEADERS[kind]))

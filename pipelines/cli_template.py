"""The command `plumbline template`: an empty form of each file that a district fills in."""

from __future__ import annotations

import click

from pipelines.reference.classroom_forms import FORMS, describe_columns
from pipelines.reference.classroom_forms import template as template_of
from pipelines.reference.crosswalk import COLUMNS

_CROSSWALK = "crosswalk"


@click.command()
@click.argument("kind", type=click.Choice([_CROSSWALK, *FORMS]))
@click.option("--columns", is_flag=True, help="Say what each column of a form holds instead.")
def template(kind: str, *, columns: bool) -> None:
    """Write the header of a form, to fill in; of people's forms also a row that shows it.

    Save the crosswalk as rosters/learner_crosswalk.csv of the home: a row for each identifier that
    somebody has looked at. Save the others in classroom/ under a name that begins with KIND, such
    as evidence-2026-09.csv, and replace the row. docs/operations.md says what each column holds,
    and `plumbline validate` what is wrong with a file.
    """
    if kind == _CROSSWALK:
        click.echo(",".join(COLUMNS))
    else:
        click.echo(describe_columns(FORMS[kind]) if columns else template_of(FORMS[kind]), nl=False)

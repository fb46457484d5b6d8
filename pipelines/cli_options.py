"""The options that commands share, and the home that they name."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from pipelines.home import Home
from pipelines.lock import hold
from pipelines.rebuild.workspace import settle
from pipelines.report.progress import Reporter
from pipelines.settings import Settings, read_settings

if TYPE_CHECKING:
    from collections.abc import Iterator


class DateType(click.ParamType[date]):
    """A date of the form YYYY-MM-DD."""

    name = "date"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> date:
        """Return the date; fail with a usage error where it is none."""
        try:
            return value if isinstance(value, date) else date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value} is no date of the form YYYY-MM-DD", param, ctx)


class District(NamedTuple):
    """A home with its settings."""

    home: Home
    settings: Settings


def district_at(root: Path) -> District:
    """Return the home at `root` with its settings."""
    home = Home.at(root)
    return District(home, read_settings(home))


@contextmanager
def at_work(home: Home) -> Iterator[Reporter]:
    """Hold the home for the command that runs; every command that writes to a home does."""
    with hold(home, _command_line()) as killed:
        reporter = Reporter()
        if settle(home):
            reporter.say("the last run had accepted a rebuild; its switch is finished now")
        if killed:
            reporter.say(f"the last run was cut off ({killed}); this one clears what it left")
        yield reporter


def _command_line() -> str:
    """Return the command without its options, which may name what is nobody's business."""
    names: list[str] = []
    context: click.Context | None = click.get_current_context()
    while context and context.parent:
        names.insert(0, context.info_name or "")
        context = context.parent
    return " ".join(["plumbline", *names])


home_option = click.option(
    "--home",
    "root",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="The district's folder: district.toml, landing/, rosters/, standards/.",
)
date_option = click.option(
    "--date",
    "as_of_date",
    type=DateType(),
    help="The school date of the night; today in the district's zone if left out.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Write JSON for machines.")

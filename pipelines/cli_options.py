"""The options that commands share, and the home that they name."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import NamedTuple

import click

from pipelines.home import Home
from pipelines.settings import Settings, read_settings


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

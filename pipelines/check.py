"""The check step by itself: both stages, and their counts in the record of the build."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pipelines.identity.keys import read_key
from pipelines.quality.check import run_checks
from pipelines.quality.outcome import CheckOutcome, Stage
from pipelines.warehouse.baseline import accept_as_baseline
from pipelines.warehouse.build import BuildIdentity, latest_build
from pipelines.warehouse.load import open_warehouse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipelines.home import Home
    from pipelines.settings import Settings


def check_warehouse(home: Home, settings: Settings) -> tuple[CheckOutcome, ...]:
    """Check what the latest build was made from, and the build; write the counts beside it."""
    identity = latest_build(home, settings)
    key = read_key(settings.keys_folder, "warehouse")
    outcomes = tuple(run_checks(home, stage, key=key, as_of=identity.as_of_date) for stage in Stage)
    record_checks(home, settings, identity, outcomes)
    return outcomes


def record_checks(
    home: Home, settings: Settings, identity: BuildIdentity, outcomes: Sequence[CheckOutcome]
) -> None:
    """Write how the checks of a build ended; one that passed is what the next brings up to date."""
    counts = [
        sum(outcome.passed for outcome in outcomes),
        sum(outcome.warned for outcome in outcomes),
        sum(outcome.failed for outcome in outcomes),
    ]
    with open_warehouse(home, settings) as connection:
        connection.begin()
        connection.execute(
            "update loaded.builds set finished_at = ?, checks_passed = ?, checks_warned = ?,"
            " checks_failed = ? where build_id = ?",
            [datetime.now(UTC), *counts, identity.build_id],
        )
        if not any(outcome.failed for outcome in outcomes):
            accept_as_baseline(connection, identity.build_id)
        connection.commit()

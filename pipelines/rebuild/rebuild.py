"""Make the current build again beside it, say what differs, and switch to it on a person's word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines.check import record_checks
from pipelines.errors import ConfigurationError
from pipelines.identity.keys import read_key
from pipelines.publish.folders import current_build_id
from pipelines.publish.manifest import Build, read_manifest
from pipelines.publish.publish import PublishedBuild, publish_build
from pipelines.quality.check import run_checks
from pipelines.quality.outcome import CheckOutcome, Stage, refuse_failed
from pipelines.rebuild.differences import MartDifference, compare_with_published
from pipelines.rebuild.side_build import SideBuilder, SideLoad
from pipelines.rebuild.workspace import accept, discard, make_side_home
from pipelines.warehouse.build import BuildIdentity, build, identify_build
from pipelines.warehouse.load import prepare_warehouse

if TYPE_CHECKING:
    from datetime import date

    from pipelines.home import Home
    from pipelines.report.progress import Reporter
    from pipelines.settings import Settings


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What the side build is made of, how it differs from the current build, and what followed."""

    current: Build
    identity: BuildIdentity
    filled: SideLoad
    checked: tuple[CheckOutcome, ...]
    differences: tuple[MartDifference, ...]
    published: PublishedBuild | None = None


def rebuild(
    home: Home,
    settings: Settings,
    *,
    from_date: date | None,
    is_accepted: bool,
    reporter: Reporter,
) -> Rebuilt:
    """Rebuild as of the date of the build that readers see; switch only where it is accepted.

    Deliveries loaded since `from_date` (None: all) are read again where the archive has them. The
    side build is removed at the end in any case; without a difference nothing is switched. Raises
    CheckFailedError where a model fails, or where what is to be accepted fails a critical check.
    """
    current = _current(home)
    prepare_warehouse(home, settings)
    side = make_side_home(home)
    try:
        filled = SideBuilder(home, side, settings, from_date).fill(reporter)
        identity, checked = _build(side, settings, current.as_of_date, reporter)
        folder = home.published / current.build_id
        with reporter.step("compare"):
            differences = compare_with_published(settings, folder, side)
        published = None
        if is_accepted and differences:
            published = _switch(home, settings, identity, checked)
        return Rebuilt(current, identity, filled, checked, differences, published)
    finally:
        discard(home)


def _current(home: Home) -> Build:
    build_id = current_build_id(home.current_build)
    if build_id is None:
        raise ConfigurationError("no build is published yet", "run `plumbline nightly` first")
    return read_manifest(home.published / build_id).build


def _build(
    side: Home, settings: Settings, as_of_date: date, reporter: Reporter
) -> tuple[BuildIdentity, tuple[CheckOutcome, ...]]:
    identity = identify_build(side, settings, as_of_date)
    with reporter.step("build") as advance:
        build(side, settings, identity, advance=advance)
    key = read_key(settings.keys_folder, "warehouse")
    with reporter.step("check"):
        checked = tuple(run_checks(side, stage, key=key, as_of=as_of_date) for stage in Stage)
    record_checks(side, settings, identity, checked)
    return identity, checked


def _switch(
    home: Home, settings: Settings, identity: BuildIdentity, checked: tuple[CheckOutcome, ...]
) -> PublishedBuild:
    for outcome in checked:
        refuse_failed(outcome)
    accept(home)
    key = read_key(settings.keys_folder, "warehouse")
    return publish_build(home, settings, key, identity.build_id)

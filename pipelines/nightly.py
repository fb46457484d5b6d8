"""One night: ingest, load, archive, check, build, check, publish, and a report of it all."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import IntEnum
from typing import TYPE_CHECKING

from pipelines.archive.move import ArchiveOutcome, archive_loaded
from pipelines.check import record_checks
from pipelines.identity.keys import read_key
from pipelines.publish.folders import current_build_id
from pipelines.publish.publish import PublishedBuild, publish_build, settle
from pipelines.quality.check import run_checks
from pipelines.quality.outcome import CheckOutcome, Stage, describe, refuse_failed
from pipelines.quarantine.expire import expire
from pipelines.report.changes import drift_messages, held_messages, pin_message
from pipelines.report.classroom import classroom_warnings
from pipelines.report.messages import (
    advice_messages,
    archive_messages,
    defect_messages,
    delivery_messages,
    waiting_messages,
)
from pipelines.report.rosters import roster_warnings
from pipelines.storage import explained
from pipelines.warehouse.build import BuildIdentity, BuildOutcome, build, identify_build
from pipelines.warehouse.load import LoadOutcome, load, prepare_warehouse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.errors import PlumblineError
    from pipelines.home import Home
    from pipelines.ingest.pipeline import IngestOutcome
    from pipelines.publish.pin import Pin
    from pipelines.report.progress import Advance, Reporter
    from pipelines.settings import Settings


class NightResult(IntEnum):
    """How a night ended; the value is the exit code of `plumbline nightly`."""

    PUBLISHED = 0
    FAILED = 1
    PUBLISHED_WITH_WARNINGS = 2


@dataclass(slots=True)
class Night:
    """What has happened so far; each step adds its part."""

    as_of_date: date
    started_at: datetime
    seconds: dict[str, float] = field(default_factory=dict)
    ingested: IngestOutcome | None = None
    expired: int = 0
    loaded: LoadOutcome | None = None
    archived: ArchiveOutcome = field(default_factory=ArchiveOutcome)
    identity: BuildIdentity | None = None
    built: BuildOutcome | None = None
    checked: list[CheckOutcome] = field(default_factory=list)
    pin: Pin | None = None
    published: PublishedBuild | None = None
    problem: PlumblineError | None = None
    warnings: list[str] = field(default_factory=list)

    @property
    def is_nothing_new(self) -> bool:
        """Whether the build that tonight's inputs make is already published."""
        return self.problem is None and self.identity is not None and self.built is None

    @property
    def result(self) -> NightResult:
        """How the night ended."""
        if self.problem:
            return NightResult.FAILED
        return NightResult.PUBLISHED_WITH_WARNINGS if self.warnings else NightResult.PUBLISHED


def run_night(home: Home, settings: Settings, as_of_date: date, reporter: Reporter) -> Night:
    """Run every step in order; a failed step ends the night and leaves readers what they have."""
    night = Night(as_of_date, datetime.now(UTC))
    try:
        _ingest(night, home, settings, reporter)
        _load(night, home, settings, reporter)
        _archive(night, home, settings, reporter)
        _check(night, Stage.AFTER_LOAD, home, settings=settings, reporter=reporter)
        night.identity = identify_build(home, settings, as_of_date)
        if _is_published(night, home, reporter):
            return night
        _build(night, home, settings, reporter)
        _check(night, Stage.AFTER_BUILD, home, settings=settings, reporter=reporter)
        _publish(night, home, settings, reporter)
    except Exception as error:
        night.problem = explained(error)
        if night.problem is None:
            raise
    return night


def _is_published(night: Night, home: Home, reporter: Reporter) -> bool:
    """Tell whether tonight's build is current, or published beside one that readers stay with."""
    if night.identity is None:
        return False
    night.pin = settle(home)
    if night.pin is None:
        return current_build_id(home.current_build) == night.identity.build_id
    warning = pin_message(night.pin)
    night.warnings.append(warning)
    reporter.say(f"  {warning}")
    return (home.published / night.identity.build_id).is_dir()


@contextmanager
def _timed(night: Night, name: str, reporter: Reporter) -> Iterator[Advance]:
    started = time.monotonic()
    try:
        with reporter.step(name) as advance:
            yield advance
    finally:
        night.seconds[name] = round(time.monotonic() - started, 3)


def _ingest(night: Night, home: Home, settings: Settings, reporter: Reporter) -> None:
    with _timed(night, "ingest", reporter) as advance:
        from pipelines.ingest.pipeline import ingest

        night.ingested = ingest(home, settings, night.as_of_date, advance=advance)
    messages = delivery_messages(home, night.ingested.ingested)
    messages += advice_messages(night.ingested.ingested)
    warnings = waiting_messages(night.ingested.waiting) + defect_messages(night.ingested.ingested)
    night.warnings += warnings
    for message in messages + warnings:
        reporter.say(f"  {message}")


def _load(night: Night, home: Home, settings: Settings, reporter: Reporter) -> None:
    with _timed(night, "load", reporter):
        prepare_warehouse(home, settings)
        night.expired = expire(home, settings, night.as_of_date)
        night.loaded = load(home, settings, night.as_of_date)
    warnings = roster_warnings(night.loaded.rosters) + held_messages(night.loaded.held)
    warnings += classroom_warnings(night.loaded.classroom)
    night.warnings += warnings
    for message in warnings + drift_messages(night.loaded.drift):
        reporter.say(f"  {message}")


def _archive(night: Night, home: Home, settings: Settings, reporter: Reporter) -> None:
    deliveries = night.ingested.deliveries if night.ingested else ()
    with _timed(night, "archive", reporter) as advance:
        night.archived = archive_loaded(
            home, settings, deliveries, night=night.as_of_date, advance=advance
        )
    warnings = archive_messages(night.archived.left)
    night.warnings += warnings
    for warning in warnings:
        reporter.say(f"  {warning}")


def _check(
    night: Night, stage: Stage, home: Home, *, settings: Settings, reporter: Reporter
) -> None:
    key = read_key(settings.keys_folder, "warehouse")
    with _timed(night, f"check {stage.replace('_', ' ')}", reporter):
        outcome = run_checks(home, stage, key=key, as_of=night.as_of_date)
    night.checked.append(outcome)
    refuse_failed(outcome)
    for finding in outcome.findings:
        night.warnings.append(describe(finding))
        reporter.say(f"  {describe(finding)}")


def _build(night: Night, home: Home, settings: Settings, reporter: Reporter) -> None:
    identity = night.identity
    if identity is None:
        return
    with _timed(night, "build", reporter) as advance:
        night.built = build(home, settings, identity, advance=advance)
    night.warnings += [f"dbt test {name} warns" for name in night.built.tests_warned]


def _publish(night: Night, home: Home, settings: Settings, reporter: Reporter) -> None:
    identity = night.identity
    if identity is None:
        return
    key = read_key(settings.keys_folder, "warehouse")
    with _timed(night, "publish", reporter):
        record_checks(home, settings, identity, night.checked)
        night.published = publish_build(home, settings, key, identity.build_id)

"""The outcomes of commands in words."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from pipelines.archive.move import ArchiveOutcome
from pipelines.quality.outcome import describe
from pipelines.report.changes import conflict_messages, drift_messages, held_messages
from pipelines.report.classroom import classroom_warnings
from pipelines.report.messages import (
    advice_messages,
    archive_messages,
    defect_messages,
    delivery_messages,
    waiting_messages,
)
from pipelines.report.rosters import roster_warnings

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pipelines.home import Home
    from pipelines.ingest.pipeline import IngestOutcome
    from pipelines.nightly import Night
    from pipelines.publish.pin import Pin
    from pipelines.publish.publish import PublishedBuild
    from pipelines.publish.rollback import RolledBack
    from pipelines.quality.outcome import CheckOutcome
    from pipelines.quarantine.replay import Replayed
    from pipelines.settings import Settings
    from pipelines.synth import SyntheticDistrict
    from pipelines.warehouse.build import BuildOutcome
    from pipelines.warehouse.load import LoadOutcome

NOT_YET_PUBLISHED = (
    "readers see it after the next night, or now with `plumbline build`, `check` and `publish`"
)
QUERY = (
    "select status, count(*) as estimates, round(avg(estimate), 2) as mean_estimate"
    " from learning.mastery group by status order by status"
)


def describe_district(district: SyntheticDistrict) -> str:
    """Say what a synthetic district holds."""
    return (
        f"{district.home}: {district.items:,} items in {district.files} files from"
        f" {district.first_school_date} to {district.last_school_date};"
        f" {district.defects_planted:,} defects planted; the truth is in {district.truth}"
    )


def describe_ingest(home: Home, outcome: IngestOutcome) -> str:
    """Say what was read, what was refused and what waits."""
    details = [
        *delivery_messages(home, outcome.ingested),
        *advice_messages(outcome.ingested),
        *waiting_messages(outcome.waiting),
        *defect_messages(outcome.ingested),
    ]
    return "\n  ".join([_ingest_counts(outcome), *details])


def _ingest_counts(outcome: IngestOutcome) -> str:
    read = sum(each.read for each in outcome.ingested)
    rejected = sum(each.rejected for each in outcome.ingested)
    return (
        f"ingested {len(outcome.ingested)} new file(s): {read:,} read, {rejected:,} rejected;"
        f" {len(outcome.already_ingested)} file(s) already in the lake"
    )


def describe_load(outcome: LoadOutcome) -> str:
    """Say what was loaded."""
    details = roster_warnings(outcome.rosters) + conflict_messages(outcome.files)
    details += classroom_warnings(outcome.classroom)
    details += held_messages(outcome.held) + drift_messages(outcome.drift)
    return "\n  ".join([_load_counts(outcome), *details])


def describe_replay(replayed: Sequence[Replayed], loaded: LoadOutcome) -> str:
    """Say what running rejected items again came to."""
    lines = [
        f"{each.file_name}: {each.run_again:,} run again: {each.accepted:,} accepted,"
        f" {each.minimised:,} minimised; {each.still_rejected:,} of the file still rejected"
        + (f", {each.not_run:,} could not be run" if each.not_run else "")
        for each in replayed
    ]
    lines = lines or ["nothing that was rejected is selected"]
    return "\n".join([*lines, describe_load(loaded), NOT_YET_PUBLISHED])


def _load_counts(outcome: LoadOutcome) -> str:
    if not outcome.files and not outcome.changed_records and not outcome.replayed:
        return "nothing new to load"
    totals = {
        name: sum(getattr(each, name) for each in outcome.files)
        for name in ("read", "loaded", "duplicate", "conflicting", "rejected", "minimised")
    }
    counts = ", ".join(f"{count:,} {name}" for name, count in totals.items())
    changed = ", ".join(outcome.changed_records) or "nothing"
    replayed = f"; {len(outcome.replayed)} file(s) replayed" if outcome.replayed else ""
    return (
        f"loaded {len(outcome.files)} new file(s): {counts}{replayed}; changed records: {changed}"
    )


def describe_archive(outcome: ArchiveOutcome) -> str:
    """Say what was moved to the archive and what was removed from it."""
    again = f", {len(outcome.delivered_again)} known to it" if outcome.delivered_again else ""
    removed = f"; {outcome.removed} older one(s) removed" if outcome.removed else ""
    head = f"moved {len(outcome.moved)} loaded file(s) to the archive{again}{removed}"
    return "\n  ".join([head, *archive_messages(outcome.left)])


def describe_build(outcome: BuildOutcome) -> str:
    """Say what was built."""
    head = (
        f"built {outcome.identity.build_id} as of {outcome.identity.as_of_date}:"
        f" {outcome.models} models, {outcome.tests_passed} tests passed"
    )
    plan = outcome.plan
    how = (
        f"brought build {plan.baseline.build_id} up to date"
        if plan.baseline
        else f"built everything: {plan.full_build_reason}"
    )
    return "\n  ".join([head, how, *(f"dbt test {name} warns" for name in outcome.tests_warned)])


def describe_checks(outcomes: Iterable[CheckOutcome]) -> str:
    """Say how the checks ended, and everything that was not as expected."""
    return "\n".join(
        "\n  ".join([_counts(outcome), *(describe(finding) for finding in outcome.findings)])
        for outcome in outcomes
    )


def _counts(outcome: CheckOutcome) -> str:
    stage = outcome.stage.replace("_", " ")
    return f"{stage}: {outcome.passed} passed, {outcome.warned} warned, {outcome.failed} failed"


def describe_publish(published: PublishedBuild) -> str:
    """Say what readers see now."""
    rows = sum(table.rows for table in published.tables)
    state = "is already current" if published.already_current else "is now current"
    if published.pin and published.pin.build_id != published.build.build_id:
        state = "is published beside the current one"
    return (
        f"build {published.build.build_id} {state}: {len(published.tables)} tables, {rows:,} rows"
    )


def describe_rollback(rolled_back: RolledBack) -> str:
    """Say what readers see now, and until when."""
    build = rolled_back.build
    state = "readers already had" if rolled_back.already_current else "readers have again"
    return (
        f"{state} build {build.build_id} as of {build.as_of_date}, instead of"
        f" {rolled_back.instead_of}: it was verified\n"
        "Nights go on and publish beside it; `plumbline publish` gives readers the newest build."
    )


def describe_night(home: Home, night: Night) -> str:
    """Say how a night ended."""
    lines = []
    if night.ingested:
        lines.append(_ingest_counts(night.ingested))
    if night.loaded:
        lines.append(describe_load(night.loaded))
    if night.archived != ArchiveOutcome():
        lines.append(describe_archive(night.archived))
    if night.expired:
        lines.append(f"the originals of {night.expired:,} rejected item(s) have expired")
    if night.published:
        lines.append(describe_publish(night.published))
    if night.is_nothing_new and night.identity:
        lines.append(_nothing_new(night.identity.build_id, night.pin))
    if night.problem:
        lines.append(f"error: {night.problem}\nNothing was published; readers keep what they have.")
    lines.append(f"{len(night.warnings)} warning(s); the report is {home.reports / 'latest.json'}")
    return "\n".join(lines)


def _nothing_new(build_id: str, pin: Pin | None) -> str:
    if pin and pin.build_id != build_id:
        return f"nothing new: build {build_id} is published beside the current one"
    return f"nothing new: readers already have build {build_id}"


def describe_demo(home: Home, settings: Settings, night: Night) -> str:
    """Say how the demonstration ended, where the marts are, and one query to try."""
    if night.problem:
        return describe_night(home, night)
    marts = home.current_build / "marts.duckdb"
    query = f'import duckdb; duckdb.connect("{marts}", read_only=True).sql("{QUERY}").show()'
    return "\n".join(
        [
            describe_night(home, night),
            "",
            f"{settings.district_name}: the marts are in {marts}",
            f"the same as Parquet in {home.current_build / 'parquet'}",
            f"what was checked in {home.reports / 'data_docs'}",
            "Try:",
            f"{sys.executable} -c '{query}'",
        ]
    )

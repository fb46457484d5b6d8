"""The report of a night, for machines: reports/runs/, newest also as reports/latest.json."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson

from pipelines.ingest.write import write_json
from pipelines.report.changes import held_report
from pipelines.report.classroom import classroom_report
from pipelines.report.rosters import roster_report

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pipelines.home import Home
    from pipelines.ingest.manifest import Manifest
    from pipelines.nightly import Night


def write_run_report(home: Home, night: Night) -> None:
    """Write the report of a night that has ended."""
    report = _report(night)
    report["finished_at"] = datetime.now(UTC).isoformat(timespec="seconds")
    name = f"{night.started_at:%Y%m%dT%H%M%S%fZ}.json"
    write_json(home.reports / "runs" / name, report)
    write_json(home.reports / "latest.json", report)


def run_report_json(night: Night) -> str:
    """Return the report of a night as JSON."""
    return orjson.dumps(_report(night), option=orjson.OPT_INDENT_2).decode()


def _report(night: Night) -> dict[str, Any]:
    return {
        "result": night.result.name.lower(),
        "is_nothing_new": night.is_nothing_new,
        "as_of_date": night.as_of_date.isoformat(),
        "build_id": night.identity.build_id if night.identity else None,
        "started_at": night.started_at.isoformat(timespec="seconds"),
        "seconds": night.seconds,
        "files": [each._asdict() for each in night.loaded.files] if night.loaded else [],
        "changed_records": list(night.loaded.changed_records) if night.loaded else [],
        "replayed": [each._asdict() for each in night.loaded.replayed] if night.loaded else [],
        "held": [held_report(each) for each in night.loaded.held] if night.loaded else [],
        "rosters": [roster_report(each) for each in night.loaded.rosters] if night.loaded else [],
        "classroom": [classroom_report(each) for each in night.loaded.classroom]
        if night.loaded
        else [],
        "drift": [each._asdict() for each in night.loaded.drift] if night.loaded else [],
        "advice": _advice(night.ingested.ingested) if night.ingested else [],
        "originals_expired": night.expired,
        "archive": {
            "moved": len(night.archived.moved),
            "delivered_again": len(night.archived.delivered_again),
            "left": [each._asdict() for each in night.archived.left],
            "removed": night.archived.removed,
        },
        "waiting": [each._asdict() for each in night.ingested.waiting] if night.ingested else [],
        "checks": {
            outcome.stage.value: {
                "passed": outcome.passed,
                "warned": outcome.warned,
                "failed": outcome.failed,
            }
            for outcome in night.checked
        },
        "tests_passed": night.built.tests_passed if night.built else None,
        "warnings": night.warnings,
        "problem": {"problem": night.problem.problem, "mend": night.problem.mend}
        if night.problem
        else None,
    }


def _advice(manifests: Iterable[Manifest]) -> list[dict[str, Any]]:
    return [
        {"file": each.name, "source": each.source, **each.advice._asdict()}
        for each in manifests
        if each.advice.warnings
    ]

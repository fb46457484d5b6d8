"""Explain one judgement, and say what made it change since an earlier build."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pipelines.explain.formula import Judgement, Outcome, judge
from pipelines.explain.published import (
    MEASURE,
    Case,
    EvidenceRow,
    current_folder,
    kept_folder,
    read_case,
)
from pipelines.measures import Definition

if TYPE_CHECKING:
    from datetime import date

    from pipelines.home import Home
    from pipelines.settings import Settings

TOLERANCE = 1e-9
_COMPARED = ("estimate", "interval_low", "interval_high", "prior_free_estimate", "effective_n")


class Counts(NamedTuple):
    """What a judgement rests on, counted again from its evidence, and whether that is stale."""

    evidence_count: int
    evidence_days: int
    last_evidence_date: date
    is_stale: bool


class Explanation(NamedTuple):
    """A case, its numbers computed again, and where they differ from what is published."""

    case: Case
    judgement: Judgement | None
    counts: Counts | None
    differences: dict[str, float]

    @property
    def agrees(self) -> bool:
        """Whether what is published was found again, to 1e-9 and the same status."""
        return not self.differences


class RowChange(NamedTuple):
    """A row of evidence that came, went or changed between two builds."""

    kind: str
    row: EvidenceRow
    before: dict[str, object]


class ChangeExplanation(NamedTuple):
    """A case now and in an earlier build, and what differs between them."""

    before: Explanation
    now: Explanation
    rows: tuple[RowChange, ...]
    parameters: dict[str, tuple[float | None, float | None]]


def explain(home: Home, settings: Settings, asked: tuple[str, str]) -> Explanation:
    """Explain the judgement of a learner and a standard in the build that readers see."""
    return explain_case(read_case(settings, current_folder(home), asked))


def explain_change(
    home: Home, settings: Settings, asked: tuple[str, str], since: str
) -> ChangeExplanation:
    """Say what differs of a learner and a standard between a kept build and the current one."""
    before = explain_case(read_case(settings, kept_folder(home, since), asked))
    now = explain_case(read_case(settings, current_folder(home), asked))
    return ChangeExplanation(
        before, now, _row_changes(before, now), _parameter_changes(before, now)
    )


def explain_case(case: Case) -> Explanation:
    """Compute the numbers of a case again, and compare them with what is published."""
    included = [
        Outcome(row.outcome, row.weight, row.evidence_date)
        for row in case.evidence
        if row.is_included and row.outcome is not None
    ]
    published = case.judgement
    if published is None or not included:
        missing = (published is None) != (not included)
        return Explanation(case, None, None, {"rows": float(len(included))} if missing else {})
    judgement = judge(included, published.base_rate, case.definition.parameters)
    differences = {
        name: getattr(judgement, name) - getattr(published, name)
        for name in _COMPARED
        if abs(getattr(judgement, name) - getattr(published, name)) > TOLERANCE
    }
    counts = _count(case, {each.evidence_date for each in included}, len(included))
    for name, value in {"status": judgement.status, **counts._asdict()}.items():
        if value != getattr(published, name):
            differences[name] = 1.0
    if case.definition.version != published.definition_version:
        differences["definition_version"] = 1.0
    if {case.definition.hash, published.definition_hash} != {_hash(case)}:
        differences["definition_hash"] = 1.0
    return Explanation(case, judgement, counts, differences)


def _count(case: Case, dates: set[date], evidence_count: int) -> Counts:
    age = (case.build.as_of_date - max(dates)).days
    is_stale = age > case.definition.parameters["stale_after"]
    return Counts(evidence_count, len(dates), max(dates), is_stale)


def _hash(case: Case) -> str:
    """Return the hash that the published version and parameters come to."""
    return Definition(MEASURE, case.definition.version, case.definition.parameters).hash


def _row_changes(before: Explanation, now: Explanation) -> tuple[RowChange, ...]:
    rows_before = {(row.source, row.event_id): row for row in before.case.evidence}
    rows_now = {(row.source, row.event_id): row for row in now.case.evidence}
    changes = [
        RowChange("came", row, {}) for key, row in rows_now.items() if key not in rows_before
    ]
    changes += [
        RowChange("went", row, {}) for key, row in rows_before.items() if key not in rows_now
    ]
    changes += [
        RowChange("changed", row, _cells(rows_before[key], row))
        for key, row in rows_now.items()
        if key in rows_before and rows_before[key] != row
    ]
    return tuple(sorted(changes, key=lambda change: (change.row.performed_at, change.row.event_id)))


def _cells(before: EvidenceRow, now: EvidenceRow) -> dict[str, object]:
    return {name: value for name, value in before._asdict().items() if value != getattr(now, name)}


def _parameter_changes(
    before: Explanation, now: Explanation
) -> dict[str, tuple[float | None, float | None]]:
    earlier, later = (each.case.definition.parameters for each in (before, now))
    return {
        name: (earlier.get(name), later.get(name))
        for name in sorted({*earlier, *later})
        if earlier.get(name) != later.get(name)
    }

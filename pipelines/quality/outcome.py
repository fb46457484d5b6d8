"""The values of a check: what was expected, what was observed, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from pipelines.errors import CheckFailedError

if TYPE_CHECKING:
    from datetime import date


class Stage(StrEnum):
    """When a suite is checked."""

    AFTER_LOAD = "after_load"
    AFTER_BUILD = "after_build"


class Severity(StrEnum):
    """What an expectation that is not met does to the run."""

    CRITICAL = "critical"
    WARNING = "warning"


class Verdict(StrEnum):
    """What came of one expectation."""

    PASSED = "passed"
    WARNED = "warned"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an expectation exists, in words."""

    means: str
    matters: str
    mend: str


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One expectation and what came of it; `observed` is a count or a rate, never a row's value.

    `subjects` are the sources, marts or statuses that do not meet it, where its figures name them.
    """

    table: str
    name: str
    expectation: str
    severity: Severity
    verdict: Verdict
    observed: float | None
    reason: Reason
    is_evaluated: bool = True
    subjects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckOutcome:
    """Everything that one stage's suites found."""

    stage: Stage
    as_of_date: date
    results: tuple[CheckResult, ...]

    @property
    def passed(self) -> int:
        """How many expectations were met."""
        return self._count(Verdict.PASSED)

    @property
    def warned(self) -> int:
        """How many warnings there are."""
        return self._count(Verdict.WARNED)

    @property
    def failed(self) -> int:
        """How many critical expectations were not met, or any that could not be evaluated."""
        return self._count(Verdict.FAILED)

    @property
    def findings(self) -> tuple[CheckResult, ...]:
        """The expectations that were not met, critical ones first."""
        unmet = [result for result in self.results if result.verdict is not Verdict.PASSED]
        return tuple(sorted(unmet, key=lambda result: result.verdict is not Verdict.FAILED))

    def _count(self, verdict: Verdict) -> int:
        return sum(result.verdict is verdict for result in self.results)


def refuse_failed(outcome: CheckOutcome) -> None:
    """Raise CheckFailedError where a critical expectation was not met; warnings pass."""
    failed = [result for result in outcome.findings if result.verdict is Verdict.FAILED]
    if failed:
        raise CheckFailedError(
            f"{len(failed)} check(s) failed {outcome.stage.replace('_', ' ')}:"
            + "".join(f"\n    {describe(result)}" for result in failed),
            failed[0].reason.mend,
        )


def describe(result: CheckResult) -> str:
    """Return one line on a result: where, what, how much, and what was expected."""
    observed = "could not be evaluated" if not result.is_evaluated else _observed(result)
    name = result.name.replace("_", " ")
    whose = f" ({', '.join(result.subjects)})" if result.subjects else ""
    return f"{result.table}: {name}: {observed}{whose}. Expected: {result.reason.means}"


def _observed(result: CheckResult) -> str:
    return "nothing observed" if result.observed is None else f"observed {result.observed:.6g}"

"""The release gates of docs/measures.md, held against what was found on real data."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from tests.validation_harness.real import BASELINE, OURS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.validation_harness.real import RealResult
    from tests.validation_harness.synthetic import SignalTruth, SyntheticResult

MOST_CALIBRATION_ERROR = 0.04
LEAST_SECURE, MOST_NOT_YET = 0.85, 0.5
# Of planted truth: an estimate follows somebody who learns with a delay.
MOST_RECOVERY_ERROR, LEAST_WITHIN = 0.1, 0.9
_IN_ORDER = ("not_yet", "developing", "secure")


class Gate(NamedTuple):
    """What is asked, what was found, and whether it holds."""

    asked: str
    found: str
    holds: bool


def release_gates(result: RealResult) -> list[Gate]:
    """Return the gates, over all attempts of students whom no base rate has seen."""
    ours, baseline = (result.qualities["all"][name] for name in (OURS, BASELINE))
    shares = {each.status: each.successes.value for each in result.statuses}
    ordered = [shares[status] for status in _IN_ORDER if status in shares]
    error = ours.calibration_error.value
    return [
        Gate(
            f"calibration error at most {MOST_CALIBRATION_ERROR}",
            f"{error:.4f}",
            error <= MOST_CALIBRATION_ERROR,
        ),
        Gate(
            f"AUC at least that of {BASELINE}",
            f"{ours.auc.value:.4f} and {baseline.auc.value:.4f}",
            ours.auc.value >= baseline.auc.value,
        ),
        _share(shares, "secure", f"at least {LEAST_SECURE}", lambda share: share >= LEAST_SECURE),
        _share(shares, "not_yet", f"at most {MOST_NOT_YET}", lambda share: share <= MOST_NOT_YET),
        Gate(
            "success rises strictly with the status",
            ", ".join(f"{share:.4f}" for share in ordered),
            len(ordered) == len(_IN_ORDER) and _rises(ordered),
        ),
    ]


def recovery_gates(results: Sequence[SyntheticResult]) -> list[Gate]:
    """Return what must be found again of planted truth, in each district."""
    gates = []
    for each in results:
        known = {status.status: status.known for status in each.statuses}
        ordered = [known[status] for status in _IN_ORDER if status in known]
        opened = (each.minutes.open_not_under_low, each.minutes.open_not_over_high)
        gates += [
            Gate(
                f"seed {each.seed}: calibration error at most {MOST_RECOVERY_ERROR}",
                f"{each.calibration_error:.4f}",
                each.calibration_error <= MOST_RECOVERY_ERROR,
            ),
            Gate(
                f"seed {each.seed}: knowing rises strictly with the status",
                ", ".join(f"{share:.4f}" for share in ordered),
                len(ordered) == len(_IN_ORDER) and _rises(ordered),
            ),
            Gate(
                f"seed {each.seed}: software was open for low to high minutes on {LEAST_WITHIN} of"
                " the student-days each",
                " and ".join(f"{share:.4f}" for share in opened),
                min(opened) >= LEAST_WITHIN,
            ),
            *(_signal_gate(each.seed, signal) for signal in each.signals if signal.planted),
        ]
    return gates


def bounds_of_activity(results: Sequence[SyntheticResult]) -> list[Gate]:
    """Return what was asked of active minutes before any figure was known.

    Low and high bound how long software was open. That they do not bound this as well is told
    beside the gates, and decides nothing.
    """
    return [
        Gate(
            f"seed {each.seed}: active for low to high minutes on {LEAST_WITHIN} of the"
            " student-days each",
            f"{each.minutes.active_not_under_low:.4f} and {each.minutes.active_not_over_high:.4f}",
            min(each.minutes.active_not_under_low, each.minutes.active_not_over_high)
            >= LEAST_WITHIN,
        )
        for each in results
    ]


def _signal_gate(seed: int, signal: SignalTruth) -> Gate:
    return Gate(
        f"seed {seed}: every planted {signal.state} is found, none is invented",
        f"{signal.found} of {signal.planted}, {signal.invented} invented",
        signal.found == signal.planted and signal.invented == 0,
    )


def _rises(values: Sequence[float]) -> bool:
    return all(low < high for low, high in pairwise(values))


def _share(
    shares: dict[str, float], status: str, asked: str, holds: Callable[[float], bool]
) -> Gate:
    found = shares.get(status)
    return Gate(
        f"success after {status} {asked}",
        "no such attempt" if found is None else f"{found:.4f}",
        found is not None and holds(found),
    )

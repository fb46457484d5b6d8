"""What was found, as Markdown for docs/validation.md and for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.validation_harness.oulad import ATTRIBUTION

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.validation_harness.figures import Figure, Group
    from tests.validation_harness.gates import Gate
    from tests.validation_harness.real import RealResult
    from tests.validation_harness.synthetic import SyntheticResult


def describe_gates(gates: Iterable[Gate]) -> str:
    """Return each gate, what was found, and whether it holds."""
    rows = [(each.asked, each.found, "holds" if each.holds else "DOES NOT HOLD") for each in gates]
    return _table(("gate", "found", ""), rows)


def describe_real(result: RealResult) -> str:
    """Return every figure of the real data."""
    return "\n".join(
        [
            f"Data: {ATTRIBUTION}.",
            "",
            _counts(result),
            *_qualities(result),
            "",
            f"AUC of mastery minus n-of-5, all attempts: {_said(result.ahead_of_baseline)}.",
            "",
            "What came next, by the status before:",
            "",
            _table(
                ("status", "attempts", "successes"),
                [
                    (each.status, f"{each.attempts:,}", _said(each.successes))
                    for each in result.statuses
                ],
            ),
            *_reliability(result),
            "",
            "By reporting window (calibration gap: mean estimate minus mean outcome):",
            "",
            _groups("window began", result.windows),
            *_subgroups(result),
        ]
    )


def describe_synthetic(results: Iterable[SyntheticResult]) -> str:
    """Return what was found again of planted truth."""
    rows, statuses, signals = [], [], []
    for each in results:
        minutes = each.minutes
        rows.append(
            (
                str(each.seed),
                f"{each.calibration_error:.3f}",
                f"{minutes.days:,}",
                f"{minutes.open_not_under_low:.3f}",
                f"{minutes.open_not_over_high:.3f}",
                f"{minutes.active_not_under_low:.3f}",
                f"{minutes.active_not_over_high:.3f}",
                f"{minutes.low:,.0f} / {minutes.mid:,.0f} / {minutes.high:,.0f}",
                f"{minutes.opened:,.0f} / {minutes.active:,.0f}",
            )
        )
        statuses += [
            (str(each.seed), status, f"{pairs:,}", *(f"{share:.3f}" for share in shares))
            for status, pairs, *shares in each.statuses
        ]
        signals += [
            (str(each.seed), state, *(f"{count:,}" for count in counts))
            for state, *counts in each.signals
        ]
    bounds = ("open ≥ low", "open ≤ high", "active ≥ low", "active ≤ high")
    head = ("seed", "calibration error", "student-days", *bounds)
    return "\n".join(
        [
            _table((*head, "minutes low / mid / high", "open / active"), rows),
            "",
            _table(
                ("seed", "status", "pairs", "knows", "estimate", "chance of a right answer"),
                statuses,
            ),
            "",
            _table(("seed", "signal", "planted", "found", "judged so", "invented"), signals),
        ]
    )


def describe_excess(results: Iterable[SyntheticResult]) -> str:
    """Return on how many student-days low is over the active minutes, by how many, and why."""
    head = ("seed", "student-days over", "of all", "minutes over, mean", "most")
    parts = ("idle, told as open", "idle, in gaps", "days without the first", "without the second")
    return _table((*head, *parts), [_excess_row(each) for each in results])


def _excess_row(result: SyntheticResult) -> tuple[str, ...]:
    excess = result.excess
    minutes = (excess.mean, excess.most, excess.told, excess.gaps)
    return (
        *(str(result.seed), f"{excess.days:,}", f"{excess.days / result.minutes.days:.3f}"),
        *("" if each is None else f"{each:,.1f}" for each in minutes),
        *(f"{excess.days_without_told:,}", f"{excess.days_without_gaps:,}"),
    )


def _counts(result: RealResult) -> str:
    written = result.written
    return (
        f"{written.statements:,} statements went in ({written.banked:,} banked results and"
        f" {written.without_score:,} submissions without a score were left out);"
        f" {result.attempts:,} attempts of {result.students:,} students were predicted."
    )


def _qualities(result: RealResult) -> Iterator[str]:
    for subset, by_name in result.qualities.items():
        attempts = next(iter(by_name.values())).attempts
        yield from ("", f"Attempts: {subset} ({attempts:,}):", "")
        yield _table(
            ("prediction", "AUC", "RMSE", "log-loss", "calibration error"),
            [(name, *(_said(figure) for figure in each[1:])) for name, each in by_name.items()],
        )


def _reliability(result: RealResult) -> Iterator[str]:
    for name, bins in result.reliability.items():
        yield from ("", f"Reliability of {name}:", "")
        yield _table(
            ("attempts", "predicted", "share of successes"),
            [
                (f"{each.attempts:,}", f"{each.predicted:.3f}", f"{each.outcome:.3f}")
                for each in bins
            ],
        )


def _subgroups(result: RealResult) -> Iterator[str]:
    for name, groups in result.groups.items():
        yield from ("", f"By {name}:", "", _groups(name, groups))


def _groups(name: str, groups: Iterable[Group]) -> str:
    return _table(
        (name, "students", "attempts", "gap", "AUC"),
        [
            (
                each.name,
                *(f"{each.students:,}", f"{each.attempts:,}"),
                *(_signed(each.gap), f"{each.auc:.3f}"),
            )
            for each in groups
        ],
    )


def _said(figure: Figure) -> str:
    return f"{figure.value:.4f} ± {figure.error:.4f}"


def _signed(figure: Figure) -> str:
    return f"{figure.value:+.4f} ± {figure.error:.4f}"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = (head, ("---",) * len(head), *rows)
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)

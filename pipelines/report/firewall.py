"""What the firewall found, in words and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from pipelines.firewall.run import describe

if TYPE_CHECKING:
    from pipelines.firewall.check import Violation
    from pipelines.firewall.run import FirewallOutcome, Planted


def describe_firewall(outcome: FirewallOutcome, *, with_paths: bool) -> str:
    """Say what was checked, what is breached, and which planted breaches were found."""
    verdict = outcome.verdict
    caught = sum(each.violation is not None for each in outcome.planted)
    lines = [
        f"models followed: {verdict.models}",
        f"columns checked: {verdict.columns}, of learning {verdict.learning_columns}",
        f"paths walked: {verdict.paths:,} from a source's column or rows to a column of learning",
        f"planted violations caught: {caught} of {len(outcome.planted)}",
    ]
    for planted in outcome.planted:
        lines += _describe_planted(planted, with_path=with_paths)
    lines.append(f"violations: {len(verdict.violations)}")
    for violation in verdict.violations:
        lines += [f"  {line}" for line in describe(violation)]
    return "\n".join(lines)


def firewall_json(outcome: FirewallOutcome) -> str:
    """Return the same for machines."""
    verdict = outcome.verdict
    document = {
        "holds": outcome.holds,
        "models": verdict.models,
        "columns_checked": verdict.columns,
        "learning_columns_checked": verdict.learning_columns,
        "paths_walked": verdict.paths,
        "violations": [_as_dict(each) for each in verdict.violations],
        "planted": [
            {
                "model": each.name,
                "rule": each.breach.rule,
                "caught_by": _as_dict(each.violation) if each.violation else None,
            }
            for each in outcome.planted
        ],
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2).decode()


def _describe_planted(planted: Planted, *, with_path: bool) -> list[str]:
    if planted.violation is None:
        return [f"  MISSED {planted.name}: rule {planted.breach.rule} does not find it"]
    how = f" by {planted.breach.clause}" if planted.breach.clause else ""
    head = f"  caught {planted.name} ({planted.breach.rule}{how})"
    return [head, *(f"    {line}" for line in describe(planted.violation) if with_path)]


def _as_dict(violation: Violation) -> dict[str, object]:
    return {
        "rule": violation.rule,
        "place": violation.place,
        "message": violation.message,
        "path": list(violation.path),
    }

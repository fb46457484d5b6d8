"""The explanation of a judgement, in an order to follow with a pocket calculator."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.explain.explain import ChangeExplanation, Explanation
    from pipelines.explain.formula import Judgement
    from pipelines.explain.published import Case, EvidenceRow, PublishedJudgement

_NUMBERS = ("estimate", "interval_low", "interval_high", "prior_free_estimate", "effective_n")


def describe_explanation(explanation: Explanation) -> str:
    """Return what is said, the parameters, the evidence, the sums and the comparison."""
    case = explanation.case
    lines = list(_what_is_said(case))
    if explanation.judgement is not None and case.judgement is not None:
        lines += ["", "Parameters, of this version of the measure"]
        lines += [f"  {name} = {_short(value)}" for name, value in _parameters(case)]
        lines += ["", "1. Evidence that counts, oldest first"]
        lines += _terms(case, explanation.judgement)
        lines += _sums(case, case.judgement, explanation.judgement)
        lines += _staleness(explanation)
    lines += _excluded(case)
    lines += ["", _comparison(explanation)]
    return "\n".join(lines)


def describe_change(change: ChangeExplanation) -> str:
    """Return what differs between two builds: numbers, parameters and rows of evidence."""
    before, now = change.before.case, change.now.case
    lines = [
        _named(now),
        f"build {before.build.build_id} as of {before.build.as_of_date}",
        f"became {now.build.build_id} as of {now.build.as_of_date}",
    ]
    lines += [f"  {line}" for line in _moved(before.judgement, now.judgement)]
    lines.append(
        "definition: the same"
        if before.definition.hash == now.definition.hash
        else f"definition: version {before.definition.version} became {now.definition.version}"
    )
    lines += [
        f"  {name}: {_cell(values[0])} became {_cell(values[1])}"
        for name, values in change.parameters.items()
    ]
    lines.append(f"rows of evidence that came, went or changed: {len(change.rows)}")
    for each in change.rows:
        cells = "; ".join(
            f"{name} was {_cell(value)}, is {_cell(getattr(each.row, name))}"
            for name, value in each.before.items()
        )
        lines.append(f"  {each.kind}: {_row(each.row)}{f' ({cells})' if cells else ''}")
    return "\n".join([*lines, *(_comparison(each) for each in (change.before, change.now))])


def explanation_json(explanation: Explanation) -> str:
    """Return an explanation for machines."""
    return _as_json(_document(explanation))


def change_json(change: ChangeExplanation) -> str:
    """Return a change for machines."""
    return _as_json(
        {
            "before": _document(change.before),
            "now": _document(change.now),
            "rows": [
                {"kind": each.kind, "row": each.row._asdict(), "before": each.before}
                for each in change.rows
            ],
            "parameters": {
                name: {"before": values[0], "now": values[1]}
                for name, values in change.parameters.items()
            },
        }
    )


def _what_is_said(case: Case) -> Iterator[str]:
    yield _named(case)
    yield f"build {case.build.build_id} as of {case.build.as_of_date}"
    yield f"mastery, version {case.definition.version}, hash {case.definition.hash}"
    said = case.judgement
    if said is None:
        yield "no judgement: there is no evidence that counts, which is never a low status"
        return
    stale = ", stale" if said.is_stale else ""
    yield (
        f"{said.status}{stale}: estimate {said.estimate:.4f}, between {said.interval_low:.4f} and"
        f" {said.interval_high:.4f}; {_many(said.evidence_count, 'outcome')} on"
        f" {_many(said.evidence_days, 'day')}, the last on {said.last_evidence_date}"
    )


def _terms(case: Case, judgement: Judgement) -> Iterator[str]:
    yield "  date        outcome  weight  age  decay^age    to S       to F       item"
    included = [row for row in case.evidence if row.is_included]
    for row, term in zip(included, judgement.terms, strict=True):
        assisted = " (assisted: 0)" if row.is_assisted else ""
        yield (
            f"  {row.evidence_date}  {row.outcome:7.4f}  {row.weight:6.4f}  {term.age:3}"
            f"  {term.discount:9.7f}  {term.to_successes:9.7f}  {term.to_failures:9.7f}"
            f"  {row.item_id}{assisted}"
        )
    yield "  to S = weight * decay^age * outcome; to F = weight * decay^age * (1 - outcome)"


def _sums(case: Case, said: PublishedJudgement, judgement: Judgement) -> Iterator[str]:
    prior = case.definition.parameters["prior_weight"]
    yield ""
    yield "2. Sums"
    yield f"  S = {judgement.successes:.10f}, F = {judgement.failures:.10f}"
    yield f"  b = {said.base_rate:.10f}, the base rate of the standard, alike for every student"
    yield ""
    yield "3. Estimate"
    yield f"  alpha = S + {_short(prior)} * b = {judgement.alpha:.10f}"
    yield f"  beta = F + {_short(prior)} * (1 - b) = {judgement.beta:.10f}"
    yield f"  estimate = alpha / (alpha + beta) = {judgement.estimate:.10f}"
    yield f"  interval = quantiles of Beta(alpha, beta) = {judgement.interval_low:.10f}"
    yield f"             to {judgement.interval_high:.10f}"
    yield f"  effective_n = S + F = {judgement.effective_n:.10f}"
    yield f"  prior_free_estimate = (S + 1) / (S + F + 2) = {judgement.prior_free_estimate:.10f}"
    yield ""
    yield "4. Status: insufficient where any of its lines holds, else the first whose lines all do"
    for rule in judgement.rules:
        holds = "yes" if rule.holds else "no"
        yield f"  {rule.status}: {rule.text}: {rule.value:.4f}, {_short(rule.bound)}: {holds}"
    yield f"  so it is {judgement.status}"


def _staleness(explanation: Explanation) -> Iterator[str]:
    counts, case = explanation.counts, explanation.case
    if counts is not None:
        age = (case.build.as_of_date - counts.last_evidence_date).days
        limit = _short(case.definition.parameters["stale_after"])
        stale = "yes" if counts.is_stale else "no"
        yield ""
        yield "5. Stale: the number stays, and its age is told"
        yield f"  days since the last evidence > stale_after: {age}, {limit}: {stale}"


def _excluded(case: Case) -> Iterator[str]:
    excluded = [row for row in case.evidence if not row.is_included]
    if excluded:
        yield ""
        yield "Evidence that does not count, and why"
        yield from (f"  {_row(row)}: {row.exclusion_reason}" for row in excluded)


def _comparison(explanation: Explanation) -> str:
    build_id = explanation.case.build.build_id
    if explanation.agrees:
        return f"Computed again from the rows above, build {build_id} is right to 1e-9."
    named = ", ".join(f"{name} ({value:+.3e})" for name, value in explanation.differences.items())
    return f"CANNOT be computed again for build {build_id}: it differs in {named}."


def _moved(before: PublishedJudgement | None, now: PublishedJudgement | None) -> Iterator[str]:
    if before is None or now is None:
        yield f"a judgement {'went' if now is None else 'came'}" if before != now else "none"
        return
    for name, value in before._asdict().items():
        if value != getattr(now, name):
            yield f"{name}: {_cell(value)} became {_cell(getattr(now, name))}"
    if before == now:
        yield "nothing changed"


def _named(case: Case) -> str:
    standard = case.standard
    return f"standard {standard.code or standard.standard_id}: {standard.statement}"


def _row(row: EvidenceRow) -> str:
    return f"{row.evidence_date} {row.item_id}, event {row.event_id} of {row.source}"


def _parameters(case: Case) -> list[tuple[str, float]]:
    return sorted(case.definition.parameters.items())


def _cell(value: object) -> str:
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _many(count: int, thing: str) -> str:
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def _short(value: float) -> str:
    return f"{value:g}"


def _document(explanation: Explanation) -> dict[str, object]:
    case, judgement, counts = explanation.case, explanation.judgement, explanation.counts
    terms = iter(judgement.terms if judgement else ())
    return {
        "build": case.build,
        "measure": {"name": "mastery", **case.definition._asdict()},
        "standard": case.standard._asdict(),
        "published": case.judgement._asdict() if case.judgement else None,
        "computed": judgement
        and {
            **{name: getattr(judgement, name) for name in _NUMBERS},
            "successes": judgement.successes,
            "failures": judgement.failures,
            "alpha": judgement.alpha,
            "beta": judgement.beta,
            "status": judgement.status,
            **(counts._asdict() if counts else {}),
            "rules": [rule._asdict() for rule in judgement.rules],
        },
        "evidence": [
            {**row._asdict(), **(next(terms)._asdict() if row.is_included and judgement else {})}
            for row in case.evidence
        ],
        "agrees": explanation.agrees,
        "differences": explanation.differences,
    }


def _as_json(document: object) -> str:
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z).decode()

"""Run the firewall: over the shipped project with breaches planted, and over a build."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

import orjson

from pipelines.errors import CheckFailedError
from pipelines.firewall.check import Traced, Verdict, check_project, trace_project
from pipelines.firewall.project import Project, read_project
from pipelines.resources import resource_path
from pipelines.warehouse.compile import compile_models

if TYPE_CHECKING:
    from collections.abc import Callable

    from pipelines.firewall.check import Violation
    from pipelines.firewall.project import Breach, Model

PLANTED = Path(__file__).parent / "planted"
PLANTED_PREFIX = "planted_"
_STEPS = 3


class Planted(NamedTuple):
    """A breach that was planted, and what the check says of it."""

    name: str
    breach: Breach
    violation: Violation | None


class FirewallOutcome(NamedTuple):
    """What the check says of the project, and whether it finds what was planted."""

    verdict: Verdict
    planted: tuple[Planted, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing is breached and every planted breach was found."""
        return not self.verdict.violations and all(each.violation for each in self.planted)


def run_firewall(*, advance: Callable[[int, int], None]) -> FirewallOutcome:
    """Check the shipped project, and a copy of it with breaches planted."""
    with TemporaryDirectory() as folder:
        project = planted_copy(Path(folder))
        advance(1, _STEPS)
        compiled = read_project(*compile_models(project, Path(folder)))
    advance(2, _STEPS)
    outcome = judge(trace_project(compiled))
    advance(_STEPS, _STEPS)
    return outcome


def judge(traced: Traced) -> FirewallOutcome:
    """Judge a project in which breaches are planted: without them, and each of them."""
    everything = check_project(traced)
    planted = [
        Planted(model.relation, model.breach, _found(everything, model, model.breach))
        for model in traced.project.models
        if model.breach
    ]
    return FirewallOutcome(check_project(without_planted(traced)), tuple(planted))


def refuse_breaches(compiled: Path, build_id: str) -> None:
    """Raise CheckFailedError with every path unless the SQL that made a build holds the firewall.

    `compiled` is the folder in which dbt left what it ran.
    """
    _refuse_other_build(compiled, build_id)
    verdict = check_project(trace_project(read_project(compiled / "manifest.json")))
    if verdict.violations:
        raise CheckFailedError(
            "the firewall between proxies and learning is breached:"
            + "".join(f"\n    {line}" for each in verdict.violations for line in describe(each)),
            "take the influence out of the model, build and publish again; readers keep the build"
            " they have",
        )


def describe(violation: Violation) -> list[str]:
    """Return a breach in lines: the rule and the place, then the path to it."""
    head = f"[{violation.rule}] {violation.place}: {violation.message}"
    return [head, *(f"  -> {step}" for step in violation.path)]


def planted_copy(folder: Path) -> Path:
    """Copy the shipped project into a folder, breaches added; return the copy."""
    project = folder / "dbt"
    shutil.copytree(resource_path("dbt"), project, ignore=shutil.ignore_patterns("target", "logs"))
    shutil.copytree(PLANTED / "models", project / "models" / "marts" / "learning" / "planted")
    shutil.copytree(PLANTED / "macros", project / "macros" / "planted")
    return project


def _found(verdict: Verdict, model: Model, breach: Breach) -> Violation | None:
    """Return the violation by the right rule; one of influence must be of the last column."""
    place = f"{model.relation}.{list(model.kinds)[-1]}" if breach.clause else model.relation
    return next(
        (
            each
            for each in verdict.violations
            if each.rule == breach.rule
            and each.place.startswith(place)
            and (breach.clause is None or breach.clause in each.clauses)
        ),
        None,
    )


def without_planted(traced: Traced) -> Traced:
    """Return the project as it ships, from one in which breaches are planted."""
    models = tuple(
        model
        for model in traced.project.models
        if not model.relation.partition(".")[2].startswith(PLANTED_PREFIX)
    )
    kept = {model.relation for model in models}
    return Traced(
        Project(traced.project.database, traced.project.sources, models),
        traced.graph,
        tuple(each for each in traced.violations if each.place in kept),
    )


def _refuse_other_build(compiled: Path, build_id: str) -> None:
    """Raise unless what dbt left is of this build."""
    try:
        ran = orjson.loads((compiled / "run_results.json").read_bytes())
        manifest = orjson.loads((compiled / "manifest.json").read_bytes())
        is_same = (
            ran["args"]["vars"]["build_id"] == build_id
            and ran["metadata"]["invocation_id"] == manifest["metadata"]["invocation_id"]
        )
    except (OSError, ValueError, KeyError, TypeError):
        is_same = False
    if not is_same:
        raise CheckFailedError(
            f"the SQL that made build {build_id} is not in {compiled}, so it cannot be checked",
            "run `plumbline build`, then check and publish again",
        )

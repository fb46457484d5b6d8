"""No proxy reaches learning by any way that SQL knows, and the check finds what is planted."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest
import sqlglot
import yaml
from sqlglot import exp
from sqlglot.lineage import lineage
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import build_scope

from pipelines.canonical import event_columns
from pipelines.firewall.check import Traced, Violation, check_project, trace_project
from pipelines.firewall.graph import Node
from pipelines.firewall.kinds import KINDS_BY_FAMILY
from pipelines.firewall.project import in_order
from pipelines.firewall.run import PLANTED, judge
from pipelines.ingest.policy import field_rules
from tests.docs.repository import REPOSITORY

if TYPE_CHECKING:
    from pipelines.firewall.project import Model, Project


class Change(NamedTuple):
    """A change that somebody could make to a model, and the column that must not follow it."""

    model: str
    before: str
    after: str
    reached: str


BREACHES = [
    model["name"]
    for model in yaml.safe_load((PLANTED / "models" / "planted.yml").read_text("utf-8"))["models"]
    if "meta" in model["config"]
]
EVENT = "loaded.events"
DURATION = f"{EVENT}.duration_seconds"
SOURCES = REPOSITORY / "dbt" / "models" / "staging" / "_sources.yml"
EVENTS = '"warehouse"."intermediate"."int_evidence_events"'
CHANGES = {
    "the newest outcome by time of day": Change(
        "int_evidence_discounted",
        "order by performed_at desc",
        "order by date_part('hour', performed_at) desc",
        "learning.mastery.estimate",
    ),
    "the newest of one moment by time of day": Change(
        "int_evidence_discounted",
        "evidence.event_id desc",
        "date_part('hour', evidence.performed_at) desc",
        "learning.mastery.estimate",
    ),
    "tries before the window by the hour": Change(
        "int_evidence_base_rates",
        "where evidence.is_included",
        "where evidence.is_included and date_part('hour', evidence.performed_at) < 15",
        "learning.mastery.base_rate",
    ),
    "the date of a try by its duration": Change(
        "int_evidence_events",
        "learner_role = 'assignee'",
        "duration_seconds > 60",
        "learning.mastery_evidence.performed_at",
    ),
    "help within five minutes": Change(
        "int_evidence_tries",
        "rows between unbounded preceding and 1 preceding",
        "range between interval 5 minutes preceding and current row",
        "learning.mastery_evidence.is_assisted",
    ),
    "a weight by the number of all events": Change(
        "int_evidence_scored",
        "from candidates\n",
        f"from candidates cross join (select count(*) as n from {EVENTS}) as everything\n",
        "learning.mastery_evidence.weight",
    ),
    "classes by what the students did": Change(
        "int_evidence_classes",
        "where enrollments.role = 'student'",
        f"where enrollments.person_key in (select student_key from {EVENTS})",
        "learning.class_mastery.students",
    ),
}


def test_no_proxy_reaches_learning(traced: Traced) -> None:
    """Nothing that is a proxy, by whatever way, decides anything of a mart of learning."""
    verdict = check_project(traced)
    assert [str(each) for each in verdict.violations] == []
    assert verdict.learning_columns >= 38
    assert verdict.paths > 1000


@pytest.fixture(scope="module")
def found(planted: Traced) -> dict[str, Violation | None]:
    """Say of each planted breach by what it was found."""
    return {each.name.partition(".")[2]: each.violation for each in judge(planted).planted}


@pytest.mark.parametrize("breach", BREACHES)
def test_a_planted_breach_is_found(found: dict[str, Violation | None], breach: str) -> None:
    """Each breach is found by its rule, and by the clause that it hides in."""
    assert found[breach] is not None


@pytest.mark.parametrize("clause", ["join", "filter", "window_order", "case", "macro"])
def test_the_path_is_printed(found: dict[str, Violation | None], clause: str) -> None:
    """The path leads from the duration to the mart, a line for each model on the way."""
    violation = found[f"planted_{clause}"]
    assert violation is not None
    assert violation.path[0] == DURATION
    assert violation.path[1].startswith("staging.stg_plumbline__events/source.duration_seconds (")
    assert violation.path[-1].startswith(f"learning.planted_{clause}.")


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_the_models_is_found(project: Project, change: str) -> None:
    """What somebody could write into a model in good faith is stopped as well."""
    verdict = check_project(trace_project(_changed(project, CHANGES[change])))
    reached = {each.place for each in verdict.violations if each.rule == "influence"}
    assert CHANGES[change].reached in reached


def _changed(project: Project, change: Change) -> Project:
    """Return the models that learning is made of, one of them changed."""
    relation = f"intermediate.{change.model}"
    changed = next(model for model in project.models if model.relation == relation)
    assert change.before in changed.queries[0]
    query = changed.queries[0].replace(change.before, change.after)
    reads = (*changed.reads, "intermediate.int_evidence_events")
    models = [
        changed._replace(queries=(query,), reads=reads) if model is changed else model
        for model in project.models
        if model.family in {None, "learning"} and "int_activity" not in model.relation
    ]
    return project._replace(models=tuple(in_order(models)))


def test_a_gate_needs_the_test_that_proves_it(traced: Traced) -> None:
    """A step that lets less through than everything says so with a unit test of its model."""
    gated = [model for model in traced.project.models if model.gates]
    assert {model.relation for model in gated} == {
        "intermediate.int_events_voided",
        "intermediate.int_verbs_interpreted",
        "intermediate.int_evidence_hints",
        "intermediate.int_evidence_scored",
    }
    for model in gated:
        assert _rules_with(traced, model._replace(unit_tests=frozenset())) == {"gates"}


def test_without_its_gate_everything_is_a_breach(traced: Traced) -> None:
    """Rows of events stay rows of events where no gate is declared."""
    gated = next(each for each in traced.project.models if each.relation.endswith("_scored"))
    assert "influence" in _rules_with(traced, gated._replace(gates=()))


def _rules_with(traced: Traced, changed: Model) -> set[str]:
    """Return the rules that are broken when a model declares something else."""
    models = tuple(
        changed if model.relation == changed.relation else model for model in traced.project.models
    )
    verdict = check_project(traced._replace(project=traced.project._replace(models=models)))
    return {each.rule for each in verdict.violations}


def test_a_column_without_a_kind_is_a_breach(traced: Traced) -> None:
    """Neither a source's nor a mart's column may leave open what it is."""
    events = next(each for each in traced.project.sources if each.relation == "loaded.events")
    unkind = events._replace(kinds={**events.kinds, "success": None})
    sources = tuple(unkind if each is events else each for each in traced.project.sources)
    verdict = check_project(traced._replace(project=traced.project._replace(sources=sources)))
    assert {each.rule for each in verdict.violations} == {"declared", "influence"}

    mart = next(each for each in traced.project.models if each.relation == "learning.mastery")
    unkind_mart = mart._replace(kinds={**mart.kinds, "estimate": None})
    assert _rules_with(traced, unkind_mart) == {"declared"}


def test_every_family_has_its_kinds(project: Project) -> None:
    """Each schema of marts is a family that says what it may hold."""
    assert {model.family for model in project.models if model.family} <= set(KINDS_BY_FAMILY)


def test_the_kinds_of_events_are_those_of_the_canonical_event() -> None:
    """Every column of an event has its kind, in the order of the canonical event."""
    tables = yaml.safe_load(SOURCES.read_text("utf-8"))["sources"][0]["tables"]
    events = next(table for table in tables if table["name"] == "events")
    named = [column["name"] for column in events["columns"]]
    assert sorted(named) == sorted(
        [*(column.name for column in event_columns()), "file_digest", "batch_number"]
    )


def test_nothing_is_missed_that_sqlglot_finds(traced: Traced) -> None:
    """Every column that sqlglot's own lineage finds behind a mart of learning is an ancestor."""
    schema: dict[str, object] = {traced.project.database: _columns_by_schema(traced)}
    found = 0
    for mart in [model for model in traced.project.models if model.family == "learning"]:
        parsed = sqlglot.parse_one(mart.queries[0], dialect="duckdb")
        query = qualify(parsed, dialect="duckdb", schema=schema)
        scope = build_scope(query)
        for column in mart.kinds:
            ancestors = traced.graph.ancestors(Node(mart.relation, column))
            behind = lineage(column, query, schema, dialect="duckdb", scope=scope)
            named = {_named(leaf.expression, leaf.name) for leaf in behind.walk()} - {None}
            assert named <= ancestors
            found += len(named)
    assert found > 20


def _columns_by_schema(traced: Traced) -> dict[str, dict[str, dict[str, str]]]:
    tables: dict[str, dict[str, dict[str, str]]] = {}
    for node in [*traced.graph.entering, *traced.graph.leaving]:
        if "/" not in node.relation and not node.column.startswith("("):
            folder, name = node.relation.split(".")
            tables.setdefault(folder, {}).setdefault(name, {})[node.column] = "unknown"
    return tables


def _named(expression: exp.Expr, name: str) -> Node | None:
    """Return the column of a table that sqlglot ends at; None for a step on the way."""
    if not isinstance(expression, exp.Table):
        return None
    return Node(f"{expression.db}.{expression.name}", name.rpartition(".")[2].strip('"'))


def test_every_stored_field_reaches_the_mart_that_needs_it(traced: Traced) -> None:
    """What the policy keeps of an event decides something in the mart it is kept for."""
    unused = [
        (rule.path, rule.column, rule.consumer)
        for rule in field_rules()
        if rule.consumer
        not in {each.model for each in traced.graph.descendants(Node(EVENT, rule.column))}
    ]
    assert unused == []


def test_a_list_of_changes_names_the_test_that_proves_it(traced: Traced) -> None:
    """That a build is the same without the list is proved by a test that exists."""
    for model in traced.project.models:
        if model.lists_changes:
            file, _, name = model.lists_changes.partition("::")
            assert f"def {name}(" in (REPOSITORY / file).read_text("utf-8"), model.relation


def test_a_hook_that_is_not_known_is_a_breach(traced: Traced) -> None:
    """SQL that runs beside a model is not followed, so it may not be there."""
    model = next(each for each in traced.project.models if each.relation == "learning.mastery")
    hooked = model._replace(hooks=("delete from {{ this }} where estimate < 0.5",))
    assert _rules_with(traced, hooked) == {"hooks"}


def test_an_update_is_followed_as_well(project: Project) -> None:
    """A duration that only the form for updates reads is found, whichever form is first."""
    model = next(each for each in project.models if each.relation.endswith("_discounted"))
    update = model.queries[0].replace(
        "where evidence.is_included",
        f"where evidence.is_included and evidence.event_id in (select event_id from {EVENTS})",
    )
    assert update != model.queries[0]
    changed = model._replace(queries=(model.queries[0], update))
    models = tuple(changed if each is model else each for each in project.models)
    verdict = check_project(trace_project(project._replace(models=models)))
    assert "learning.mastery.estimate" in {each.place for each in verdict.violations}

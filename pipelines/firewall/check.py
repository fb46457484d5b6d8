"""The check: every rule of the firewall over one compiled project."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from pipelines.firewall.graph import ROWS, Graph, Node
from pipelines.firewall.kinds import (
    FAMILIES_OF_LEARNING,
    KINDS_BY_FAMILY,
    KINDS_OF_MARTS,
    KNOWN_HOOKS,
    LEARNING,
    OPPOSED,
    SIGNALS,
    Kind,
    Rows,
)
from pipelines.firewall.lineage import (
    UnreadableError,
    columns_given,
    tables_named,
    trace_query,
)
from pipelines.firewall.walk import Arrival, State, Walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.firewall.lineage import Lineage
    from pipelines.firewall.project import Gate, Model, Project

_STATE_OF_KIND = {
    Kind.PROXY: State.PROXY,
    Kind.DEMOGRAPHIC: State.PROXY,
    Kind.MOMENT: State.MOMENT,
    Kind.AUDIT: State.AUDIT,
}
_PERSON = re.compile(r"(^|_)(birth\w*|dob|age|grade\w*|gender|race|ethnicity)($|_)")
_ADVICE = re.compile(r"recommend|(^|_)next_|assign|playlist|predicted_")


class Violation(NamedTuple):
    """One breach: the rule, the model or column, what is wrong, and the way there."""

    rule: str
    place: str
    message: str
    path: tuple[str, ...] = ()
    clauses: frozenset[str] = frozenset()


class Verdict(NamedTuple):
    """What was looked at, and what was found."""

    violations: tuple[Violation, ...]
    models: int
    columns: int
    learning_columns: int
    paths: int


class Traced(NamedTuple):
    """The graph of a whole project, and what in it cannot be told."""

    project: Project
    graph: Graph
    violations: tuple[Violation, ...]


def trace_project(project: Project) -> Traced:
    """Return all influences within a project."""
    graph = Graph()
    schema = {source.relation: tuple(source.kinds) for source in project.sources}
    violations: list[Violation] = []
    for model in project.models:
        if not model.queries:
            violations.append(Violation("readable", model.relation, "has no compiled SQL"))
            continue
        schema[model.relation] = columns_given(model.queries[0])
        if model.lists_changes:
            # It says what to build anew, not what comes out: that is the same without it.
            continue
        for form, query in enumerate(model.queries):
            try:
                lineage = _trace(query, model, schema, project.database)
            except UnreadableError as error:
                message = f"cannot be followed: {error}"
                violations.append(Violation("readable", model.relation, message))
                continue
            schema[model.relation] = lineage.columns
            graph.add(edge._replace(form=form) for edge in lineage.edges)
    return Traced(project, graph, tuple(violations))


def _trace(query: str, model: Model, schema: dict[str, tuple[str, ...]], database: str) -> Lineage:
    named = {name: schema[name] for name in tables_named(query) & set(schema)}
    return trace_query(query, relation=model.relation, schema=named, database=database)


def check_project(traced: Traced) -> Verdict:
    """Return every breach of the firewall in a project."""
    project, graph = traced.project, traced.graph
    marts = [model for model in project.models if model.is_mart]
    guarded = [model for model in marts if _is_guarded(model)]
    walk = Walk(graph, _starts(project), gates={gate.relation for gate in _gates(project)})
    violations = [
        *([] if guarded else [Violation("readable", "learning", "has no mart to check")]),
        *traced.violations,
        *_undeclared(project),
        *_unproved_gates(project),
        *_unknown_hooks(project),
        *(each for model in marts for each in _mixed(model)),
        *_readers_of_signals(project),
        *(each for model in marts for each in _advice(model)),
        *(each for model in guarded for each in _reached(model, walk)),
        *(each for model in guarded for each in _personal(model, graph, project)),
    ]
    checked = [Node(model.relation, name) for model in guarded for name in model.kinds]
    sources = {source.relation for source in project.sources}
    paths = sum(
        ancestor.relation in sources for node in checked for ancestor in graph.ancestors(node)
    )
    return Verdict(
        tuple(violations),
        models=len(project.models),
        columns=sum(len(model.kinds) for model in marts),
        learning_columns=len(checked),
        paths=paths,
    )


def _is_guarded(mart: Model) -> bool:
    return mart.family in FAMILIES_OF_LEARNING or any(
        kind in LEARNING for kind in mart.kinds.values()
    )


def _starts(project: Project) -> dict[Node, State]:
    starts: dict[Node, State] = {}
    for source in project.sources:
        if source.rows == Rows.EVENTS:
            starts[Node(source.relation, ROWS)] = State.EVENTS
        for column, kind in source.kinds.items():
            state = _STATE_OF_KIND.get(Kind(kind)) if kind in set(Kind) else State.PROXY
            if state:
                starts[Node(source.relation, column)] = state
    return starts


def _gates(project: Project) -> Iterator[Gate]:
    for model in project.models:
        yield from model.gates


def _undeclared(project: Project) -> Iterator[Violation]:
    for source in project.sources:
        if source.rows not in set(Rows):
            yield Violation("declared", source.relation, "does not say what its rows are (rows)")
        for column, kind in source.kinds.items():
            if kind not in set(Kind):
                yield Violation("declared", f"{source.relation}.{column}", "has no kind")
    for model in project.models:
        for column, kind in model.kinds.items():
            if model.is_mart and kind not in KINDS_OF_MARTS:
                yield Violation("declared", f"{model.relation}.{column}", "has no kind of a mart")


def _unproved_gates(project: Project) -> Iterator[Violation]:
    for model in project.models:
        for gate in model.gates:
            if not gate.lets_through or gate.proved_by not in model.unit_tests:
                yield Violation(
                    "gates",
                    gate.relation,
                    f"says what it lets through ({gate.lets_through or 'nothing'}) without a"
                    f" unit test of the model that proves it ({gate.proved_by or 'none'})",
                )


def _unknown_hooks(project: Project) -> Iterator[Violation]:
    for model in project.models:
        for hook in model.hooks:
            if hook not in KNOWN_HOOKS:
                yield Violation(
                    "hooks", model.relation, f"has a hook whose SQL is not followed: {hook}"
                )


def _mixed(mart: Model) -> Iterator[Violation]:
    kinds = {kind for kind in mart.kinds.values() if kind}
    allowed = KINDS_BY_FAMILY.get(str(mart.family))
    if allowed is None:
        yield Violation("families", mart.relation, f"is of no known family: {mart.family}")
        return
    foreign = sorted(kinds - allowed)
    if foreign:
        yield Violation(
            "families", mart.relation, f"a mart of {mart.family} has no {', '.join(foreign)}"
        )
    if all(kinds & side for side in OPPOSED):
        yield Violation("families", mart.relation, "mixes what is known with what was done")


def _readers_of_signals(project: Project) -> Iterator[Violation]:
    signals = {model.relation for model in project.models if model.family == SIGNALS}
    for model in project.models:
        for read in signals.intersection(model.reads) - {model.relation}:
            yield Violation("signals", model.relation, "nothing may read a signal", (read,))


def _advice(mart: Model) -> Iterator[Violation]:
    for name in (mart.relation.partition(".")[2], *mart.kinds):
        if _ADVICE.search(name):
            yield Violation("advice", f"{mart.relation}.{name}", "is named like advice")


def _reached(mart: Model, walk: Walk) -> Iterator[Violation]:
    for column, kind in {ROWS: Kind.EVIDENCE, **mart.kinds}.items():
        arrival = next(
            (each for each in walk.arrivals(Node(mart.relation, column)) if _breaks(each, kind)),
            None,
        )
        if arrival:
            yield Violation(
                "influence",
                f"{mart.relation}.{column}",
                f"{arrival.origin} decides over what a mart of learning says",
                arrival.path,
                frozenset(edge.clause for edge in arrival.edges),
            )


def _breaks(arrival: Arrival, kind: str | None) -> bool:
    if arrival.state is State.AUDIT:
        return kind != Kind.AUDIT
    return arrival.state is not State.MOMENT


def _personal(mart: Model, graph: Graph, project: Project) -> Iterator[Violation]:
    sources = {source.relation for source in project.sources}
    for column in mart.kinds:
        node = Node(mart.relation, column)
        for ancestor in sorted(graph.ancestors(node)):
            if ancestor.relation in sources and _PERSON.search(ancestor.column):
                yield Violation("person", str(node), f"{ancestor} is an ancestor of it")

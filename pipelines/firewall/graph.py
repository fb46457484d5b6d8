"""The graph of influence: which columns and rows decide what another column or row is."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

ROWS = "(rows)"
ROWS_READ = "(rows read)"
_LONGEST_TEXT = 100
_HANDING_ON = frozenset({"rows", "rows of", "which rows there are", "union", "union all"})


class Node(NamedTuple):
    """A column of a relation, or which rows it has; a relation is a table or a step of a model."""

    relation: str
    column: str

    @property
    def model(self) -> str:
        """The table, or the model that the step is of."""
        return self.relation.partition("/")[0]

    def __str__(self) -> str:
        """Return the name that a person finds in the SQL."""
        return f"{self.relation}.{self.column}"


class Use(StrEnum):
    """What is made of a value, or of rows, on the way to the next node."""

    VALUE = "value"  # it goes on as it is
    DATE = "date"  # only its date goes on
    ORDER = "order"  # it is only compared, or ordered or grouped by
    MEASURE = "measure"  # it is computed with
    ROWS = "rows"  # rows make rows
    COUNT = "count"  # a number, a rank or an existence is taken of rows
    ALONG = "along"  # a column has values for these rows


class Edge(NamedTuple):
    """One influence: `source` decides something of `target`."""

    source: Node
    target: Node
    use: Use
    clause: str
    expression: exp.Expr | None = None
    # Which of the forms in which a model may run: everything, or an update.
    form: int = 0

    @property
    def enters_model(self) -> bool:
        """Whether it leads from one model into another."""
        return self.source.model != self.target.model

    @property
    def hands_on(self) -> bool:
        """Whether a value or rows only go on, under whatever name."""
        if self.clause in _HANDING_ON:
            return True
        projected = getattr(self.expression, "this", None)
        return self.clause == "select" and isinstance(projected, exp.Column)

    def __str__(self) -> str:
        """Return the clause with its SQL."""
        if self.expression is None:
            return self.clause
        text = " ".join(self.expression.sql(dialect="duckdb", identify=False).split())
        text = text.replace('"', "")
        short = text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}…"
        return f"{self.clause}: {short}"


@dataclass(slots=True)
class Graph:
    """Edges by both ends."""

    leaving: dict[Node, list[Edge]] = field(default_factory=lambda: defaultdict(list))
    entering: dict[Node, list[Edge]] = field(default_factory=lambda: defaultdict(list))

    def add(self, edges: Iterable[Edge]) -> None:
        """Add edges."""
        for edge in edges:
            self.leaving[edge.source].append(edge)
            self.entering[edge.target].append(edge)

    def edges(self) -> Iterator[Edge]:
        """Yield every edge."""
        for edges in self.leaving.values():
            yield from edges

    def ancestors(self, node: Node) -> set[Node]:
        """Return everything that decides something of a node, by whatever way."""
        return _reached(node, self.entering, lambda edge: edge.source)

    def descendants(self, node: Node) -> set[Node]:
        """Return everything that a node decides something of, by whatever way."""
        return _reached(node, self.leaving, lambda edge: edge.target)


def _reached(
    start: Node, edges: dict[Node, list[Edge]], other_end: Callable[[Edge], Node]
) -> set[Node]:
    found: set[Node] = set()
    waiting = [start]
    while waiting:
        new = {other_end(edge) for edge in edges.get(waiting.pop(), ())} - found
        found |= new
        waiting += new
    return found

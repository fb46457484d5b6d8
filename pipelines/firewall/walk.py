"""Walk the graph from everything that is a proxy, and say what it reaches and how."""

from __future__ import annotations

from collections import deque
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from pipelines.firewall.graph import ROWS, ROWS_READ, Edge, Graph, Node, Use

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator


class State(StrEnum):
    """What is carried along a path."""

    PROXY = "proxy"  # whatever is made of it stays a proxy
    MOMENT = "moment"  # a point in time; computed with, it is a proxy
    EVENTS = "events"  # rows that stand for what was done; counted, or joined, they are a proxy
    AUDIT = "audit"  # how the data came; whatever is made of it says no more than that


class Arrival(NamedTuple):
    """A state at a node, the way it came, and where it began."""

    node: Node
    state: State
    edges: tuple[Edge, ...]

    @property
    def origin(self) -> Node:
        """Where the way begins."""
        return self.edges[0].source if self.edges else self.node

    @property
    def path(self) -> tuple[str, ...]:
        """The way: a line for each model that it enters, and for each step that does something."""
        told = [edge for edge in self.edges if edge.enters_model or not edge.hands_on]
        return (str(self.origin), *(f"{edge.target} ({edge})" for edge in told))


_NEXT = {
    (State.MOMENT, Use.VALUE): State.MOMENT,
    (State.MOMENT, Use.MEASURE): State.PROXY,
    (State.EVENTS, Use.ROWS): State.EVENTS,
    (State.EVENTS, Use.COUNT): State.PROXY,
}
_Place = tuple[Node, State]


def _others(edge: Edge, edges: list[Edge]) -> bool:
    """Tell whether the same form of the step has rows from elsewhere as well."""
    return sum(other.form == edge.form for other in edges) > 1


class Walk:
    """Everything that the given starts reach, with the shortest way to each."""

    def __init__(self, graph: Graph, starts: dict[Node, State], *, gates: Collection[str]) -> None:
        self._graph = graph
        self._gates = gates
        self._came_by: dict[_Place, Edge | None] = {}
        self._came_from: dict[_Place, _Place] = {}
        # Events first: two steps of events that meet are a proxy, whatever else is reached.
        self._spread(deque((node, state) for node, state in sorted(starts.items())))
        self._spread(deque(self._meetings()))

    def arrivals(self, node: Node) -> Iterator[Arrival]:
        """Yield the states that reach a node, proxies first."""
        for state in State:
            if (node, state) in self._came_by:
                yield Arrival(node, state, tuple(self._way((node, state))))

    def _spread(self, waiting: deque[_Place]) -> None:
        for place in waiting:
            self._came_by.setdefault(place, None)
        while waiting:
            place = waiting.popleft()
            for edge in self._graph.leaving.get(place[0], ()):
                state = self._state_after(place[1], edge)
                if state is None or (edge.target, state) in self._came_by:
                    continue
                reached = (edge.target, state)
                self._came_by[reached] = edge
                self._came_from[reached] = place
                waiting.append(reached)

    def _state_after(self, state: State, edge: Edge) -> State | None:
        if state is State.PROXY:
            return state
        if edge.target.column == ROWS and edge.target.relation in self._gates:
            return None
        if state is State.AUDIT:
            return state
        return _NEXT.get((state, edge.use))

    def _meetings(self) -> Iterator[_Place]:
        """Yield steps that read rows of events twice: one event then depends on another."""
        for node, edges in list(self._graph.entering.items()):
            if node.column != ROWS_READ:
                continue
            events = [
                edge
                for edge in edges
                if edge.use is Use.ROWS and (edge.source, State.EVENTS) in self._came_by
            ]
            met = next((each for each in events if _others(each, events)), None)
            if met:
                place = (node, State.PROXY)
                self._came_by.setdefault(place, met)
                self._came_from.setdefault(place, (met.source, State.EVENTS))
                yield place

    def _way(self, place: _Place) -> list[Edge]:
        edges: list[Edge] = []
        while (edge := self._came_by[place]) is not None:
            edges.append(edge)
            place = self._came_from[place]
        return edges[::-1]

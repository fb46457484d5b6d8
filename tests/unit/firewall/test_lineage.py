"""Within one query, every way in which a column or a row decides another is found or refused."""

from __future__ import annotations

import pytest

from pipelines.firewall.graph import ROWS, Edge, Graph, Node, Use
from pipelines.firewall.lineage import UnreadableError, trace_query

EVENTS = '"warehouse"."loaded"."events"'
NOTES = '"warehouse"."loaded"."notes"'
TABLES = {
    "loaded.events": ("id", "seconds", "happened_at", "words"),
    "loaded.notes": ("id", "text"),
}
SECONDS = Node("loaded.events", "seconds")
# Queries in which seconds decides over the last column, and the clause that does it.
WAYS = {
    "select": f"select seconds as x from {EVENTS}",
    "join on": f"select n.id as x from {NOTES} as n join {EVENTS} as e on n.id = e.seconds",
    "where": f"select id as x from {EVENTS} where seconds > 3",
    "group by": f"select max(id) as x from {EVENTS} group by seconds",
    "having": f"select max(id) as x from {EVENTS} group by id having sum(seconds) > 3",
    "window order": f"select first(id) over (order by seconds) as x from {EVENTS}",
    "window partition": f"select max(id) over (partition by seconds) as x from {EVENTS}",
    "case condition": f"select case when seconds > 3 then id end as x from {EVENTS}",
    "filter of an aggregate": f"select max(id) filter (where seconds > 3) as x from {EVENTS}",
    "order of a limit": f"select id as x from {EVENTS} order by seconds limit 3",
    "distinct": f"select distinct seconds, id as x from {EVENTS}",
    "union": f"select id as x from {NOTES} union select seconds as x from {EVENTS}",
    "where, subquery": f"select id as x from {NOTES} where id in (select seconds from {EVENTS})",
    "select, subquery": f"select (select max(seconds) from {EVENTS}) as x from {NOTES}",
    "one row per element": f"select id as x, unnest([seconds]) as y from {EVENTS}",
    "table function": f"select e.id as x from {EVENTS} as e, unnest([e.seconds]) as t(y)",
}
# What sqlglot shows of more than one clause.
MORE_WAYS = (
    f"select id as x from {EVENTS} qualify rank() over (order by seconds) = 1",
    f"with a as (select id, seconds as s from {EVENTS}) select id as x from a where s > 3",
    f"select x from (select id as x, seconds from {EVENTS}) as a where a.seconds > 3",
    f"select id as x from {NOTES} n where exists (select 1 from {EVENTS} e where e.seconds = n.id)",
    f"select n.id as x from {NOTES} as n anti join {EVENTS} as e on n.id = e.seconds",
    f"select a.id as x from {EVENTS} as a join {EVENTS} as b using (seconds)",
    f"select id as x, seconds from {EVENTS} group by all",
    f"select id + 1 as y, seconds as s, s + y as x from {EVENTS}",
    f"select list_transform(words, word -> word + seconds) as x from {EVENTS}",
    f"select n.id as x from {NOTES} n, lateral (select id from {EVENTS} where seconds > 3) as l",
    f"select id as x from {NOTES} where id > (select avg(seconds) from {EVENTS})",
)
UNREADABLE = {
    "a column that nobody declared": f"select minutes as x from {EVENTS}",
    "a table that nobody declared": 'select id as x from "warehouse"."loaded"."people"',
    "all columns of such a table": 'select * from "warehouse"."loaded"."people"',
    "a table of another database": 'select id as x from "elsewhere"."loaded"."events"',
    "a file": "select id as x from read_csv('minutes.csv')",
    "columns by a pattern": f"select columns('.*') from {EVENTS}",
    "a whole row": f"select e as x from {EVENTS} as e",
    "a pivot": f"select * from {EVENTS} pivot (max(id) for seconds in (1, 2))",
    "a sample": f"select id as x from {EVENTS} tablesample 10%",
    "a recursion": f"with recursive r as (select id from {EVENTS} union all select id from r)"
    " select id as x from r",
    "a named window": f"select max(id) over w as x from {EVENTS} window w as (order by seconds)",
    "a positional join": f"select n.id as x from {NOTES} as n positional join {EVENTS} as e",
    "a summary": f"summarize {EVENTS}",
    "two queries": f"select id as x from {EVENTS}; select id as x from {NOTES}",
    "no SQL": "select from where",
    "a change": f"delete from {EVENTS}",
}


def _trace(query: str) -> Graph:
    graph = Graph()
    lineage = trace_query(query, relation="learning.mart", schema=TABLES, database="warehouse")
    graph.add(lineage.edges)
    return graph


@pytest.mark.parametrize("clause", WAYS)
def test_a_clause_is_followed(clause: str) -> None:
    """The edge bears the name of its clause."""
    graph = _trace(WAYS[clause])
    clauses = {edge.clause for edge in _edges_between(graph, SECONDS, Node("learning.mart", "x"))}
    assert clause in clauses


@pytest.mark.parametrize("query", MORE_WAYS)
def test_another_way_is_followed(query: str) -> None:
    """Whatever the form, seconds decides over x."""
    assert SECONDS in _trace(query).ancestors(Node("learning.mart", "x"))


def _edges_between(graph: Graph, start: Node, end: Node) -> list[Edge]:
    between = (graph.descendants(start) | {start}) & (graph.ancestors(end) | {end})
    return [edge for edge in graph.edges() if edge.source in between and edge.target in between]


@pytest.mark.parametrize("case", UNREADABLE)
def test_what_cannot_be_followed_is_refused(case: str) -> None:
    """Unknown is a failure, never a pass."""
    with pytest.raises(UnreadableError):
        _trace(UNREADABLE[case])


def test_what_decides_nothing_has_no_edge() -> None:
    """A column that only sorts what is shown, or is never used, is no ancestor."""
    graph = _trace(f"with a as (select id, seconds from {EVENTS}) select id as x from a")
    assert SECONDS not in graph.ancestors(Node("learning.mart", "x"))
    graph = _trace(f"select id as x from {EVENTS} order by seconds")
    assert SECONDS not in graph.ancestors(Node("learning.mart", "x"))


@pytest.mark.parametrize(
    ("expression", "use"),
    [
        ("happened_at", Use.VALUE),
        ("coalesce(happened_at, null)", Use.VALUE),
        ("max(happened_at)", Use.VALUE),
        ("timezone('UTC', happened_at)", Use.VALUE),
        ("cast(happened_at as timestamp)", Use.VALUE),
        ("cast(happened_at as date)", Use.DATE),
        ("cast(timezone('UTC', happened_at) as date)", Use.DATE),
        ("date_trunc('month', happened_at)", Use.DATE),
        ("epoch_us(happened_at) // 86400000000", Use.DATE),
        ("epoch_us(happened_at) // 3600000000", Use.MEASURE),
        ("current_date - cast(happened_at as date) > 30", Use.DATE),
        ("happened_at > lag(happened_at) over (order by id)", Use.ORDER),
        ("row_number() over (order by happened_at)", Use.ORDER),
        ("happened_at is null", Use.ORDER),
        ("count(happened_at)", Use.ORDER),
        ("date_trunc('hour', happened_at)", Use.MEASURE),
        ("epoch(happened_at)", Use.MEASURE),
        ("happened_at - interval 5 minute", Use.MEASURE),
        ("date_diff('day', happened_at, now())", Use.MEASURE),
        ("cast(happened_at as time)", Use.MEASURE),
        ("cast(happened_at as varchar)", Use.MEASURE),
        ("strftime(happened_at, '%d')", Use.MEASURE),
        ("some_function(happened_at)", Use.MEASURE),
        ("[happened_at]", Use.MEASURE),
        (
            "max(id) over (order by happened_at range interval 5 minutes preceding)",
            Use.MEASURE,
        ),
    ],
)
def test_what_is_made_of_a_moment(expression: str, use: Use) -> None:
    """Its order and its date are told from everything that computes with it."""
    graph = _trace(f"select {expression} as x from {EVENTS}")
    uses = {edge.use for edge in graph.leaving[Node("loaded.events", "happened_at")]}
    assert use in uses
    assert uses <= {use, Use.VALUE, Use.ORDER} if use is Use.ORDER else uses == {use}


def test_rows_are_followed_apart_from_columns() -> None:
    """A count is taken over rows; a value only stands in them."""
    rows = Node("loaded.events", ROWS)
    graph = _trace(f"select count(*) as x from {EVENTS}")
    ways = _edges_between(graph, rows, Node("learning.mart", "x"))
    assert Use.COUNT in {edge.use for edge in ways}
    graph = _trace(f"select id as x from {EVENTS}")
    ways = _edges_between(graph, rows, Node("learning.mart", "x"))
    assert {edge.use for edge in ways} == {Use.ROWS, Use.ALONG}

"""Influence within one model: every way in which its SQL lets one column or row decide another.

sqlglot's lineage follows a select list; its name resolution and scopes, on which that rests, are
used here to follow joins, filters, grouping, windows, conditions and existence as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, build_scope

from pipelines.firewall.graph import ROWS, ROWS_READ, Edge, Node, Use
from pipelines.firewall.uses import how_taken

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_NOT_FOLLOWED = (
    exp.Columns,
    exp.Pivot,
    exp.Star,
    exp.TableColumn,
    exp.TableSample,
    exp.Placeholder,
)


class UnreadableError(Exception):
    """SQL whose influence cannot be told; the message says which part."""


class Tables(NamedTuple):
    """The columns of every relation that may be read, by schema.name, all of one database."""

    columns: Mapping[str, tuple[str, ...]]
    database: str


class Lineage(NamedTuple):
    """The columns that a query gives, and every influence on them and on its rows."""

    columns: tuple[str, ...]
    edges: tuple[Edge, ...]


def trace_query(
    sql: str, *, relation: str, schema: Mapping[str, tuple[str, ...]], database: str
) -> Lineage:
    """Return the lineage of a query that makes `relation`.

    `schema` holds the columns of every relation that may be read, by schema.name. Raises
    UnreadableError for anything that cannot be followed to the column.
    """
    root = _scope_of(sql, schema, database)
    names = _names(root, relation)
    followed: set[int] = set()
    edges: list[Edge] = []
    for scope in root.traverse():
        step = _Step(scope, names, Tables(schema, database))
        edges += step.edges()
        followed |= step.followed
    _refuse_unfollowed(root, followed)
    return Lineage(tuple(_columns_of(root)), tuple(edges))


def columns_given(sql: str) -> tuple[str, ...]:
    """Return the columns that a query gives, as far as it names them itself."""
    try:
        query = sqlglot.parse_one(sql, dialect="duckdb")
        qualified = qualify(query, dialect="duckdb", validate_qualify_columns=False)
    except SqlglotError:
        return ()
    return tuple(qualified.named_selects) if isinstance(qualified, exp.Query) else ()


def tables_named(sql: str) -> frozenset[str]:
    """Return the schema.name of every table that a query names; none where it cannot be parsed."""
    try:
        query = sqlglot.parse_one(sql, dialect="duckdb")
    except SqlglotError:
        return frozenset()
    return frozenset(f"{table.db}.{table.name}" for table in query.find_all(exp.Table))


def _scope_of(sql: str, schema: Mapping[str, tuple[str, ...]], database: str) -> Scope:
    try:
        parsed = sqlglot.parse(sql, dialect="duckdb")
        query = parsed[0] if len(parsed) == 1 else None
        if not isinstance(query, exp.Query):
            raise UnreadableError("it is not one query")
        qualified = qualify(query, dialect="duckdb", schema=_nested(schema, database))
    except (SqlglotError, RecursionError) as error:
        raise UnreadableError(str(error).splitlines()[0]) from None
    for node in qualified.walk():
        if isinstance(node, _NOT_FOLLOWED) and not isinstance(node.parent, exp.Count):
            raise UnreadableError(f"{_text(node)} does not name its columns")
        if isinstance(node, exp.With) and node.args.get("recursive"):
            raise UnreadableError("a recursive query is not followed")
    scope = build_scope(qualified)
    if scope is None:
        raise UnreadableError("it is not a select")
    return scope


def _nested(schema: Mapping[str, tuple[str, ...]], database: str) -> dict[str, object] | None:
    nested: dict[str, dict[str, dict[str, str]]] = {}
    for relation, columns in schema.items():
        folder, name = relation.split(".", 1)
        if not columns:
            # A relation of no known column: whoever reads it is told so by name.
            continue
        nested.setdefault(folder, {})[name] = dict.fromkeys(columns, "unknown")
    return {database: nested} if nested else None


def _refuse_unfollowed(root: Scope, followed: set[int]) -> None:
    """Refuse a query with a column or a subquery in a place that nothing above looks at."""
    for column in root.expression.find_all(exp.Column):
        if id(column) not in followed and not _only_sorts(column):
            raise UnreadableError(f"{_text(column)} stands where it is not followed")
    for scope in root.traverse():
        if scope.is_subquery and id(scope.expression) not in followed:
            raise UnreadableError(f"{_text(scope.expression)} stands where it is not followed")


def _only_sorts(column: exp.Column) -> bool:
    """Tell whether a column only says in what order the rows of a select are shown."""
    order = column.find_ancestor(exp.Order, exp.Query)
    return isinstance(order, exp.Order) and isinstance(order.parent, exp.Query)


def _text(expression: exp.Expr) -> str:
    return expression.sql(dialect="duckdb", identify=False).replace('"', "")


def _columns_of(scope: Scope) -> list[str]:
    query = scope.expression
    return query.named_selects if isinstance(query, exp.Query) else []


def _names(root: Scope, relation: str) -> dict[int, str]:
    """Name every step of a query: the model for the last one, its CTE or a number for others."""
    names: dict[int, str] = {}
    taken: set[str] = set()
    for number, scope in enumerate(root.traverse()):
        if scope is root:
            names[id(scope)] = relation
            continue
        parent = scope.expression.parent
        alias = parent.alias if isinstance(parent, exp.CTE | exp.Subquery) else ""
        name = f"{relation}/{alias or 'step'}"
        name = f"{name}-{number}" if name in taken or not alias else name
        taken.add(name)
        names[id(scope)] = name
    return names


class _Step:
    """One select or set operation within a query."""

    def __init__(self, scope: Scope, names: dict[int, str], tables: Tables) -> None:
        self._scope = scope
        self._names = names
        self._tables = tables
        self._name = names[id(scope)]
        self._rows = Node(self._name, ROWS)
        self._read = Node(self._name, ROWS_READ)
        self._inner = {id(each.expression) for each in (*scope.subquery_scopes, *scope.udtf_scopes)}
        self.followed: set[int] = set()

    def edges(self) -> Iterator[Edge]:
        """Yield every influence on the columns and rows of this step."""
        expression = self._scope.expression
        if isinstance(expression, exp.SetOperation):
            yield from self._of_set_operation(expression)
        elif isinstance(expression, exp.Select):
            yield from self._of_select(expression)
        else:
            yield from self._of_table_function(expression)

    def _of_set_operation(self, operation: exp.SetOperation) -> Iterator[Edge]:
        kind = operation.key if operation.args.get("distinct", True) else f"{operation.key} all"
        columns = operation.named_selects
        for part in self._scope.set_operation_scopes:
            name = self._names[id(part)]
            yield Edge(Node(name, ROWS), self._rows, Use.ROWS, kind)
            given = _columns_of(part)
            for theirs, ours in zip(given, columns, strict=True):
                yield Edge(Node(name, theirs), Node(self._name, ours), Use.VALUE, kind)
                if kind != "union all":
                    yield Edge(Node(name, theirs), self._rows, Use.ORDER, kind)
        yield from self._along(columns)

    def _of_table_function(self, function: exp.Expr) -> Iterator[Edge]:
        """Let whatever a table function names decide everything it gives."""
        columns = self._columns_of_function(function)
        targets = [self._rows, *(Node(self._name, column) for column in columns)]
        for target in targets:
            yield from self._influences(function, target, "table function")
        yield from self._along(columns)

    def _columns_of_function(self, function: exp.Expr) -> list[str]:
        alias = function.args.get("alias")
        named = [column.name for column in alias.columns] if alias else []
        inner = [name for part in self._scope.subquery_scopes for name in _columns_of(part)]
        return named or inner or [function.alias]

    def _of_select(self, select: exp.Select) -> Iterator[Edge]:
        yield from self._rows_read(select)
        yield from self._rows_given(select)
        for projection in select.selects:
            yield from self._projection(projection)
        yield from self._along(select.named_selects)

    def _rows_read(self, select: exp.Select) -> Iterator[Edge]:
        for _, source in self._scope.selected_sources.values():
            yield Edge(Node(self._relation(source), ROWS), self._read, Use.ROWS, "rows of")
        for join in select.args.get("joins") or ():
            if join.method.upper() == "POSITIONAL":
                raise UnreadableError("a positional join depends on an order that is not told")
            condition = join.args.get("on")
            if condition is not None:
                yield from self._influences(condition, self._read, "join on")
        where = select.args.get("where")
        if where is not None:
            yield from self._influences(where.this, self._read, "where")

    def _rows_given(self, select: exp.Select) -> Iterator[Edge]:
        yield Edge(self._read, self._rows, Use.ROWS, "rows")
        for key, clause in (("having", "having"), ("qualify", "qualify"), ("group", "group by")):
            part = select.args.get(key)
            if part is not None:
                yield from self._influences(part, self._rows, clause)
        if select.args.get("limit") or select.args.get("offset"):
            order = select.args.get("order")
            if order is not None:
                yield from self._influences(order, self._rows, "order of a limit")
        group = select.args.get("group")
        if select.args.get("distinct") or (group is not None and group.args.get("all")):
            yield from self._distinct(select)

    def _distinct(self, select: exp.Select) -> Iterator[Edge]:
        for projection in select.selects:
            for edge in self._influences(projection, self._rows, "distinct"):
                # Equal values make one row: that compares them, and computes nothing.
                use = Use.ORDER if edge.use is Use.VALUE else edge.use
                yield edge._replace(use=use)
        order = select.args.get("order")
        if order is not None:
            yield from self._influences(order, self._rows, "order of distinct on")

    def _projection(self, projection: exp.Expr) -> Iterator[Edge]:
        target = Node(self._name, projection.alias_or_name)
        yield from self._influences(projection, target, "select")
        if projection.find(exp.AggFunc, exp.Window):
            yield Edge(self._read, target, Use.COUNT, "taken over rows", projection)
        if projection.find(exp.Explode, exp.Unnest, exp.ExplodingGenerateSeries):
            yield from self._influences(projection, self._rows, "one row per element")

    def _along(self, columns: list[str]) -> Iterator[Edge]:
        for column in columns:
            yield Edge(self._rows, Node(self._name, column), Use.ALONG, "which rows there are")

    def _influences(self, part: exp.Expr, target: Node, clause: str) -> Iterator[Edge]:
        """Yield what the columns and the subqueries within a part of the SQL do to a target."""
        for column in part.find_all(exp.Column):
            if self._is_of_inner_step(column, part):
                continue
            self.followed.add(id(column))
            taken = how_taken(column, part, clause)
            yield Edge(self._source(column), target, taken.use, taken.clause, part)
        for inner in self._scope.subquery_scopes:
            if not _is_within(inner.expression, part):
                continue
            self.followed.add(id(inner.expression))
            name = self._names[id(inner)]
            for given in _columns_of(inner):
                yield Edge(Node(name, given), target, Use.MEASURE, f"{clause}, subquery", part)
            yield Edge(Node(name, ROWS), target, Use.COUNT, f"{clause}, subquery", part)

    def _is_of_inner_step(self, column: exp.Column, part: exp.Expr) -> bool:
        node: exp.Expr | None = column.parent
        while node is not None and node is not part:
            if id(node) in self._inner:
                return True
            node = node.parent
        return False

    def _source(self, column: exp.Column) -> Node:
        if not column.table:
            return Node(self._name, column.name)
        scope: Scope | None = self._scope
        while scope is not None:
            source = scope.sources.get(column.table)
            if source is not None:
                return Node(self._relation(source), column.name)
            scope = scope.parent
        raise UnreadableError(f"{_text(column)} is of no table that is read")

    def _relation(self, source: exp.Expr | Scope) -> str:
        if isinstance(source, Scope):
            return self._names[id(source)]
        if not isinstance(source, exp.Table) or not isinstance(source.this, exp.Identifier):
            raise UnreadableError(f"{_text(source)} is no table of the project")
        relation = f"{source.db}.{source.name}"
        if relation not in self._tables.columns or source.catalog != self._tables.database:
            raise UnreadableError(f"{_text(source)} is no table of the project")
        return relation


def _is_within(inner: exp.Expr, part: exp.Expr) -> bool:
    node: exp.Expr | None = inner
    while node is not None and node is not part:
        node = node.parent
    return node is part

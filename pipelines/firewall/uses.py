"""What a piece of SQL does with a column: pass it on, order by it, take its date, or compute."""

from __future__ import annotations

from typing import NamedTuple

from sqlglot import exp

from pipelines.firewall.graph import Use

_TAKEN_AS_IT_IS = (
    exp.Alias,
    exp.Paren,
    exp.Coalesce,
    exp.Case,
    exp.If,
    exp.Max,
    exp.Min,
    exp.AnyValue,
    exp.First,
    exp.Last,
    exp.FirstValue,
    exp.LastValue,
    exp.NthValue,
    exp.Lag,
    exp.Lead,
    exp.Greatest,
    exp.Least,
    exp.IgnoreNulls,
    exp.RespectNulls,
    exp.Filter,
    exp.Window,
    exp.AtTimeZone,
    exp.Distinct,
    exp.ArgMax,
    exp.ArgMin,
    exp.Ordered,
    exp.Order,
    exp.WithinGroup,
)
_COMPARED = (exp.Predicate, exp.Count, exp.Connector, exp.Not, exp.Group)
_MOMENTS = {
    exp.DataType.Type.TIMESTAMP,
    exp.DataType.Type.TIMESTAMPTZ,
    exp.DataType.Type.TIMESTAMPLTZ,
    exp.DataType.Type.TIMESTAMPNTZ,
}
_WHOLE_DATES = {"DAY", "WEEK", "MONTH", "QUARTER", "YEAR"}
_DAYS_BY_FUNCTION = {
    "EPOCH": 86_400,
    "EPOCH_MS": 86_400_000,
    "EPOCH_US": 86_400_000_000,
    "EPOCH_NS": 86_400_000_000_000,
}
_ZONE_FUNCTIONS = {"TIMEZONE"}


class Taken(NamedTuple):
    """How an expression takes a column."""

    use: Use
    clause: str


def how_taken(column: exp.Expr, top: exp.Expr, clause: str) -> Taken:
    """Say what becomes of `column` within `top`, a part of the clause called `clause`.

    What is not known to be harmless is MEASURE: an unknown function computes.
    """
    use = Use.VALUE
    found = ""
    child = column
    while child is not top and child.parent is not None:
        parent = child.parent
        found = found or _named_part(child, parent)
        if use is Use.VALUE:
            use = _step(child, parent)
        child = parent
    return Taken(use, found or clause)


def _is_whole_days(function: exp.Expr) -> bool:
    """Tell whether a time is counted in whole days: that is its date, in UTC."""
    unit = _DAYS_BY_FUNCTION.get(function.sql_name() if isinstance(function, exp.Func) else "")
    if isinstance(function, exp.Anonymous):
        unit = _DAYS_BY_FUNCTION.get(function.name.upper())
    division = function.parent
    if unit is None or not isinstance(division, exp.IntDiv):
        return False
    divisor = division.expression
    return isinstance(divisor, exp.Literal) and divisor.is_int and int(divisor.name) % unit == 0


def _step(child: exp.Expr, parent: exp.Expr) -> Use:
    if isinstance(parent, exp.Cast):
        return _cast(parent)
    if isinstance(parent, exp.DateTrunc | exp.TimestampTrunc):
        return Use.DATE if str(parent.unit).upper() in _WHOLE_DATES else Use.MEASURE
    if isinstance(parent, exp.Date | exp.TsOrDsToDate) or _is_whole_days(parent):
        return Use.DATE
    if _is_ordered_by(child, parent):
        return Use.MEASURE if _has_range(parent) else Use.ORDER
    if isinstance(parent, _COMPARED):
        return Use.ORDER
    return Use.VALUE if _takes_as_it_is(parent) else Use.MEASURE


def _takes_as_it_is(parent: exp.Expr) -> bool:
    if isinstance(parent, exp.Anonymous):
        return parent.name.upper() in _ZONE_FUNCTIONS
    return isinstance(parent, _TAKEN_AS_IT_IS)


def _cast(cast: exp.Cast) -> Use:
    if cast.to.this == exp.DataType.Type.DATE:
        return Use.DATE
    return Use.VALUE if cast.to.this in _MOMENTS else Use.MEASURE


def _is_ordered_by(child: exp.Expr, parent: exp.Expr) -> bool:
    return (isinstance(parent, exp.Window) and child.arg_key in {"order", "partition_by"}) or (
        isinstance(parent, exp.ArgMax | exp.ArgMin) and child.arg_key == "expression"
    )


def _has_range(window: exp.Expr) -> bool:
    """Tell whether a window is cut by a distance between values, not by a number of rows."""
    spec = window.args.get("spec")
    if not isinstance(spec, exp.WindowSpec) or str(spec.args.get("kind")).upper() != "RANGE":
        return False
    ends = (spec.args.get("start"), spec.args.get("end"))
    return any(isinstance(end, exp.Expr) for end in ends)


def _named_part(child: exp.Expr, parent: exp.Expr) -> str:
    """Return the name of the part of an expression that decides without being shown, if any."""
    if isinstance(parent, exp.Window) and child.arg_key == "order":
        return "window order"
    if isinstance(parent, exp.Window) and child.arg_key == "partition_by":
        return "window partition"
    if isinstance(parent, exp.Filter) and child.arg_key == "expression":
        return "filter of an aggregate"
    if isinstance(parent, exp.If) and child.arg_key == "this":
        return "case condition"
    if isinstance(parent, exp.Case) and child.arg_key == "this":
        return "case condition"
    return ""

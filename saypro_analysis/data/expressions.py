"""The SQL of params: parsed, checked and classified. Nothing else in the package builds SQL from a user's text.

Definitions are written in DuckDB's dialect; sqlglot parses them, so that what reaches a database is a tree that was
looked at, not a string that was pasted.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

DIALECT = "duckdb"
Kind = Literal["sum", "count", "distinct", "quantile"]

_ADDITIVE: dict[type[exp.Expr], Kind] = {exp.Sum: "sum", exp.Count: "count", exp.CountIf: "count"}
_QUANTILES = (exp.Median, exp.PercentileCont, exp.PercentileDisc, exp.Quantile, exp.ApproxQuantile)
_REFUSED = (exp.Subquery, exp.Select, exp.Window, exp.Command, exp.Parameter, exp.Placeholder)


class ExpressionError(ValueError):
    """The text is not the kind of SQL that is needed here; the message says what is wrong."""


@lru_cache(maxsize=4096)
def _parsed(text: str) -> exp.Expr:
    try:
        trees = sqlglot.parse(text, read=DIALECT)
    except SqlglotError as error:
        raise ExpressionError(f"does not parse as SQL ({_first_line(error)})") from error
    except RecursionError as error:
        raise ExpressionError("is nested too deep") from error
    if len(trees) != 1 or trees[0] is None:
        raise ExpressionError("is not one SQL expression")
    return trees[0]


def _first_line(error: SqlglotError) -> str:
    text = str(error).split("\n")[0].replace("\x1b[4m", "").replace("\x1b[0m", "").rstrip(".")
    return re.sub(r"Required keyword: .* missing for <class .*?>", "something is missing", text)


def parse_aggregate(text: str) -> exp.Expr:
    """One SQL aggregate such as ``sum(amount)`` or ``median(hours)``.

    >>> parse_aggregate("sum(amount)").sql()
    'SUM(amount)'

    Raises ExpressionError for anything else.
    """
    tree = _parsed(text).copy()
    _refuse(tree)
    aggregates = [node for node in tree.walk() if isinstance(node, exp.AggFunc)]
    if not aggregates:
        raise ExpressionError("is no aggregate; write sum(...), count(*), median(...) or quantile_cont(..., 0.9)")
    if not isinstance(tree, exp.AggFunc) or len(aggregates) > 1:
        raise ExpressionError("must be one aggregate; combine two measures with 'ratio' or 'formula'")
    if isinstance(tree, exp.Avg):
        raise ExpressionError("avg does not add up over segments; use a ratio of sum(...) and count(...)")
    if not isinstance(tree, (*_ADDITIVE, *_QUANTILES)):
        raise ExpressionError(f"{tree.key} is not offered; write sum, count, median or quantile_cont")
    return tree


def kind_of(text: str) -> Kind:
    """How an aggregate behaves: ``sum`` and ``count`` add up over segments, the others do not.

    >>> [kind_of(sql) for sql in ("count(*)", "count(DISTINCT agent)", "quantile_cont(hours, 0.9)")]
    ['count', 'distinct', 'quantile']
    """
    tree = parse_aggregate(text)
    if isinstance(tree, _QUANTILES):
        return "quantile"
    if isinstance(tree, exp.Count) and isinstance(tree.this, exp.Distinct):
        return "distinct"
    return _ADDITIVE[type(tree)]


def parse_scalar(text: str) -> exp.Expr:
    """A SQL expression over the columns of one row, for a date, a filter or a segment.

    >>> parse_scalar("stage = 'won'").sql()
    "stage = 'won'"
    """
    tree = _parsed(text).copy()
    _refuse(tree)
    if not isinstance(tree, exp.Condition):
        raise ExpressionError("is no expression over columns")
    if any(isinstance(node, exp.AggFunc) for node in tree.walk()):
        raise ExpressionError("has an aggregate; an expression over the columns of one row is needed")
    return tree


def _refuse(tree: exp.Expr) -> None:
    for node in tree.walk():
        if isinstance(node, _REFUSED):
            raise ExpressionError(f"contains {node.key}, which is not allowed here; put it in a view")


def parse_view(text: str) -> exp.Expr:
    """One SELECT (with common table expressions, unions, joins) over tables of the source.

    >>> sorted(tables_of(parse_view("SELECT * FROM a JOIN b USING (id)")))
    ['a', 'b']

    Raises ExpressionError for several statements, anything but a SELECT, and functions that read files.
    """
    tree = _parsed(text).copy()
    if not isinstance(tree, exp.Query):
        raise ExpressionError("is not one SELECT")
    for node in tree.walk():
        if isinstance(node, exp.Table) and not isinstance(node.this, exp.Identifier):
            raise ExpressionError("reads from a function; name files of the source as tables instead")
        if isinstance(node, exp.Table) and (node.db or "." in node.name or "/" in node.name):
            raise ExpressionError(f"reads '{node.name}'; name files of the source by their name without ending")
    return tree


def tables_of(tree: exp.Expr) -> set[str]:
    """The tables that a view reads, without its own common table expressions."""
    own = {cte.alias for cte in tree.find_all(exp.CTE)}
    return {table.name for table in tree.find_all(exp.Table)} - own


def parse_formula(text: str) -> exp.Expr:
    """A formula over KPI ids with + - * / and brackets.

    >>> names_of(parse_formula("opportunities * conversion_rate"))
    ('opportunities', 'conversion_rate')
    """
    tree = _parsed(text).copy()
    allowed = (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Paren, exp.Neg, exp.Column, exp.Identifier, exp.Literal)
    for node in tree.walk():
        if not isinstance(node, allowed) or (isinstance(node, exp.Literal) and node.is_string):
            raise ExpressionError(f"has {node.sql()}; a formula takes KPI names, numbers, + - * / and brackets")
        if isinstance(node, exp.Column) and node.table:
            raise ExpressionError(f"has {node.sql()}; a formula takes KPIs of its own department")
    return tree


def names_of(tree: exp.Expr) -> tuple[str, ...]:
    """The column names in a tree, in order of appearance, each once."""
    return tuple(dict.fromkeys(column.name for column in _columns(tree)))


def _columns(tree: exp.Expr) -> Iterator[exp.Column]:
    return (node for node in tree.dfs() if isinstance(node, exp.Column))

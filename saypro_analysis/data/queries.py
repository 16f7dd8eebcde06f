"""Compose one SQL query per table that aggregates all its measures, by month, in total and by every segment.

The query is one pass with grouping sets per date column. It is a sqlglot tree: written in DuckDB's dialect here, it can
be written in another engine's.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlglot import exp

from saypro_analysis.data.expressions import DIALECT, kind_of, parse_aggregate, parse_scalar
from saypro_analysis.kpi import Measure

#: What a missing segment label is called; a record without a label still counts.
NOT_GIVEN = "(not given)"


@dataclass(frozen=True, kw_only=True)
class Part:
    """Measures of one table that share a date column; ``sign`` is -1 for what leaves a month-end level."""

    table: str
    date: str
    where: str = ""
    sign: int = 1
    measures: tuple[tuple[int, Measure], ...] = ()  # position in the table's list, measure


def parts_of(measures: Sequence[Measure]) -> tuple[Part, ...]:
    """Group a table's measures by the date that puts a record into a month."""
    grouped: dict[Part, list[tuple[int, Measure]]] = {}
    for position, measure in enumerate(measures):
        for part in _dates(measure):
            grouped.setdefault(part, []).append((position, measure))
    return tuple(replace(part, measures=tuple(members)) for part, members in grouped.items())


def _dates(measure: Measure) -> Iterable[Part]:
    table = measure.table
    if measure.date:
        yield Part(table=table, date=measure.date)
    elif measure.snapshot:
        yield Part(table=table, date=measure.snapshot, where="last snapshot of the month")
    else:
        # A record that closed before it opened is a slip of the keyboard: it was never open at a month's end.
        sane = f"({measure.closed}) IS NULL OR ({measure.closed}) >= ({measure.opened})" if measure.closed else ""
        yield Part(table=table, date=measure.opened, where=sane)
        if measure.closed:
            yield Part(table=table, date=measure.closed, where=sane, sign=-1)


def compose(measures: Sequence[Measure], dimensions: Sequence[str]) -> exp.Expr:
    """One query over one table for all ``measures``, in total and by each of ``dimensions``.

    Result columns: month (first day), dimension and segment ("" for totals), and per measure ``value_<i>``,
    ``rows_<i>`` (records that met its filter) and ``unknown_<i>`` (records whose filter has no answer, since what it
    asks for is empty); NULL where a row does not speak about a measure.
    """
    selects = [_select(part, len(measures), dimensions) for part in parts_of(measures)]
    query: exp.Query = selects[0]
    for select in selects[1:]:
        query = exp.union(query, select, distinct=False)
    return query


def with_lost(query: exp.Expr, count: int) -> exp.Expr:
    """``query`` with a column ``lost_<i>`` for each of its ``count`` measures: whether the value is no number.

    Such a value would come back as one that is missing.
    """
    lost = [
        exp.Not(this=exp.func("ISFINITE", exp.column(f"value_{i}"), dialect=DIALECT)).as_(f"lost_{i}")
        for i in range(count)
    ]
    return exp.select(exp.Star(), *lost).from_(exp.paren(query).as_("measured"))


def _select(part: Part, count: int, dimensions: Sequence[str]) -> exp.Select:
    columns: list[exp.Expr] = [exp.column("saypro_month").as_("month"), *_labels(dimensions)]
    inside = dict(part.measures)
    for position in range(count):
        columns += _aggregate(inside.get(position), position, part.sign)
    month = exp.column("saypro_month")
    sets = [exp.Tuple(expressions=[month])]
    sets += [exp.Tuple(expressions=[month, exp.column(_alias(i))]) for i in range(len(dimensions))]
    grouping = exp.Group(grouping_sets=[exp.GroupingSets(expressions=sets)])
    select = exp.select(*columns).from_(_rows(part, dimensions).subquery("records"))
    select.set("group", grouping)
    return select


def _labels(dimensions: Sequence[str]) -> list[exp.Expr]:
    dimension, segment = exp.Case(), exp.Case()
    for i, name in enumerate(dimensions):
        grouped = exp.EQ(this=exp.func("GROUPING", exp.column(_alias(i))), expression=exp.Literal.number(0))
        dimension = dimension.when(grouped.copy(), exp.Literal.string(name))
        segment = segment.when(grouped.copy(), exp.column(_alias(i)))
    empty = exp.Literal.string("")
    if not dimensions:
        return [empty.copy().as_("dimension"), empty.copy().as_("segment")]
    return [dimension.else_(empty.copy()).as_("dimension"), segment.else_(empty.copy()).as_("segment")]


def _aggregate(measure: Measure | None, position: int, sign: int) -> list[exp.Expr]:
    value: exp.Expr = exp.null()
    rows: exp.Expr = exp.null()
    unknown: exp.Expr = exp.null()
    if measure:
        value, rows = parse_aggregate(measure.value), exp.Count(this=exp.Star(), big_int=True)
        unknown = exp.Literal.number(0)
        if measure.where:
            undecided = exp.Is(this=exp.paren(parse_scalar(measure.where)), expression=exp.null())
            unknown = exp.Filter(this=rows.copy(), expression=exp.Where(this=undecided))
            value, rows = (exp.Filter(this=v, expression=exp.Where(this=_filter(measure))) for v in (value, rows))
        if sign < 0:
            value, rows = exp.Neg(this=value), exp.Neg(this=rows)
    return [
        exp.cast(value, exp.DataType.Type.DOUBLE).as_(f"value_{position}"),
        exp.cast(rows, exp.DataType.Type.BIGINT).as_(f"rows_{position}"),
        exp.cast(unknown, exp.DataType.Type.BIGINT).as_(f"unknown_{position}"),
    ]


def _filter(measure: Measure) -> exp.Expr:
    return exp.paren(parse_scalar(measure.where))


def _rows(part: Part, dimensions: Sequence[str]) -> exp.Select:
    date = exp.cast(parse_scalar(part.date), exp.DataType.Type.DATE)
    month = exp.cast(exp.func("DATE_TRUNC", exp.Literal.string("MONTH"), date), exp.DataType.Type.DATE)
    labels = [_label(name).as_(_alias(i)) for i, name in enumerate(dimensions)]
    select = exp.select(exp.Star(), month.as_("saypro_month"), *labels).from_(
        exp.to_identifier(part.table, quoted=True)
    )
    select = select.where(exp.Not(this=exp.Is(this=exp.paren(parse_scalar(part.date)), expression=exp.null())))
    if part.where == "last snapshot of the month":
        last = exp.select(exp.Max(this=parse_scalar(part.date))).from_(exp.to_identifier(part.table, quoted=True))
        month_of = exp.func("DATE_TRUNC", exp.Literal.string("MONTH"), date.copy())
        return select.where(exp.In(this=exp.paren(parse_scalar(part.date)), query=last.group_by(month_of).subquery()))
    return select.where(parse_scalar(part.where)) if part.where else select


def _label(name: str) -> exp.Expr:
    text = exp.func("TRIM", exp.cast(exp.column(name, quoted=True), exp.DataType.Type.TEXT))
    empty = exp.func("NULLIF", text, exp.Literal.string(""))
    return exp.func("COALESCE", empty, exp.Literal.string(NOT_GIVEN))


def _alias(position: int) -> str:
    return f"saypro_dimension_{position}"


def to_sql(query: exp.Expr, *, dialect: str = DIALECT) -> str:
    """The query as text in an engine's dialect.

    On DuckDB sums are compensated (Kahan 1965), so that the result does not depend on the order in which threads add.
    """
    if dialect == DIALECT:
        query = query.transform(lambda node: exp.func("FSUM", node.this) if isinstance(node, exp.Sum) else node)
    return query.sql(dialect=dialect)


def by_table(measures: Mapping[str, Measure]) -> dict[str, tuple[str, ...]]:
    """The measures' names by the table they read."""
    tables: dict[str, list[str]] = {}
    for name, measure in measures.items():
        tables.setdefault(measure.table, []).append(name)
    return {table: tuple(names) for table, names in tables.items()}


def is_level(measure: Measure) -> bool:
    """Whether the measure counts what is open at the month's end by what opened and closed."""
    return bool(measure.opened)


def adds_up(measure: Measure) -> bool:
    """Whether segments sum to the total, and no matching record means zero."""
    return kind_of(measure.value) in ("sum", "count")

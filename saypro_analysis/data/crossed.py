"""Every segment of every member in the one pass that reads the totals: a table with crossed labels beside its own.

A member's values are the company's segment of that name, and its segments are those of the dimension crossed with the
others. A view of each table has the crossed labels as columns, such as "5:NorthCore" for the product Core in North, so
that the company's queries, rules and checks make all of it, and nothing can be reckoned in another way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd
from sqlglot import exp

from saypro_analysis.data.expressions import DIALECT, parse_aggregate, parse_scalar
from saypro_analysis.data.queries import NOT_GIVEN
from saypro_analysis.data.snapshot import Snapshot
from saypro_analysis.data.tables import SOURCES, shape
from saypro_analysis.errors import Fault, ParamsError
from saypro_analysis.kpi import Department, Measure, Params, Table


@dataclass(frozen=True, kw_only=True)
class Crossed:
    """``params`` that also ask for the crossed dimensions, ``others`` by the name of these, and ``views`` -> table."""

    params: Params
    others: Mapping[str, str]
    views: Mapping[str, str]


def cross(params: Params, dimension: str, *, members: Sequence[str] = (), most: int) -> Crossed:
    """The params whose snapshot has the segments of the dimension's members too.

    Crossed are ``members``, or the first ``most`` of them in each table. Raises ParamsError for a table whose name a
    view cannot read.
    """
    asked = _dimensions(params)
    crossed = _dimensions(params, having=dimension)
    views = {table: _free(params, f"{table} by {dimension}") for table, others in crossed.items() if others}
    _need_names(views)
    tables = {}
    for table, view in views.items():
        tree = _view(params, table, dimension, asked[table], crossed[table], members=members, most=most)
        tables[view] = Table(id=view, view=tree.sql(dialect=DIALECT))
    others = {_name(dimension, one): one for table in views for one in crossed[table]}
    departments = {
        key: _department(department, dimension, views, others) for key, department in params.departments.items()
    }
    return Crossed(
        params=replace(params, tables={**params.tables, **tables}, departments=departments),
        others=others,
        views={view: table for table, view in views.items()},
    )


def company_of(whole: Snapshot, crossed: Crossed) -> Snapshot:
    """The snapshot of the company alone: without crossed segments, and without the views that they came from."""
    views, rows, quality = list(crossed.views), whole.monthly, whole.quality
    made = whole.sources["table"].isin(views)
    dates = whole.sources[made].replace({"table": dict(crossed.views)}).set_index("table")
    sources = whole.sources[~made].set_index("table")
    sources.update(dates[["first", "last", "complete_to"]])  # what is measured in a view is measured in its table
    return replace(
        whole,
        monthly=rows[~rows["dimension"].isin(list(crossed.others))].reset_index(drop=True),
        quality=quality[~quality["table"].isin(views)].reset_index(drop=True),
        sources=shape(sources.reset_index(), dict(SOURCES)),
    )


def uncross(rows: pd.DataFrame, others: Mapping[str, str]) -> pd.DataFrame:
    """The rows of crossed dimensions as segments of members: ``dimension`` and ``segment`` plain, and ``member``."""
    found = rows[rows["dimension"].isin(list(others))]
    labels = {label: _parts(label) for label in found["segment"].unique()}
    member = found["segment"].map({label: name for label, (name, _) in labels.items()})
    segment = found["segment"].map({label: part for label, (_, part) in labels.items()})
    plain = found.assign(dimension=found["dimension"].map(dict(others)), segment=segment, member=member)
    return plain[member.notna()]


def _parts(label: str) -> tuple[str | None, str]:
    """Member and segment of a crossed label; no member where it was not crossed."""
    length, colon, rest = label.partition(":")
    return (rest[: int(length)], rest[int(length) :]) if colon and length.isdigit() else (None, label)


def _name(dimension: str, other: str) -> str:
    return f"{dimension} with {other}"


def _free(params: Params, name: str) -> str:
    """The name, changed until no table has it."""
    used = {m.table for d in params.departments.values() for m in d.measures.values()} | set(params.tables)
    folded = {table.casefold() for table in used}
    while name.casefold() in folded:
        name += "+"
    return name


def _dimensions(params: Params, *, having: str = "") -> dict[str, tuple[str, ...]]:
    """The dimensions that each table is asked for; or, by the KPIs that are split by ``having``, those beside it."""
    found: dict[str, dict[str, None]] = {}
    for department in params.departments.values():
        for kpi in department.kpis.values():
            for name in kpi.measures if not having or having in kpi.segments else ():
                found.setdefault(department.measures[name].table, {}).update(dict.fromkeys(kpi.segments))
    return {table: tuple(name for name in dimensions if name != having) for table, dimensions in found.items()}


def _department(
    department: Department, dimension: str, views: Mapping[str, str], others: Mapping[str, str]
) -> Department:
    kpis = dict(department.kpis)
    for name, kpi in kpis.items():
        crossed = [_name(dimension, one) for one in kpi.segments if one != dimension and dimension in kpi.segments]
        kpis[name] = replace(kpi, segments=(*kpi.segments, *(one for one in crossed if one in others)))
    measures = {
        name: replace(measure, table=views.get(measure.table, measure.table))
        for name, measure in department.measures.items()
    }
    return replace(department, kpis=kpis, measures=measures)


def _view(
    params: Params, table: str, dimension: str, asked: Sequence[str], others: Sequence[str], *,
    members: Sequence[str], most: int,
) -> exp.Select:  # fmt: skip
    """The columns that are asked for, and the crossed labels; NULL for members that are not wanted."""
    measures = [m for d in params.departments.values() for m in d.measures.values() if m.table == table]
    held = {name.casefold(): name for measure in measures for name in _columns(measure)}
    held |= {name.casefold(): name for name in asked}
    wanted = _wanted(table, dimension, members, most)
    labels = [
        exp.Case().when(wanted.copy(), _joined(dimension, other)).as_(_name(dimension, other), quoted=True)
        for other in others
    ]
    columns = [exp.column(name, quoted=True) for name in held.values()]
    return exp.select(*columns, *labels).from_(_table(table))


def _wanted(table: str, dimension: str, members: Sequence[str], most: int) -> exp.In:
    label = _label(dimension)
    if members:
        return exp.In(this=label, expressions=[exp.Literal.string(name) for name in members])
    first = exp.select(label.copy()).from_(_table(table)).group_by(label.copy()).order_by(label.copy()).limit(most)
    return exp.In(this=label, query=first.subquery())


def _joined(dimension: str, other: str) -> exp.Expr:
    """The member's label behind its length, so that where it ends is known, and the other label."""
    length = exp.cast(exp.Length(this=_label(dimension)), exp.DataType.Type.TEXT)
    parts = [length, exp.Literal.string(":"), _label(dimension), _label(other)]
    return exp.func("CONCAT", *parts)


def _label(name: str) -> exp.Expr:
    """A label as ``queries`` reads it."""
    text = exp.func("TRIM", exp.cast(exp.column(name, quoted=True), exp.DataType.Type.TEXT))
    return exp.func("COALESCE", exp.func("NULLIF", text, exp.Literal.string("")), exp.Literal.string(NOT_GIVEN))


def _columns(measure: Measure) -> list[str]:
    """The columns of its table that a measure reads."""
    texts = [text for text in (measure.date, measure.opened, measure.closed, measure.snapshot, measure.where) if text]
    trees = [parse_aggregate(measure.value), *map(parse_scalar, texts)]
    return [column.parts[0].name for tree in trees for column in tree.find_all(exp.Column)]


def _table(name: str) -> exp.Table:
    return exp.Table(this=exp.to_identifier(name, quoted=True))


def _need_names(tables: Mapping[str, str]) -> None:
    faults = tuple(
        Fault(where=f"table {name}", found="a name with a dot or a slash", hint="give it another name in tables.yml")
        for name in tables
        if "." in name or "/" in name
    )
    if faults:
        raise ParamsError("The reports of members cannot be made; nothing was run.", faults)

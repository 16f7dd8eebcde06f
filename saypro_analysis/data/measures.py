"""From KPI definitions to the tidy monthly table: put measures together into KPIs, and targets beside them."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from sqlglot import exp

from saypro_analysis.data.aggregates import KEY, measure_values
from saypro_analysis.data.calendar import Span
from saypro_analysis.data.expressions import names_of, parse_formula
from saypro_analysis.data.sources import Source
from saypro_analysis.data.tables import MONTHLY, check_monthly, shape
from saypro_analysis.data.targets import with_targets
from saypro_analysis.kpi import Department, Kpi, Params


def monthly_table(params: Params, source: Source, spans: Mapping[str, Span], *, as_of: pd.Timestamp) -> pd.DataFrame:
    """The monthly table alone, without the targets ahead; see ``monthly_tables``."""
    return monthly_tables(params, source, spans, as_of=as_of)[0]


def monthly_tables(
    params: Params, source: Source, spans: Mapping[str, Span], *, as_of: pd.Timestamp
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The monthly table (``tables.MONTHLY``) of all departments, up to the month of ``as_of``, and ``tables.AHEAD``.

    Raises DataError when a definition does not fit its table.
    """
    values = measure_values(params, source, as_of=as_of)
    parts = [
        _kpi_rows(department, kpi, values, spans)
        for department in params.departments.values()
        for kpi in department.kpis.values()
        if kpi.measure or kpi.ratio
    ]
    table = shape(pd.concat([part for part in parts if len(part)] or parts), dict(MONTHLY))
    table = pd.concat([table, *_formula_rows(params, table)])
    table, ahead = with_targets(params, source, table, until=as_of.to_period("M"))
    first = params.company.data.first_month
    if first:  # only now: a target may be relative to an earlier month
        table, ahead = (frame[frame["month"] >= pd.Period(first, "M")] for frame in (table, ahead))
    return check_monthly(shape(table, dict(MONTHLY))), ahead.reset_index(drop=True)


def _kpi_rows(
    department: Department,
    kpi: Kpi,
    values: Mapping[str, pd.DataFrame],
    spans: Mapping[str, Span],
) -> pd.DataFrame:
    names = [f"{department.id}.{part}" for part in kpi.measures]
    rows = _single(values[names[0]], kpi.scale)
    if kpi.ratio:
        top = values[names[0]]
        if department.measures[kpi.ratio.numerator].adds_up:
            top = _with_zeros(top, values[names[1]])
        rows = _ratio(top, values[names[1]], kpi.scale)
    rows = rows[rows["dimension"].isin(["", *kpi.segments])]
    held = pd.Series(True, index=rows.index)
    for name in names:
        span = spans.get(name)
        held &= rows["month"].isin(pd.period_range(span.first_month, span.last_month, freq="M")) if span else False
    return rows.assign(department=department.id, kpi=kpi.id, target=np.nan, target_upper=np.nan, complete=held)


def _single(measure: pd.DataFrame, scale: float) -> pd.DataFrame:
    return measure.assign(value=measure["value"] * scale, numerator=measure["value"], denominator=np.nan)


def _with_zeros(numerator: pd.DataFrame, denominator: pd.DataFrame) -> pd.DataFrame:
    """A sum or count is zero in segments of the denominator that have none of it, in months in which it is known."""
    total = numerator[(numerator["dimension"] == "") & numerator["value"].notna()]
    lacking = denominator[denominator["month"].isin(total["month"])].merge(
        numerator[KEY], on=KEY, how="left", indicator=True
    )
    none = lacking.loc[lacking["_merge"] == "left_only", KEY].assign(value=0.0, rows=0)
    return pd.concat([numerator, none], ignore_index=True)


def _ratio(numerator: pd.DataFrame, denominator: pd.DataFrame, scale: float) -> pd.DataFrame:
    """Numerator over denominator where both are known and the denominator is not zero; missing otherwise."""
    both = numerator.merge(denominator, on=KEY, how="outer", suffixes=("_n", "_d"))
    bottom = both["value_d"].where(both["value_d"] != 0)
    return both[KEY].assign(
        numerator=both["value_n"],
        denominator=both["value_d"],
        value=scale * both["value_n"] / bottom,
        rows=both["rows_d"].fillna(0).astype("int64"),
    )


def _formula_rows(params: Params, table: pd.DataFrame) -> list[pd.DataFrame]:
    """KPIs that are nothing but a formula over others, in an order in which each finds what it needs."""
    done: list[pd.DataFrame] = []
    for department in params.departments.values():
        waiting = [kpi for kpi in department.kpis.values() if not kpi.measures]
        while waiting:
            held = pd.concat([table, *done])
            ready = [k for k in waiting if not {w.id for w in waiting} & set(names_of(parse_formula(k.formula)))]
            done += [_formula(department.id, kpi, held) for kpi in ready]
            waiting = [kpi for kpi in waiting if kpi not in ready]
    return [shape(part, dict(MONTHLY)) for part in done]


def _formula(department: str, kpi: Kpi, table: pd.DataFrame) -> pd.DataFrame:
    tree = parse_formula(kpi.formula)
    own = table[(table["department"] == department) & table["kpi"].isin(names_of(tree))]
    own = own[own["dimension"].isin(["", *kpi.segments])]
    wide = own.pivot(index=KEY, columns="kpi", values="value").reindex(columns=list(names_of(tree)))
    counts = own.groupby(KEY)[["rows", "complete"]].min()
    value = evaluate(tree, wide) * kpi.scale
    rows = counts.reindex(wide.index).assign(value=value, numerator=value).reset_index()
    return rows.assign(department=department, kpi=kpi.id)


def evaluate(tree: exp.Expr, values: pd.DataFrame) -> pd.Series:
    """A formula over columns of ``values``; missing wherever a part is missing or a divisor is zero."""
    if isinstance(tree, exp.Paren):
        return evaluate(tree.this, values)
    if isinstance(tree, exp.Neg):
        return -evaluate(tree.this, values)
    if isinstance(tree, exp.Literal):
        return pd.Series(float(tree.this), index=values.index)
    if isinstance(tree, exp.Column):
        return values[tree.name].astype(float)
    left, right = evaluate(tree.this, values), evaluate(tree.args["expression"], values)
    if isinstance(tree, exp.Div):
        return left / right.where(right != 0)
    return left * right if isinstance(tree, exp.Mul) else left - right if isinstance(tree, exp.Sub) else left + right

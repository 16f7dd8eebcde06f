"""From KPI definitions to the tidy monthly table: query each table once, then put measures together into KPIs."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from sqlglot import exp

from saypro_analysis.data.calendar import Span, last_complete
from saypro_analysis.data.expressions import names_of, parse_formula
from saypro_analysis.data.queries import adds_up, by_table, compose, is_level, to_sql
from saypro_analysis.data.sources import Source
from saypro_analysis.data.tables import MONTHLY, check_monthly, shape
from saypro_analysis.data.targets import with_targets
from saypro_analysis.errors import DataError, Fault
from saypro_analysis.kpi import Department, Kpi, Measure, Params

_KEY = ["dimension", "segment", "month"]


def all_measures(params: Params) -> dict[str, Measure]:
    """Every measure of every department under ``department.measure``."""
    return {
        f"{department.id}.{name}": measure
        for department in params.departments.values()
        for name, measure in department.measures.items()
    }


def monthly_table(params: Params, source: Source, spans: Mapping[str, Span], *, as_of: pd.Timestamp) -> pd.DataFrame:
    """The monthly table (``tables.MONTHLY``) of all departments, up to the month of ``as_of``.

    Raises DataError when a definition does not fit its table.
    """
    values = measure_values(params, source, as_of=as_of)
    complete = {table: (span.first_month, last_complete(span.complete_to(as_of))) for table, span in spans.items()}
    parts = [
        _kpi_rows(department, kpi, values, complete)
        for department in params.departments.values()
        for kpi in department.kpis.values()
        if kpi.measure or kpi.ratio
    ]
    table = shape(pd.concat([part for part in parts if len(part)] or parts), dict(MONTHLY))
    table = pd.concat([table, *_formula_rows(params, table)])
    first = params.company.data.first_month
    table = with_targets(params, source, table)
    return check_monthly(shape(table[table["month"] >= pd.Period(first, "M")] if first else table, dict(MONTHLY)))


def measure_values(params: Params, source: Source, *, as_of: pd.Timestamp) -> dict[str, pd.DataFrame]:
    """Per measure a table of dimension, segment, month, value and rows; each source table is queried once."""
    measures = all_measures(params)
    result: dict[str, pd.DataFrame] = {}
    faults: list[Fault] = []
    for table, names in by_table(measures).items():
        dimensions = _dimensions(params, names)
        held = source.columns_of(table)
        lacking = [d for d in dimensions if d not in held]
        faults += [Fault(where=f"table {table}", key=d, found="no such column for a segment") for d in lacking]
        if lacking:
            continue
        query = compose([measures[name] for name in names], dimensions)
        try:
            frame = source.query(to_sql(query), about=table)
        except DataError as error:
            faults += error.faults
            continue
        frame["month"] = pd.to_datetime(frame["month"]).dt.to_period("M")
        frame = frame[frame["month"] <= as_of.to_period("M")]
        for position, name in enumerate(names):
            result[name] = _one_measure(frame, position, measures[name], last=as_of.to_period("M"))
    if faults:
        raise DataError("KPI definitions do not fit the data; nothing was run.", tuple(dict.fromkeys(faults)))
    return result


def _dimensions(params: Params, names: Sequence[str]) -> list[str]:
    wanted: dict[str, None] = {}
    for department in params.departments.values():
        for kpi in department.kpis.values():
            if {f"{department.id}.{part}" for part in measures_of(kpi)} & set(names):
                wanted |= dict.fromkeys(kpi.segments)
    return list(wanted)


def measures_of(kpi: Kpi) -> tuple[str, ...]:
    """The measures that a KPI is made of."""
    if kpi.ratio:
        return kpi.ratio.numerator, kpi.ratio.denominator
    return (kpi.measure,) if kpi.measure else ()


def _one_measure(frame: pd.DataFrame, position: int, measure: Measure, *, last: pd.Period) -> pd.DataFrame:
    found = frame[frame[f"rows_{position}"].notna()]
    result = found[_KEY].assign(
        value=_steady(found[f"value_{position}"].astype(float)), rows=found[f"rows_{position}"].astype("int64")
    )
    if is_level(measure):
        return _levels(result, last)
    if adds_up(measure):  # the table has records of this month, none of them met the filter: that is zero
        result.loc[result["rows"] == 0, "value"] = 0.0
    return result


def _steady(values: pd.Series) -> pd.Series:
    """Values to 14 significant digits: below that, a sum depends on the order in which it was added."""
    array = values.to_numpy(dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        digits = np.where(np.isfinite(array) & (array != 0), 13 - np.floor(np.log10(np.abs(array))), 0)
    rounded = [
        round(value, int(places)) if np.isfinite(value) else np.nan for value, places in zip(array, digits, strict=True)
    ]
    return pd.Series(rounded, index=values.index, dtype=float)


def _levels(changes: pd.DataFrame, last: pd.Period) -> pd.DataFrame:
    """Month-end levels: what opened less what closed, summed up over all months from the first on."""
    net = changes.fillna({"value": 0.0}).groupby(_KEY)[["value", "rows"]].sum().reset_index()
    if net.empty:
        return net
    months = pd.period_range(net["month"].min(), last, freq="M", name="month")
    values, rows = (_running(net, column, months) for column in ("value", "rows"))
    result = values.assign(rows=rows["rows"]).dropna(subset="value").reset_index()
    return result.assign(value=_steady(result["value"]), rows=result["rows"].round().astype("int64"))


def _running(net: pd.DataFrame, column: str, months: pd.PeriodIndex) -> pd.DataFrame:
    """Running sums by segment in long form; a segment starts with its first record, not with zeros before it."""
    wide = net.pivot(index="month", columns=["dimension", "segment"], values=column).reindex(months)
    running = wide.fillna(0.0).cumsum().where(wide.notna().cummax())
    return running.melt(ignore_index=False, value_name=column)


def _kpi_rows(
    department: Department,
    kpi: Kpi,
    values: Mapping[str, pd.DataFrame],
    complete: Mapping[str, tuple[pd.Period, pd.Period]],
) -> pd.DataFrame:
    names = [f"{department.id}.{part}" for part in measures_of(kpi)]
    tables = [department.measures[part].table for part in measures_of(kpi)]
    rows = _ratio(values[names[0]], values[names[1]], kpi.scale) if kpi.ratio else _single(values[names[0]], kpi.scale)
    rows = rows[rows["dimension"].isin(["", *kpi.segments])]
    held = pd.Series(True, index=rows.index)
    for table in tables:
        held &= rows["month"].isin(pd.period_range(*complete[table], freq="M")) if table in complete else False
    return rows.assign(department=department.id, kpi=kpi.id, target=np.nan, target_upper=np.nan, complete=held)


def _single(measure: pd.DataFrame, scale: float) -> pd.DataFrame:
    return measure.assign(value=measure["value"] * scale, numerator=measure["value"], denominator=np.nan)


def _ratio(numerator: pd.DataFrame, denominator: pd.DataFrame, scale: float) -> pd.DataFrame:
    """Numerator over denominator where both are known and the denominator is not zero; missing otherwise."""
    both = numerator.merge(denominator, on=_KEY, how="outer", suffixes=("_n", "_d"))
    bottom = both["value_d"].where(both["value_d"] != 0)
    return both[_KEY].assign(
        numerator=both["value_n"],
        denominator=both["value_d"],
        value=scale * both["value_n"] / bottom,
        rows=both["rows_d"].fillna(0).astype("int64"),
    )


def _formula_rows(params: Params, table: pd.DataFrame) -> list[pd.DataFrame]:
    """KPIs that are nothing but a formula over others, in an order in which each finds what it needs."""
    done: list[pd.DataFrame] = []
    for department in params.departments.values():
        waiting = [kpi for kpi in department.kpis.values() if not measures_of(kpi)]
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
    wide = own.pivot(index=_KEY, columns="kpi", values="value").reindex(columns=list(names_of(tree)))
    counts = own.groupby(_KEY)[["rows", "complete"]].min()
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

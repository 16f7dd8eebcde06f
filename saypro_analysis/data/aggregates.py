"""The measures by month and segment: one query per table, whose answer is split into its measures."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from saypro_analysis.data.queries import adds_up, by_table, compose, is_level, to_sql, with_lost
from saypro_analysis.data.sources import Source
from saypro_analysis.errors import DataError, Fault
from saypro_analysis.kpi import Measure, Params

KEY = ["dimension", "segment", "month"]
#: Characters of a segment's label; real ones have a few words.
LONGEST_LABEL = 1000


def all_measures(params: Params) -> dict[str, Measure]:
    """Every measure of every department under ``department.measure``."""
    return {
        f"{department.id}.{name}": measure
        for department in params.departments.values()
        for name, measure in department.measures.items()
    }


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
        query = with_lost(compose([measures[name] for name in names], dimensions), len(names))
        try:
            frame = source.query(to_sql(query), about=table)
        except DataError as error:
            faults += error.faults
            continue
        frame["month"] = pd.to_datetime(frame["month"]).dt.to_period("M")
        frame = frame[frame["month"] <= as_of.to_period("M")]
        faults += [*_long_labels(frame, table), *_lost(params, frame, {name: measures[name] for name in names})]
        for position, name in enumerate(names):
            result[name] = _one_measure(frame, position, measures[name], last=as_of.to_period("M"))
    if faults:
        raise DataError("KPI definitions do not fit the data; nothing was run.", tuple(dict.fromkeys(faults)))
    return result


def _long_labels(frame: pd.DataFrame, table: str) -> Iterator[Fault]:
    """Nobody names a segment in a thousand characters: it is free text, or a quotation mark that is never closed."""
    long = frame[frame["segment"].str.len() > LONGEST_LABEL].drop_duplicates("dimension")
    for dimension, label in zip(long["dimension"], long["segment"], strict=True):
        found = f"a label of {len(label)} characters, {label[:40]!r}..."
        hint = "mend the record, or leave the column out of segments"
        yield Fault(where=f"table {table}", key=str(dimension), found=found, hint=hint)


def _lost(params: Params, frame: pd.DataFrame, measures: Mapping[str, Measure]) -> Iterator[Fault]:
    """Totals that are no number: what they add up holds one, or is too large. They are not missing, but wrong."""
    first = pd.Period(params.company.data.first_month or "1000-01", "M")
    for position, (name, measure) in enumerate(measures.items()):
        lost = _trusted(frame[frame[f"lost_{position}"].eq(True) & frame["month"].ge(first)], measure)
        if len(lost):
            hint = "look for infinity, a division by zero, and slips of many digits in its records"
            found = f"no finite number in {lost['month'].min()}"
            yield Fault(where=f"table {measure.table}", key=name, found=found, hint=hint)


def _dimensions(params: Params, names: Sequence[str]) -> list[str]:
    wanted: dict[str, None] = {}
    for department in params.departments.values():
        for kpi in department.kpis.values():
            if {f"{department.id}.{part}" for part in kpi.measures} & set(names):
                wanted |= dict.fromkeys(kpi.segments)
    return list(wanted)


def _one_measure(frame: pd.DataFrame, position: int, measure: Measure, *, last: pd.Period) -> pd.DataFrame:
    found = frame[frame[f"rows_{position}"].notna()]
    result = found[KEY].assign(
        value=_steady(found[f"value_{position}"].astype(float)), rows=found[f"rows_{position}"].astype("int64")
    )
    if is_level(measure):
        result = _levels(result, last)
    elif adds_up(measure):
        # The table has records of this month, and none of them meets the filter: that is zero, unless it is not known
        # of some whether they do. Then a count of none is as little known as a sum of none.
        none, undecided = result["rows"] == 0, found[f"unknown_{position}"] > 0
        result.loc[none, "value"] = np.where(undecided[none], np.nan, 0.0)
    return _trusted(result, measure)


def _trusted(values: pd.DataFrame, measure: Measure) -> pd.DataFrame:
    """The months in which the measure's records can be trusted."""
    if measure.first_month:
        values = values[values["month"] >= pd.Period(measure.first_month, "M")]
    return values[values["month"] <= pd.Period(measure.last_month, "M")] if measure.last_month else values


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
    net = changes.fillna({"value": 0.0}).groupby(KEY)[["value", "rows"]].sum().reset_index()
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

"""A KPI by segment in the month: the free part of a report, in one line of a notebook."""

from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from saypro_analysis.analysis import Analysis
from saypro_analysis.errors import Fault, ParamsError
from saypro_analysis.gap import shortfalls
from saypro_analysis.many import is_part
from saypro_analysis.panel import series
from saypro_analysis.show.chart_words import unit_words
from saypro_analysis.show.comparisons import segments_chart
from saypro_analysis.show.figures import Figure, figure_html
from saypro_analysis.show.fragment import Fragment, render
from saypro_analysis.show.numbers import month_name, numeral
from saypro_analysis.show.story import Told, tell
from saypro_analysis.show.words import target_text
from saypro_analysis.verdict import Verdict, judge_series, points_of

MOST = 12  # bars; more cannot be read


def show_segments(analysis: Analysis, kpi: str, by: str) -> Fragment:
    """The KPI's month by segment of the dimension ``by``, worst first, as bars with the figures behind them.

    Raises ParamsError when the department has no such KPI, or the KPI is not measured by that dimension.
    """
    told = tell(analysis, find_verdict(analysis, kpi))
    segments = segment_values(analysis, told, by)
    name = by.replace("_", " ")
    if not segments["value"].notna().any():
        text = f"{told.kpi.name} has no value by {name} in {month_name(told.verdict.month)}."
        return Fragment(html=render("note", text=text), text=text)
    parts = is_part(analysis.month, told.kpi)
    drawn = segments[segments["value"].notna()].head(MOST).reset_index(drop=True)
    figure = Figure(
        name=f"segments-{kpi}-{by}",
        title=_title(told, drawn, name, parts=parts),
        subtitle=f"{told.kpi.name}{unit_words(told.kpi, told.numbers)} by {name}, {month_name(told.verdict.month)}.",
        description=_description(told, drawn, name, parts=parts),
        heads=("Segment", told.kpi.name, "Records"),
        rows=[_row(told, row) for row in segments.to_dict("records")],
        kind="bars",
    )
    html = render(
        "segments",
        figure=figure_html(figure, lambda narrow: segments_chart(drawn, told, narrow=narrow, with_target=not parts)),
    )
    return Fragment(html=html, text=figure.title)


def find_verdict(analysis: Analysis, kpi: str) -> Verdict:
    """The verdict of a KPI by its id; raises ParamsError when the department has none of that name."""
    for verdict in analysis.verdicts:
        if verdict.kpi.id == kpi:
            return verdict
    held = ", ".join(verdict.kpi.id for verdict in analysis.verdicts)
    fault = Fault(where=analysis.month.department.id, key="kpi", found=repr(kpi), hint=f"its KPIs are {held}")
    raise ParamsError("There is no such KPI.", (fault,))


def segment_values(analysis: Analysis, told: Told, by: str) -> pd.DataFrame:
    """The month's segments of a KPI: segment, value, rows, missed; largest shortfall (or value) first."""
    month, kpi = analysis.month, told.kpi
    if by not in kpi.segments:
        hint = f"it is measured by {', '.join(kpi.segments)}" if kpi.segments else "it is not measured by segment"
        raise ParamsError("There is no such segment.", (Fault(where=kpi.key, key="by", found=repr(by), hint=hint),))
    held = month.monthly
    rows = held[(held["department"] == kpi.department) & (held["kpi"] == kpi.id) & (held["dimension"] == by)]
    rows = rows[rows["month"] == month.month][["segment", "value", "rows"]].copy()
    gap = told.verdict.gap
    low = np.nan if gap.target is None or is_part(month, kpi) else gap.target
    high = np.nan if gap.target_upper is None or is_part(month, kpi) else gap.target_upper
    short = pd.Series(shortfalls(rows["value"], low, high, better=kpi.better), index=rows.index)
    rows["missed"] = (short > 0).to_numpy()
    order = short.where(short.notna(), rows["value"])
    return rows.assign(order=order).sort_values(["order", "segment"], ascending=[False, True], ignore_index=True)


def segment_story(analysis: Analysis, told: Told, by: str, segment: str) -> Told:
    """One segment as a story of its own, judged like a KPI; without causes and actions, which are of the whole."""
    month, kpi = analysis.month, told.kpi
    rows = month.monthly
    rows = rows[(rows["department"] == kpi.department) & (rows["kpi"] == kpi.id)]
    rows = rows[(rows["dimension"] == by) & (rows["segment"] == segment)].set_index("month")
    held = series(month.monthly, kpi, until=month.month)
    for name in ("value", "numerator", "denominator"):
        held[name] = rows[name].reindex(held.index)
    if is_part(month, kpi):
        held[["target", "target_upper"]] = np.nan
        month = replace(month, ahead=month.ahead.iloc[:0])
    verdict = judge_series(month, kpi, held)
    short = shortfalls(held["value"], held["target"], held["target_upper"], better=kpi.better)
    return replace(
        told, verdict=verdict, months=points_of(verdict, held), short=pd.Series(short), drivers=None, diagnosis=None,
        plan=None,
    )  # fmt: skip


def _title(told: Told, drawn: pd.DataFrame, name: str, *, parts: bool) -> str:
    first = drawn.iloc[0]
    value = told.numbers.value(told.kpi, float(first["value"]))
    if parts:
        return f"{first['segment'] or 'not named'} has the largest part: {value}"
    missed = int(drawn["missed"].sum())
    if not missed:
        return f"No {name} misses the target" if has_target(told) else f"{told.kpi.name} by {name}"
    of = f"{numeral(missed)} of {numeral(len(drawn))}".capitalize()
    miss = "misses" if missed == 1 else "miss"
    return f"{of} by {name} {miss} the target, {first['segment'] or 'not named'} by most: {value}"


def has_target(told: Told) -> bool:
    """Whether the month has a target."""
    return told.verdict.gap.target is not None or told.verdict.gap.target_upper is not None


def _description(told: Told, drawn: pd.DataFrame, name: str, *, parts: bool) -> str:
    rows = [_row(told, row) for row in drawn.to_dict("records")]
    values = [f"{segment} {value}" for segment, value, _ in rows]
    target = f" The target is {target_text(told)}." if has_target(told) and not parts else ""
    return f"Bars of {told.kpi.name} by {name}: {', '.join(values)}.{target}"


def _row(told: Told, row: Mapping[Hashable, Any]) -> tuple[str, str, str]:
    name = str(row["segment"]) or "not named"
    return name, told.numbers.value(told.kpi, row["value"]), told.numbers.plain(float(row["rows"]))

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
from saypro_analysis.show.chart_words import measured
from saypro_analysis.show.company_language import in_company_language
from saypro_analysis.show.comparisons import segments_chart
from saypro_analysis.show.driver_words import label
from saypro_analysis.show.figures import Figure, figure_html
from saypro_analysis.show.fragment import Fragment, render
from saypro_analysis.show.numbers import capital, month_name, numeral
from saypro_analysis.show.part_words import left_out
from saypro_analysis.show.story import Told, tell
from saypro_analysis.show.words import target_text
from saypro_analysis.texts import n, t
from saypro_analysis.verdict import Verdict, judge_series, points_of

MOST = 12  # bars; more cannot be read


@in_company_language
def show_segments(analysis: Analysis, kpi: str, by: str) -> Fragment:
    """The KPI's month by segment of the dimension ``by``, worst first, as bars with the figures behind them.

    The report of a member of a dimension has not all that the company's has: then a note says so. Raises ParamsError
    when the department has no such KPI, or the KPI is not measured by that dimension.
    """
    if text := left_out(analysis.month, kpi, by):
        return Fragment(html=render("note", text=text), text=text)
    told = tell(analysis, find_verdict(analysis, kpi))
    segments = segment_values(analysis, told, by)
    segments["segment"] = segments["segment"].map(label)
    name, month = by.replace("_", " "), month_name(told.verdict.month)
    if not segments["value"].notna().any():
        text = t("{kpi} has no value by {part} in {month}.", kpi=told.kpi.name, part=name, month=month)
        return Fragment(html=render("note", text=text), text=text)
    parts = is_part(analysis.month, told.kpi)
    drawn = segments[segments["value"].notna()].head(MOST).reset_index(drop=True)
    figure = Figure(
        name=f"segments-{kpi}-{by}",
        title=_title(told, drawn, name, parts=parts),
        subtitle=t("{measure} by {part}, {month}.", measure=measured(told.kpi, told.numbers), part=name, month=month),
        description=_description(told, drawn, name, parts=parts),
        heads=(t("Segment"), told.kpi.name, t("Records")),
        rows=[_row(told, row) for row in segments.to_dict("records")],
        kind="bars",
    )
    heading = t("{kpi} by {part}", kpi=told.kpi.name, part=name)
    drawing = figure_html(figure, lambda narrow: segments_chart(drawn, told, narrow=narrow, with_target=not parts))
    return Fragment(
        html=render("segments", figure=drawing, id=f"segments-{kpi}-{by}", heading=heading), text=figure.title
    )


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


def _spread(told: Told, drawn: pd.DataFrame, name: str) -> str:
    """Which segment is highest and which lowest, where there is no target to compare with."""
    if len(drawn) < 2:
        return t("{kpi} by {part}", kpi=told.kpi.name, part=name)
    values, names = drawn["value"].to_numpy(dtype=np.float64), drawn["segment"].tolist()
    high, low = int(values.argmax()), int(values.argmin())
    most, least = (told.numbers.value(told.kpi, values[at]) for at in (high, low))
    return t(
        "{high} is highest at {most}, {low} lowest at {least}", high=names[high], most=most, low=names[low],
        least=least,
    )  # fmt: skip


def _title(told: Told, drawn: pd.DataFrame, name: str, *, parts: bool) -> str:
    value = told.numbers.value(told.kpi, float(drawn["value"].iloc[0]))
    segment = drawn["segment"].iloc[0] or t("not named")
    if parts:
        return t("{segment} has the largest part: {value}", segment=segment, value=value)
    missed = int(drawn["missed"].sum())
    if not has_target(told) and not missed:
        return _spread(told, drawn, name)
    if not missed:
        return t("No {part} misses the target", part=name)
    title = n(
        "{number} of {all} by {part} misses the target, {segment} by most: {value}",
        "{number} of {all} by {part} miss the target, {segment} by most: {value}",
        missed, number=numeral(missed), all=numeral(len(drawn)), part=name, segment=segment, value=value,
    )  # fmt: skip
    return capital(title)


def has_target(told: Told) -> bool:
    """Whether the month has a target."""
    return told.verdict.gap.target is not None or told.verdict.gap.target_upper is not None


def _description(told: Told, drawn: pd.DataFrame, name: str, *, parts: bool) -> str:
    rows = [_row(told, row) for row in drawn.to_dict("records")]
    values = ", ".join(f"{segment} {value}" for segment, value, _ in rows)
    said = [t("Bars of {kpi} by {part}: {values}.", kpi=told.kpi.name, part=name, values=values)]
    if has_target(told) and not parts:
        said.append(t("The target is {target}.", target=target_text(told)))
    return " ".join(said)


def _row(told: Told, row: Mapping[Hashable, Any]) -> tuple[str, str, str]:
    name = str(row["segment"]) or t("not named")
    return name, told.numbers.value(told.kpi, row["value"]), told.numbers.plain(float(row["rows"]))

"""XmR process limits: what range the KPI's own month-to-month variation explains, and what falls out of it.

The method is the XmR chart as "Making Data Count" uses it; ``compatible=True`` is its R implementation,
NHSRplotthedots, to the letter. The default differs where that leaves holes:

- fewer than 6 points, or than 5 moving ranges: no limits ("insufficient"); up to 12 points they are provisional;
- a moving range is taken between neighbouring months only, and a missing month breaks every run;
- screening that would drop more than a fifth of the moving ranges, or leave less than a tenth of their mean, has met
  a process that is not one: the median moving range is used, which single steps do not move;
- a series that stands still but for single steps has no typical moving range at all (the median is zero as well): the
  mean of all is used, around the level held most often, so that the steps stand out and not everything else;
- the limits of a constant series equal its value, and no point of it is special;
- reaching the target exactly counts as reaching it, here as in the gap.
"""

from dataclasses import dataclass
from typing import Literal, cast

import numpy as np
import pandas as pd

from saypro_analysis.assurance import Assurance, assure
from saypro_analysis.gap import SAME, toward_range
from saypro_analysis.kpi import Better
from saypro_analysis.rules import RULES, label_points
from saypro_analysis.xmr import limit_lines

Variation = Literal["improving", "concerning", "common", "neutral", "insufficient"]
Rule = Literal["outside limits", "trend", "two in three", "shift", ""]

FULL_POINTS = 13  # from here limits are no longer provisional; Making Data Count


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """Which months make the limits: all (the default), or the first ``points``; anew from each month of ``rebase``.

    ``screen`` leaves outlying moving ranges out.
    """

    points: int | None = None
    rebase: tuple[pd.Period, ...] = ()
    screen: bool = True


ALL_MONTHS = Baseline()


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Process limits at a month, in the KPI's unit, and what the latest month says about the process.

    ``points`` values from ``first`` to ``last`` make the baseline. ``variation`` is that of the latest month, by
    ``rule``, in a signal that holds ``since``. ``assurance`` is what the process, left alone, does with the target.
    """

    mean: float | None
    lower: float | None
    upper: float | None
    sigma: float | None
    points: int
    first: pd.Period | None
    last: pd.Period | None
    provisional: bool
    variation: Variation
    rule: Rule
    since: pd.Period | None
    assurance: Assurance


def complete_months(values: "pd.Series[float]") -> "pd.Series[float]":
    """The series with every month from its first to its last, in order; a month that was not there is NaN.

    The index is a monthly PeriodIndex. Raises ValueError when a month stands there twice.

    >>> months = pd.PeriodIndex(["2026-03", "2026-01"], freq="M")
    >>> complete_months(pd.Series([3.0, 1.0], index=months)).tolist()
    [1.0, nan, 3.0]
    """
    if values.index.has_duplicates:
        raise ValueError(f"{values.name or 'series'}: {values.index[values.index.duplicated()][0]} stands there twice")
    numbers = values.astype("float64")
    if not numbers.empty:
        numbers = numbers.reindex(pd.period_range(values.index.min(), values.index.max(), freq="M"))
    return numbers.where(np.isfinite(numbers.to_numpy()))


def limit_points(
    values: "pd.Series[float]",
    *,
    better: Better = "higher",
    target: float | None = None,
    target_upper: float | None = None,
    baseline: Baseline = ALL_MONTHS,
    compatible: bool = False,
) -> pd.DataFrame:
    """Every month with its limits, the rule it falls under and what that means: the table behind chart and verdict.

    One row per month (index): value, mean, lower, upper, sigma, points (that made the limits), rule, direction,
    signal. For ``better="inside"`` a signal is good when it leads to the range ``target`` to ``target_upper``, bad
    when the point is outside on that side, and neutral inside it.

    >>> months = pd.period_range("2025-01", periods=12, freq="M")
    >>> limit_points(pd.Series([9.0, 10, 11, 10, 9, 10, 11, 10, 9, 10, 11, 30], index=months))["signal"].iloc[-1]
    'improving'
    """
    series = complete_months(values)
    starts = sorted({0, *(int((series.index < month).sum()) for month in baseline.rebase)} - {len(series)})
    ends = [*starts[1:], len(series)]
    parts = [_part(series.iloc[a:b], baseline, compatible=compatible) for a, b in zip(starts, ends, strict=False)]
    table = pd.concat(parts) if parts else _part(series, baseline, compatible=compatible)
    if better == "inside":
        good = [toward_range(value, target, target_upper) for value in table["value"]]
    else:
        good = [1 if better == "higher" else -1] * len(table)
    meaning = {1: "improving", -1: "concerning", 0: "neutral"}
    signs = table["direction"].to_numpy() * np.array(good, dtype=np.int8)
    found = table["rule"] != ""
    table["signal"] = [meaning[int(s)] if f else "common" for s, f in zip(signs, found, strict=True)]
    return table


def process_limits(
    values: "pd.Series[float]",
    *,
    better: Better = "higher",
    target: float | None = None,
    target_upper: float | None = None,
    baseline: Baseline = ALL_MONTHS,
    compatible: bool = False,
) -> Limits:
    """The process limits at the last month of a series, with variation and assurance (source: see the module).

    ``values`` has a monthly PeriodIndex; the targets are the latest month's. A last month without a value has limits
    but no variation ("insufficient"). Raises ValueError when a month stands there twice.

    >>> months = pd.period_range("2025-01", periods=12, freq="M")
    >>> late = pd.Series([9.0, 10, 11, 10, 9, 10, 11, 10, 9, 10, 11, 30], index=months)
    >>> limits = process_limits(late, better="lower", target=40)
    >>> limits.variation, limits.rule, limits.since, limits.assurance
    ('concerning', 'outside limits', Period('2025-12', 'M'), 'pass')
    """
    table = limit_points(
        values, better=better, target=target, target_upper=target_upper, baseline=baseline, compatible=compatible
    )
    start = max((month for month in baseline.rebase if month in table.index), default=None)
    held = table.loc[start:, "value"].dropna().index
    made = held[: baseline.points]
    latest = table.iloc[-1] if len(table) else pd.Series(dtype="float64")
    mean, sigma, lower, upper = (_known(latest.get(name)) for name in ("mean", "sigma", "lower", "upper"))
    judged = sigma is not None and bool(np.isfinite(latest["value"]))
    assurance = assure(lower, upper, better=better, target=target, target_upper=target_upper, strict=compatible)
    return Limits(
        mean=mean,
        lower=lower,
        upper=upper,
        sigma=sigma,
        points=len(made),
        first=made[0] if len(made) else None,
        last=made[-1] if len(made) else None,
        provisional=sigma is not None and len(made) < FULL_POINTS,
        variation=cast(Variation, latest["signal"]) if judged else "insufficient",
        rule=cast(Rule, latest["rule"]) if judged else "",
        since=_since(table) if judged else None,
        assurance=assurance,
    )


def _part(series: "pd.Series[float]", baseline: Baseline, *, compatible: bool) -> pd.DataFrame:
    """The months of one baseline with its limits and labels."""
    numbers = np.asarray(series, dtype=np.float64)
    held = np.flatnonzero(np.isfinite(numbers))[: baseline.points]
    made = numbers[: held[-1] + 1] if len(held) else numbers
    lines = limit_lines(made, screen=baseline.screen, compatible=compatible)
    tolerance = 0.0 if compatible else SAME
    rule, direction = label_points(numbers, lines.mean, lines.lower, lines.upper, tolerance=tolerance)
    columns = {"value": numbers, "mean": lines.mean, "lower": lines.lower, "upper": lines.upper, "sigma": lines.sigma}
    labels = {"points": lines.points, "rule": np.array(RULES, dtype=object)[rule], "direction": direction}
    return pd.DataFrame(columns | labels, index=series.index)


def _since(table: pd.DataFrame) -> pd.Period | None:
    """First month of the signal that the latest month belongs to.

    It reaches back over points with the same direction. The middle of "two in three" need not be flagged itself.
    """
    rules, directions = table["rule"].to_list(), table["direction"].to_list()
    at = len(rules) - 1
    if rules[at] == "":
        return None
    while at > 0:
        step = 2 if rules[at] == "two in three" and rules[at - 1] == "" else 1
        if at < step or rules[at - step] == "" or directions[at - step] != directions[-1]:
            break
        at -= step
    return cast(pd.Period, table.index[at])


def _known(number: object) -> float | None:
    return float(number) if isinstance(number, float) and np.isfinite(number) else None

"""Where the fiscal year ends: estimate with interval, chance of the year's target, and the run rate that it takes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from saypro_analysis.columns import Columns, named, row
from saypro_analysis.forecast import BASES, Forecast
from saypro_analysis.gap import short_of
from saypro_analysis.kpi import Kpi, Measure
from saypro_analysis.order import SAME, mean_of, normal_chance
from saypro_analysis.panel import Panel
from saypro_analysis.projections import YEAR, past_errors, project_sums, weigh_methods
from saypro_analysis.ranks import Z90

Floats = npt.NDArray[np.float64]
AHEAD = 3  # months of the outlook
SIDE = 3.0  # sigmas from the mean to a process limit
Reach = Literal["reached", "on course", "stretch", "out of reach", ""]
Kind = Literal["total", "ratio", "average", "last"]
REACHES = ("", "reached", "on course", "stretch", "out of reach")


@dataclass(frozen=True, kw_only=True)
class YearEnd:
    """The fiscal year from ``first`` to ``last`` of which ``months`` are over, in the KPI's unit.

    ``kind``: the year is the sum of its months ("total"), numerator by denominator of the whole year ("ratio"), the
    mean of its months ("average"), or its last month ("last"). ``so_far`` is that of the months that are over.
    ``estimate`` has a 90 % interval from ``low`` to ``high``; ``chance`` is that of meeting the year's target.
    ``required`` is what the months that remain have to come to, each on average, to meet it; ``usual`` is what
    the estimate leaves to them, ``best`` the process limit on the good side. ``reach`` compares them: "on course" (the
    usual month is enough), "stretch" (better than usual, inside the limits), "out of reach" (beyond the limit: not
    without a change of the process), "reached" (the target is met whatever comes). ``reason`` says why there is no
    estimate.
    """

    first: pd.Period
    last: pd.Period
    kind: Kind
    months: int
    so_far: float | None = None
    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    target: float | None = None
    target_upper: float | None = None
    chance: float | None = None
    required: float | None = None
    usual: float | None = None
    best: float | None = None
    reach: Reach = ""
    reason: str = ""


def year_kind(kpi: Kpi, *, natural: Kind) -> Kind | None:
    """What a fiscal year of the KPI is, by its card, else as is ``natural``; None where the card says none."""
    if kpi.year == "none":
        return None
    return kpi.year or ("ratio" if kpi.ratio is not None else natural)


def natural_year(kpi: Kpi, measures: Mapping[str, Measure]) -> Kind:
    """What a year of a KPI is by its definition: sums add up, levels end, and of all else the mean month is told."""
    measure = measures.get(kpi.measure) if kpi.measure else None
    if measure is None:
        return "average"
    if measure.opened or measure.snapshot:
        return "last"
    return "total" if measure.adds_up else "average"


def year_ends(
    panel: Panel,
    kinds: npt.NDArray[np.object_],
    made: Forecast,
    basis: npt.NDArray[np.int_],
    *,
    fiscal_year_start: int,
    best: Floats,
) -> Columns:
    """The fields of ``YearEnd`` for each series of a panel; where the kind is None, nothing is known.

    ``basis`` is that of the forecasts (codes of ``BASES``): of a process that has changed they tell more about the
    next months than last year does. ``best`` is the good-side limit of each process; of one that has changed or has a
    season, three sigmas from what the months left bring.
    """
    last_month = panel.months[-1]
    months = (last_month.month - fiscal_year_start) % YEAR + 1
    left, count = YEAR - months, len(kinds)
    top, bottom = _parts(panel, kinds)
    over = bottom[:, -months:].sum(axis=1) if len(panel.months) >= months else np.full(count, np.nan)
    so_far = _share(top, bottom, months)
    whole, spread, remaining = _project(top, bottom, made, basis, months)
    if left:
        moved = _with_outlook(whole, so_far * over, over, remaining, made, left)
        whole = np.where((basis > BASES.index("average")) & np.isfinite(moved), moved, whole)
        whole = np.where(basis > 0, whole, np.nan)  # without a forecast nothing says how far it may be off
    last = kinds == "last"
    ends = max(left - 1, 0)
    whole = np.where(last, made.value[:, ends] if left else panel.value[:, -1], whole)
    spread = np.where(last, made.error[:, ends] if left else 0.0, spread)
    so_far = np.where(last, panel.value[:, -1], so_far)
    over, remaining = np.where(last, 0.0, over), np.where(last, 1.0, remaining)
    wanted = np.array([kind is not None for kind in kinds], dtype=bool)
    whole, so_far = np.where(wanted, whole, np.nan), np.where(wanted, so_far, np.nan)
    done, weight = np.where(last, 0.0, so_far * over), over + remaining
    low, high = _year_targets(panel, kinds, bottom, remaining, months)
    needed = np.where(panel.way > 0, low, np.where(panel.way < 0, high, np.nan))
    unknown = np.full(count, np.nan)
    # What the estimate leaves to the months that remain: reach, chance and estimate cannot disagree.
    required, usual = ((goal * weight - done) / remaining if left else unknown for goal in (needed, whole))
    plain = (basis == BASES.index("average")) & ~made.seasonal
    best = np.where(plain, best, usual + panel.way * SIDE * made.sigma)
    best = np.where(panel.way == 0, np.nan, np.clip(best, panel.possible[0][:, 0], panel.possible[1][:, 0]))
    reach = np.where(np.isfinite(whole), _reach(panel, required, usual, best), 0)
    bounds = [(done + remaining * bound[:, 0]) / weight if left else whole for bound in panel.possible]
    ends_at = [np.clip(whole + side * Z90 * spread, *bounds) for side in (-1, 1)]
    factor = np.where(kinds == "total", float(YEAR), 1.0)
    return {
        "first": np.full(count, last_month - (months - 1), dtype=object),
        "last": np.full(count, last_month + left, dtype=object),
        "kind": kinds,
        "months": np.full(count, months),
        "so_far": np.where(kinds == "total", so_far * months, so_far),
        "estimate": np.clip(whole, *bounds) * factor,
        "low": ends_at[0] * factor,
        "high": ends_at[1] * factor,
        "target": np.where(wanted, np.where(panel.way < 0, high, low) * factor, np.nan),
        "target_upper": np.where(wanted & (panel.way == 0), high * factor, np.nan),
        "chance": _settled(_chance(whole, spread, low, high), panel, required, reach),
        "required": required,
        "usual": usual,
        "best": best,
        "reach": named(REACHES, reach),
        "reason": np.where(np.isfinite(whole) | ~wanted, "", _why_not(panel, months)),
    }


def _with_outlook(whole: Floats, done: Floats, over: Floats, remaining: Floats, made: Forecast, left: int) -> Floats:
    """The year of a process that has changed: its outlook for the next three months, and for what lies beyond the mean
    of its forecast and of the methods.

    Last year's months know nothing of the change; a trend that is carried on for long knows too much.
    """
    near = min(left, AHEAD)
    methods = (whole * (over + remaining) - done) / remaining
    beyond = (made.value[:, near:left].mean(axis=1) + methods) / 2 if left > near else methods
    coming = (near * made.value[:, :near].mean(axis=1) + (left - near) * beyond) / left
    return np.asarray((done + coming * remaining) / (over + remaining))


def _settled(chance: Floats, panel: Panel, required: Floats, reach: npt.NDArray[np.int_]) -> Floats:
    """The chance; 1 where nothing can change that the target is met, 0 where nothing can make it so."""
    lowest, highest = panel.possible
    with np.errstate(invalid="ignore"):
        lost = ((panel.way > 0) & (required > highest[:, 0])) | ((panel.way < 0) & (required < lowest[:, 0]))
    settled = np.where(reach == REACHES.index("reached"), 1.0, np.where(lost, 0.0, chance))
    return np.where(np.isfinite(chance), settled, np.nan)


def year_end_of(columns: Columns, at: int) -> YearEnd | None:
    """The year end of one series; None where a year of it makes no sense."""
    return None if columns["kind"][at] is None else row(YearEnd, columns, at)


def _parts(panel: Panel, kinds: npt.NDArray[np.object_]) -> tuple[Floats, Floats]:
    """Numerators and denominators whose sums over a year give the year's value, on the scale of a month."""
    ratio = (kinds == "ratio")[:, None]
    scale = np.array([kpi.scale for kpi in panel.kpis])[:, None]
    top = np.where(ratio, panel.numerator * scale, panel.value)
    return top, np.where(ratio, panel.denominator, np.where(np.isfinite(panel.value), 1.0, np.nan))


def _project(
    top: Floats, bottom: Floats, made: Forecast, basis: npt.NDArray[np.int_], months: int
) -> tuple[Floats, Floats, Floats]:
    """The year's value (k,) by the weighted methods, its standard deviation, and the denominators still to come."""
    above, below = project_sums(top, months), project_sums(bottom, months)
    each = np.divide(above, below, out=np.full(above.shape, np.nan), where=below != 0)
    errors = past_errors(top, bottom, months)
    weights = weigh_methods(each, errors)
    known = weights.sum(axis=0) > 0
    whole = np.where(known, (weights * np.nan_to_num(each)).sum(axis=0), np.nan)
    remaining = np.where(known, (weights * np.nan_to_num(below)).sum(axis=0), np.nan) - bottom[:, -months:].sum(axis=1)
    spread = _spread(each, whole, errors, made, basis, YEAR - months)
    left = YEAR - months
    # Run rate and share carry the noise of the months so far on to the months left, the pace that of three months.
    carried = (weights[0] + weights[1]) * left / np.sqrt(months) + weights[3] * left / np.sqrt(3)
    own = np.hypot(carried, np.sqrt(left)) * np.nan_to_num(made.sigma) / YEAR
    return whole, np.fmax(spread, np.where(basis == BASES.index("average"), own, 0.0)), np.maximum(remaining, 0.0)


def _spread(
    each: Floats, whole: Floats, errors: Floats, made: Forecast, basis: npt.NDArray[np.int_], left: int
) -> Floats:
    """Standard deviation of the year's estimate: what all methods were off a year before, and the noise to come.

    Without last year's errors: how far the methods disagree, and what the forecasts of the months left may be off.
    Errors weighted like the methods would make it too narrow: the weights go to those that were lucky last year (on
    130 English trusts the 90 % intervals then held 62 to 75 % of the years; these hold 83 to 90 %).
    """
    if not left:
        return np.zeros(len(whole))
    noise = np.nan_to_num(made.sigma) * np.sqrt(left) / YEAR
    judged = np.isfinite(errors)
    missed = np.sqrt(mean_of((np.nan_to_num(errors) ** 2).T, judged.T)) * np.abs(whole)
    apart = np.sqrt(mean_of((np.nan_to_num(each - whole) ** 2).T, np.isfinite(each).T))
    level = np.sqrt(np.maximum(made.error**2 - made.noise**2, 0.0))[:, :left].sum(axis=1)
    ahead = np.nan_to_num(np.hypot(np.sqrt((made.noise[:, :left] ** 2).sum(axis=1)), level)) / YEAR
    to_come = np.where(basis > BASES.index("average"), ahead, noise)
    return np.asarray(np.where(judged.any(axis=0), np.hypot(missed, to_come), np.hypot(apart, ahead)))


def _share(top: Floats, bottom: Floats, months: int) -> Floats:
    if top.shape[1] < months:
        return np.full(len(top), np.nan)
    above, below = top[:, -months:].sum(axis=1), bottom[:, -months:].sum(axis=1)
    return np.asarray(np.divide(above, below, out=np.full(above.shape, np.nan), where=below != 0))


def _year_targets(
    panel: Panel, kinds: npt.NDArray[np.object_], bottom: Floats, remaining: Floats, months: int
) -> tuple[Floats, Floats]:
    """Bounds of the year's target, on the scale of a month: the card's, else what the months' targets come to."""
    left = YEAR - months
    over = bottom[:, -months:]
    share = np.concatenate([over, np.repeat(remaining[:, None] / max(left, 1), left, axis=1)], axis=1)
    own = np.array([np.nan if kpi.year_target is None else kpi.year_target for kpi in panel.kpis])
    own = own / np.where(kinds == "total", float(YEAR), 1.0)
    bounds = []
    for past, coming, side in ((panel.low, panel.ahead_low, 1), (panel.high, panel.ahead_high, -1)):
        year = np.concatenate([past[:, -months:], coming[:, :left]], axis=1)
        if year.shape[1] < YEAR:
            months_target = np.full(len(year), np.nan)
        else:
            total = share.sum(axis=1)
            mean = np.divide((year * share).sum(axis=1), total, out=np.full(total.shape, np.nan), where=total > 0)
            same = (year == year[:, :1]).all(axis=1)
            months_target = np.where(kinds == "last", year[:, -1], np.where(same, year[:, 0], mean))
        bounds.append(np.where((panel.way == side) & np.isfinite(own), own, months_target))
    return bounds[0], bounds[1]


def _chance(whole: Floats, spread: Floats, low: Floats, high: Floats) -> Floats:
    bounded = (np.isfinite(low) | np.isfinite(high)) & np.isfinite(whole)
    below, above = np.where(np.isnan(low), -np.inf, low), np.where(np.isnan(high), np.inf, high)
    spread = np.where(spread > SAME * np.abs(whole), spread, 0.0)  # projections of equal months differ by rounding
    unit = np.where(spread > 0, spread, 1.0)
    curve = normal_chance((above - whole) / unit) - normal_chance((below - whole) / unit)
    return np.where(bounded, np.where(spread > 0, curve, short_of(whole, low, high) <= 0), np.nan)


def _reach(panel: Panel, required: Floats, usual: Floats, best: Floats) -> npt.NDArray[np.int_]:
    """How the months left compare with what the process gives: codes of REACHES."""
    way, (lowest, highest) = panel.way, panel.possible
    slack = SAME * np.fmax(np.abs(required), np.abs(usual))
    with np.errstate(invalid="ignore"):
        least = np.where(way > 0, required - lowest[:, 0], highest[:, 0] - required)
        reached, enough, possible = least <= slack, way * (required - usual) <= slack, way * (required - best) <= slack
    unknown = ~np.isfinite(required) | ~np.isfinite(usual)
    return np.select([unknown, reached, enough, possible], [0, 1, 2, 3], 4)


def _why_not(panel: Panel, months: int) -> npt.NDArray[np.object_]:
    """Why there is no estimate: a month of the year that is over has no value."""
    first = panel.months[-1] - (months - 1)
    if len(panel.months) < months:
        return np.full(len(panel.kpis), f"{first} has no value", dtype=object)
    texts = np.array([f"{first + step} has no value" for step in range(months)] + ["too little data"], dtype=object)
    missing = ~np.isfinite(panel.value[:, -months:])
    return np.asarray(texts[np.where(missing.any(axis=1), missing.argmax(axis=1), months)])

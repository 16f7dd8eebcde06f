"""Verdicts of thousands of series as one table: a row per series, a column per number or word."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from saypro_analysis.columns import Columns, named
from saypro_analysis.forecast import BASES
from saypro_analysis.judgement import Judgement, judge_panel
from saypro_analysis.kpi import DepartmentMonth, Kpi, Thresholds
from saypro_analysis.outlook import AHEAD
from saypro_analysis.panel import Panel, make_panel, series, table_panel
from saypro_analysis.trend import benjamini_hochberg
from saypro_analysis.trend_tests import weigh_trends
from saypro_analysis.year_end import Kind, natural_year, year_kind

CHUNK = 4096  # series at a time: bounds the memory

_KEYS = ["kpi", "dimension", "segment"]
_LIMITS = (
    "mean",
    "lower",
    "upper",
    "sigma",
    "points",
    "provisional",
    "variation",
    "rule",
    "since",
    "assurance",
    "seasonal",
)
_TREND = (
    "direction",
    "slope",
    "change",
    "change_percent",
    "change_low",
    "change_high",
    "p",
    "adjusted_p",
    "method",
    "early",
)
_SEVERITY = ("level", "score", "view", "relative", "noise", "odds", "capped")
_TERMS = ("size", "persistence", "doubt", "direction")
_OTHER = ("misses", "emerging", "at_risk", "progress", "flag_chance", "swing_chance")
_YEAR = ("kind", "estimate", "low", "high", "target", "chance", "required", "reach", "reason")


def judge_table(
    values: pd.DataFrame,
    kpi: Kpi | Sequence[Kpi],
    *,
    targets: pd.DataFrame | None = None,
    thresholds: Thresholds | None = None,
    fiscal_year_start: int = 1,
) -> pd.DataFrame:
    """The verdicts of thousands of series at once, one row per series; the same engine as for one.

    ``values`` has a column per series and a row per month (monthly PeriodIndex, in any order; NaN: no value). ``kpi``
    is the card they are judged by, one for all or one per series; its constant target holds unless ``targets``, of the
    same columns, gives one by month; the latest one is taken to hold on. The false discovery rate of trends is held
    over all series. Columns are named like the fields of ``Verdict``: ``status``, ``gap_size``, ``level``, ``score``,
    ``variation``, ``rule``, ``since``, ``assurance``, ``trend``, ``slope``, ``p``, ``fluctuating``, ``chance_next``
    and so on. Raises ValueError when a month or series stands there twice, or cards or targets do not fit the series.

    >>> months = pd.period_range("2025-01", periods=14, freq="M")
    >>> held = pd.DataFrame({"north": range(114, 100, -1), "south": [100, 101] * 7}, index=months, dtype=float)
    >>> card = Kpi(name="Orders", definition="", unit="count", target=100.0)
    >>> judge_table(held, card)[["status", "trend", "variation"]].to_numpy().tolist()
    [['met', 'declining', 'concerning'], ['met', 'stable', 'common']]
    """
    if fiscal_year_start not in range(1, 13):
        raise ValueError(f"fiscal_year_start is a month from 1 to 12, not {fiscal_year_start}")
    if not values.shape[1]:
        return pd.DataFrame(index=values.columns)
    panel = table_panel(values, kpi, targets)
    # A ratio's parts are not in the table, so that its year is the mean of its months.
    kinds = ["average" if kind == "ratio" else kind for kind in (year_kind(k, natural="average") for k in panel.kpis)]
    settings = Thresholds() if thresholds is None else thresholds
    table = _judge_all(panel, settings, kinds, fiscal_year_start)
    return table.set_axis(values.columns)


def judge_segments(month: DepartmentMonth) -> pd.DataFrame:
    """The verdicts of every segment of the department's KPIs, as ``judge_table`` gives them; each is one row.

    Indexed by kpi, dimension and segment. A segment is held to its KPI's target where it is a ratio, a quantile or
    the like; a part of a sum has no target of its own.
    """
    held = month.monthly
    rows = held[(held["department"] == month.department.id) & held["dimension"].ne("") & (held["month"] <= month.month)]
    summed = {kpi.id for kpi in month.department.kpis.values() if is_part(month, kpi)}
    keys, cards, tables = [], [], []
    for key, own in rows.groupby(["kpi", "dimension", "segment"], sort=True):
        card = month.department.kpis[str(key[0])]
        total = series(held, card, until=month.month)
        parts = own.set_index("month")[["value", "numerator", "denominator"]].reindex(total.index)
        targets = total[["target", "target_upper"]]
        tables.append(parts.join(targets * np.nan if card.id in summed else targets))
        keys.append(key)
        cards.append(card)
    if not keys:
        return pd.DataFrame(index=pd.MultiIndex.from_arrays([[], [], []], names=_KEYS))
    kinds = [year_kind(card, natural=natural_year(card, month.department.measures)) for card in cards]
    ahead = month.ahead[~month.ahead["kpi"].isin(summed)] if len(month.ahead) else None
    panel = make_panel(cards, tables, ahead)
    table = _judge_all(panel, month.company.thresholds, kinds, month.company.fiscal_year_start)
    return table.set_axis(pd.MultiIndex.from_tuples(keys, names=_KEYS))


def _judge_all(
    panel: Panel, thresholds: Thresholds, kinds: Sequence[Kind | None], fiscal_year_start: int
) -> pd.DataFrame:
    """The table of a panel of any size, the false discovery rate of its trends held over all of it."""
    chunks = [slice(at, at + CHUNK) for at in range(0, len(panel.kpis), CHUNK)]
    seasonal = panel.seasonal
    tests = [weigh_trends(panel.value[part], seasonal=seasonal[part]) for part in chunks]
    adjusted = benjamini_hochberg(np.concatenate([test.p for test in tests]))
    parts = []
    for part, test in zip(chunks, tests, strict=True):
        found = judge_panel(
            panel.rows(part), test, adjusted[part], thresholds=thresholds, kinds=kinds[part],
            fiscal_year_start=fiscal_year_start,
        )  # fmt: skip
        parts.append(_columns(found))
    return pd.DataFrame({name: np.concatenate([columns[name] for columns in parts]) for name in parts[0]})


def is_part(month: DepartmentMonth, kpi: Kpi) -> bool:
    """Whether a segment of the KPI is a part of the whole, so that the target of the whole is not its own."""
    measure = month.department.measures.get(kpi.measure)
    return measure is not None and measure.adds_up


def _columns(found: Judgement) -> Columns:
    outlook, proposed = found.outlook, found.other["proposed"]
    return {
        "actual": found.gap["actual"],
        "target": found.gap["target"],
        "target_upper": found.gap["target_upper"],
        "gap_size": found.gap["size"],
        "gap_percent": found.gap["percent"],
        "status": found.gap["status"],
        **{name: found.severity[name] for name in _SEVERITY},
        **{f"severity_{name}": found.severity[name] for name in _TERMS},
        **{name: found.limits[name] for name in _LIMITS},
        "trend": found.trend["verdict"],
        "step_since": found.trend["since"],
        **{f"trend_{name}" if name == "direction" else name: found.trend[name] for name in _TREND},
        **{name: found.fluctuation[name] for name in ("fluctuating", "tests", "volatility")},
        "forecast_basis": named(BASES, outlook.basis),
        **{f"forecast_{step + 1}": outlook.value[:, step] for step in range(AHEAD)},
        **{f"forecast_low_{step + 1}": outlook.low[:, step] for step in range(AHEAD)},
        **{f"forecast_high_{step + 1}": outlook.high[:, step] for step in range(AHEAD)},
        "chance_next": outlook.chance[:, 0],
        "chance_3_months": outlook.chance[:, AHEAD - 1],
        **{f"year_{name}": found.year[name] for name in _YEAR},
        **{name: found.other[name] for name in _OTHER},
        "proposed_rebase": found.panel.names[np.where(proposed > 0, proposed, -1)],
    }

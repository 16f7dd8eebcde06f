"""A judged panel as one table: a row per series, a column per number or word."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from saypro_analysis.columns import Columns, named
from saypro_analysis.forecast import BASES
from saypro_analysis.judgement import Judgement
from saypro_analysis.outlook import AHEAD

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
_TREND = ("direction", "slope", "change", "change_percent", "change_low", "change_high", "p", "adjusted_p", "method")
_SEVERITY = ("level", "score", "view", "relative", "noise", "odds", "capped")
_TERMS = ("size", "persistence", "doubt", "direction")
_OTHER = ("misses", "emerging", "at_risk", "progress", "flag_chance", "swing_chance")
_YEAR = ("kind", "estimate", "low", "high", "target", "chance", "required", "reach", "reason")


def flat_table(parts: Sequence[Judgement]) -> pd.DataFrame:
    """The table of all parts, one after the other; numbers that are not known are NaN, months None."""
    columns = [_columns(found) for found in parts]
    return pd.DataFrame({name: np.concatenate([part[name] for part in columns]) for name in columns[0]})


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
        **{f"forecast_{step + 1}": outlook.forecast.value[:, step] for step in range(AHEAD)},
        **{f"forecast_low_{step + 1}": outlook.low[:, step] for step in range(AHEAD)},
        **{f"forecast_high_{step + 1}": outlook.high[:, step] for step in range(AHEAD)},
        "chance_next": outlook.chance[:, 0],
        "chance_3_months": outlook.chance[:, AHEAD - 1],
        **{f"year_{name}": found.year[name] for name in _YEAR},
        **{name: found.other[name] for name in _OTHER},
        "proposed_rebase": found.panel.names[np.where(proposed > 0, proposed, -1)],
    }

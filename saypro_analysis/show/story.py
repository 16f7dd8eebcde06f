"""A verdict together with what its words, charts and tables need: its months, diagnosis, plan and number formats."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from saypro_analysis.actions import Plan
from saypro_analysis.analysis import Analysis
from saypro_analysis.causes import Diagnosis
from saypro_analysis.drivers import Drivers
from saypro_analysis.gap import shortfalls
from saypro_analysis.kpi import Kpi
from saypro_analysis.show.numbers import Numbers, numbers_of, with_decimals
from saypro_analysis.verdict import Verdict, points

SHOWN_MONTHS = 24  # in charts and sparklines
_NEVER_NEGATIVE = ("currency", "percent", "count", "hours", "minutes", "days")


@dataclass(frozen=True, kw_only=True)
class Told:
    """One KPI's story. ``months`` is the table of ``verdict.points`` (value, target, limits, signal by month).

    ``short`` holds each month's shortfall (positive: missed, NaN: not known), in the order of ``months``.
    """

    verdict: Verdict
    numbers: Numbers
    department: str  # its name
    months: pd.DataFrame = field(repr=False)
    short: "pd.Series[float]" = field(repr=False)
    drivers: Drivers | None = None
    diagnosis: Diagnosis | None = None
    plan: Plan | None = None
    length: int = SHOWN_MONTHS  # how many months charts show

    @cached_property
    def kpi(self) -> Kpi:
        """The KPI that this is about; the month's value and target decide the decimals of all its amounts."""
        gap, held = self.verdict.gap, self.held["value"]
        known = [number for number in (gap.actual, gap.target, gap.target_upper) if number is not None]
        return with_decimals(self.verdict.kpi, *(known or held.tail(1)))

    @cached_property
    def shown(self) -> pd.DataFrame:
        """The months that charts show."""
        return self.months.tail(self.length).reset_index(drop=True)

    @cached_property
    def held(self) -> pd.DataFrame:
        """The months that have a value."""
        return self.months[self.months["value"].notna()]

    @property
    def previous(self) -> float | None:
        """The value of the month before, if there is one."""
        rows = self.months[self.months["month"] == self.verdict.month - 1]
        value = float(rows["value"].iloc[0]) if len(rows) else float("nan")
        return value if np.isfinite(value) else None

    @property
    def missed_before(self) -> pd.Period | None:
        """The last missed month before the present row of misses."""
        first = self.verdict.missed_since or self.verdict.month
        earlier = self.months.loc[(self.short > 0).to_numpy() & (self.months["month"] < first).to_numpy(), "month"]
        return earlier.iloc[-1] if len(earlier) else None

    @property
    def judged_months(self) -> int:
        """How many months have both a value and a target."""
        return int(self.short.notna().sum())

    def missed_in(self, month: pd.Period) -> bool:
        """Whether the KPI missed its target in that month."""
        return bool(((self.months["month"] == month).to_numpy() & (self.short > 0).to_numpy()).any())

    def possible(self, limit: float) -> float:
        """A process limit for people: not below nothing or above all, where the KPI has never been there."""
        low, high = self._been
        return min(max(limit, low), high)

    @cached_property
    def _been(self) -> tuple[float, float]:
        """Between which values limits are shown: zero and one, where the KPI has never left them and could not."""
        values, kpi = self.held["value"], self.kpi
        floor = 0.0 if kpi.unit in _NEVER_NEGATIVE and bool((values >= 0).all()) else -np.inf
        share = kpi.unit == "percent" and kpi.ratio is not None and kpi.scale == 1
        return floor, 1.0 if share and bool((values <= 1).all()) else np.inf

    def judged_in(self, month: pd.Period) -> bool:
        """Whether the KPI had both a value and a target in that month."""
        return bool(((self.months["month"] == month).to_numpy() & self.short.notna().to_numpy()).any())

    @property
    def run(self) -> int:
        """How many months in a row the value went the same way up to the last: negative when it fell."""
        steps = np.sign(np.diff(self.months["value"].to_numpy()))[::-1]
        if not len(steps) or not np.isfinite(steps[0]) or steps[0] == 0:
            return 0
        same = steps == steps[0]
        return int(steps[0]) * (len(steps) if same.all() else int((~same).argmax()))

    def levels(self, since: pd.Period) -> tuple[float, float] | None:
        """The average of the year before ``since``, and of the months from then on."""
        months, values = self.months["month"], self.months["value"]
        before = values[(months < since).to_numpy() & (months >= since - 12).to_numpy()].mean()
        after = values[(months >= since).to_numpy()].mean()
        return (float(before), float(after)) if np.isfinite(before) and np.isfinite(after) else None


def tell(analysis: Analysis, verdict: Verdict) -> Told:
    """The story of one verdict of the analysis."""
    if (held := analysis.memo.get(("told", id(verdict)))) is None:  # it holds the verdict, so that its id stays its own
        held = analysis.memo["told", id(verdict)] = _told(analysis, verdict)
    story: Told = held
    return story


def _told(analysis: Analysis, verdict: Verdict) -> Told:
    key = verdict.kpi.key
    table = points(verdict, analysis.month.monthly)
    sizes = shortfalls(table["value"], table["target"], table["target_upper"], better=verdict.kpi.better)
    return Told(
        verdict=verdict,
        numbers=numbers_of(analysis.month.company),
        department=analysis.month.department.name,
        months=table,
        short=pd.Series(sizes, index=table.index),
        drivers=next((found for found in analysis.drivers if found.kpi.key == key), None),
        diagnosis=next((found for found in analysis.diagnoses if found.key == key), None),
        plan=next((plan for plan in analysis.plans if plan.kpi.key == key), None),
    )


def tell_all(analysis: Analysis) -> tuple[Told, ...]:
    """The stories of the scorecard, in its order."""
    return tuple(tell(analysis, verdict) for verdict in analysis.scorecard)

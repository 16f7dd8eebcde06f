"""The ways that ``drivers`` times, each in a process of its own: ``python -m benchmarks.driver_ways WAY``.

It makes the same seeded month, then times the way once, in processor seconds, and prints them. ``check`` makes sure
that what is timed adds up and finds what was planted.
"""

import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from saypro_analysis.actions import recommend
from saypro_analysis.causes import diagnose
from saypro_analysis.data.params import read_params
from saypro_analysis.drivers import find_drivers
from saypro_analysis.kpi import Company, Department, DepartmentMonth, Kpi, Measure, Observation, Ratio
from saypro_analysis.verdict import Verdict, judge

Floats = npt.NDArray[np.float64]

KPIS, DIMENSIONS, SEGMENTS, MONTHS = 1000, 6, 20, 24
FEW = 40  # KPIs that are checked
FALL = 0.8  # what one segment of the first dimension loses in the last month
END = pd.Period("2026-10", "M")
PARAMS = Path(__file__).parents[1] / "params"


def make_month(kpis: int) -> tuple[DepartmentMonth, tuple[Verdict, ...]]:
    """A department of sums and ratios by turns, nearly all of them missed, and its verdicts.

    Each dimension cuts a total of its own noise into segments of uneven shares that add up to it. In the last month
    one segment of each KPI's first dimension falls, and takes the total with it.
    """
    rng = np.random.default_rng(24)
    top, bottom, rows = (_cut(rng, kpis, level) for level in (500.0, 2000.0, 1000.0))
    fallen = rng.integers(0, SEGMENTS // 2, kpis)
    top[np.arange(kpis), 0, fallen, -1] *= 1 - FALL
    ratio = np.arange(kpis) % 2 == 1
    whole = top[:, 0].sum(axis=1)
    top[:, 1:] *= (whole / top[:, 1].sum(axis=1))[:, None, None, :]  # the other dimensions share the fall
    tables = [_tidy(top, bottom, rows, ratio), _tidy(*(part[:, :1].sum(axis=2, keepdims=True) for part in
              (top, bottom, rows)), ratio, total=True)]  # fmt: skip
    names = tuple(f"d{place}" for place in range(DIMENSIONS))
    cards = [_card(at, names, ratio=bool(ratio[at])) for at in range(kpis)]
    month = _open(cards, tables[1])
    return replace(month, monthly=pd.concat(tables, ignore_index=True)), judge(month)


def check() -> None:
    """Every split adds up to 1e-9, and the planted dimension is the one chosen in nine of ten KPIs."""
    month, verdicts = make_month(FEW)
    found = find_drivers(month, verdicts)
    assert len(found) >= 0.95 * FEW
    for split in (split for one in found for split in one.splits):
        sizes = sum(abs(part.change) for part in split.parts)
        assert abs(sum(part.change for part in split.parts) - split.change) <= 1e-9 * max(sizes, abs(split.actual))
    assert np.mean([one.splits[0].dimension == "d0" for one in found]) >= 0.9


def run_way(name: str) -> None:
    """Print the seconds of one way: "table" only makes the month (for its memory); "all": drivers, causes, actions."""
    month, verdicts = make_month(KPIS)
    ready = diagnose(month, verdicts) if name == "actions" else ()
    start = time.process_time()
    found = find_drivers(month, verdicts) if name in ("drivers", "all") else ()
    causes = diagnose(month, verdicts) if name in ("causes", "all") else ready
    plans = recommend(month, verdicts, causes) if name in ("actions", "all") else ()
    print(max(time.process_time() - start, 1e-6))
    made = {"drivers": found, "causes": causes, "actions": plans}
    for kind in made if name == "all" else {name} & set(made):
        assert len(made[kind]) >= 0.95 * KPIS


def _cut(rng: np.random.Generator, kpis: int, level: float) -> Floats:
    """Totals with 0.5 % of noise, cut into segments with 5 % of noise each (kpi, dimension, segment, month)."""
    total = level * rng.normal(1, 0.005, (kpis, 1, 1, MONTHS))
    share = rng.dirichlet(np.full(SEGMENTS, 3.0), (kpis, DIMENSIONS))[..., None]
    part = share * rng.normal(1, 0.05, (kpis, DIMENSIONS, SEGMENTS, MONTHS))
    return np.asarray(total * part / part.sum(axis=2, keepdims=True))


def _tidy(
    top: Floats, bottom: Floats, rows: Floats, ratio: npt.NDArray[np.bool_], *, total: bool = False
) -> pd.DataFrame:
    """The monthly table of all series of the arrays (kpi, dimension, segment, month)."""
    kpi, dimension, segment, month = (place.ravel() for place in np.indices(top.shape))
    is_ratio = ratio[kpi]
    value = np.where(is_ratio, top.ravel() / bottom.ravel(), top.ravel())
    label = np.array([""] if total else [f"segment {place:02}" for place in range(SEGMENTS)])
    by = np.array([""] if total else [f"d{place}" for place in range(DIMENSIONS)])
    target = np.where(is_ratio, 0.25, 500.0) if total else np.full(value.size, np.nan)
    return pd.DataFrame(
        {
            "department": pd.Series("sales", index=range(value.size), dtype="str"),
            "kpi": pd.Series(np.array([f"k{at:04}" for at in range(len(top))])[kpi], dtype="str"),
            "dimension": pd.Series(by[dimension], dtype="str"),
            "segment": pd.Series(label[segment], dtype="str"),
            "month": pd.PeriodIndex.from_ordinals(END.ordinal - MONTHS + 1 + month, freq="M"),
            "numerator": top.ravel(),
            "denominator": np.where(is_ratio, bottom.ravel(), np.nan),
            "value": value,
            "target": target,
            "target_upper": np.nan,
            "rows": rows.ravel().astype("int64"),
            "complete": True,
        }
    )


def _card(at: int, names: tuple[str, ...], *, ratio: bool) -> Kpi:
    parts = Ratio(numerator="amount", denominator="visits") if ratio else None
    return Kpi(
        id=f"k{at:04}", department="sales", name=f"KPI {at}", definition="", unit="score", segments=names,
        measure="" if ratio else "amount", ratio=parts,
    )  # fmt: skip


def _open(cards: list[Kpi], monthly: pd.DataFrame) -> DepartmentMonth:
    model = read_params(PARAMS).causes  # the five causes of the sample company, every second sign observed
    measures = {name: Measure(table="sales", value=f"sum({name})", date="day") for name in ("amount", "visits")}
    return DepartmentMonth(
        company=Company(name="SayPro"),
        department=Department(
            id="sales", name="Sales", owner="", kpis={card.id: card for card in cards}, measures=measures
        ),
        departments={"sales": "Sales"},
        month=END,
        causes=model,
        observations=tuple(
            Observation(month=END, sign=name, degree=0.95 if at % 4 == 0 else 0.05, source="Survey", who="Analyst")
            for at, name in enumerate(sorted(model.signs))
            if at % 2 == 0
        ),
        register=(),
        monthly=monthly,
        quality=pd.DataFrame(),
    )  # fmt: skip


if __name__ == "__main__":
    check() if sys.argv[1] == "check" else run_way(sys.argv[1])

"""Percent KPIs hold shares: values and targets on another scale stop the run, and nothing else does."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from builders import check_plain, csv, kpi, orders, snapshot_of
from hypothesis import given
from hypothesis import strategies as st

from saypro_analysis.data.scales import wrong_scale
from saypro_analysis.errors import DataError
from saypro_analysis.kpi import Kpi

PERCENT = Kpi(id="k", name="K", definition="", unit="percent")
MEASURES = {
    "top": {"table": "orders", "value": "sum(amount)", "date": "day"},
    "middle": {"table": "orders", "value": "median(amount)", "date": "day"},
    "all": {"table": "orders", "value": "count(*)", "date": "day"},
}
MONTHS = ("2026-09-01", "2026-10-01", "2026-11-01", "2026-12-01", "2026-12-31")
AVERAGE = {"ratio": {"numerator": "top", "denominator": "all"}}


def found(values: list[float], target: Any = np.nan, upper: Any = np.nan) -> str:
    months = pd.DataFrame({"value": np.array(values, dtype=float)}).assign(target=target, target_upper=upper)
    return wrong_scale(PERCENT, months.astype(float))[0]


@pytest.mark.parametrize(
    ("values", "target", "words"),
    [
        ([0.91, 0.97, 1.0], 95, "a target of 95, values from 0.91 to 1"),
        ([0.91, 0.97], [np.nan, 95], "a target of 95"),
        ([-0.2, 0.3], 1.6, "a target of 1.6, values from -0.2 to 0.3"),
        ([91, 97, np.nan], 0.95, "a target of 0.95, values around 94"),
        ([1.6, 1.7], 0, "a target of 0, values around 1.65"),
        ([-30, -40], 0.5, "a target of 0.5, values around -35"),
        ([0.9, 0.95, 91, 97], 0.95, "values on two scales: 2 months up to 0.95, 2 above 20"),
        ([0.9, 0.95, 91, 97], np.nan, "values on two scales"),
    ],
)
def test_other_scale(values: list[float], target: Any, words: str) -> None:
    """(a) A target above the shares, (b) values above the target, (c) values of two scales, target or none."""
    assert found(values, target).startswith(words)


@pytest.mark.parametrize(
    ("values", "target"),
    [
        ([0.91, 0.97], 0.95),
        ([0.91, 1.01], 95),  # a value above 1: the KPI may go far beyond 100 %
        ([0.91, 0.97], 1.5),
        ([1.5, 1.5], 0.01),
        ([1.6, 1.7], 0.09),  # less than 20 times the target
        ([2.0, 3.0], 1.01),
        ([0.9, 0.95, 97], 0.95),  # one odd month
        ([0.5, 91, 97], np.nan),
        ([91, 97], np.nan),  # no target, no gap
        ([np.nan, np.nan], 95),  # no value, no gap
        ([], 95),
    ],
)
def test_bounds_of_the_rule(values: list[float], target: Any) -> None:
    """What is inside the bounds of the rule is not touched."""
    assert found(values, target) == ""


@pytest.mark.parametrize(
    ("values", "low", "high", "wrong"),
    [
        ([0.8, 0.9], 80, 92, True),
        ([80, 90], 0.8, 0.92, True),
        ([0.8, 0.9], 0.7, 1.6, False),
        ([0.8, 0.9], -2, 2, False),
        ([30, 31], 0.8, 1.2, False),
    ],
)
def test_range(values: list[float], low: float, high: float, wrong: bool) -> None:
    """A range is on another scale only when all of it is."""
    assert bool(found(values, low, high)) == wrong


@given(st.lists(st.floats(-1.5, 1.5), min_size=1, max_size=30), st.floats(0.075, 1.5), st.floats(0.0, 1.5))
def test_shares_are_never_touched(values: list[float], target: float, width: float) -> None:
    """Shares of up to 150 % with targets of up to 150 % are no fault, whatever they are."""
    assert found(values, target) == ""
    assert found(values, target, min(target + width, 1.5)) == ""


@given(st.lists(st.floats(0.3, 1.0), min_size=2, max_size=30), st.floats(0.3, 1.0))
def test_a_hundred_times(shares: list[float], target: float) -> None:
    """Plain shares are found out when either side is written as a percentage."""
    assert found(shares, target) == ""
    assert found(shares, 100 * target) != ""
    assert found([100 * share for share in shares], target) != ""
    assert found([100 * share for share in shares], 100 * target) == ""


@pytest.mark.parametrize("made_of", [{"measure": "middle"}, AVERAGE, {"formula": "middle * 1"}])
@pytest.mark.parametrize("scale", [1.0, 0.01])
def test_the_advice_helps(tmp_path: Path, made_of: dict[str, Any], scale: float) -> None:
    """Records of 0 to 100 against 0.95 stop the run; with the scale that the fault names they do not."""
    kpis = {
        "middle": kpi(measure="middle"), "k": kpi(unit="percent", target=0.95, scale=scale, **made_of)
    }  # fmt: skip
    files = {"orders.csv": orders(*((day, 94) for day in MONTHS))}
    if scale != 1:
        table = snapshot_of(tmp_path, files, MEASURES, kpis).monthly
        assert table.loc[table["kpi"] == "k", "value"].tolist() == pytest.approx([0.94] * 4)
        return
    with pytest.raises(DataError) as caught:
        snapshot_of(tmp_path, files, MEASURES, kpis)
    words = [
        "params/departments/sales.yml: kpis.k: a target of 0.95, values around 94;",
        "write scale: 0.01 on the KPI",
    ]
    check_plain(caught.value, tmp_path, words=words)


def test_scale_that_is_too_large(tmp_path: Path) -> None:
    """Where the KPI has a scale already, the advice is a hundredth of it."""
    kpis = {"k": kpi(unit="percent", target=0.95, scale=100, measure="middle")}
    with pytest.raises(DataError, match=r"write scale: 1 on the KPI"):
        snapshot_of(tmp_path, {"orders.csv": orders(*((day, 0.94) for day in MONTHS))}, MEASURES, kpis)


def test_one_fault_for_each_kpi(tmp_path: Path) -> None:
    """All KPIs are told at once, also one that is off the scorecard; other units and segments are not looked at."""
    text = csv("day,amount,region", *(f"{day},0.9,{region}" for day in MONTHS for region in "NS"))
    goals = csv("month,target", *(f"{day},95" for day in MONTHS[:4]))
    target = {"table": "goals"}
    kpis = {
        "a": kpi(unit="percent", measure="middle", target=target),
        "b": kpi(unit="percent", measure="middle", target=target, scorecard=False, segments=["region"]),
        "c": kpi(unit="score", measure="middle", target=target),
        "d": kpi(unit="percent", measure="middle", target=0.95),
    }
    with pytest.raises(DataError) as caught:
        snapshot_of(tmp_path, {"orders.csv": text, "goals.csv": goals}, MEASURES, kpis)
    assert [fault.key for fault in caught.value.faults] == ["kpis.a", "kpis.b"]
    check_plain(caught.value, tmp_path, words=["Values are on different scales", "write the target as 0.95"])
    assert caught.value.exit_code == 3


def test_months_that_are_not_complete(tmp_path: Path) -> None:
    """A month that is not over says nothing about the scale."""
    text = orders(*((day, 0.9) for day in MONTHS[:4]), ("2026-12-02", 0.9))
    goals = csv("month,target", "2026-11-01,0.95", "2026-12-01,95")
    found = snapshot_of(
        tmp_path, {"orders.csv": text, "goals.csv": goals}, MEASURES,
        {"k": kpi(unit="percent", measure="middle", target={"table": "goals"})}, data={"as_of": "2026-12-10"},
    )  # fmt: skip
    assert not found.monthly["complete"].all()

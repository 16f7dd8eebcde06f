"""The five forms of target."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from builders import check_plain, csv, every_day, kpi, orders, series, snapshot_of
from hypothesis import given
from hypothesis import strategies as st

from saypro_analysis.data.targets import from_each_month
from saypro_analysis.errors import DataError

SUM = {"m": {"table": "orders", "value": "sum(amount)", "date": "day"}}
ORDERS = orders(*every_day("2025-11-01", "2026-12-31"))


def targets(root: Path, target: Any, column: str = "target", **files: str) -> dict[str, float]:
    better = "inside" if isinstance(target, dict) and "low" in target else "higher"
    found = snapshot_of(
        root, {"orders.csv": ORDERS, **{f"{name}.csv": text for name, text in files.items()}}, SUM,
        {"k": kpi(measure="m", target=target, better=better)},
    )  # fmt: skip
    return series(found, "k", column)


@pytest.mark.parametrize("target", [40, 40.0, {"value": 40}])
def test_constant(tmp_path: Path, target: Any) -> None:
    """A number holds for every month."""
    assert set(targets(tmp_path, target).values()) == {40.0}


def test_target_of_zero(tmp_path: Path) -> None:
    """Zero is a target, too."""
    assert set(targets(tmp_path, 0).values()) == {0.0}


def test_by_month(tmp_path: Path) -> None:
    """A target by month holds until the next; there is none before the first."""
    found = targets(tmp_path, {"by_month": {"2026-01": 10, "2026-03": 12}})
    assert np.isnan(found["2025-12"])
    assert [found[month] for month in ("2026-01", "2026-02", "2026-03", "2026-12")] == [10, 10, 12, 12]


def test_range(tmp_path: Path) -> None:
    """A range has a lower and an upper bound."""
    assert set(targets(tmp_path, {"low": 1, "high": 2}).values()) == {1.0}
    assert set(targets(tmp_path, {"low": 1, "high": 2}, "target_upper").values()) == {2.0}


def test_from_table(tmp_path: Path) -> None:
    """Targets from a table, narrowed by a filter; months without one, and rows without a month, have none."""
    text = csv("kpi,month,goal", "k,2026-10-01,30", "k,2026-11-15,31", "x,2026-10-01,99", "k,,1", "k,,2")
    found = targets(tmp_path, {"table": "goals", "column": "goal", "where": "kpi = 'k'"}, goals=text)
    assert (found["2026-10"], found["2026-11"]) == (30, 31)
    assert np.isnan(found["2026-12"])


def test_two_targets_of_a_month(tmp_path: Path) -> None:
    """Two targets of one month are a fault: nobody knows which is meant."""
    text = csv("month,target", "2026-10-01,30", "2026-10-31,31")
    with pytest.raises(DataError, match="more than one target for 2026-10") as caught:
        targets(tmp_path, {"table": "goals"}, goals=text)
    check_plain(caught.value, tmp_path, words=["table goals", "target.where"])


@pytest.mark.parametrize(
    "target", [{"table": "goals", "column": "gaol"}, {"table": "golas"}, {"table": "goals", "where": "x > 1"}]
)
def test_table_that_does_not_fit(tmp_path: Path, target: Any) -> None:
    """A missing table or column is a fault."""
    with pytest.raises(DataError) as caught:
        targets(tmp_path, target, goals=csv("month,target", "2026-10-01,30"))
    check_plain(caught.value, tmp_path)


def test_last_year(tmp_path: Path) -> None:
    """A factor on the same month of last year; none where last year is missing."""
    found = targets(tmp_path, {"last_year": 1.1})
    assert (found["2026-11"], found["2026-12"]) == (pytest.approx(33), pytest.approx(34.1))
    assert np.isnan(found["2026-10"])


def test_no_target(tmp_path: Path) -> None:
    """A KPI without a target has none in any month."""
    assert np.isnan(list(targets(tmp_path, None).values())).all()


def test_targets_are_of_totals(tmp_path: Path) -> None:
    """Segments have no target."""
    text = csv("day,amount,region", "2026-12-01,1,N", "2026-12-31,2,S")
    found = snapshot_of(tmp_path, {"orders.csv": text}, SUM, {"k": kpi(measure="m", target=5, segments=["region"])})
    assert found.monthly.groupby("dimension")["target"].count().to_dict() == {"": 1, "region": 0}


@given(st.dictionaries(st.integers(0, 40), st.integers(0, 100), min_size=1, max_size=6))
def test_from_each_month(steps: dict[int, int]) -> None:
    """Each month has the last step at or before it."""
    first = pd.Period("2024-01", "M")
    found = from_each_month(
        {str(first + n): float(x) for n, x in steps.items()}, pd.period_range(first, periods=41, freq="M")
    )
    for n, value in enumerate(found):
        before = [m for m in steps if m <= n]
        assert value == steps[max(before)] if before else np.isnan(value)

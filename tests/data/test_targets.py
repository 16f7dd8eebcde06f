"""The five forms of target."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from builders import check_plain, csv, every_day, kpi, orders, series, snapshot_of
from hypothesis import given
from hypothesis import strategies as st

from saypro_analysis.data.snapshot import Snapshot
from saypro_analysis.data.tables import AHEAD
from saypro_analysis.data.targets import from_each_month, targets_after
from saypro_analysis.errors import DataError

SUM = {"m": {"table": "orders", "value": "sum(amount)", "date": "day"}}
ORDERS = orders(*every_day("2025-11-01", "2026-12-31"))


def snapshot_with(root: Path, target: Any, *, orders: str = ORDERS, data: Any = None, **files: str) -> Snapshot:
    better = "inside" if isinstance(target, dict) and "low" in target else "higher"
    return snapshot_of(
        root, {"orders.csv": orders, **{f"{name}.csv": text for name, text in files.items()}}, SUM,
        {"k": kpi(measure="m", target=target, better=better)}, data=data,
    )  # fmt: skip


def targets(root: Path, target: Any, column: str = "target", **settings: Any) -> dict[str, float]:
    return series(snapshot_with(root, target, **settings), "k", column)


def ahead(root: Path, target: Any, column: str = "target", **settings: Any) -> dict[str, float]:
    """The targets of the months that the monthly table does not hold."""
    table = snapshot_with(root, target, **settings).ahead
    assert {name: str(kind) for name, kind in table.dtypes.items()} == AHEAD
    return dict(zip(table["month"].astype(str), table[column], strict=True))


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


def test_constant_ahead(tmp_path: Path) -> None:
    """A number holds for the months to come, too: fourteen of them after the data."""
    found = ahead(tmp_path, 40)
    assert list(found) == [str(month) for month in pd.period_range("2027-01", "2028-02", freq="M")]
    assert set(found.values()) == {40.0}


def test_range_ahead(tmp_path: Path) -> None:
    """A range is ahead with both of its ends; any other target has no upper one."""
    assert set(ahead(tmp_path, {"low": 1, "high": 2}, "target_upper").values()) == {2.0}
    assert np.isnan(list(ahead(tmp_path, 1, "target_upper").values())).all()


def test_by_month_ahead(tmp_path: Path) -> None:
    """A target by month holds on after the data, and changes where one of its months is still to come."""
    found = ahead(tmp_path, {"by_month": {"2026-01": 10, "2027-03": 12}})
    assert [found[month] for month in ("2027-01", "2027-02", "2027-03", "2028-02")] == [10, 10, 12, 12]


def test_table_ahead(tmp_path: Path) -> None:
    """Of a table, the rows of months to come are targets ahead; months without a row have none."""
    text = csv("month,target", "2026-12-01,30", "2027-01-15,31", "2027-03-01,33", "2029-01-01,99")
    assert ahead(tmp_path, {"table": "goals"}, goals=text) == {"2027-01": 31, "2027-03": 33}


def test_last_year_ahead(tmp_path: Path) -> None:
    """Relative to last year there are targets for a year ahead, from complete months only."""
    found = ahead(tmp_path, {"last_year": 2}, data={"as_of": "2026-12-10"})
    assert list(found) == [str(month) for month in pd.period_range("2027-01", "2027-11", freq="M")]
    assert (found["2027-01"], found["2027-02"]) == (62, 56)


def test_nothing_ahead(tmp_path: Path) -> None:
    """A KPI without a target has none ahead, and the table keeps its columns."""
    assert ahead(tmp_path, None) == {}


def test_month_that_was_left_out(tmp_path: Path) -> None:
    """The target of a month without records is held: a report of an earlier month has it ahead."""
    rows = [*every_day("2026-09-01", "2026-10-31"), *every_day("2026-12-01", "2026-12-31")]
    found = ahead(tmp_path, 5, orders=orders(*rows))
    assert list(found)[:2] == ["2026-11", "2027-01"]


def test_first_month_of_targets_ahead(tmp_path: Path) -> None:
    """Months before data.first_month make targets, and have none."""
    rows = [*every_day("2025-10-01", "2025-11-30"), *every_day("2026-01-01", "2026-12-31")]
    found = ahead(tmp_path, {"last_year": 2}, orders=orders(*rows), data={"first_month": "2026-11"})
    assert next(iter(found)) == "2027-01"
    found = targets(tmp_path, {"last_year": 2}, orders=orders(*rows), data={"first_month": "2026-11"})
    assert found["2026-11"] == 60


@pytest.mark.parametrize("target", [40, {"by_month": {"2026-01": 10, "2026-08": 12}}, {"last_year": 1.1}, None])
@pytest.mark.parametrize("month", ["2026-06", "2026-11", "2026-12"])
def test_targets_after_a_month(tmp_path: Path, target: Any, month: str) -> None:
    """The targets after a month are the same whether the months after it are held by now or not: nothing leaks."""
    last = pd.Period(month, "M")
    (tmp_path / "then").mkdir()
    now = snapshot_with(tmp_path, target)
    held = [row for row in every_day("2025-11-01", "2026-12-31") if row[0] <= f"{last.end_time:%Y-%m-%d}"]
    then = snapshot_with(tmp_path / "then", target, orders=orders(*held))
    found, expected = (targets_after(last, part.monthly, part.ahead) for part in (now, then))
    pd.testing.assert_frame_equal(found, expected)
    assert {name: str(kind) for name, kind in found.dtypes.items()} == AHEAD
    assert found["month"].between(last + 1, last + 12).all()


def test_targets_after_a_month_that_is_not_over(tmp_path: Path) -> None:
    """The target of a month that has begun is ahead; of its value, and of segments, there is nothing."""
    text = csv("day,amount,region", *(f"{day},1,N" for day, _ in every_day("2026-10-01", "2026-12-10")))
    found = snapshot_of(
        tmp_path, {"orders.csv": text}, SUM, {"k": kpi(measure="m", target=5, segments=["region"])},
        data={"as_of": "2026-12-10"},
    )  # fmt: skip
    assert not found.monthly.loc[found.monthly["month"] == pd.Period("2026-12", "M"), "complete"].any()
    after = targets_after(pd.Period("2026-11", "M"), found.monthly, found.ahead)
    assert [str(month) for month in after["month"]][:2] == ["2026-12", "2027-01"]
    assert len(after) == 12
    assert set(after["target"]) == {5.0}


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

"""The monthly table: every value against a count by hand or by pandas."""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from builders import check_plain, csv, every_day, kpi, orders, series, snapshot_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saypro_analysis.data.snapshot import Snapshot
from saypro_analysis.errors import DataError

SUM = {"m": {"table": "orders", "value": "sum(amount)", "date": "day"}}
BY_REGION = {"k": kpi(measure="m", segments=["region"])}
TYPED = {"orders": {"columns": {"day": {"type": "date"}, "amount": {"type": "number"}, "region": {}}}}
THREE = [("2026-10-01", 1), ("2026-11-30", 2), ("2026-12-31", 4)]


def rows(snapshot: Snapshot, name: str = "k") -> dict[tuple[str, str], float]:
    """(month, segment) -> value."""
    table = snapshot.monthly[snapshot.monthly["kpi"] == name]
    return {(str(row.month), row.segment): row.value for row in table.itertuples()}


def test_sum(tmp_path: Path) -> None:
    """A sum by month, with the number of records behind it."""
    found = snapshot_of(tmp_path, {"orders.csv": orders(*THREE, ("2026-12-01", 8))}, SUM, {"k": kpi(measure="m")})
    assert series(found, "k") == {"2026-10": 1, "2026-11": 2, "2026-12": 12}
    assert series(found, "k", "rows") == {"2026-10": 1, "2026-11": 1, "2026-12": 2}


def test_missing_month_is_absent(tmp_path: Path) -> None:
    """A month without records in the table is not there; it is not zero."""
    found = snapshot_of(tmp_path, {"orders.csv": orders(THREE[0], THREE[2])}, SUM, {"k": kpi(measure="m")})
    assert list(series(found, "k")) == ["2026-10", "2026-12"]


def test_no_record_meets_the_filter(tmp_path: Path) -> None:
    """Where the table has records of a month and none meets the filter, the sum and the count are zero."""
    measures = {"m": {**SUM["m"], "where": "amount > 1"}, "n": {**SUM["m"], "value": "count(*)", "where": "amount > 1"}}
    found = snapshot_of(
        tmp_path, {"orders.csv": orders(*THREE)}, measures, {"k": kpi(measure="m"), "n": kpi(measure="n")}
    )
    assert series(found, "k") == {"2026-10": 0, "2026-11": 2, "2026-12": 4}
    assert series(found, "n") == {"2026-10": 0, "2026-11": 1, "2026-12": 1}


def test_only_empty_values(tmp_path: Path) -> None:
    """A sum over nothing but empty values is missing, not zero."""
    text = orders(("2026-10-01", 1), ("2026-11-30", ""), ("2026-12-31", 4))
    found = snapshot_of(tmp_path, {"orders.csv": text}, SUM, {"k": kpi(measure="m")})
    assert np.isnan(series(found, "k")["2026-11"])
    assert series(found, "k", "rows")["2026-11"] == 1


def test_quantile_without_records(tmp_path: Path) -> None:
    """A median over no record is missing, not zero."""
    measures = {"m": {**SUM["m"], "value": "median(amount)", "where": "amount > 1"}}
    found = snapshot_of(tmp_path, {"orders.csv": orders(*THREE)}, measures, {"k": kpi(measure="m")})
    assert np.isnan(series(found, "k")["2026-10"])


def test_ratio_of_two_tables(tmp_path: Path) -> None:
    """Numerator and denominator from two tables; missing where one is missing or the denominator is zero."""
    files = {
        "orders.csv": orders(("2026-09-01", 6), ("2026-10-01", 6), ("2026-11-01", 6), ("2026-12-31", 6)),
        "staff.csv": csv("day,n", "2026-09-01,3", "2026-10-01,0", "2026-12-31,4"),
    }
    measures = {**SUM, "n": {"table": "staff", "value": "sum(n)", "date": "day"}}
    found = snapshot_of(tmp_path, files, measures, {"k": kpi(ratio={"numerator": "m", "denominator": "n"}, scale=10)})
    values = series(found, "k")
    assert (values["2026-09"], values["2026-12"]) == (20, 15)
    assert np.isnan(values["2026-10"])
    assert np.isnan(values["2026-11"])
    assert series(found, "k", "denominator")["2026-10"] == 0


def test_scale(tmp_path: Path) -> None:
    """The scale multiplies the value of a measure (in segments too), of a ratio, and of a formula."""
    text = csv("day,amount,region", "2026-12-01,30,N", "2026-12-31,50,S")
    measures = {**SUM, "n": {**SUM["m"], "value": "count(*)"}, "q": {**SUM["m"], "value": "median(amount)"}}
    kpis = {
        "sum": kpi(measure="m", scale=0.01, segments=["region"]), "median": kpi(measure="q", scale=0.01),
        "ratio": kpi(ratio={"numerator": "m", "denominator": "n"}, scale=0.01),
        "formula": kpi(formula="sum * 2", scale=10), "again": kpi(formula="formula + 1", scale=2),
    }  # fmt: skip
    found = snapshot_of(tmp_path, {"orders.csv": text}, measures, kpis)
    assert rows(found, "sum") == pytest.approx({("2026-12", ""): 0.8, ("2026-12", "N"): 0.3, ("2026-12", "S"): 0.5})
    values = {name: series(found, name)["2026-12"] for name in ("median", "ratio", "formula", "again")}
    assert values == pytest.approx({"median": 0.4, "ratio": 0.4, "formula": 16, "again": 34})


def test_formula(tmp_path: Path) -> None:
    """A KPI that is a formula over others, and one over that; a divisor of zero makes it missing."""
    measures = {**SUM, "n": {**SUM["m"], "value": "count(*)"}, "z": {**SUM["m"], "where": "amount > 1"}}
    kpis = {
        "b": kpi(formula="a * 2"), "a": kpi(formula="(k - n) / (z + 1)"), "c": kpi(formula="k / z"),
        "k": kpi(measure="m"),
        "n": kpi(measure="n"), "z": kpi(measure="z"),
    }  # fmt: skip
    found = snapshot_of(tmp_path, {"orders.csv": orders(*THREE)}, measures, kpis)
    assert series(found, "a") == {"2026-10": 0, "2026-11": pytest.approx(1 / 3), "2026-12": pytest.approx(3 / 5)}
    assert series(found, "b")["2026-12"] == pytest.approx(6 / 5)
    assert np.isnan(series(found, "c")["2026-10"])


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("median(amount)", np.median), ("quantile_cont(amount, 0.9)", lambda x: np.quantile(x, 0.9)),
        ("count(DISTINCT amount)", lambda x: len(set(x))), ("sum(amount)", np.sum), ("count(amount)", len),
        ("count_if(amount > 5)", lambda x: sum(a > 5 for a in x)),
    ],
)  # fmt: skip
def test_aggregates(tmp_path: Path, value: str, expected: Any) -> None:
    """Medians, quantiles and distinct counts equal numpy's."""
    amounts = [float(x) for x in np.random.default_rng(1).integers(0, 12, 41)]
    text = orders(*(("2026-12-01", x) for x in amounts), ("2026-12-31", 3))
    found = snapshot_of(tmp_path, {"orders.csv": text}, {"m": {**SUM["m"], "value": value}}, {"k": kpi(measure="m")})
    assert series(found, "k")["2026-12"] == pytest.approx(expected([*amounts, 3.0]))


def test_segments_without_label(tmp_path: Path) -> None:
    """Records without a label count as a segment of their own; "NA" is a label; spaces around labels go."""
    text = csv("day,amount,region", "2026-12-01,1,NA", "2026-12-02,2,", "2026-12-03,4, North", "2026-12-31,8,  ")
    found = rows(snapshot_of(tmp_path, {"orders.csv": text}, SUM, BY_REGION))
    assert found == {
        ("2026-12", ""): 15, ("2026-12", "NA"): 1, ("2026-12", "(not given)"): 10, ("2026-12", "North"): 4,
    }  # fmt: skip


def test_segments_only_where_asked(tmp_path: Path) -> None:
    """Two KPIs over one table have each their own segments."""
    text = csv("day,amount,region,kind", "2026-12-01,1,N,a", "2026-12-31,2,S,b")
    kpis = {"k": kpi(measure="m", segments=["region"]), "l": kpi(measure="m", segments=["kind"]), "t": kpi(measure="m")}
    table = snapshot_of(tmp_path, {"orders.csv": text}, SUM, kpis).monthly
    assert table.groupby("kpi")["dimension"].unique().map(set).to_dict() == {
        "k": {"", "region"}, "l": {"", "kind"}, "t": {""},
    }  # fmt: skip


@pytest.mark.parametrize(
    "name", ['x"; DROP TABLE t; --', "it's", "<script>", "month", "segment", "dimension", "value_0", "select", "a b"]
)
def test_hostile_segments(tmp_path: Path, name: str) -> None:
    """Any name may be a segment's column, any text its label; neither is run, neither is changed."""
    label = "=cmd|' /C calc'!A0 \"<script>$x$\\"
    text = csv(
        f'day,amount,"{name.replace(chr(34), chr(34) * 2)}"',
        "2026-12-01,1," + '"' + label.replace('"', '""') + '"',
        "2026-12-31,2,b",
    )
    found = rows(snapshot_of(tmp_path, {"orders.csv": text}, SUM, {"k": kpi(measure="m", segments=[name])}))
    assert found == {("2026-12", ""): 3, ("2026-12", label): 1, ("2026-12", "b"): 2}


def test_missing_segment_column(tmp_path: Path) -> None:
    """A segment that the table lacks is a fault."""
    with pytest.raises(DataError, match="table orders: region: no such column for a segment") as caught:
        snapshot_of(tmp_path, {"orders.csv": orders(*THREE)}, SUM, BY_REGION)
    check_plain(caught.value, tmp_path)


@pytest.mark.parametrize(
    "measure", [{"value": "sum(nothing)"}, {"date": "nothing"}, {"where": "nothing > 1"}, {"value": "sum(day)"}]
)
def test_definition_that_does_not_fit(tmp_path: Path, measure: dict[str, str]) -> None:
    """A measure that does not fit its table is a fault that names the table."""
    with pytest.raises(DataError) as caught:
        snapshot_of(tmp_path, {"orders.csv": orders(*THREE)}, {"m": {**SUM["m"], **measure}}, {"k": kpi(measure="m")})
    check_plain(caught.value, tmp_path, words=["table orders"])


def test_ambiguous_dates_stop_the_run(tmp_path: Path) -> None:
    """Dates such as 03/04/2026 are never guessed: without a declared format the run stops."""
    with pytest.raises(DataError, match="declare the column's type") as caught:
        snapshot_of(
            tmp_path, {"orders.csv": orders(("03/04/2026", 1), ("05/06/2026", 2))}, SUM, {"k": kpi(measure="m")}
        )
    check_plain(caught.value, tmp_path)


def test_snapshot_dates(tmp_path: Path) -> None:
    """A stock list counts as of its last day in the month."""
    text = orders(("2026-11-01", 5), ("2026-11-29", 7), ("2026-11-29", 1), ("2026-12-05", 2), ("2026-12-31", 3))
    measures = {"m": {"table": "orders", "value": "sum(amount)", "snapshot": "day"}}
    found = snapshot_of(tmp_path, {"orders.csv": text}, measures, {"k": kpi(measure="m")})
    assert series(found, "k") == {"2026-11": 8, "2026-12": 3}


def test_first_month(tmp_path: Path) -> None:
    """Months before data.first_month are left out."""
    found = snapshot_of(
        tmp_path, {"orders.csv": orders(*THREE)}, SUM, {"k": kpi(measure="m")}, data={"first_month": "2026-11"}
    )
    assert list(series(found, "k")) == ["2026-11", "2026-12"]


RECORD = st.tuples(
    st.integers(0, 91), st.integers(-100, 100) | st.none(), st.sampled_from(["N", "S", "", "NA", "null", "x'y"])
)
QUICK = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@QUICK
@given(st.lists(RECORD, min_size=1, max_size=30), st.randoms())
def test_grouping_equals_pandas(records: list[Any], random: Any) -> None:
    """Sums by month and segment equal pandas' groupby, sum up to the totals, and do not depend on the rows' order."""
    first = pd.Timestamp("2026-10-01")
    frame = pd.DataFrame(records, columns=["day", "amount", "region"])
    frame["day"] = first + pd.to_timedelta(frame["day"], unit="D")
    lines = [f"{d:%Y-%m-%d},{'' if pd.isna(a) else int(a)},{r}" for d, a, r in frame.itertuples(index=False)]
    lines.append("2026-12-31,1,N")
    frame.loc[len(frame)] = [pd.Timestamp("2026-12-31"), 1, "N"]
    results = []
    for _ in range(2):
        with tempfile.TemporaryDirectory() as folder:
            found = snapshot_of(
                Path(folder), {"orders.csv": csv("day,amount,region", *lines)}, SUM, BY_REGION, tables=TYPED
            )
        results.append(found.monthly)
        random.shuffle(lines)
    pd.testing.assert_frame_equal(results[0], results[1])
    frame["region"] = frame["region"].replace("", "(not given)")
    frame["month"] = frame["day"].dt.to_period("M")
    expected = frame.groupby(["region", "month"])["amount"].sum(min_count=1).astype(float)
    table = results[0]
    got = table[table["dimension"] == "region"].set_index(["segment", "month"])["value"]
    pd.testing.assert_series_equal(got.sort_index(), expected.sort_index(), check_names=False)
    totals = table[table["dimension"] == ""].set_index("month")["value"]
    assert totals.fillna(0).to_dict() == got.groupby("month").sum().to_dict()


@QUICK
@given(st.lists(st.tuples(st.integers(0, 91), st.none() | st.integers(-3, 120)), min_size=1, max_size=30))
def test_level_equals_counting(records: list[Any]) -> None:
    """What is open at a month's end equals counting the open records one by one."""
    first = pd.Timestamp("2026-10-01")
    opened = [first, *(first + pd.Timedelta(days=a) for a, _ in records)]
    closed = [None, *(None if b is None else first + pd.Timedelta(days=b) for _, b in records)]
    lines = [f"{o:%Y-%m-%d},{'' if c is None else f'{c:%Y-%m-%d}'}" for o, c in zip(opened, closed, strict=True)]
    measures = {"m": {"table": "staff", "value": "count(*)", "opened": "hired", "closed": "gone"}}
    tables = {"staff": {"columns": {"hired": {"type": "date"}, "gone": {"type": "date"}}}}
    with tempfile.TemporaryDirectory() as folder:
        found = snapshot_of(
            Path(folder), {"staff.csv": csv("hired,gone", *lines)}, measures, {"k": kpi(measure="m")},
            tables=tables, data={"as_of": "2026-12-31"},
        )  # fmt: skip
    for month in pd.period_range("2026-10", "2026-12", freq="M"):
        end = month.end_time
        sane = [(o, c) for o, c in zip(opened, closed, strict=True) if c is None or c >= o]
        count = sum(o <= end and (c is None or c > end) for o, c in sane)
        assert series(found, "k")[str(month)] == count


def test_sums_do_not_depend_on_the_order(tmp_path: Path) -> None:
    """Sums of fractions are the same to the last digit in every order of rows."""
    amounts = list(np.random.default_rng(3).normal(0, 1e6, 3000))
    results = set()
    for turn in range(3):
        text = orders(("2026-12-31", 0), *(("2026-12-01", x) for x in amounts))
        (tmp_path / str(turn)).mkdir()
        found = snapshot_of(tmp_path / str(turn), {"orders.csv": text}, SUM, {"k": kpi(measure="m")})
        results.add(series(found, "k")["2026-12"])
        amounts.reverse() if turn else amounts.sort()
    assert len(results) == 1


def test_measures_share_a_table(tmp_path: Path) -> None:
    """Each measure keeps its own filter."""
    measures = {"m": SUM["m"], "n": {**SUM["m"], "where": "amount > 2"}}
    text = orders(*every_day("2026-11-01", "2026-12-31", 2), ("2026-12-31", 3))
    found = snapshot_of(tmp_path, {"orders.csv": text}, measures, {"k": kpi(measure="m"), "l": kpi(measure="n")})
    assert series(found, "k") == {"2026-11": 60, "2026-12": 65}
    assert series(found, "l") == {"2026-11": 0, "2026-12": 3}


def test_a_filter_without_an_answer_is_not_zero(tmp_path: Path) -> None:
    """Where what the filter asks for is empty in every record of a month, a count of none is missing, not zero."""
    text = csv("day,stage", "2026-10-01,won", "2026-10-31,lost", "2026-11-02,", "2026-11-30,", "2026-12-31,lost")
    measures = {"m": {"table": "orders", "value": "count(*)", "date": "day", "where": "stage = 'won'"}}
    found = series(snapshot_of(tmp_path, {"orders.csv": text}, measures, {"k": kpi(measure="m")}), "k")
    assert (found["2026-10"], found["2026-12"]) == (1, 0)
    assert np.isnan(found["2026-11"])


def test_a_segment_without_the_numerator_has_a_share_of_zero(tmp_path: Path) -> None:
    """A group in which nobody left has a turnover of zero; in a month in which leavers are not known it is missing."""
    staff = csv(
        "hired,gone,team", "2026-01-01,2026-10-10,a", "2026-01-01,,a", "2026-01-01,,b", "2026-01-01,2026-12-31,b"
    )
    measures = {
        "left": {"table": "staff", "value": "count(*)", "date": "gone"},
        "held": {"table": "staff", "value": "count(*)", "opened": "hired", "closed": "gone"},
    }
    share = kpi(ratio={"numerator": "left", "denominator": "held"}, segments=["team"])
    found = rows(snapshot_of(tmp_path, {"staff.csv": staff}, measures, {"k": share}))
    assert found["2026-10", "b"] == 0
    assert found["2026-10", "a"] == 1
    assert np.isnan(found["2026-11", "b"])

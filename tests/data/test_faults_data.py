"""Faults in data that no other test shows (docs/faults.md): what is no number, other units, zones, much of it."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from builders import TODAY, check_plain, company_of, csv, every_day, kpi, orders, series, snapshot_of
from hypothesis import given
from hypothesis import strategies as st

from saypro_analysis.analysis import Analysis, analyse
from saypro_analysis.data.aggregates import LONGEST_LABEL
from saypro_analysis.data.scales import thousandfold
from saypro_analysis.data.snapshot import take_snapshot
from saypro_analysis.errors import DataError
from saypro_analysis.kpi import Baseline, Kpi, Rebase
from saypro_analysis.month import department_month

SUM = {"m": {"table": "orders", "value": "sum(amount)", "date": "day"}}
KPIS = {"k": kpi(measure="m")}
BY_REGION = {"k": kpi(measure="m", segments=["region"], target=1000)}
TYPED = {"orders": {"columns": {"day": {"type": "date"}, "amount": {"type": "number"}}}}
DAYS = every_day("2026-10-01", "2026-12-31")
MONEY = Kpi(id="k", name="K", definition="", unit="currency")
DECEMBER = pd.Period("2026-12", "M")


def refused(root: Path, files: dict[str, Any], *words: str, **settings: Any) -> None:
    """The run stops with these words, in plain language."""
    with pytest.raises(DataError) as caught:
        snapshot_of(root, files, settings.pop("measures", SUM), settings.pop("kpis", KPIS), **settings)
    check_plain(caught.value, root, words=words)


def analysed(root: Path, files: dict[str, Any], kpis: dict[str, Any], **settings: Any) -> Analysis:
    """December 2026 of a small company."""
    params, exports = company_of(root, files, {**SUM, "n": {**SUM["m"], "value": "count(*)"}}, kpis, **settings)
    return analyse(department_month(params, take_snapshot(params, exports, today=TODAY), "sales", DECEMBER))


@pytest.mark.parametrize("tables", [None, TYPED])
def test_a_sum_that_is_no_number_stops_the_run(tmp_path: Path, tables: Any) -> None:
    """Amounts too large to add are no missing month: the fault names measure and month."""
    text = orders(*DAYS, ("2026-12-30", "1e308"), ("2026-12-31", "1e308"))
    refused(tmp_path, {"orders.csv": text}, "table orders: sales.m: no finite number in 2026-12", tables=tables)


@pytest.mark.parametrize("value", [np.inf, -np.inf])
def test_infinity_in_parquet_stops_the_run(tmp_path: Path, value: float) -> None:
    """Infinity, which Parquet files can hold, does not turn a month into one without data."""
    frame = pd.DataFrame({"day": pd.date_range("2026-10-01", "2026-12-31"), "amount": 1.0})
    frame.loc[80, "amount"] = value
    params, exports = company_of(tmp_path, {}, SUM, KPIS)
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), exports / "orders.parquet")
    with pytest.raises(DataError, match=r"no finite number in 2026-12"):
        take_snapshot(params, exports, today=TODAY)


def test_a_division_by_zero_in_a_record_stops_the_run(tmp_path: Path) -> None:
    """One record of zero hours makes no month disappear: the first month at fault is named, and what to look for."""
    text = csv("day,amount,hours", *(f"{day},1,{int(day != '2026-11-15')}" for day, _ in DAYS))
    measures = {"m": {**SUM["m"], "value": "sum(amount / hours)"}}
    refused(tmp_path, {"orders.csv": text}, "no finite number in 2026-11", "division by zero", measures=measures)
    safe = {"m": {**SUM["m"], "value": "sum(amount / nullif(hours, 0))"}}
    assert series(snapshot_of(tmp_path, {"orders.csv": text}, safe, KPIS), "k")["2026-11"] == 29


@pytest.mark.parametrize("settings", [{"data": {"first_month": "2026-11"}}, {"measures": {"first_month": "2026-11"}}])
def test_months_that_are_left_out_may_hold_anything(tmp_path: Path, settings: dict[str, Any]) -> None:
    """What is no number in a month that the params leave out stops nothing."""
    text = orders(*DAYS, ("2026-10-30", "1e308"), ("2026-10-31", "1e308"))
    measures = {"m": {**SUM["m"], **settings.pop("measures", {})}}
    found = snapshot_of(tmp_path, {"orders.csv": text}, measures, KPIS, **settings)
    assert series(found, "k") == {"2026-11": 30, "2026-12": 31}


@pytest.mark.parametrize("number", [2**63 - 1, -(2**63), 2**53 + 1])
def test_large_whole_numbers_are_added_without_overflow(tmp_path: Path, number: int) -> None:
    """The largest whole numbers of a computer are added as what they are, to 14 digits."""
    text = orders(("2026-12-01", number), ("2026-12-31", number))
    found = snapshot_of(tmp_path, {"orders.csv": text}, SUM, KPIS)
    assert series(found, "k")["2026-12"] == pytest.approx(2 * number, rel=1e-13)


def test_a_whole_number_that_overflows_stops_the_run(tmp_path: Path) -> None:
    """A product that no whole number holds is a fault, not a number that began anew below zero."""
    measures = {"m": {**SUM["m"], "value": "sum(amount * amount)"}}
    refused(tmp_path, {"orders.csv": orders(*DAYS, ("2026-12-30", 2**62))}, "table orders", measures=measures)


@pytest.mark.parametrize(
    ("tables", "words"),
    [(None, 'column "day" not found'), (TYPED, "orders.csv: amount: no such column; did you mean 'day^amount'?")],
)
def test_an_unknown_delimiter_is_told_as_missing_columns(tmp_path: Path, tables: Any, words: str) -> None:
    """A file in a form that nobody expects has one long column: the fault says which columns are not there."""
    refused(tmp_path, {"orders.csv": orders(*DAYS).replace(",", "^")}, words, tables=tables)


ZONED = ["2026-12-31 23:30:00-05:00", "2026-12-31T23:30:00Z", "2026-12-31 23:30:00+02", "2026-12-31T00:30:00+14:00"]


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Auckland", "America/New_York"])
@pytest.mark.parametrize("type_", ["", "datetime", "date"])
def test_a_time_counts_on_the_day_that_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, type_: str, zone: str
) -> None:
    """Times of several zones in one column each count in the month that they show, wherever the machine stands."""
    monkeypatch.setenv("TZ", zone)
    tables = {"orders": {"columns": {"day": {"type": type_}}}} if type_ else None
    text = orders(*((time, 1) for time in ZONED), ("2026-12-01T00:10:00+05:30", 1), ("2026-11-30 23:59:59-11:00", 1))
    found = snapshot_of(tmp_path, {"orders.csv": text}, SUM, KPIS, tables=tables, data={"as_of": "2026-12-31"})
    assert series(found, "k", "rows") == {"2026-11": 1, "2026-12": 5}


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/Sao_Paulo"])
def test_hours_that_a_change_of_clocks_skips_or_repeats_are_records(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    """02:30 on the night when clocks go forward, and twice when they go back: each record counts once."""
    monkeypatch.setenv("TZ", zone)
    times = ["2026-03-29 02:30:00", "2026-10-25 02:30:00", "2026-10-25 02:30:00", "2026-12-31 00:00:00"]
    found = snapshot_of(tmp_path, {"orders.csv": orders(*((time, 1) for time in times))}, SUM, KPIS)
    assert series(found, "k") == {"2026-03": 1, "2026-10": 2, "2026-12": 1}


def test_a_kpi_without_any_value_is_no_data_and_no_zero(tmp_path: Path) -> None:
    """Where a column is empty in every record its KPI is "no data"; the others of the department are judged."""
    text = csv("day,amount", *(f"{day:%Y-%m-%d}," for day in pd.date_range("2025-10-01", "2026-12-31")))
    kpis = {"k": kpi(measure="m", target=40), "o": kpi(measure="n", target=30)}
    found = {one.kpi.id: one for one in analysed(tmp_path, {"orders.csv": text}, kpis, tables=TYPED).scorecard}
    assert {name: one.gap.status for name, one in found.items()} == {"k": "no data", "o": "met"}
    assert (found["k"].gap.actual, found["k"].gap.size) == (None, None)


def _regions(names: Iterable[str]) -> str:
    months = pd.period_range("2025-01", "2026-12", freq="M")
    days = [day for month in months for day in (month.start_time, month.end_time)]
    lines = [f'{d:%Y-%m-%d},{1 + (place * 3 + d.month) % 5},"{name}"' for place, name in enumerate(names) for d in days]
    return csv("day,amount,region", *lines)


def test_five_hundred_segments_add_up(tmp_path: Path) -> None:
    """A dimension of 500 members is no crash: each has its months, and together they are the total."""
    found = snapshot_of(tmp_path, {"orders.csv": _regions(f"R{n:03d}" for n in range(500))}, SUM, BY_REGION).monthly
    segments, totals = found[found["dimension"] == "region"], found[found["dimension"] == ""]
    assert segments["segment"].nunique() == 500
    assert segments.groupby("month")["value"].sum().to_list() == totals.set_index("month")["value"].to_list()


def test_ten_times_the_records_give_ten_times_the_sum(tmp_path: Path) -> None:
    """More records of the same change no month's place and no share: sums are ten times as large, to the digit."""
    lines = _regions(["N", "S"]).splitlines()
    few, many = (
        snapshot_of(_folder(tmp_path, name), {"orders.csv": csv(lines[0], *lines[1:] * times)}, SUM, BY_REGION).monthly
        for name, times in (("few", 1), ("many", 10))
    )
    assert (10 * few["value"]).tolist() == many["value"].tolist()
    assert few[["dimension", "segment", "month"]].equals(many[["dimension", "segment", "month"]])


def _folder(root: Path, name: str) -> Path:
    (root / name).mkdir()
    return root / name


def test_a_label_of_thousands_of_letters_stops_the_run(tmp_path: Path) -> None:
    """Free text, or a quotation mark that swallowed records, is no segment: the fault shows where the label begins."""
    files = {"orders.csv": _regions(["North", "x" * (LONGEST_LABEL + 1)])}
    refused(tmp_path, files, f"table orders: region: a label of {LONGEST_LABEL + 1} characters, 'xxx", kpis=BY_REGION)
    short = {"orders.csv": _regions(["North", "x" * LONGEST_LABEL])}
    assert "x" * LONGEST_LABEL in set(snapshot_of(tmp_path, short, SUM, BY_REGION).monthly["segment"])


@pytest.mark.parametrize("label", ["a\x00b", "\x1b[31mred", "\x1b]8;;http://x\x1b\\link", "</script>", "$x$", "=1+1"])
def test_a_label_with_control_characters_is_a_segment_of_its_own(tmp_path: Path, label: str) -> None:
    """NUL, terminal codes and formulas in a label are kept apart from labels that look alike, and nothing runs."""
    found = snapshot_of(tmp_path, {"orders.csv": _regions(["North", label, "red", "ab"])}, SUM, BY_REGION).monthly
    assert set(found["segment"]) == {"", "North", label, "red", "ab"}


def money(*values: float) -> pd.DataFrame:
    """Months of a KPI in money, up to December 2026."""
    return pd.DataFrame({"month": pd.period_range(end="2026-12", periods=len(values), freq="M"), "value": values})


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([250.0] * 6 + [251e3], "2026-12 is 1,004 times"),
        ([250e3] * 12 + [251.0, 249.0], "2026-11 is one 996th of"),
        ([*(250.0 + n for n in range(30)), 300e3, 301e3, 302e3], "2026-10 is 1,0"),
        ([250.0] * 6 + [np.nan, 251e3], "2026-12 is 1,004 times"),
    ],
)
def test_money_in_thousands_is_found(values: list[float], words: str) -> None:
    """A month that is a thousand times the months before it, or a thousandth, is the first that is named."""
    assert thousandfold(MONEY, money(*values))[0].startswith(words)


@pytest.mark.parametrize(
    "values",
    [
        [250.0] * 5 + [251e3],  # too few months to know what is usual
        [250.0] * 6 + [25e3],  # a hundred times
        [250.0] * 6 + [0.0],
        [250.0] * 6 + [-251e3],
        [0.0] * 6 + [1000.0],
        [1.0, 20.0, 400.0, 1.0, 20.0, 400.0, 20e3],  # nothing is usual
        [],
    ],
)
def test_what_can_happen_to_money_is_left_alone(values: list[float]) -> None:
    """A tenth, nothing at all, a start from zero, and months that differ by themselves are no other unit."""
    assert thousandfold(MONEY, money(*values)) == ("", "")


@given(st.lists(st.floats(10.0, 99.0), min_size=7, max_size=30), st.floats(0.1, 10.0))
def test_months_of_one_size_never_stop_a_run(values: list[float], last: float) -> None:
    """Whatever happens within a factor of a hundred stops no run."""
    assert thousandfold(MONEY, money(*values, values[-1] * last)) == ("", "")


@given(st.lists(st.floats(18.0, 22.0), min_size=6, max_size=30), st.booleans(), st.integers(1, 4))
def test_a_change_of_unit_stops_the_run(values: list[float], up: bool, months: int) -> None:
    """Months in another unit by a thousand are found, whatever the KPI does otherwise, at the first of them."""
    other = [values[-1] * (1000 if up else 0.001)] * months
    assert thousandfold(MONEY, money(*values, *other))[0].startswith(str(DECEMBER - months + 1))


def test_the_run_stops_at_another_unit_unless_a_rebase_says_that_it_is_true(tmp_path: Path) -> None:
    """From k€ to € the run ends with exit code 3 and says what to do; with a rebase of that month it goes on."""
    text = orders(*every_day("2026-01-01", "2026-11-30"), *every_day("2026-12-01", "2026-12-31", 1000))
    settings = {"measure": "m", "unit": "currency"}
    words = ["kpis.k: 2026-12 is 1,000 times the months before it", "enter a rebase of that month"]
    refused(tmp_path, {"orders.csv": text}, "Values are on different scales", *words, kpis={"k": kpi(**settings)})
    said = {"rebase": [{"month": "2026-12", "reason": "one very large order"}]}
    found = snapshot_of(tmp_path, {"orders.csv": text}, SUM, {"k": kpi(**settings, baseline=said)})
    assert series(found, "k")["2026-12"] == 31_000
    known = Baseline(rebase=(Rebase(month="2026-12", reason="r"),))
    assert thousandfold(Kpi(name="K", definition="", unit="currency", baseline=known), money(*[2.0] * 9, 2e3))[0] == ""

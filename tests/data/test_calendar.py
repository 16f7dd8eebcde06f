"""Which months are complete."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from builders import csv, every_day, kpi, orders, series, snapshot_of

from saypro_analysis.data.calendar import Span, last_complete
from saypro_analysis.errors import DataError

SUM = {"m": {"table": "orders", "value": "sum(amount)", "date": "day"}}
KPI = {"k": kpi(measure="m")}


@pytest.mark.parametrize(
    ("day", "month"),
    [
        ("2026-10-31", "2026-10"),
        ("2026-10-30", "2026-09"),
        ("2028-02-29", "2028-02"),
        ("2028-02-28", "2028-01"),
        ("2026-01-01", "2025-12"),
    ],
)
def test_last_complete(day: str, month: str) -> None:
    """A month is over on its last day."""
    assert str(last_complete(pd.Timestamp(day))) == month


def test_partial_month(tmp_path: Path) -> None:
    """The month that is not over is in the table, marked as incomplete."""
    found = snapshot_of(tmp_path, {"orders.csv": orders(*every_day("2026-10-01", "2026-12-15"))}, SUM, KPI)
    assert series(found, "k", "complete") == {"2026-10": True, "2026-11": True, "2026-12": False}
    assert (str(found.latest), found.as_of) == ("2026-11", "2026-12-15")


@pytest.mark.parametrize(
    ("last", "complete"), [("2026-12-31", True), ("2026-12-30", True), ("2026-12-29", False), ("2026-11-29", False)]
)
def test_late_export(tmp_path: Path, last: str, complete: bool) -> None:
    """A table that ends early is incomplete in its last month, though other tables are complete."""
    files = {
        "orders.csv": orders(*every_day("2026-10-01", "2026-12-31")),
        "late.csv": orders(*every_day("2026-10-01", last)),
    }  # fmt: skip
    measures = {**SUM, "l": {**SUM["m"], "table": "late"}}
    kpis = {**KPI, "l": kpi(measure="l"), "r": kpi(ratio={"numerator": "m", "denominator": "l"})}
    found = snapshot_of(tmp_path, files, measures, kpis)
    assert series(found, "k", "complete")["2026-12"]
    for name in ("l", "r"):
        assert series(found, name, "complete").get("2026-12", False) == complete
        assert series(found, name, "complete")["2026-10"]


def test_weekends_are_no_gap(tmp_path: Path) -> None:
    """A table without records at weekends is complete when the month ends on one: 31 October 2026 is a Saturday."""
    days = [(f"{day:%Y-%m-%d}", 1) for day in pd.bdate_range("2026-09-01", "2026-10-30")]
    files = {"orders.csv": orders(*days), "all.csv": orders(*every_day("2026-09-01", "2026-10-31"))}
    measures = {**SUM, "a": {**SUM["m"], "table": "all"}}
    found = snapshot_of(tmp_path, files, measures, {**KPI, "a": kpi(measure="a")})
    assert series(found, "k", "complete") == {"2026-09": True, "2026-10": True}


def test_first_partial_month(tmp_path: Path) -> None:
    """A first month whose records begin late in it is incomplete."""
    found = snapshot_of(tmp_path, {"orders.csv": orders(*every_day("2026-10-15", "2026-12-31"))}, SUM, KPI)
    assert series(found, "k", "complete") == {"2026-10": False, "2026-11": True, "2026-12": True}


def test_as_of(tmp_path: Path) -> None:
    """A declared day of the data counts: records after it are of no complete month."""
    text = orders(*every_day("2026-10-01", "2026-12-31"))
    found = snapshot_of(tmp_path, {"orders.csv": text}, SUM, KPI, data={"as_of": "2026-11-30"})
    assert series(found, "k", "complete") == {"2026-10": True, "2026-11": True}
    assert str(found.latest) == "2026-11"


def test_records_of_the_future(tmp_path: Path) -> None:
    """Dates after today do not make later months: today is 1 January 2027."""
    text = orders(*every_day("2026-10-01", "2026-12-31"), ("2029-05-01", 1))
    found = snapshot_of(tmp_path, {"orders.csv": text}, SUM, KPI)
    assert found.as_of == "2026-12-31"
    assert list(series(found, "k")) == ["2026-10", "2026-11", "2026-12"]


@pytest.mark.parametrize("rows", [[], ["2028-01-01,1"], [",1", ",2"]])
def test_no_dated_record(tmp_path: Path, rows: list[str]) -> None:
    """Data without any record of the past stop the run."""
    with pytest.raises(DataError):
        snapshot_of(tmp_path, {"orders.csv": csv("day,amount", *rows)}, SUM, KPI)


def test_span() -> None:
    """The first month counts when its first record comes within a usual pause; the last when it is over."""
    span = Span(
        table="t",
        first=pd.Timestamp("2026-01-03"),
        last=pd.Timestamp("2026-10-29"),
        pause=3,
        whole_to=pd.Timestamp("2026-10-31"),
    )
    assert (str(span.first_month), str(span.last_month)) == ("2026-01", "2026-10")
    assert str(replace(span, pause=1).first_month) == "2026-02"
    assert str(replace(span, whole_to=pd.Timestamp("2026-10-30")).last_month) == "2026-09"


def test_one_closure_is_no_usual_pause(tmp_path: Path) -> None:
    """A table that once paused for 24 days and otherwise is written daily is not complete 23 days after its export."""
    days = [*every_day("2025-11-01", "2025-12-19"), *every_day("2026-01-12", "2026-10-08")]
    files = {"orders.csv": orders(*days), "all.csv": orders(*every_day("2025-11-01", "2026-10-31"))}
    measures = {**SUM, "a": {**SUM["m"], "table": "all"}}
    found = snapshot_of(tmp_path, files, measures, {**KPI, "a": kpi(measure="a")})
    assert series(found, "k", "complete")["2026-10"] is False
    assert series(found, "k", "complete")["2026-09"] is True
    assert series(found, "a", "complete")["2026-10"] is True


def test_each_date_has_its_own_end(tmp_path: Path) -> None:
    """What is dated ahead (an expected day) does not make complete what was created in the same table."""
    created = pd.date_range("2026-08-01", "2026-10-05")
    rows = [f"{day:%Y-%m-%d},{day + pd.Timedelta(days=60):%Y-%m-%d}" for day in created]
    files = {"deals.csv": csv("created,expected", *rows), "all.csv": orders(*every_day("2026-08-01", "2026-10-31"))}
    measures = {
        "c": {"table": "deals", "value": "count(*)", "date": "created"},
        "e": {"table": "deals", "value": "count(*)", "date": "expected"},
        "a": {**SUM["m"], "table": "all"},
    }
    kpis = {name: kpi(measure=name) for name in measures}
    found = snapshot_of(tmp_path, files, measures, kpis)
    assert series(found, "c", "complete")["2026-10"] is False
    assert series(found, "e", "complete")["2026-10"] is True


def test_the_latest_month_is_held_by_most(tmp_path: Path) -> None:
    """One source that runs ahead does not make a month the latest which the others do not hold yet."""
    files = {
        "orders.csv": orders(*every_day("2026-08-01", "2026-10-31")),
        "ahead.csv": orders(*every_day("2026-08-01", "2026-11-30")),
    }
    measures = {**SUM, "n": {**SUM["m"], "value": "count(*)"}, "a": {**SUM["m"], "table": "ahead"}}
    found = snapshot_of(tmp_path, files, measures, {**KPI, "n": kpi(measure="n"), "a": kpi(measure="a")})
    assert str(found.latest) == "2026-10"

"""The settings by which a KPI is judged are checked: its gap, its year, its baseline; every fault at once."""

from pathlib import Path
from typing import Any

import pytest
from builders import department, kpi, params_faults

BY_DAY = {"table": "orders", "value": "sum(amount)", "date": "day"}
MEASURES: dict[str, Any] = {
    "total": BY_DAY,
    "orders": {**BY_DAY, "value": "count(*)"},
    "middle": {**BY_DAY, "value": "median(amount)"},
    "agents": {**BY_DAY, "value": "count(DISTINCT agent)"},
    "open": {"table": "orders", "value": "count(*)", "opened": "day", "closed": "gone"},
    "stock": {"table": "orders", "value": "sum(amount)", "snapshot": "day"},
}
RATIO = {"numerator": "total", "denominator": "orders"}
RANGE = {"better": "inside", "target": {"low": 1, "high": 2}}
WAREHOUSE = {"month": "2025-07", "reason": "New warehouse"}


def faults(root: Path, **settings: Any) -> list[str]:
    """The faults of a company whose KPI ``k`` has these settings; each names file, line and advice."""
    made_of = {} if {"measure", "ratio", "formula"} & set(settings) else {"measure": "total"}
    body = department(MEASURES, {"revenue": kpi(measure="total"), "k": kpi(**{**made_of, **settings})})
    found = params_faults(root, departments={"sales": body})
    for fault in found:
        assert fault.startswith("params/departments/sales.yml:"), fault
        assert "; " in fault, fault
    return [fault.split(": ", 1)[1] for fault in found]


@pytest.mark.parametrize(
    "settings",
    [
        {"gap_view": "noise", "red": 2.5},
        {"gap_view": "noise", "amber": 0.1, "red": 0.1},
        {"gap_view": "odds", "unit": "percent", "red": 0.5},
        {"amber": 0.01, "red": 0.03, "gap_scale": 40},
        {"year": "total", "year_target": 1000},
        {"year": "total", "measure": "orders"},
        {"year": "average", "ratio": RATIO, "unit": "percent", "year_target": 0.5},
        {"year": "last", "measure": "open"},
        {"year": "none"},
        {"year": "none", **RANGE},
        {"baseline": {"points": 12, "screen": False}},
        {"baseline": {"first": "2024-01", "last": "2024-12"}},
        {"baseline": {"points": 24, "rebase": [WAREHOUSE, {"month": "2026-01", "reason": "Second shift"}]}},
        {"baseline": {"first": "2023-06", "last": "2025-06", "rebase": [WAREHOUSE]}},
        {"baseline": {}},
    ],
)
def test_sound(tmp_path: Path, settings: dict[str, Any]) -> None:
    """What fits together is no fault."""
    assert faults(tmp_path, **settings) == []


@pytest.mark.parametrize(
    ("settings", "key", "hint"),
    [
        ({"amber": 0, "red": 0.1}, "kpis.k: amber and red do not fit", "0 < amber < red"),
        ({"amber": -0.2, "red": -0.1}, "kpis.k: amber and red do not fit", "0 < amber < red"),
        ({"gap_view": "noise", "red": 0}, "kpis.k.red: 0", "above 0"),
        ({"gap_view": "noise", "amber": -1}, "kpis.k.amber: -1", "above 0"),
        ({"gap_scale": 0}, "kpis.k.gap_scale: 0", "above 0"),
        ({"gap_view": "noise", "gap_scale": -3}, "kpis.k.gap_scale: -3", "above 0"),
        ({"worth": 0}, "kpis.k.worth: 0", "company's currency"),
        ({"gap_view": "odds"}, "kpis.k.gap_view: odds, with unit: count", "unit: percent"),
        ({"gap_view": "ods"}, 'kpis.k.gap_view: "ods"', "did you mean 'odds'?"),
    ],
)
def test_gap(tmp_path: Path, settings: dict[str, Any], key: str, hint: str) -> None:
    """Sizes of gaps are above zero, rise where they can be compared, and odds are of shares."""
    (fault,) = faults(tmp_path, **settings)
    assert fault.startswith(key)
    assert hint in fault


@pytest.mark.parametrize(
    "settings",
    [{"measure": name} for name in ("middle", "agents", "open", "stock")]
    + [{"ratio": RATIO}, {"formula": "revenue * 2"}, {"ratio": RATIO, "formula": "revenue / 2"}],
)
def test_total_of_what_does_not_add_up(tmp_path: Path, settings: dict[str, Any]) -> None:
    """A year is the total of its months only for one sum or count of what happened in them."""
    (fault,) = faults(tmp_path, year="total", **settings)
    assert fault.startswith("kpis.k.year: total of months that do not add up; ")


def test_total_of_an_unknown_measure(tmp_path: Path) -> None:
    """A measure that is not there is one fault, not two."""
    (fault,) = faults(tmp_path, year="total", measure="totl")
    assert "no measure 'totl'" in fault


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        ({"year": "none", "year_target": 5}, "kpis.k.year_target: year: none"),
        ({"year_target": 5, **RANGE}, "kpis.k.year_target: better: inside"),
        ({"year_target": 95, "unit": "percent"}, "kpis.k.year_target: a share above 1,000 %"),
    ],
)
def test_year_target(tmp_path: Path, settings: dict[str, Any], found: str) -> None:
    """A year's target is one number for a year that there is, and a share for a percent KPI."""
    (fault,) = faults(tmp_path, **settings)
    assert fault.startswith(found)


@pytest.mark.parametrize(
    ("baseline", "key", "hint"),
    [
        ({"points": 11}, "points: 11", "at least 12 months"),
        ({"points": 12, "first": "2024-01", "last": "2024-12"}, ": points and first and last", "give points, or first"),
        ({"first": "2024-01"}, ": first alone", "first with last"),
        ({"last": "2024-12"}, ": last alone", "first with last"),
        ({"first": "2024-1", "last": "2024-12"}, "first: 2024-1", "such as 2026-01"),
        ({"first": "2024-01", "last": "2024-13"}, "last: 2024-13", "such as 2026-01"),
        ({"first": "2024-02", "last": "2024-12"}, ": from 2024-02 to 2024-12", "at least 12 months"),
        ({"first": "2025-01", "last": "2024-01"}, ": from 2025-01 to 2024-01", "first before last"),
        ({"rebase": [{"month": "2025-7", "reason": "x"}]}, "rebase.0.month: 2025-7", "such as 2026-01"),
        ({"rebase": [{"month": "", "reason": "x"}]}, "rebase.0.month: no month", "such as 2026-01"),
        ({"rebase": [{"month": "2025-07", "reason": " "}]}, "rebase.0.reason: no reason", "report prints it"),
        ({"rebase": [{"month": "2025-07"}]}, "rebase.0.reason: is missing", "add it"),
        ({"rebase": [{**WAREHOUSE, "why": "x"}]}, "rebase.0.why: unknown key", "known: month, reason"),
        ({"rebase": [WAREHOUSE, WAREHOUSE]}, "rebase.1.month: 2025-07 after 2025-07", "each once"),
        (
            {"rebase": [WAREHOUSE, {"month": "2024-12", "reason": "x"}]},
            "rebase.1.month: 2024-12 after 2025-07",
            "in order",
        ),
    ],
)
def test_baseline(tmp_path: Path, baseline: dict[str, Any], key: str, hint: str) -> None:
    """Limits are frozen on a year or more, in one way; rebases stand in order, each with its reason."""
    (fault,) = faults(tmp_path, baseline=baseline)
    assert fault.startswith(f"kpis.k.baseline{'' if key.startswith(':') else '.'}{key}")
    assert hint in fault


def test_all_at_once(tmp_path: Path) -> None:
    """No fault hides another."""
    rebase = [{"month": "x", "reason": ""}, WAREHOUSE, WAREHOUSE]
    found = faults(
        tmp_path, gap_view="odds", red=-1, gap_scale=0, year="none", year_target=1, better="inside",
        baseline={"points": 3, "first": "2024-1", "rebase": rebase},
    )  # fmt: skip
    assert len(found) == 12


def test_line_in_a_list(tmp_path: Path) -> None:
    """The line is that of the rebase at fault."""
    lines = [
        "name: A", "owner: B", "measures: {m: {table: o, value: count(*), date: day}}", "kpis:", "  k:", "    name: K",
        "    definition: d", "    unit: count", "    measure: m", "    baseline:", "      rebase:",
        "        - {month: 2025-01, reason: x}", "        - month: 2025-13", "          reason: y",
    ]  # fmt: skip
    (fault,) = params_faults(tmp_path, departments={"sales": "\n".join(lines) + "\n"})
    assert fault.startswith("params/departments/sales.yml:13: kpis.k.baseline.rebase.1.month: 2025-13; ")

"""docs/references.md: each row names tests that exist, and the verdicts on faulty data that no other test shows."""

import ast
import math
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from saypro_analysis.limits import limit_points, process_limits
from saypro_analysis.trend import measure_trend

TESTS = Path(__file__).parent
PAGE = (TESTS.parent / "docs" / "references.md").read_text("utf-8")
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.endswith("| Shown by |")]
NAMED = re.compile(r"`([\w/]+\.py)::(\w+)`")
NOISE = np.random.default_rng(11).normal(0, 1, 40)


def monthly(values, start="2023-01"):
    """The values as a monthly series."""
    return pd.Series(values, index=pd.period_range(start, periods=len(values), freq="M"), dtype="float64")


@pytest.mark.parametrize(("file", "name"), sorted(set(NAMED.findall(PAGE))))
def test_named_tests_exist(file, name):
    """Every test that the page names stands in its file, and is one that pytest runs."""
    functions = [node.name for node in ast.parse((TESTS / file).read_text("utf-8")).body if hasattr(node, "name")]
    assert name in functions
    assert name.startswith("test_")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[1].strip()[:50])
def test_rows_name_a_test(row):
    """No row is only a claim: its last cell names tests, and nothing else."""
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert all(cells[index] for index in (0, 1, -1))
    assert [f"`{file}::{name}`" for file, name in NAMED.findall(cells[-1])] == cells[-1].split(", ")


def test_all_references_are_there():
    """Each tool that the page sets out to compare has rows."""
    assert len(ROWS) > 50
    for name in ("NHSRplotthedots", "pymannkendall", "ruptures", "statsmodels", "PowerBI-SPC", "Xmrit", "nhspy"):
        assert name in PAGE


def test_the_package_uses_no_reference():
    """What the statistics are compared with computes none of them: it is there for development only."""
    references = {"pymannkendall", "ruptures", "scipy", "statsmodels"}
    for path in sorted((TESTS.parent / "saypro_analysis").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [name.name for name in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not references & {name.split(".")[0] for name in names}, path.name


def test_screening_that_drops_the_process():
    """When a quarter of the moving ranges would be dropped, the median one counts: / 0.954, limits 3.145 away."""
    values = monthly([*[10, 11, 10, 11, 25, 24, 25, 24] * 4, 10])  # moving ranges: three of 1, then one of 14
    limits = process_limits(values)
    assert limits.sigma == pytest.approx(1 / 0.954)
    assert limits.upper - limits.mean == pytest.approx(3.145)
    assert process_limits(values, compatible=True).sigma == pytest.approx(1 / 1.128)


@pytest.mark.parametrize("compatible", [False, True])
def test_a_missing_month_breaks_runs_in_both_modes(compatible):
    """Six months above the mean, a missing one, six more: no shift. With the month, all of them are one."""
    level = [*[11.0, 9] * 12, *[10.8] * 6, math.nan, *[10.8] * 6]
    assert "shift" not in set(limit_points(monthly(level), compatible=compatible)["rule"])
    level[30] = 10.8
    assert (limit_points(monthly(level), compatible=compatible)["rule"].iloc[-13:] == "shift").all()


@pytest.mark.parametrize("infinite", [math.inf, -math.inf])
def test_infinity_is_a_missing_month(infinite):
    """Limits and trend are those of a series in which the month is missing."""
    values = monthly(50 + NOISE[:30])
    values.iloc[20] = infinite
    hole = values.where(np.isfinite(values))
    assert process_limits(values, target=48) == process_limits(hole, target=48)
    assert measure_trend(values) == measure_trend(hole)


@pytest.mark.parametrize("count", [6, 11])
def test_six_to_eleven_points(count):
    """Limits are provisional, a trend is an early sign, and a step is not looked for."""
    assert process_limits(monthly(50 + NOISE[:count])).provisional
    falling = measure_trend(monthly(50 - 2 * np.arange(count)))
    assert (falling.verdict, falling.early, falling.method) == ("declining", True, "exact Kendall")
    tied = measure_trend(monthly(50 - 2 * (np.arange(count) // 2)))
    assert (tied.early, tied.method) == (True, "Kendall with ties")
    stepped = np.where(np.arange(count) < 3, 50.0, 60.0) + NOISE[:count] / 10
    assert measure_trend(monthly(stepped), seasonal=False).verdict != "step change"


@pytest.mark.parametrize("count", [12, 13, 23])
def test_twelve_to_twenty_three_points(count):
    """Limits are full from 13 points; Mann-Kendall up to 23; a step after half a year may be the season."""
    assert process_limits(monthly(50 + NOISE[:count])).provisional == (count < 13)
    trend = measure_trend(monthly(50 + NOISE[:count]))
    assert (trend.method, trend.early) == ("Mann-Kendall", False)
    assert measure_trend(monthly(50 + NOISE[:24])).method == "year on year"
    early = np.where(np.arange(count) < 6, 50.0, 60.0) + NOISE[:count] / 10
    stepped = {seasonal: measure_trend(monthly(early), seasonal=seasonal).verdict for seasonal in (True, False)}
    assert stepped[True] != "step change"
    assert (stepped[False] == "step change") == (count < 18)  # later it is more than a year ago


def test_a_step_in_a_flat_series_is_a_step():
    """It is dated by its first month; a single last point is no step yet."""
    trend = measure_trend(monthly([5.0] * 20 + [9.0] * 10))
    assert (trend.verdict, trend.direction, trend.since) == ("step change", "better", pd.Period("2024-09", "M"))
    assert measure_trend(monthly([5.0] * 29 + [9.0])).verdict == "stable"


def test_limits_are_not_cut_off_at_zero():
    """A KPI that has never been negative may have a negative lower limit; a negative one is judged like any other."""
    values = monthly([1, 9, 2, 8, 1, 10, 0, 9, 2, 8, 1, 9, 2])
    limits = process_limits(values, target=0)
    assert limits.lower < 0
    assert limits.assurance == "hit or miss"
    below = process_limits(values - 100, target=-100)
    assert (below.variation, below.assurance) == (limits.variation, limits.assurance)
    assert below.lower == pytest.approx(limits.lower - 100)


def test_change_from_zero_has_no_percent():
    """What rises from zero has a change in its unit, and no share of zero."""
    trend = measure_trend(monthly([0.0] * 12 + [3.0] * 12))
    assert trend.verdict == "step change"
    assert trend.change == pytest.approx(3.0)
    assert trend.change_percent is None


def test_no_target_leaves_variation_and_trend():
    """Without a target there is no assurance; an unusual month and a trend are found all the same."""
    limits = process_limits(monthly([*(50 + NOISE[:20]), 80]))
    assert (limits.variation, limits.assurance) == ("improving", "none")
    assert measure_trend(monthly(50 - 2 * np.arange(20) + NOISE[:20])).verdict == "declining"

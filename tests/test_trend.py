"""Trend, step and fluctuation: published statistics, laws, and error rates by simulation."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saypro_analysis.fluctuation import count_flips, measure_fluctuation, turning_points_z, von_neumann_ratio
from saypro_analysis.ranks import (
    carry_over,
    exact_kendall_p,
    kendall_score,
    kendall_z,
    normal_p,
    sen_interval,
    sen_slope,
    sen_slopes,
    signed_rank,
    walsh_shift,
)
from saypro_analysis.steps import find_levels, last_step
from saypro_analysis.trend import Trend, benjamini_hochberg, measure_trend
from saypro_analysis.trend_tests import weigh_trends

# Shampoo sales over three years (Makridakis, Wheelwright & Hyndman 1998), public.
SHAMPOO = [266.0, 145.9, 183.1, 119.3, 180.3, 168.5, 231.8, 224.5, 192.8, 122.9, 336.5, 185.9]
SHAMPOO += [194.3, 149.5, 210.1, 273.3, 191.4, 287.0, 226.0, 303.6, 289.9, 421.6, 264.5, 342.3]
SHAMPOO += [339.7, 440.4, 315.9, 439.3, 401.3, 437.4, 575.5, 407.6, 682.0, 475.3, 581.3, 646.9]
# England, share of A&E attendances within four hours, April 2016 to March 2019 (NHSRdatasets, CC0), rounded to 1e-4.
ENGLAND = [0.9004, 0.9028, 0.9056, 0.9029, 0.9098, 0.9065, 0.8905, 0.8838, 0.8618, 0.8514, 0.8753, 0.9001]
ENGLAND += [0.9052, 0.8970, 0.9073, 0.9035, 0.9030, 0.8967, 0.8994, 0.8877, 0.8498, 0.8530, 0.8504, 0.8462]
ENGLAND += [0.8857, 0.9039, 0.9076, 0.8932, 0.8973, 0.8894, 0.8901, 0.8760, 0.8645, 0.8435, 0.8423, 0.8660]
# A&E breaches of the trust RRK, April 2016 to March 2017 (NHSRdatasets, CC0).
RRK = [1195, 1843, 1397, 1333, 1771, 1751, 2013, 1759, 2179, 2585, 1654, 1543]
TIES = [5, 5, 4, 4, 4, 3, 3, 3, 2, 2, 2, 1]
SAW = [10, 14, 9, 15, 8, 16, 9, 15, 10, 14, 9, 15]
# C. difficile cases of 36 months, the example of the ruptures comparison.
CDI = [17, 12, 27, 20, 20, 18, 22, 19, 19, 24, 17, 16, 24, 19, 19, 22, 25, 19]
CDI += [17, 6, 25, 17, 11, 14, 9, 11, 7, 13, 5, 5, 3, 5, 9, 4, 5, 9]

series_of = st.lists(st.integers(min_value=-40, max_value=40), min_size=6, max_size=40)


def monthly(values, start="2023-01"):
    """The values as a monthly series."""
    return pd.Series(values, index=pd.period_range(start, periods=len(values), freq="M"), dtype="float64")


def numbers(values):
    """The values as an array."""
    return np.array(values, dtype=np.float64)


@pytest.mark.parametrize(
    ("values", "score", "variance", "p", "slope", "low", "high"),
    [  # pymannkendall 1.4.3 original_test, scipy 1.17.1 theilslopes at 90 %
        (SHAMPOO, 440, 5390, 2.237239504765398e-09, 11.509375, 9.1, 13.972222222222221),
        (RRK, 18, 212.66666666666666, 0.24372228477217428, 47.0, -19.5, 130.33333333333334),
        (TIES, -56, 200.66666666666666, 0.00010333629227954333, -1 / 3, -0.4, -0.2857142857142857),
        (SAW, 6, 203.33333333333334, 0.7258558652613425, 0.0, -0.5, 0.5),
        ([10, 9, 8, 7, 6], -10, 16.666666666666668, 0.0274863361115103, -1.0, -1.0, -1.0),
    ],
)
def test_mann_kendall(values, score, variance, p, slope, low, high):
    """Score, variance with ties, p, Sen slope and its interval equal those of pymannkendall and scipy."""
    series = numbers(values)
    found, spread = kendall_score(series)
    assert (found, spread) == (score, pytest.approx(variance))
    assert normal_p(kendall_z(found, spread)) == pytest.approx(p)
    assert sen_slope(series) == pytest.approx(slope)
    assert sen_interval(sen_slopes(series), spread) == (pytest.approx(low), pytest.approx(high))


def test_published_trend_data():
    """pymannkendall's own tests: 0..359 has S = 64620 and slope 1; 360 ones have S = 0, p = 1, slope 0."""
    rising, flat = np.arange(360.0), np.ones(360)
    assert kendall_score(rising)[0] == 64620
    assert sen_slope(rising) == 1.0
    score, variance = kendall_score(flat)
    assert (score, variance, normal_p(kendall_z(score, variance)), sen_slope(flat)) == (0, 0, 1, 0)


def test_exact_kendall():
    """Exact p of scipy.stats.kendalltau (scipy 1.17.1) without ties."""
    assert exact_kendall_p(-10, 5) == pytest.approx(0.016666666666666666)
    assert exact_kendall_p(18, 12) == pytest.approx(0.24957952123750735)
    assert exact_kendall_p(0, 7) == 1.0


def test_signed_ranks():
    """Signed ranks and Hodges-Lehmann shift against scipy."""
    from scipy import stats

    values = np.random.default_rng(4).normal(0.4, 1, 12)
    total, variance = signed_rank(values)
    positive = (float(total) + 78) / 2  # 78: the sum of the ranks 1 to 12
    assert min(positive, 78 - positive) == stats.wilcoxon(values).statistic
    assert variance == 650  # sum of the squares of 1 to 12
    first, second = np.triu_indices(12)
    assert walsh_shift(values)[0] == pytest.approx(np.median((values[first] + values[second]) / 2))


def test_gaps_keep_their_width():
    """A missing month is not closed up: the slope is per month of the calendar."""
    series = monthly([float(month) for month in range(24)])
    holes = series.drop(series.index[[3, 4, 5, 11, 17]])
    assert measure_trend(holes).slope == 1.0
    assert measure_trend(holes).change == 12.0
    assert sen_slope(numbers([1, math.nan, math.nan, 4])) == 1.0


def test_too_few_points():
    """Below six points there is no verdict; from six to eleven an early sign at most."""
    assert measure_trend(monthly([10, 9, 8, 7, 6])).verdict == "insufficient"
    assert measure_trend(monthly([])).verdict == "insufficient"
    early = measure_trend(monthly([10, 9, 8, 7, 6, 5]))
    assert (early.verdict, early.early, early.method) == ("declining", True, "exact Kendall")
    assert early.p == pytest.approx(2 / math.factorial(6))


def test_classic_series():
    """Shampoo sales grow; A&E performance, which plain Mann-Kendall calls decreasing, only has a season."""
    assert measure_trend(monthly(SHAMPOO)).verdict == "improving"
    assert measure_trend(monthly(SHAMPOO), better="lower").verdict == "declining"
    score, variance = kendall_score(numbers(ENGLAND))
    assert normal_p(kendall_z(score, variance)) < 0.01
    assert measure_trend(monthly(ENGLAND)).verdict == "stable"
    assert measure_trend(monthly(SAW)).verdict == "stable"


def test_a_smooth_fall():
    """Month after month downhill is a decline, though its autocorrelation is as high as it can be."""
    smooth = measure_trend(monthly([100 * 0.97**month for month in range(13)]))
    assert (smooth.verdict, smooth.method, smooth.p) == ("declining", "unbroken run", 2 * 0.5**12)
    late = [100.0, 101, 99, 100] * 7 + [98.0, 96, 93, 90, 86, 81, 75, 70]
    assert measure_trend(monthly(late)).verdict == "declining"


def test_a_season_is_no_trend():
    """What falls at the same time every year is neither a trend nor a step."""
    season = [100 + 20 * math.sin(2 * math.pi * month / 12) for month in range(33)]
    trend = measure_trend(monthly(season))
    assert trend.verdict == "stable"


def test_step():
    """A new level is a step since its first month, and not a trend."""
    noise = np.random.default_rng(3).normal(0, 1, 30)
    noise[22:] -= 8
    trend = measure_trend(monthly(100 + noise))
    assert (trend.verdict, trend.direction, trend.since) == ("step change", "worse", pd.Period("2024-11"))
    assert measure_trend(monthly(100 + noise), better="lower").direction == "better"


def test_an_old_step_has_no_echo():
    """A step of more than a year ago is not reported again when the year-on-year comparison passes it."""
    noise = np.random.default_rng(5).normal(0, 1, 36)
    noise[18:] += 9
    trend = measure_trend(monthly(100 + noise))
    assert trend.verdict != "step change"


@pytest.mark.parametrize(
    ("values", "sigma", "start", "levels"),
    [  # ruptures 1.1.10: Pelt, L2, min_size 3, jump 1, penalty 3 sigma^2 log n
        (CDI, 4.1928721174004195, 22, 2),
        (SAW, 6.289308176100629, 0, 1),
    ],
)
def test_levels(values, sigma, start, levels):
    """The division into levels equals that of ruptures' PELT."""
    found = find_levels(numbers(values), penalty=np.array(3 * sigma**2 * math.log(len(values))))
    assert (found[0], found[1]) == (start, levels)


def test_levels_of_a_clean_step():
    """22 months at 500 and 13 at 1100: the step is at 22 (ruptures with its defaults: 20 and 25)."""
    start, margin = last_step(numbers([500] * 22 + [1100] * 13))
    assert start == 22
    assert margin > 10


def test_constant_series():
    """What stands still is stable."""
    for n in (6, 11, 12, 24, 36):
        trend = measure_trend(monthly([0.1] * n))
        assert (trend.verdict, trend.p, trend.slope) == ("stable", 1.0, 0.0)


def test_materiality():
    """A trend that is too small to matter is not declared."""
    creep = monthly([1000 + 0.5 * month for month in range(24)])
    assert measure_trend(creep).verdict == "stable"
    assert measure_trend(creep, materiality=0.001).verdict == "improving"


def test_range():
    """Inside its range a KPI declines when it is on the way out, outside when it moves further away."""
    rising = monthly([0.80 + 0.01 * month for month in range(14)])  # ends at 0.93
    inside = {"better": "inside", "target": 0.7}
    assert measure_trend(rising, **inside, target_upper=0.95).verdict == "declining"
    assert measure_trend(rising, **inside, target_upper=0.90).verdict == "declining"
    assert measure_trend(rising, **inside, target_upper=2.0).verdict == "stable"
    assert measure_trend(rising, better="inside", target=0.95, target_upper=1.2).verdict == "improving"


def test_benjamini_hochberg():
    """Adjusted p-values equal scipy's; what was not tested does not count."""
    from scipy import stats

    raw = np.random.default_rng(8).uniform(size=20) ** 3
    np.testing.assert_allclose(benjamini_hochberg(raw), stats.false_discovery_control(raw))
    with_gap = benjamini_hochberg([0.01, math.nan, 0.04])
    assert with_gap[[0, 2]].tolist() == [0.02, 0.04]
    assert math.isnan(with_gap[1])
    assert benjamini_hochberg([]).shape == (0,)


@pytest.mark.parametrize(
    ("values", "z", "ratio"),
    [  # computed from the published formulas, independently
        (SHAMPOO, 2.5689753539664446, 0.5281417820577909),
        (RRK, 0.24768870230903473, 1.3401951435205544),
        (TIES, -4.953774046180699, 0.22641509433962262),
    ],
)
def test_fluctuation_statistics(values, z, ratio):
    """Turning points and von Neumann ratio."""
    assert turning_points_z(numbers(values)) == pytest.approx(z)
    assert von_neumann_ratio(numbers(values)) == pytest.approx(ratio)


def test_fluctuation():
    """A swing needs a size that matters and a test that says so; a trend is no swing; flips of the status count."""
    stable = Trend(verdict="stable")
    saw = measure_fluctuation(monthly(SAW), trend=stable)
    assert (saw.fluctuating, saw.tests) == (True, ("turning points", "up and down"))
    assert not measure_fluctuation(monthly(SAW), trend=stable, tolerance=0.5).fluctuating
    assert not measure_fluctuation(monthly(SAW), trend=Trend(verdict="declining")).fluctuating
    short = 12 - monthly(SAW)
    assert "target status" in measure_fluctuation(monthly(SAW), trend=stable, short=short, target=12).tests
    assert measure_fluctuation(monthly(SAW[:5]), trend=stable).volatility is None
    assert not measure_fluctuation(monthly([7] * 24), trend=stable).fluctuating


def test_fluctuation_of_late():
    """A process that was calm and now swings, or jumped once, is found."""
    calm = [100.0, 102, 101, 99, 100, 98, 101, 100, 103, 99, 100, 101]
    wide = measure_fluctuation(
        monthly([*calm, 80, 118, 96, 121, 84, 110]), trend=Trend(verdict="stable"), tolerance=0.01
    )
    assert "wider of late" in wide.tests
    jump = measure_fluctuation(
        monthly([*calm, 101, 99, 140, 100, 101, 99]), trend=Trend(verdict="stable"), tolerance=0.01
    )
    assert "large jump" in jump.tests
    assert count_flips(numbers([1, 1])) == 0


@given(series_of, st.booleans())
@settings(deadline=None)
def test_mirror(values, seasonal):
    """Values negated and direction turned give the mirrored verdict."""
    one = measure_trend(monthly(values), seasonal=seasonal)
    other = measure_trend(-monthly(values), better="lower", seasonal=seasonal)
    assert (one.verdict, one.direction, one.since) == (other.verdict, other.direction, other.since)
    assert one.p == (None if other.p is None else pytest.approx(other.p))
    assert one.slope == (None if other.slope is None else pytest.approx(-other.slope))


@given(series_of, st.sampled_from([0.25, 8.0]), st.sampled_from([-512.0, 64.0]))
@settings(deadline=None)
def test_scale_and_shift(values, scale, shift):
    """Another unit or another zero changes no test."""
    one, other = weigh_trends(numbers([values])), weigh_trends(numbers([values]) * scale + shift)
    assert (one.method, one.sign) == (other.method, other.sign)
    assert one.p == pytest.approx(other.p, abs=1e-6)
    assert one.change * scale == pytest.approx(other.change, abs=1e-6)


@given(series_of, st.randoms())
@settings(deadline=None)
def test_row_order(values, random):
    """The order of the rows is irrelevant."""
    order = list(range(len(values)))
    random.shuffle(order)
    assert measure_trend(monthly(values).iloc[order]) == measure_trend(monthly(values))


def autoregressive(rng, runs, months, carry):
    """Series without a trend in which each month keeps a part of the one before."""
    noise = rng.standard_normal((runs, months + 30))
    series = np.zeros_like(noise)
    for month in range(1, months + 30):
        series[:, month] = carry * series[:, month - 1] + math.sqrt(1 - carry**2) * noise[:, month]
    return series[:, 30:]


def declared(table):
    """Share of the series with a declared trend, before materiality and the correction for many tests."""
    verdicts = [measure_trend(monthly(row), materiality=0).verdict for row in table]
    return sum(verdict in ("improving", "declining") for verdict in verdicts) / len(verdicts)


@pytest.mark.parametrize(("carry", "season", "most"), [(0, 0, 0.07), (0, 1.5, 0.07), (0.3, 0, 0.11), (0.6, 0, 0.14)])
def test_false_alarms(carry, season, most):
    """Series of 24 months without a trend are called one rarely enough (method: 7, 7, 11 and 14 %)."""
    rng = np.random.default_rng(24)
    table = autoregressive(rng, 400, 24, carry)
    table += season * np.sin(2 * math.pi * np.arange(24) / 12 + rng.uniform(0, 2 * math.pi, (400, 1)))
    assert declared(table) <= most


@pytest.mark.parametrize("season", [0, 1.5])
def test_power(season):
    """A fall of three sigma over twelve months is found in at least 65 % of series, season or not."""
    rng = np.random.default_rng(12)
    fall = -3 * np.clip(np.arange(24) - 11, 0, 12) / 12
    table = rng.standard_normal((400, 24)) + fall
    table += season * np.sin(2 * math.pi * np.arange(24) / 12 + rng.uniform(0, 2 * math.pi, (400, 1)))
    assert declared(table) >= 0.65


def test_carry_over():
    """Autocorrelation is found in drifting series, and none in a line or in noise."""
    assert carry_over(np.arange(30.0)) == 0
    rng = np.random.default_rng(2)
    assert np.median(carry_over(autoregressive(rng, 200, 36, 0.6))) > 0.35
    assert np.median(carry_over(rng.standard_normal((200, 36)))) < 0.15

"""Trend, step and fluctuation statistics against the reference libraries, on series that hypothesis makes up.

pymannkendall, ruptures, scipy and statsmodels are called as they are: what differs by intent is said in
docs/references.md. Series come with and without ties, and with missing months where the reference knows them.
"""

import math
import sys
from itertools import combinations_with_replacement, pairwise
from statistics import mean, median

import numpy as np
import pymannkendall
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.stattools import durbin_watson

from saypro_analysis.fluctuation import turning_points_z, von_neumann_ratio
from saypro_analysis.ranks import (
    CARRY_CAP,
    carry_over,
    exact_kendall_p,
    kendall_score,
    kendall_z,
    normal_p,
    sen_slope,
    signed_rank,
    walsh_shift,
)
from saypro_analysis.steps import find_levels
from saypro_analysis.trend import benjamini_hochberg

if sys.version_info < (3, 14):
    import ruptures  # asks for an older Python itself

Z90 = stats.norm.ppf(0.95)
LEAST = 3  # months of a level
# C. difficile cases of 36 months, the example of the ruptures comparison.
CDI = [17, 12, 27, 20, 20, 18, 22, 19, 19, 24, 17, 16, 24, 19, 19, 22, 25, 19]
CDI += [17, 6, 25, 17, 11, 14, 9, 11, 7, 13, 5, 5, 3, 5, 9, 4, 5, 9]

with_ruptures = pytest.mark.skipif(sys.version_info >= (3, 14), reason="ruptures does not install")

whole = st.integers(min_value=-8, max_value=8).map(float)  # so few different numbers that many months are alike
real = st.integers(min_value=-(10**12), max_value=10**12).map(lambda number: number / 999_983)
missing = st.just(math.nan)


def series_of(numbers, *, least=2, most=40, unique=False):
    """Lists of numbers, as arrays."""
    return st.lists(numbers, min_size=least, max_size=most, unique=unique).map(np.array)


def present(values):
    """The values without the missing months."""
    return values[np.isfinite(values)]


def close(number):
    """Within 1e-9 of a number, or of its size."""
    return pytest.approx(number, rel=1e-9, abs=1e-9)


def statistics(values):
    """Our S, variance, z, p and Sen slope of one series."""
    score, variance = kendall_score(values)
    z = kendall_z(score, variance)
    return tuple(float(np.asarray(number)) for number in (score, variance, z, normal_p(z), sen_slope(values)))


def reference(values):
    """The same of pymannkendall."""
    test = pymannkendall.original_test(values)
    return test.s, test.var_s, test.z, test.p, test.slope


@given(series_of(whole) | series_of(real) | series_of(whole | missing) | series_of(real | missing))
@example(np.array([1.0, math.nan, math.nan, 4.0]))
@settings(deadline=None)
def test_mann_kendall(values):
    """S, variance, z, p and Sen slope are pymannkendall's, with ties and with missing months."""
    assume(len(present(values)) > 1)
    assert statistics(values) == close(reference(values))


@given(st.integers(min_value=2, max_value=30), st.integers(min_value=0, max_value=2**32 - 1))
@settings(deadline=None)
def test_mann_kendall_of_a_table(months, seed):
    """A table of series gives row by row what pymannkendall gives for each row."""
    rng = np.random.default_rng(seed)
    table = np.where(rng.random((4, months)) < 0.1, np.nan, rng.integers(-5, 6, (4, months)).astype(float))
    table[:, [0, -1]] = rng.normal(size=(4, 2))  # at least two values in each row
    score, variance = kendall_score(table)
    z = kendall_z(score, variance)
    found = np.column_stack([score, variance, z, normal_p(z), sen_slope(table)])
    assert found == close(np.array([reference(row) for row in table]))


def test_mann_kendall_of_a_long_series():
    """360 months with a season, ties at zero and missing months, as in pymannkendall's own tests."""
    rng = np.random.default_rng(360)
    season = 150 + 200 * np.sin(2 * math.pi * np.arange(360) / 12)
    values = np.maximum(0.0, np.round(season + rng.normal(0, 60, 360)))
    values[rng.choice(360, 20, replace=False)] = np.nan
    assert (values == 0).sum() > 30
    assert statistics(values) == close(reference(values))


def test_numbers_that_pymannkendall_publishes():
    """tests/test_pymannkendall.py there: 0 to 359 (p 0, twelve a year from same months), and 360 ones (p 1)."""
    rising, flat = np.arange(360.0), np.ones(360)
    assert statistics(rising)[0] == 64620
    assert statistics(rising)[3:] == (close(0.0), 1.0)
    assert statistics(flat) == (0, 0, 0, 1, 0)
    yearly, low, high = walsh_shift(rising[-12:] - rising[-24:-12])
    assert (float(yearly), float(low), float(high)) == (12, 12, 12)
    assert pymannkendall.seasonal_sens_slope(rising, period=12).slope == 12


@pytest.mark.parametrize(("z", "p"), [(6.0, 1.973175290075396e-09), (10.0, 1.5239706048321052e-23)])
def test_small_p_keep_their_digits(z, p):
    """Two tails of the normal distribution as tabulated; twice one less its lower tail is zero from 8.3 sigma on."""
    assert float(normal_p(np.asarray(-z))) == pytest.approx(p, rel=1e-12)
    assert float(normal_p(np.asarray(z))) == pytest.approx(2 * stats.norm.sf(z), rel=1e-12)


@given(series_of(real, most=30, unique=True))
@example(np.array([*range(0, 21, 2), *range(19, 0, -2)], dtype=np.float64))  # more orders of 21 than 64 bits count
@settings(deadline=None)
def test_exact_kendall(values):
    """The exact p of S is scipy's, where no two values are alike."""
    score, _ = kendall_score(values)
    expected = stats.kendalltau(np.arange(len(values)), values, method="exact").pvalue
    assert float(np.asarray(exact_kendall_p(int(score), len(values)))) == close(expected)


@given(series_of(whole.filter(bool), least=1) | series_of(real.filter(bool), least=1) | series_of(whole | missing))
@settings(deadline=None)
def test_signed_ranks(values):
    """The signed ranks are scipy's normal approximation without correction: zeros are left out, ties averaged."""
    held = present(values)
    assume(np.any(held != 0))
    total, variance = signed_rank(values)
    expected = stats.wilcoxon(held, zero_method="wilcox", correction=False, method="asymptotic")
    z = float(total) / math.sqrt(float(variance))
    assert abs(z) == close(abs(expected.zstatistic))
    assert float(normal_p(np.asarray(z))) == close(expected.pvalue)
    ranks = stats.rankdata(np.abs(held[held != 0]))
    assert float(total) == close((np.sign(held[held != 0]) * ranks).sum())


@given(series_of(whole, least=1) | series_of(real, least=1) | series_of(real | missing))
@settings(deadline=None)
def test_hodges_lehmann(values):
    """The shift is the median of the means of all pairs, each value with itself as well; missing ones have no part."""
    held = present(values).tolist()
    assume(held)
    averages = [(one + other) / 2 for one, other in combinations_with_replacement(held, 2)]
    shift, low, high = (float(number) for number in walsh_shift(values))
    assert shift == close(median(averages))
    assert low <= shift <= high
    assert {low, high} <= set(averages)


@given(st.integers(min_value=6, max_value=24), st.integers(min_value=0, max_value=2**32 - 1))
@settings(deadline=None)
def test_interval_of_the_shift(months, seed):
    """Its 90 % interval holds the shifts that the signed-rank test does not reject, to within one pair of months."""
    values = np.random.default_rng(seed).normal(size=months)
    _, low, high = walsh_shift(values)
    spread = math.sqrt(float(signed_rank(values)[1]))
    one_pair = 2 / spread + 1e-9
    for end in (float(low), float(high)):
        z = [abs(float(signed_rank(values - end * side)[0])) / spread for side in (1 - 1e-9, 1 + 1e-9)]
        assert min(z) - one_pair <= Z90 <= max(z) + one_pair


@given(series_of(real, least=6) | series_of(whole, least=6))
@settings(deadline=None)
def test_carry_over(values):
    """The lag-one autocorrelation beside the Sen line, from statsmodels' Durbin-Watson statistic of the same residuals.

    That statistic is 2 (1 - a) but for the two ends of the series. The bias correction and the bounds are ours.
    """
    left = values - float(sen_slope(values)) * np.arange(len(values))
    left -= np.median(left)
    total = (left**2).sum()
    assume(total > 1e-9 * (values**2).sum())
    raw = 1 - durbin_watson(left) / 2 - (left[0] ** 2 + left[-1] ** 2) / (2 * total)
    expected = np.clip((len(values) * raw + 1) / (len(values) - 4), 0, CARRY_CAP)
    assert float(carry_over(values)) == pytest.approx(expected, abs=1e-6)


@given(st.lists(st.floats(min_value=0, max_value=1), min_size=1, max_size=30))
def test_false_discovery_rate(p):
    """Adjusted p-values are those of statsmodels' Benjamini-Hochberg."""
    assert benjamini_hochberg(p) == close(multipletests(p, method="fdr_bh")[1])


def squares(values, breaks):
    """Squares around the means of the stretches that end at ``breaks``."""
    return sum(((part - part.mean()) ** 2).sum() for part in np.split(values, breaks[:-1]))


def least_squares(values, steps):
    """The least squares that levels with this many steps leave, by ruptures' exact search; infinite when too short."""
    if len(values) < (steps + 1) * LEAST:
        return math.inf
    search = ruptures.Dynp(model="l2", min_size=LEAST, jump=1).fit(values)
    return squares(values, search.predict(n_bkps=steps))


@with_ruptures
@given(series_of(whole, least=6, most=21) | series_of(whole | missing, least=8, most=21), st.floats(0.05, 200))
@settings(deadline=None, max_examples=60)
def test_levels_are_the_best(values, penalty):
    """No other division into levels is cheaper: squares plus the penalty per step equal those of ruptures' Dynp.

    A division may tie with another one, so the costs are compared, not the months. Missing months carry no weight.
    """
    held = present(values)
    assume(len(held) >= LEAST)
    start, levels, left = (np.asarray(part).item() for part in find_levels(values, penalty=np.array(penalty)))
    best = min(least_squares(held, steps) + penalty * steps for steps in range(len(held) // LEAST))
    assert left + penalty * (levels - 1) == close(best)
    before = int(np.isfinite(values[:start]).sum())
    earlier = least_squares(held[:before], levels - 2) if levels > 1 else 0.0
    assert left == close(earlier + squares(held[before:], [len(held) - before]))


@with_ruptures
@given(series_of(whole, least=6, most=36), st.floats(0.05, 200))
@settings(deadline=None)
def test_levels_are_never_dearer_than_those_of_pelt(values, penalty):
    """ruptures' PELT may miss the best division when levels have a least length (pull request 383 there); we do not."""
    _, levels, left = find_levels(values, penalty=np.array(penalty))
    breaks = ruptures.Pelt(model="l2", min_size=LEAST, jump=1).fit(values).predict(pen=penalty)
    assert float(left) + penalty * (int(levels) - 1) <= squares(values, breaks) + penalty * (len(breaks) - 1) + 1e-7


@with_ruptures
@pytest.mark.parametrize("factor", [1, 2, 3])
@pytest.mark.parametrize("values", [CDI, [500] * 22 + [1100] * 13, list(np.random.default_rng(6).normal(size=30))])
def test_levels_of_pelt(values, factor):
    """Where the best division is clear, month and number of levels are PELT's."""
    series = np.array(values, dtype=np.float64)
    sigma = np.median(np.abs(np.diff(series))) / 0.954 or 1.0
    penalty = factor * sigma**2 * math.log(len(series))
    breaks = ruptures.Pelt(model="l2", min_size=LEAST, jump=1).fit(series).predict(pen=penalty)
    start, levels, left = find_levels(series, penalty=np.array(penalty))
    assert (int(start), int(levels)) == ([0, *breaks][-2], len(breaks))
    assert float(left) == close(squares(series, breaks))


@given(series_of(whole) | series_of(real) | series_of(whole | missing))
@settings(deadline=None)
def test_turning_points(values):
    """Peaks and troughs among three neighbouring months that are all there, less those of chance, in its deviations."""
    triples = [part for part in zip(values, values[1:], values[2:], strict=False) if np.isfinite(part).all()]
    assume(triples)
    turns = sum(first < middle > last or first > middle < last for first, middle, last in triples)
    n = len(triples) + 2
    expected = (turns - 2 * (n - 2) / 3) / math.sqrt((16 * n - 29) / 90)
    assert float(np.asarray(turning_points_z(values))) == close(expected)


@given(series_of(whole | missing, least=3))
@settings(deadline=None)
def test_von_neumann_ratio(values):
    """Mean square of the changes between neighbouring months over the variance, where months are missing as well."""
    held = present(values)
    changes = [(later - earlier) ** 2 for earlier, later in pairwise(values) if math.isfinite(later - earlier)]
    assume(changes and np.ptp(held) > 0)
    expected = mean(changes) / np.var(held, ddof=1)
    assert float(np.asarray(von_neumann_ratio(values))) == close(expected)


@given(series_of(whole, least=3) | series_of(real, least=3))
@settings(deadline=None)
def test_von_neumann_is_durbin_watson(values):
    """Without a gap it is statsmodels' Durbin-Watson statistic of the deviations from the mean."""
    assume(np.ptp(values) > 1e-3 * max(1, np.abs(values).max()))
    expected = durbin_watson(values - values.mean())
    assert float(np.asarray(von_neumann_ratio(values))) == pytest.approx(expected, rel=1e-9)

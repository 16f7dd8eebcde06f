"""Process limits: published cases of the XmR method, and what is mended in it."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saypro_analysis.assurance import assure
from saypro_analysis.kpi import Baseline, Rebase
from saypro_analysis.limits import complete_months, limit_points, process_limits
from saypro_analysis.rules import RULES, flag_shift, flag_two_in_three, label_points, trend_directions
from saypro_analysis.xmr import limit_lines

# NHS England A&E breaches of the trusts RQM and RJC, April 2016 to March 2018 (NHSRdatasets, CC0), as charted in the
# README and the facet vignette of NHSRplotthedots.
RQM = [1199, 929, 970, 1178, 1110, 1388, 2061, 1985, 2675, 3141, 1942, 2030]
RQM += [1309, 1960, 1169, 1117, 1085, 1492, 1280, 1197, 1569, 1406, 1328, 1564]
RJC = [250, 263, 229, 300, 189, 279, 253, 201, 393, 379, 225, 198]
RJC += [260, 349, 219, 297, 233, 408, 529, 490, 891, 780, 991, 937]
# NHSRplotthedots, vignette "deviations": one outlier of which screening is switched off.
OUTLIER = [1, 2, 1, 2, 10, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1]

series_of = st.lists(st.integers(min_value=-50, max_value=50), min_size=6, max_size=30)


def monthly(values, start="2016-04"):
    """The values as a monthly series."""
    return pd.Series(values, index=pd.period_range(start, periods=len(values), freq="M"), dtype="float64")


def signs(values):
    """Signs as the rules take them."""
    return np.array(values, dtype=np.int8)


def test_readme_chart():
    """Limits, labels, icon and assurance of NHSRplotthedots' README chart (figure: 740, 1545, 2350)."""
    limits = process_limits(monthly(RQM), better="lower", target=1200, compatible=True)
    assert limits.mean == pytest.approx(1545.166666667)
    assert (limits.lower, limits.upper) == (pytest.approx(740.395757576), pytest.approx(2349.937575758))
    assert (limits.variation, limits.assurance) == ("common", "hit or miss")
    points = limit_points(monthly(RQM), better="lower", target=1200, compatible=True)
    flagged = points[points["rule"] != ""]
    assert [str(month) for month in flagged.index] == ["2016-05", "2016-06", "2016-12", "2017-01"]
    assert flagged["rule"].tolist() == ["two in three", "two in three", "outside limits", "outside limits"]
    assert flagged["signal"].tolist() == ["improving", "improving", "concerning", "concerning"]


def test_facet_chart():
    """Precedence at every point of NHSRplotthedots' facet vignette, panel RJC."""
    points = limit_points(monthly(RJC), better="lower", compatible=True)
    rules = points["rule"].tolist()
    assert rules.count("outside limits") == 4
    assert rules.count("two in three") == 6
    assert rules.count("shift") == 14
    assert "" not in rules
    assert points["signal"].tolist() == ["improving"] * 17 + ["concerning"] * 7
    assert process_limits(monthly(RJC), better="lower", compatible=True).since == pd.Period("2017-09")


def test_without_screening():
    """The limits that the vignette publishes with screening off: -3.06, 1.94, 6.95; one point outside."""
    baseline = Baseline(screen=False)
    points = limit_points(monthly(OUTLIER), baseline=baseline, compatible=True)
    assert points["lower"].iloc[0] == pytest.approx(-3.062614379)
    assert points["upper"].iloc[0] == pytest.approx(6.951503268)
    assert np.flatnonzero(points["signal"] == "improving").tolist() == [4]


@pytest.mark.parametrize(
    ("values", "expected"),
    [  # nhspy-plotthedots, tests of its limits (MIT)
        ([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], (5.5, 2.84, 8.16)),
        ([1, 2, 3, 4, 5, 4, 3, 2, 1, 2], (2.7, 0.04, 5.36)),
        ([3, 1, 4, 1, 5, 9, 2], (3.5714285714285716, -6.625238095238096, 13.768095238095238)),
    ],
)
def test_limits_of_nhspy(values, expected):
    """Limits that a second implementation publishes."""
    lines = limit_lines(np.array(values, dtype=np.float64), compatible=True)
    assert (lines.mean, lines.lower, lines.upper) == tuple(pytest.approx(number) for number in expected)


@pytest.mark.parametrize(
    ("side", "flags"),
    [  # NHSRplotthedots, test-ptd_calculate_point_type.R, with its back-filling
        ([1] * 6, [0] * 6),
        ([1] * 6 + [-1], [0] * 7),
        ([1] * 8 + [-1], [1] * 8 + [0]),
        ([-1] * 8 + [1], [1] * 8 + [0]),
        ([0] * 8, [0] * 8),
    ],
)
def test_shift_rule(side, flags):
    """Seven points on one side of the mean, all of them flagged; points on the mean are on no side."""
    assert flag_shift(signs(side)).tolist() == [bool(flag) for flag in flags]


@pytest.mark.parametrize(
    ("values", "directions"),
    [  # NHSRplotthedots, test-ptd_calculate_point_type.R, with its back-filling
        ([1, 2, 3, 4, 5, 6], [0] * 6),
        ([1, 2, 3, 3, 4, 5, 6], [0] * 7),
        ([1, 2, 3, 4, 5, 6, 7], [1] * 7),
        ([2, 1, 2, 3, 4, 5, 6, 7, 3], [0] + [1] * 7 + [0]),
        ([2, 7, 6, 5, 4, 3, 2, 1, 3], [0] + [-1] * 7 + [0]),
        ([1, 2, 3, 4, 5, 6, 7, 6, 5, 4, 3, 2, 1], [1] * 6 + [-1] * 7),
    ],
)
def test_trend_rule(values, directions):
    """Seven points rising or falling; a tie breaks the trend, a turning point looks ahead."""
    assert trend_directions(np.array(values, dtype=np.float64)).tolist() == directions


@pytest.mark.parametrize(
    ("close", "side", "flags"),
    [  # NHSRplotthedots, test-ptd_calculate_point_type.R
        ([1, 0, 1], [1, 1, 1], [1, 0, 1]),
        ([0, 1, 1], [1, 1, 1], [0, 1, 1]),
        ([0, 0, 1, 0, 1, 0, 0], [1] * 7, [0, 0, 1, 0, 1, 0, 0]),
        ([1, 0, 0, 1], [1] * 4, [0] * 4),
        ([1, 0, 0, 1, 1], [1] * 5, [0, 0, 0, 1, 1]),
        ([1, 0, 1], [1, -1, 1], [0, 0, 0]),
    ],
)
def test_two_in_three_rule(close, side, flags):
    """Two of three close to a limit, all three on one side; only the close ones are flagged."""
    assert flag_two_in_three(np.array(close, dtype=bool), signs(side)).tolist() == [bool(flag) for flag in flags]


def test_precedence():
    """Outside limits before trend before two in three before shift."""
    values = np.array([1.0, 1, 1, 1, 1, 1, 1, 2, 3, 4, 5, 6, 7, 30])
    rule, direction = label_points(values, np.array(0.0), np.array(-20.0), np.array(20.0))
    assert [RULES[code] for code in rule] == ["shift"] * 6 + ["trend"] * 7 + ["outside limits"]
    assert set(direction.tolist()) == {1}


@pytest.mark.parametrize(
    ("better", "target", "lower", "upper", "assurance"),
    [  # NHSRplotthedots, test-ptd_calculate_assurance_type.R
        ("higher", 4, 1, 3, "fail"),
        ("higher", 4, 5, 7, "pass"),
        ("higher", 4, 1, 5, "hit or miss"),
        ("lower", 4, 1, 3, "pass"),
        ("lower", 4, 5, 7, "fail"),
        ("lower", 4, 1, 5, "hit or miss"),
    ],
)
def test_assurance(better, target, lower, upper, assurance):
    """A target beyond the limits is always passed or always failed; one between them is hit or missed."""
    assert assure(lower, upper, better=better, target=target) == assurance
    assert assure(lower, upper, better=better, target=target, strict=True) == assurance


def test_assurance_at_the_limit():
    """A limit on the target: reaching is passing (as in the gap), where the reference says hit or miss."""
    assert assure(10, 20, better="higher", target=10) == "pass"
    assert assure(10, 20, better="higher", target=10, strict=True) == "hit or miss"  # PowerBI-SPC's boundary test
    assert assure(0, 10, better="higher", target=10) == "hit or miss"


def test_assurance_of_a_range():
    """A range is passed by limits inside it and failed by limits beside it."""
    assert assure(5, 7, better="inside", target=4, target_upper=8) == "pass"
    assert assure(9, 10, better="inside", target=4, target_upper=8) == "fail"
    assert assure(7, 10, better="inside", target=4, target_upper=8) == "hit or miss"
    assert assure(7, 10, better="inside", target=None, target_upper=None) == "none"


def test_constant_series():
    """A series that stands still has no special point, and passes a target that it meets (the reference: fails)."""
    limits = process_limits(monthly([0.1] * 20), target=0.1)
    assert (limits.sigma, limits.variation, limits.assurance) == (0.0, "common", "pass")
    assert process_limits(monthly([1.0] * 20), target=0.95).assurance == "pass"
    assert process_limits(monthly([0.9] * 20), target=0.95).assurance == "fail"


def test_one_step_in_a_flat_series():
    """Only the points of the step are special; the reference flags every point (nhspy: [1, 1, 1, 1, 2])."""
    points = limit_points(monthly([1] * 11 + [2]))
    assert points["signal"].tolist() == ["common"] * 11 + ["improving"]
    assert set(limit_points(monthly([1, 1, 1, 1, 2]), compatible=True)["rule"]) == {"outside limits"}
    limits = process_limits(monthly([5] * 10 + [9] * 10))
    assert (limits.variation, limits.since) == ("improving", pd.Period("2017-02"))


@pytest.mark.parametrize("sign", [1, -1])
def test_a_fall_begins_with_the_month_that_fell(sign):
    """The point before a run of falls (or rises) is flagged with it, but the signal holds since the one after."""
    values = sign * np.array([5.0, 6, 5, 6, 5, 6, 5, 6, 5, 6, 7.5, 7, 6.5, 6, 5.5, 5, 4.5])
    assert (limit_points(monthly(values))["rule"] == "trend").sum() == 7
    limits = process_limits(monthly(values))
    assert (limits.rule, limits.since) == ("trend", pd.Period("2017-03"))
    anew = Baseline(rebase=(Rebase(month="2017-02", reason="new rota"),))
    assert process_limits(monthly(values), baseline=anew).since == pd.Period("2017-03")


def test_a_fall_after_bad_months_begins_with_these():
    """Months that were worse than usual before the run are part of the signal."""
    values = [9.0, 10] * 8 + [3, 4, 5, 4.5, 4, 3.5, 3, 2.5, 2.0]
    limits = process_limits(monthly(values), baseline=Baseline(points=16))
    assert limits.since == pd.Period("2017-08")


def test_minima():
    """Below six points there is no verdict; up to twelve it is provisional."""
    five, six, thirteen = (process_limits(monthly([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9][:n])) for n in (5, 6, 13))
    assert (five.variation, five.sigma, five.assurance) == ("insufficient", None, "none")
    assert (six.provisional, six.variation) == (True, "common")
    assert thirteen.provisional is False
    assert process_limits(monthly([])).variation == "insufficient"
    assert process_limits(monthly([math.nan, math.nan])).points == 0


def test_missing_months():
    """A missing month makes no moving range and breaks a run; a missing last month has no variation."""
    gap = monthly([5, 6, 5, 6, 5, 6, math.nan, 25, 26, 25, 26, 25, 26])
    assert limit_lines(gap.to_numpy()).sigma == pytest.approx(1 / 1.128)
    values = np.array([1.0] * 4 + [math.nan] + [1.0] * 4)
    assert not label_points(values, np.array(0.0), np.array(-9.0), np.array(9.0))[0].any()
    assert process_limits(monthly([*gap, math.nan])).variation == "insufficient"
    closed = gap.drop(gap.index[6])
    pd.testing.assert_frame_equal(limit_points(closed), limit_points(gap))


def test_rebase_and_fixed_baseline():
    """Limits start anew at a rebase; with a fixed baseline later months change no limit."""
    values = monthly([11, 10] * 6 + [20, 21] * 6)
    rebased = process_limits(values, baseline=Baseline(rebase=(Rebase(month="2017-04", reason="new rota"),)))
    assert (rebased.mean, rebased.first, rebased.variation) == (20.5, pd.Period("2017-04"), "common")
    fixed = process_limits(values, baseline=Baseline(points=12))
    assert (fixed.mean, fixed.points, fixed.last) == (10.5, 12, pd.Period("2017-03"))
    assert (fixed.variation, fixed.since) == ("improving", pd.Period("2017-04"))


def test_a_range_decides_what_is_good():
    """Inside its range a KPI's signal is neutral; outside it is good when it leads back."""
    values = monthly([10.0, 11, 10, 11, 10, 11, 10, 11, 10, 11, 10, 11, 20])
    assert process_limits(values, better="inside", target=0, target_upper=30).variation == "neutral"
    assert process_limits(values, better="inside", target=0, target_upper=15).variation == "concerning"
    assert process_limits(values, better="inside", target=25, target_upper=30).variation == "improving"


def test_a_month_twice_is_an_error():
    """Two values of one month cannot both be right."""
    twice = pd.Series([1.0, 2.0], index=pd.PeriodIndex(["2026-01", "2026-01"], freq="M"), name="revenue")
    with pytest.raises(ValueError, match="revenue: 2026-01 stands there twice"):
        complete_months(twice)


@given(series_of)
@settings(deadline=None)
def test_mirror(values):
    """Values negated and direction turned give the mirrored limits and the same labels."""
    one = limit_points(monthly(values))
    other = limit_points(-monthly(values), better="lower")
    np.testing.assert_allclose(one["lower"], -other["upper"])
    assert one["signal"].tolist() == other["signal"].tolist()
    assert one["rule"].tolist() == other["rule"].tolist()


@given(series_of, st.sampled_from([0.25, 8.0]), st.sampled_from([-512.0, 64.0]))
@settings(deadline=None)
def test_scale_and_shift(values, scale, shift):
    """Another unit or another zero changes no label."""
    one, other = limit_points(monthly(values)), limit_points(monthly(values) * scale + shift)
    # Exactly representable numbers still round in the mean: points on a line may fall to either side of it.
    near = np.isclose(one["value"], one["upper"]) | np.isclose(one["value"], one["lower"])
    third = (one["upper"] - one["mean"]) * 2 / 3
    near |= np.isclose((one["value"] - one["mean"]).abs(), third)
    if not near.any():
        assert one["rule"].tolist() == other["rule"].tolist()


@given(series_of, st.randoms())
@settings(deadline=None)
def test_row_order(values, random):
    """The order of the rows is irrelevant, and the caller's series stays as it was."""
    series = monthly(values)
    order = list(range(len(values)))
    random.shuffle(order)
    shuffled = series.iloc[order]
    before = shuffled.copy()
    assert process_limits(shuffled, target=3) == process_limits(series, target=3)
    pd.testing.assert_series_equal(shuffled, before)


def test_tables_of_series():
    """A table gives row by row what its rows give."""
    table = np.random.default_rng(1).normal(size=(40, 24))
    table[3, 5] = math.nan
    lines = limit_lines(table)
    rule, direction = label_points(table, lines.mean, lines.lower, lines.upper)
    for row in range(40):
        single = limit_lines(table[row])
        assert (single.lower, single.sigma) == (lines.lower[row], lines.sigma[row])
        one_rule, one_direction = label_points(table[row], single.mean, single.lower, single.upper)
        assert (one_rule == rule[row]).all()
        assert (one_direction == direction[row]).all()

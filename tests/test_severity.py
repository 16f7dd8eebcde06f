"""Severity: scores by hand from the formula, levels, the cap for noise, and laws.

The formula (method, section 1): 100 (.45 m + .20 q + .20 u + .15 d), m = min(1, view / red), q = misses of the last
six months / 6, u = 1 - chance of a hit, d = 1 worse, .5 fluctuating or an early sign of worse, .25 stable, 0 better.
"""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saypro_analysis.columns import row
from saypro_analysis.gap import measure_gap, shortfalls
from saypro_analysis.kpi import Kpi
from saypro_analysis.many import judge_table
from saypro_analysis.severity import Severity, measure_severity

DIRECTIONS = (0.0, 0.25, 0.5, 1.0)
TERMS = ("size", "persistence", "doubt", "direction")

amounts = st.integers(min_value=-400, max_value=400).map(lambda number: number / 4)
chances = st.integers(min_value=0, max_value=64).map(lambda number: number / 64)
histories = st.lists(amounts, min_size=1, max_size=9)
months_of_values = st.lists(st.integers(min_value=-40, max_value=40), min_size=1, max_size=30)


def kpi(unit="score", **card):
    """A KPI card."""
    return Kpi(id="it", department="sales", name="It", definition="", unit=unit, **card)


def severity(card, values, target, upper=None, *, sigma=1.0, chance=0.5, direction=0.25, red=0.1):
    """The severity of the last of some months' values against one target, the rest of the verdict given."""
    gap = measure_gap(values[-1], target, target_upper=upper, better=card.better)
    low, high = (math.nan if bound is None else bound for bound in (target, upper))
    one = {"actual": gap.actual, "target": None if card.better == "inside" else gap.target, "percent": gap.percent}
    columns = measure_severity(
        np.array([math.nan if gap.size is None else gap.size]),
        cards=[card],
        **{name: np.array([math.nan if number is None else number]) for name, number in one.items()},
        sigma=np.array([sigma]),
        short=shortfalls([values], low, high, better=card.better),
        chance=np.array([chance]),
        direction=np.array([direction]),
        red=red,
    )
    return row(Severity, columns, 0)


def terms(found):
    """The four terms, in the order of the formula."""
    return tuple(getattr(found, name) for name in TERMS)


def test_the_four_terms():
    """94 against 100: 6 % of red's 10 %, three of six missed, 30 % chance, declining: 27 + 10 + 14 + 15 = 66."""
    found = severity(kpi(), [101, 102, 103, 98, 97, 94], 100.0, chance=0.3, direction=1.0)
    assert terms(found) == tuple(pytest.approx(points) for points in (27, 10, 14, 15))
    assert (found.score, found.level, found.view) == (pytest.approx(66), "severe", "relative")
    assert (found.relative, found.noise, found.odds) == (pytest.approx(0.06), pytest.approx(6.0), None)


@pytest.mark.parametrize(
    ("direction", "points"), [(1.0, 15.0), (0.5, 7.5), (0.25, 3.75), (0.0, 0.0)], ids=["worse", "swing", "same", "up"]
)
def test_direction(direction, points):
    """Worse counts 15 points, fluctuating half of it, stable a quarter, better none."""
    assert severity(kpi(), [94.0], 100.0, direction=direction).direction == points


def test_persistence_counts_the_last_six_months():
    """Misses before the last six months do not count, nor do months that are not known: 3 of 6 are 10 points."""
    assert severity(kpi(), [90, 90, 90, 101, 90, 101, 90, 101, 90], 100.0).persistence == pytest.approx(10)
    assert severity(kpi(), [math.nan, 90, math.nan, 101, 90, 90], 100.0).persistence == pytest.approx(10)
    assert severity(kpi(), [90, 90, 90], 100.0).persistence == pytest.approx(10)


@pytest.mark.parametrize(("value", "size", "percent"), [(95.0, 5.0, 5 / 90), (72.0, 8.0, 8 / 80)])
def test_a_range(value, size, percent):
    """A range is missed by the distance to its nearer bound, as a part of that bound."""
    found = severity(kpi(better="inside"), [value], 80.0, 90.0, sigma=2.0)
    assert found.relative == pytest.approx(percent)
    assert found.noise == pytest.approx(size / 2)
    assert found.odds is None
    assert found.size == pytest.approx(45 * percent / 0.1)


def test_a_target_of_zero():
    """With ``gap_scale`` 5 of 100 are 5 %, half of red; without it the gap is read in sigmas (full at 3)."""
    scaled = severity(kpi(better="lower", gap_scale=100.0), [5.0], 0.0, sigma=2.0)
    assert (scaled.view, scaled.relative, scaled.size) == ("relative", pytest.approx(0.05), pytest.approx(22.5))
    plain = severity(kpi(better="lower"), [5.0], 0.0, sigma=10.0)
    assert (plain.view, plain.relative, plain.noise) == ("noise", None, pytest.approx(0.5))
    assert plain.size == pytest.approx(45 * 0.5 / 3)


def test_no_view_at_all():
    """Target 0, no scale and no noise: any miss counts fully, no miss counts nothing."""
    for sigma in (0.0, math.nan):
        assert severity(kpi(better="lower"), [1.0], 0.0, sigma=sigma).size == 45
        assert severity(kpi(better="lower"), [0.0], 0.0, sigma=sigma, chance=0.5).size == 0


def test_odds_of_failure():
    """90 % against 95 % is failures doubled, 92.5 % half as many again; of a share of errors, 10 % against 5 %."""
    card = kpi("percent", gap_view="odds")
    doubled = severity(card, [0.90], 0.95)
    assert (doubled.view, doubled.odds, doubled.size) == ("odds", pytest.approx(1.0), pytest.approx(45))
    assert doubled.relative == pytest.approx(0.05 / 0.95)
    assert severity(card, [0.925], 0.95).size == pytest.approx(22.5)
    errors = severity(kpi("percent", better="lower", gap_view="odds"), [0.10], 0.05)
    assert (errors.odds, errors.size) == (pytest.approx(1.0), pytest.approx(45))
    assert severity(kpi("percent"), [0.90], 0.95).size == pytest.approx(45 * (0.05 / 0.95) / 0.1)


@pytest.mark.parametrize(
    ("unit", "better", "target", "known"),
    [
        ("percent", "higher", 0.80, True),
        ("percent", "higher", 0.79, False),
        ("percent", "lower", 0.20, True),
        ("percent", "lower", 0.21, False),
        ("percent", "higher", 1.0, False),
        ("percent", "lower", 0.0, False),
        ("score", "higher", 0.95, False),
    ],
)
def test_where_odds_make_sense(unit, better, target, known):
    """Odds are those of shares with a target from 80 % on, or up to 20 % where less is better; 0 and 1 have none."""
    off = -0.05 if better == "higher" else 0.05
    found = severity(kpi(unit, better=better, gap_view="odds"), [target + off], target, sigma=0.01)
    assert (found.odds is not None) == known
    assert (found.view == "odds") == known


def test_red_of_the_card():
    """``red`` is in the unit of the view: 20 % of the target, or 2 sigmas, or failures tripled."""
    assert severity(kpi(red=0.2), [94.0], 100.0).size == pytest.approx(45 * 0.06 / 0.2)
    assert severity(kpi(), [94.0], 100.0, red=0.3).size == pytest.approx(45 * 0.06 / 0.3)
    assert severity(kpi(gap_view="noise"), [94.0], 100.0, sigma=4.0).size == pytest.approx(45 * 1.5 / 3)
    assert severity(kpi(gap_view="noise", red=2.0), [94.0], 100.0, sigma=4.0).size == pytest.approx(45 * 1.5 / 2)
    assert severity(kpi("percent", gap_view="odds", red=2.0), [0.9], 0.95).size == pytest.approx(22.5)


def test_red_of_another_view():
    """Where the card's view makes no sense, its ``red`` does not fit the view that replaces it."""
    still = severity(kpi(gap_view="noise", red=2.0), [94.0], 100.0, sigma=0.0)
    assert (still.view, still.size) == ("relative", pytest.approx(27))


def test_a_critical_card():
    """A miss as large as red is critical at once on a critical card; a smaller one, and a KPI that is met, are not."""
    full, less, met = (
        severity(kpi(critical=True), [value], 100.0, chance=0.9, direction=0.0) for value in (90.0, 91.0, 100.0)
    )
    assert (full.level, full.score) == ("critical", pytest.approx(45 + 20 / 6 + 2))
    assert (less.level, met.level) == ("moderate", "on track")
    assert severity(kpi(), [90.0], 100.0, chance=0.9, direction=0.0).level == "moderate"


@pytest.mark.parametrize(
    ("sigma", "chance", "level", "capped"),
    [
        (8.0, 0.5, "watch", True),
        (8.0, 0.49, "moderate", False),
        (6.0, 0.5, "moderate", False),
        (5.0, 0.5, "moderate", False),
    ],
)
def test_a_miss_inside_noise(sigma, chance, level, capped):
    """A gap of less than a sigma that next month is as likely to meet as not is watched at most; the score stays."""
    found = severity(kpi(), [94.0], 100.0, sigma=sigma, chance=chance)
    assert (found.level, found.capped) == (level, capped)
    assert found.score == pytest.approx(27 + 20 / 6 + 20 * (1 - chance) + 3.75)


def test_a_small_miss():
    """What is missed is watched at least, however low its score; what the cap does not lower is not called capped."""
    small = severity(kpi(), [99.5], 100.0, sigma=8.0, chance=0.9, direction=0.0)
    assert small.score == pytest.approx(45 * 0.005 / 0.1 + 20 / 6 + 2)
    assert small.score < 15
    assert (small.level, small.capped) == ("watch", False)


def test_the_cap_holds_for_critical_cards():
    """A miss that noise explains is watched at most, even on a card whose misses are critical at once."""
    critical = severity(kpi(critical=True), [90.0], 100.0, sigma=11.0, chance=0.5)
    assert (critical.level, critical.capped) == ("watch", True)


def test_met_and_sure():
    """On target with a chance of at least 90 % is zero, whatever came before; with less, doubt and past count."""
    before = [90.0] * 5 + [100.0]
    assert terms(severity(kpi(), before, 100.0, chance=0.9, direction=1.0)) == (0, 0, 0, 0)
    doubted = severity(kpi(), before, 100.0, chance=0.85, direction=1.0)
    assert doubted.score == pytest.approx(20 * 5 / 6 + 20 * 0.15 + 15)
    assert doubted.level == "watch"
    missed = severity(kpi(), [90.0, 99.0], 100.0, chance=0.95, direction=0.0)
    assert missed.score == pytest.approx(45 * 0.01 / 0.1 + 20 * 2 / 6 + 20 * 0.05)


@pytest.mark.parametrize(("value", "target"), [(math.nan, 100.0), (90.0, None)])
def test_nothing_to_judge(value, target):
    """Without value or target there is no score and no level."""
    found = severity(kpi(critical=True), [value], target)
    assert (found.level, found.score, found.capped) == ("", None, False)
    assert terms(found) == (None, None, None, None)


@pytest.mark.parametrize(
    ("values", "chance", "direction", "score", "level"),
    [
        ([100.0], 0.2501, 0.0, 14.998, "on track"),
        ([100.0], 0.25, 0.0, 15.0, "watch"),
        ([100.0], 0.0001, 1.0, 34.998, "watch"),
        ([100.0], 0.0, 1.0, 35.0, "moderate"),
        ([90.0] * 6, 0.2501, 0.0, 79.998, "severe"),
        ([90.0] * 6, 0.25, 0.0, 80.0, "critical"),
        ([90.0] * 6, 0.0, 1.0, 100.0, "critical"),
        ([75.0] * 3 + [125.0] * 2 + [75.0], 1 - 5 / 60, 0.0, 60.0, "severe"),
        ([75.0] * 3 + [125.0] * 2 + [75.0], 0.917, 0.0, 59.993333, "moderate"),
    ],
)
def test_levels(values, chance, direction, score, level):
    """Watch begins at 15 (or a miss), moderate at 35, severe at 60, critical at 80; on the boundary it is the worse."""
    found = severity(kpi(), values, 100.0, chance=chance, direction=direction)
    assert found.score == pytest.approx(score)
    assert found.level == level


@given(histories, amounts, chances, st.sampled_from(DIRECTIONS), st.sampled_from(["relative", "noise"]), st.booleans())
@settings(deadline=None)
def test_terms_add_up(values, target, chance, direction, view, critical):
    """The terms make the score, each inside its own bounds, from 0 to 100 in all."""
    card = kpi(gap_view=view, critical=critical)
    found = severity(card, values, target, sigma=3.0, chance=chance, direction=direction)
    assert found.score == pytest.approx(sum(terms(found)), abs=1e-12)
    assert 0 <= found.score <= 100
    for points, most in zip(terms(found), (45, 20, 20, 15), strict=True):
        assert 0 <= points <= most


@given(histories, amounts, chances, st.sampled_from(DIRECTIONS))
@settings(deadline=None)
def test_mirror(values, target, chance, direction):
    """Values and target negated, direction turned: the same severity."""
    rest = {"sigma": 3.0, "chance": chance, "direction": direction}
    one = severity(kpi(gap_scale=8.0), values, target, **rest)
    other = severity(kpi(better="lower", gap_scale=8.0), [-value for value in values], -target, **rest)
    assert one == other


@given(histories, amounts, chances, st.sampled_from([2.0**-20, 0.25, 8.0, 2.0**30]))
@settings(deadline=None)
def test_scale(values, target, chance, scale):
    """Another unit changes no severity: values, target, sigma and the card's scale are all in it."""
    one = severity(kpi(gap_scale=8.0), values, target, sigma=3.0, chance=chance)
    card = kpi(gap_scale=8.0 * scale)
    other = severity(card, [value * scale for value in values], target * scale, sigma=3.0 * scale, chance=chance)
    assert one == other


@given(st.integers(min_value=0, max_value=64), st.integers(min_value=52, max_value=63), chances)
@settings(deadline=None)
def test_successes_and_failures(good, target, chance):
    """As odds, a share of successes is as bad as the share of failures that it leaves (in parts of 64: exactly)."""
    one = severity(kpi("percent", gap_view="odds"), [good / 64], target / 64, chance=chance)
    card = kpi("percent", better="lower", gap_view="odds")
    other = severity(card, [1 - good / 64], 1 - target / 64, chance=chance)
    assert (one.odds, one.level, terms(one)) == (other.odds, other.level, terms(other))


@given(amounts, amounts, amounts, chances, chances)
@settings(deadline=None)
def test_worse_is_not_better(first, second, target, chance, less):
    """A larger gap or a smaller chance never lowers the score."""
    worse, better = sorted((first, second))
    bad = severity(kpi(), [worse], target, chance=min(chance, less))
    assert bad.score >= severity(kpi(), [better], target, chance=max(chance, less)).score


@given(months_of_values, st.integers(min_value=-40, max_value=40), st.booleans())
@settings(deadline=None, max_examples=60)
def test_of_a_verdict(values, target, turned):
    """In a verdict the terms come from its own columns: gap, months, chance of next month and direction."""
    sign = -1.0 if turned else 1.0
    months = pd.period_range("2024-01", periods=len(values), freq="M")
    table = pd.DataFrame({"it": sign * np.array(values, dtype=np.float64)}, index=months)
    card = kpi(better="lower" if turned else "higher", target=sign * target, gap_scale=10.0)
    found = judge_table(table, card).loc["it"]
    part = (target - values[-1]) / (abs(target) or 10.0) / 0.1
    missed = sum(value < target for value in values[-6:])
    worse = found["trend"] == "declining" or found["trend_direction"] == "worse"
    better = found["trend"] == "improving" or found["trend_direction"] == "better"
    direction = (
        1.0 if worse and not found["early"] else 0.0 if better else 0.5 if worse or found["fluctuating"] else 0.25
    )
    held = min(len(values), 12)
    hits = sum(value >= target for value in values[-12:])
    # Of a series without a forecast, what its months did counts, and the four of the prior say one half.
    chance = (hits + 2) / (held + 4) if np.isnan(found["chance_next"]) else found["chance_next"]
    score = 45 * min(max(part, 0), 1) + 20 * missed / 6 + 20 * (1 - chance) + 15 * direction
    sure = values[-1] >= target and chance >= 0.9
    assert found["score"] == pytest.approx(0.0 if sure else score)

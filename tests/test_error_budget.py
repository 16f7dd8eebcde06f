"""The error budget: chance raises about as many flags as it says."""

import math

import numpy as np
import pandas as pd
import pytest

from saypro_analysis.budget import ErrorBudget, together
from saypro_analysis.kpi import Kpi
from saypro_analysis.many import judge_table

CARD = Kpi(name="Noise", definition="", unit="score")


def noise(rng, months, series, *, carry=0.0, sigma=1.0, mean=20.0):
    """Series (columns) of months (rows) in which each month hands ``carry`` on to the next."""
    table = rng.standard_normal((months + 40, series))
    for month in range(1, len(table)):
        table[month] = carry * table[month - 1] + math.sqrt(1 - carry**2) * table[month]
    index = pd.period_range("2022-01", periods=months, freq="M")
    return pd.DataFrame(mean + sigma * table[40:], index=index)


def near(found, expected, chances):
    """Whether a count is within four standard deviations of a sum of such chances, or within 15 % of it."""
    return abs(found - expected) <= 4 * math.sqrt((chances * (1 - chances)).sum()) + 0.15 * expected


@pytest.mark.parametrize("months", [6, 9, 12, 18, 24, 36, 48, 60])
def test_companies_of_noise(months):
    """A hundred companies of 50 KPIs of pure noise raise as many flags as their budgets say."""
    table = judge_table(noise(np.random.default_rng(months), months, 5000), CARD)
    flags = (table["variation"] != "common").sum()
    assert near(flags, table["flag_chance"].sum(), table["flag_chance"])
    assert 0.4 < table["flag_chance"].sum() / 100 < 1.8  # of 50 KPIs: about one


@pytest.mark.parametrize(("carry", "months"), [(0.5, 24), (0.6, 36), (0.7, 60), (0.8, 36)])
def test_months_that_resemble_their_neighbours(carry, months):
    """Where months hand a part on to the next, the budget is higher, as chance then raises more flags.

    How much they hand on is an estimate from few months, so the budget is held to a third.
    """
    table = judge_table(noise(np.random.default_rng(months), months, 4000, carry=carry), CARD)
    flags = (table["variation"] != "common").sum()
    assert table["flag_chance"].sum() == pytest.approx(flags, rel=1 / 3)
    assert table["flag_chance"].mean() > 0.04


@pytest.mark.parametrize("months", [6, 8, 12, 18, 24, 36, 60])
def test_swings_of_noise(months):
    """Steady noise that is large enough to matter is called fluctuating about as often as the budget says."""
    table = judge_table(noise(np.random.default_rng(7 * months), months, 5000, sigma=3), CARD)
    assert near(table["fluctuating"].sum(), table["swing_chance"].sum(), table["swing_chance"])


def test_small_noise_does_not_swing():
    """Noise below the tolerance is not called fluctuating, and has no budget for it."""
    table = judge_table(noise(np.random.default_rng(1), 24, 500, sigma=0.2), CARD)
    assert not table["fluctuating"].any()
    assert (table["swing_chance"] == 0).all()


def test_budgets_add_up():
    """The budget of several reports is the sum of theirs."""
    one = ErrorBudget(
        kpis=4, flags=1, expected=0.07, swings=1, swings_expected=0.2, tested=4, trends=2, false_share=0.05
    )
    both = together([one, one])
    assert (both.kpis, both.flags, both.trends, both.false_share) == (8, 2, 4, 0.05)
    assert both.expected == pytest.approx(0.14)

"""What a gap costs: the shortfall times what a unit is worth, over the present row of misses, never a guess."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saypro_analysis.gap_cost import gap_cost
from saypro_analysis.kpi import Kpi

NAN = float("nan")


def months(number):
    """Months up to October 2026."""
    return pd.Series(pd.period_range(end="2026-10", periods=number, freq="M"))


def card(**settings):
    """A KPI whose unit is worth something."""
    return Kpi(**{"name": "Leads", "definition": "", "unit": "count", "worth": 10.0, **settings})


@given(st.lists(st.floats(0.01, 1e6), min_size=1, max_size=24), st.floats(0.01, 1e4))
def test_the_row_of_misses_adds_up(short, worth):
    """The running cost is the sum of the months' costs, and the month's is the last of them."""
    found = gap_cost(card(worth=worth), short, months(len(short)))
    assert found.month == pytest.approx(short[-1] * worth)
    assert found.running == pytest.approx(np.sum(short) * worth)
    assert found.since == months(len(short)).iloc[0]


@pytest.mark.parametrize("before", [-3.0, 0.0, NAN])
def test_the_row_begins_after_a_month_that_was_met_or_is_not_known(before):
    """A month without a value is no miss: nothing is reckoned for it or before it."""
    found = gap_cost(card(), [7.0, before, 2.0, 3.0], months(4))
    assert (found.month, found.running, str(found.since)) == (30.0, 50.0, "2026-09")


def test_percent_counts_in_points():
    """A conversion rate 3.3 points short at 1,000 a point costs 3,300."""
    found = gap_cost(card(unit="percent", worth=1000.0), [0.033], months(1))
    assert found.month == pytest.approx(3300.0)


@pytest.mark.parametrize(
    ("settings", "short"),
    [({"worth": None}, [5.0]), ({}, [5.0, -1.0]), ({}, [5.0, 0.0]), ({}, [5.0, NAN]), ({}, [])],
)
def test_nothing_is_made_up(settings, short):
    """No worth, no miss in the month, no value: no cost."""
    assert gap_cost(card(**settings), short, months(len(short))) is None

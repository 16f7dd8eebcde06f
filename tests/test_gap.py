"""Gap: actual against target, signed by which way is better."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saypro_analysis.gap import measure_gap, shortfalls

numbers = st.floats(min_value=-1e6, max_value=1e6)


def test_worked_examples():
    """The three examples of SayPro's brief come out exactly."""
    assert measure_gap(250_000, 300_000).size == 50_000
    assert measure_gap(150, 200).size == 50
    assert measure_gap(6, 4, better="lower").size == 2


@pytest.mark.parametrize(
    ("actual", "size", "status"),
    [
        (0.7, 0.1, "missed"),
        (0.8, 0.0, "met"),
        (0.85, -0.05, "met"),
        (0.88, -0.02, "met"),
        (0.9, 0.0, "met"),
        (1.0, 0.1, "missed"),
    ],
)
def test_range(actual, size, status):
    """Outside a range the gap is the distance to the nearer bound, inside minus that; the bounds are inside."""
    gap = measure_gap(actual, 0.8, target_upper=0.9, better="inside")
    assert gap.size == pytest.approx(size)
    assert gap.status == status


def test_range_with_an_open_side():
    """A bound that is not given is open, and a range without bounds is no target."""
    assert measure_gap(5, None, target_upper=4, better="inside").status == "missed"
    assert measure_gap(3, None, target_upper=4, better="inside").status == "met"
    assert measure_gap(3, None, better="inside").status == "no target"


def test_percent():
    """The relative gap refers to the magnitude of the target, and is unknown for a target of zero."""
    assert measure_gap(250_000, 300_000).percent == pytest.approx(1 / 6)
    assert measure_gap(-12, -10).percent == pytest.approx(0.2)
    assert measure_gap(3, 0, better="lower").percent is None
    assert measure_gap(3, 0, better="lower").size == 3


@pytest.mark.parametrize("actual", [None, math.nan, math.inf])
def test_no_data(actual):
    """What is not a number is not known, and never a zero."""
    gap = measure_gap(actual, 5)
    assert (gap.status, gap.size, gap.actual) == ("no data", None, None)


@pytest.mark.parametrize("target", [None, math.nan])
def test_no_target(target):
    """Without a target there is no gap."""
    assert measure_gap(5, target).status == "no target"


def test_rounding_is_not_a_gap():
    """A target that is met to the last digit is met, whatever the order of the additions."""
    assert measure_gap(0.1 + 0.1 + 0.1, 0.3, better="lower").status == "met"
    assert measure_gap(sum([0.1] * 9), 0.9).size == 0


@given(numbers, numbers)
def test_mirror(actual, target):
    """Values negated and direction turned give the same gap."""
    higher, lower = measure_gap(actual, target), measure_gap(-actual, -target, better="lower")
    assert (higher.size, higher.status, higher.percent) == (lower.size, lower.status, lower.percent)


@given(numbers, numbers, st.sampled_from(["higher", "lower", "inside"]))
def test_vector_equals_single(actual, target, better):
    """The table form gives what the single form gives, and leaves its input alone."""
    values = np.array([actual, math.nan, target])
    before = values.copy()
    sizes = shortfalls(values, target, target + 1, better=better)
    assert sizes[0] == measure_gap(actual, target, target_upper=target + 1, better=better).size
    assert math.isnan(sizes[1])
    np.testing.assert_array_equal(values, before)

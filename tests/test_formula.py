"""The core's reader of formulas: it agrees with the one of the data layer, and takes nothing else."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saypro_analysis.data.expressions import names_of, parse_formula
from saypro_analysis.data.measures import evaluate as evaluate_table
from saypro_analysis.formula import FormulaError, evaluate, names_in, solve

NAMES = ("orders", "rate", "average_deal_size", "x1", "_y")
VALUES = {
    "orders": [100.0, 0.0, -3.0, np.nan],
    "rate": [0.25, 0.5, 0.0, 1.0],
    "average_deal_size": [40.0, -7.5, 2.0, 3.0],
    "x1": [1.0, 2.0, 3.0, 4.0],
    "_y": [1e6, 1e-6, 5.0, 0.0],
}


def _grown(parts):
    """A pair with an operation between them, in brackets, or with a minus before it."""
    pair = st.tuples(parts, st.sampled_from([" + ", " - ", " * ", " / ", "+", "*", "/"]), parts).map("".join)
    return st.one_of(pair, parts.map("({})".format), parts.map("(-{})".format))


formulas = st.recursive(
    st.one_of(st.sampled_from(NAMES), st.sampled_from(["2", "0.5", "100", "12.0", ".25", "0"])),
    _grown,
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(formulas)
def test_both_readers_agree(formula):
    """Same names in the same order, same values row by row, missing in the same rows: core and data layer."""
    tree = parse_formula(formula)
    assert names_in(formula) == tuple(sorted(names_of(tree), key=formula_order(formula)))
    theirs = evaluate_table(tree, pd.DataFrame(VALUES)).replace([np.inf, -np.inf], np.nan)
    ours = np.broadcast_to(evaluate(formula, VALUES), 4)
    np.testing.assert_allclose(ours, theirs.to_numpy(dtype=float), rtol=1e-12)


def formula_order(formula):
    """Where a name is first read in the text; the longest name that begins there is meant."""
    first = {}
    for found in re.finditer(r"[A-Za-z_]\w*", formula):
        first.setdefault(found[0], found.start())
    return first.__getitem__


@pytest.mark.parametrize(
    ("formula", "value"),
    [("2 - 3 - 4", -5), ("2 - (3 - 4)", 3), ("8 / 4 / 2", 1), ("-2 * -3", 6), ("1 + 2 * 3", 7), ("(1 + 2) * 3", 9)],
)
def test_precedence(formula, value):
    """Operations of one kind go from left to right, products before sums, a minus before both."""
    assert evaluate(formula, {}) == value


def test_numbers():
    """Digits with or without a point and a power of ten; beside a sign, sqlglot reads "1e2+1" as one number."""
    assert evaluate("1e2+1 - .5 * 2.", {}) == 100


@pytest.mark.parametrize(
    "formula",
    [
        "", " ", "a +", "a b", "(a", "a)", "a ** b", "a // b", "a % b", "a -- b", "a /* b", "a < b", "a, b", "f(a)",
        "()", "a.b", "a[0]", "'a'", "__import__('os')", "a if b else c", "lambda: 1", "1_000", "2x", "a; b", "a := 1",
        "ä + 1",
    ],
)  # fmt: skip
def test_nothing_else_is_taken(formula):
    """What is no formula is refused with one sentence that quotes it."""
    with pytest.raises(FormulaError, match="formula"):
        names_in(formula)


def test_names_may_be_keywords():
    """A KPI may be called like a word of Python's."""
    assert names_in("return / class") == ("return", "class")
    assert evaluate("return / class", {"return": 6.0, "class": 4.0}) == 1.5


def test_missing_and_zero():
    """A missing part and a division by zero give NaN, silently; a name without values is an error."""
    found = evaluate("a / (b - 1)", {"a": [1.0, np.nan, 1.0], "b": [1.0, 2.0, 3.0]})
    np.testing.assert_array_equal(found, [np.nan, np.nan, 0.5])
    with pytest.raises(ValueError, match="needs values of b"):
        evaluate("a * b", {"a": 1.0})


@settings(max_examples=300, deadline=None)
@given(formulas, st.floats(0.5, 50))
def test_solve_is_the_inverse(formula, wanted):
    """Where a value is found, the formula gives the wanted result with it; a name that stands there twice has none."""
    values = {name: float(column[0]) for name, column in VALUES.items()}
    for name in names_in(formula):
        found = solve(formula, name, values, wanted)
        if found is not None:
            assert evaluate(formula, {**values, name: found}) == pytest.approx(wanted, rel=1e-6)
        elif formula == name:
            pytest.fail("a name alone is what is wanted")


def test_solve():
    """Each operation is undone on either side; without a unique answer there is none."""
    values = {"a": 8.0, "b": 2.0}
    answers = {"a + x": 2, "a - x": -2, "x - a": 18, "a * x": 1.25, "x / b": 20, "a / x": 0.8, "-(x)": -10}
    for formula, expected in answers.items():
        assert solve(formula, "x", values, 10.0) == pytest.approx(expected)
    for formula in ("x * x", "a * b", "x * (b - 2)", "x / (b - 2)", "(b - 2) / x"):
        assert solve(formula, "x", values, 10.0) is None
    assert solve("a / x", "x", values, 0.0) is None

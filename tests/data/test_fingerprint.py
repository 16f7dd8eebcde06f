"""Tables have the same fingerprint exactly when they hold the same."""

import math

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from saypro_analysis.data.fingerprint import fingerprint_of

TEXTS = st.none() | st.text(max_size=3)
KINDS = {
    "float64": st.none() | st.floats(width=16),
    "int64": st.integers(-2, 2),
    "bool": st.booleans(),
    "str": TEXTS,
    "object": TEXTS,
    "period[M]": st.integers(600, 603).map(lambda number: pd.Period(ordinal=number, freq="M")),
}


@st.composite
def tables(draw):
    """Small tables of few kinds, names and values, so that two are often nearly alike."""
    kinds = draw(st.lists(st.sampled_from(list(KINDS)), max_size=2))
    rows = draw(st.integers(0, 2))
    names = draw(st.permutations(["a", "b"]))
    held = {
        name: pd.Series(draw(st.lists(KINDS[kind], min_size=rows, max_size=rows)), dtype=kind)
        for name, kind in zip(names, kinds, strict=False)
    }
    return pd.DataFrame(held, index=range(rows))


def content(table):
    """What a table says, without regard to how it is held: kinds that mean the same are the same."""
    plain = {"object": "str", "bool": "int64"}
    columns = [(name, plain.get(str(dtype), str(dtype))) for name, dtype in table.dtypes.items()]
    rows = [[None if pd.isna(value) else plain_value(value) for value in table[name]] for name, _ in columns]
    return columns, len(table), rows


def plain_value(value):
    """A number as a number: true is one, and there is one zero."""
    return value + 0 if isinstance(value, bool | int | float | np.number | np.bool_) else value


@given(st.lists(tables(), max_size=2), st.lists(tables(), max_size=2))
def test_same_exactly_when_they_hold_the_same(one, other):
    """The law, for lists of tables; also that nothing of a table can pass for a part of its neighbour."""
    same = [content(table) for table in one] == [content(table) for table in other]
    assert (fingerprint_of(one) == fingerprint_of(other)) == same


@given(tables())
def test_how_it_is_held_does_not_matter(table):
    """The index, the order in memory, what stands for a missing number, and the sign of zero say nothing."""
    other = table.copy().set_axis([f"row {number}" for number in range(len(table))])
    for name in other.select_dtypes("float64"):
        other[name] = [-math.nan if pd.isna(value) else value or -0.0 for value in other[name]]
    assert fingerprint_of([other.iloc[::-1].iloc[::-1]]) == fingerprint_of([table])


def test_facts_count():
    """What stands beside the tables is a part of it."""
    assert fingerprint_of([], facts=["2026-12-31", True]) != fingerprint_of([], facts=["2026-12-31", False])

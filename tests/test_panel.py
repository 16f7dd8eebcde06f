"""The panel of a report's month is that of its KPIs' series, whatever stands beside them in the table."""

from dataclasses import fields

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saypro_analysis.kpi import CauseModel, Company, Department, DepartmentMonth, Kpi
from saypro_analysis.panel import COLUMNS, make_panel, month_panel, series

KPIS = tuple(Kpi(id=name, department="sales", name=name, definition=name, unit="count") for name in ("a", "b", "c"))
NUMBERS = st.floats(-1e6, 1e6) | st.just(float("nan"))
KEYS = st.tuples(
    st.sampled_from(["sales", "other"]), st.sampled_from(["a", "b", "c"]), st.sampled_from([("", ""), ("by", "x")]),
    st.integers(0, 30),
)  # fmt: skip


def month_of(rows, ahead=()):
    """October 2026 of the department sales; rows and targets ahead by key: department, KPI, segment, month's number."""
    table = pd.DataFrame(
        [(d, k, *s, pd.Period("2025-01") + at, *held) for (d, k, s, at), held in dict(rows).items()],
        columns=["department", "kpi", "dimension", "segment", "month", *COLUMNS],
    )
    coming = pd.DataFrame(
        [(d, k, pd.Period("2026-01") + at, *held[1:3]) for (d, k, _, at), held in dict(ahead).items()],
        columns=["department", "kpi", "month", "target", "target_upper"],
    )
    return DepartmentMonth(
        company=Company(name="SayPro"),
        department=Department(id="sales", name="Sales", owner="Head", kpis={card.id: card for card in KPIS}),
        departments={"sales": "Sales"}, month=pd.Period("2026-10"), causes=CauseModel(causes={}, signs={}, actions={}),
        observations=(), register=(), monthly=table, quality=pd.DataFrame(),
        ahead=coming.drop_duplicates(["department", "kpi", "month"]),
    )  # fmt: skip


VALUES = st.tuples(*[NUMBERS] * len(COLUMNS))
TABLES = st.dictionaries(KEYS, VALUES, max_size=40)


@given(TABLES, TABLES, st.lists(st.sampled_from(KPIS), min_size=1, max_size=4))
def test_panel_of_a_month_is_that_of_its_series(rows, ahead, kpis):
    """The law: as if each KPI's series were read by itself; also for a KPI without rows, and one asked for twice."""
    month = month_of(rows, ahead)
    found = month_panel(month, kpis)
    wanted = make_panel(kpis, [series(month.monthly, kpi, until=month.month) for kpi in kpis], month.ahead)
    assert found.months.equals(wanted.months)
    for field in fields(found):
        if field.name not in ("months", "kpis"):
            np.testing.assert_array_equal(getattr(found, field.name), getattr(wanted, field.name))


def test_targets_ahead_are_those_of_the_next_twelve_months():
    """Each KPI's own, month by month from the one after; NaN where none is set. (Position 9 of 2026 is October.)"""
    held = {("sales", "a", ("", ""), at): (1.0, 100.0 + at, float("nan"), 1.0, 1.0) for at in range(9, 30)}
    found = month_panel(month_of({}, held), KPIS[:2])
    assert found.ahead[0].tolist() == [100.0 + at for at in range(10, 22)]
    assert np.isnan(found.ahead[1]).all()
    assert np.isnan(found.ahead_upper).all()


def test_a_month_that_stands_twice():
    """It is named; which of the two is meant nobody can say."""
    month = month_of({("sales", "a", ("", ""), 3): (1.0,) * 5, ("sales", "b", ("", ""), 4): (2.0,) * 5})
    twice = pd.concat([month.monthly, month.monthly])
    month = DepartmentMonth(**{field.name: getattr(month, field.name) for field in fields(month)} | {"monthly": twice})
    with pytest.raises(ValueError, match=r"^sales\.a: 2025-04 stands there twice$"):
        month_panel(month, KPIS)

"""What has changed since the month before: planted moves of one KPI, restated history, other causes, actions due."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from saypro_analysis.analysis import analyse
from saypro_analysis.changes import move
from saypro_analysis.kpi import (
    Cause,
    CauseModel,
    Company,
    Department,
    DepartmentMonth,
    Kpi,
    Observation,
    PlannedAction,
    Published,
    Sign,
)

MONTH = pd.Period("2026-10", "M")
CAUSES = CauseModel(
    causes={
        "staff": Cause(id="staff", name="Staff", signs={"overtime": "decisive"}),
        "skill": Cause(id="skill", name="Skill", signs={"untrained": "decisive"}),
    },
    signs={name: Sign(id=name, name=name) for name in ("overtime", "untrained")},
    actions={},
)


def table(values, target=100.0):
    """The monthly table of one KPI whose last value is that of October 2026."""
    months = pd.period_range(end=MONTH, periods=len(values), freq="M")
    held = pd.DataFrame({"month": months, "value": np.array(values, dtype=float), "target": target})
    held["department"], held["kpi"], held["dimension"], held["segment"] = "sales", "orders", "", ""
    return held.assign(target_upper=math.nan, numerator=held["value"], denominator=math.nan, rows=1)


def company(values, *, seen=(), register=(), published=None, **card):
    """A department of one KPI in October 2026, with its September beside it."""
    kpi = Kpi(id="orders", department="sales", name="Orders", definition="", unit="count", **card)
    held = table(values)
    now = DepartmentMonth(
        company=Company(name="SayPro"),
        department=Department(id="sales", name="Sales", owner="Head of Sales", kpis={"orders": kpi}),
        departments={"sales": "Sales"},
        month=MONTH,
        causes=CAUSES,
        observations=tuple(seen),
        register=tuple(register),
        monthly=held,
        quality=pd.DataFrame(),
        published=published,
    )
    before = replace(
        now, month=MONTH - 1, monthly=held[held["month"] < MONTH], published=None,
        observations=tuple(one for one in seen if one.month < MONTH),
    )  # fmt: skip
    return replace(now, before=before)


def noise(size, seed=3):
    """Months around 110 that never miss a target of 100."""
    return (110 + np.random.default_rng(seed).uniform(-1, 1, size)).tolist()


@pytest.mark.parametrize(
    ("last", "move"),
    [
        ([110.0, 90.0], "newly missed"),
        ([90.0, 110.0], "recovered"),
        ([99.5, 60.0], "worse"),
        ([60.0, 99.9], "better"),
        ([110.0, 110.3], "same"),
        ([110.0, math.nan], "no value"),
    ],
)
def test_moves(last, move):
    """Each kind of move is told by what was planted in the last two months."""
    found = analyse(company([*noise(30), *last])).changes
    assert found.since == MONTH - 1
    assert [change.move for change in found.moved] == ([move] if move != "same" else [])
    assert found.same == ()  # a KPI that was and is fine is in neither list


def test_unchanged_trouble_is_counted():
    """Missed in both months at the same severity: unchanged, with the months in a row."""
    found = analyse(company([*noise(24), *[90.0] * 7])).changes
    assert [(change.move, change.now.misses) for change in found.same] == [("same", 7)]
    assert found.moved == ()


def test_a_trend_that_sets_in_is_worse():
    """A KPI to watch in both months, whose fall is a trend only since this one: worse, by no more than that."""
    (change,) = analyse(company([*noise(24), *[90.0] * 7])).changes.same
    falling = replace(change.now, trend=replace(change.now.trend, verdict="declining"))
    steady = replace(change.now, trend=replace(change.now.trend, verdict="stable", direction=""))
    assert move(falling, steady) == "worse"
    assert move(steady, falling) == "better"
    assert move(steady, steady) == "same"


def test_no_month_before():
    """A department without a month before it has nothing to compare with."""
    month = replace(company([*noise(20)]), before=None)
    assert analyse(month).changes is None


def test_another_cause_leads():
    """The cause that the signs of this month point to, where last month's pointed to another."""

    def observed(month, sign, degree):
        return Observation(month=pd.Period(month), sign=sign, degree=degree, source="Survey", who="Ana")

    seen = [
        observed("2026-09", "overtime", 0.95), observed("2026-09", "untrained", 0.05),
        observed("2026-10", "overtime", 0.05), observed("2026-10", "untrained", 0.95),
    ]  # fmt: skip
    (moved,) = analyse(company([*noise(24), 90.0, 90.0], seen=seen)).changes.causes
    assert (moved.before.id, moved.now.id) == ("staff", "skill")
    assert analyse(company([*noise(24), 90.0, 90.0], seen=seen[:2])).changes.causes == ()


def test_actions_that_fell_due():
    """Those with a due date inside the month, whatever became of them."""

    def row(name, due, status):
        return PlannedAction(
            id=name, kpi="orders", cause="staff", action="Hire", owner="Kim Lee", start="2026-07-01", due=due,
            status=status,
        )  # fmt: skip

    rows = [row("A", "2026-10-01", "done"), row("B", "2026-10-31", "started"), row("C", "2026-09-30", "started")]
    found = analyse(company([*noise(24), 90.0, 90.0], register=[*rows, row("D", "2026-11-01", "started")])).changes
    assert [(item.planned.id, item.state) for item in found.due] == [("A", "done"), ("B", "on time")]


def published(values, as_of="2026-09-30"):
    """The report for September, which had these values."""
    held = table(values)
    return Published(month=MONTH - 1, as_of=as_of, values=held[["department", "kpi", "month", "value"]])


def test_restated_history():
    """Past months that have other values than in the last report, the largest change named; this month is none."""
    then = [*noise(23), 110.0]
    now = [*then]
    now[10] *= 1.001
    now[15] *= 1.05
    now[-1] = 80.0
    held = published(then)
    held = replace(held, values=held.values[held.values["month"] < MONTH])
    (found,) = analyse(company(now, published=held)).changes.restated
    months = pd.period_range(end=MONTH, periods=24, freq="M")
    assert (found.months, found.first, found.month) == (2, months[10], months[15])
    assert found.before == then[15]
    assert found.now == pytest.approx(1.05 * then[15], rel=1e-12)


@pytest.mark.parametrize("gone", [True, False])
def test_a_value_that_appears_or_goes_is_restated(gone):
    """A past month that had a value and has none now, or the other way round."""
    then, now = [*noise(23), 110.0], [*noise(23), 110.0]
    (now if gone else then)[12] = math.nan
    held = published(then)
    held = replace(held, values=held.values[held.values["month"] < MONTH].dropna())
    (found,) = analyse(company(now, published=held)).changes.restated
    assert (found.months, found.before is None, found.now is None) == (1, not gone, gone)


def test_nothing_is_restated():
    """Rounding of the last digit, months before the last report's first, and a KPI it did not have are no news."""
    then = noise(24)
    held = published(then)
    short = replace(held, values=held.values[held.values["month"].between(MONTH - 12, MONTH - 1)])
    now = [*(np.array(then[:5]) * 2), *then[5:]]
    now[-3] *= 1 + 1e-14
    assert analyse(company(now, published=short)).changes.restated == ()
    other = replace(held, values=held.values.assign(kpi="leads"))
    found = analyse(company(now, published=other)).changes
    assert (found.restated, found.report, found.as_of) == ((), MONTH - 1, "2026-09-30")

"""What is asked of those who decide: what is suggested or overdue, once, the worst KPI first, by a working day."""

from dataclasses import replace
from types import SimpleNamespace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saypro_analysis.actions import Plan, Recommendation
from saypro_analysis.decisions import decide_by, decisions
from saypro_analysis.kpi import Action, Cause, CauseModel, Company, Department, DepartmentMonth, Kpi, PlannedAction
from saypro_analysis.verdict import judge


def card(name):
    """A KPI of the department."""
    return Kpi(id=name, department="sales", name=name, definition="", unit="count", target=100.0)


def month_of(register=(), **company):
    """A department's October with two KPIs."""
    kpis = {name: card(name) for name in ("leads", "calls")}
    months = pd.period_range(end="2026-10", periods=6, freq="M")
    monthly = pd.concat(
        pd.DataFrame({
            "month": months, "value": 50.0, "target": 100.0, "target_upper": float("nan"), "department": "sales",
            "kpi": name, "dimension": "", "segment": "", "numerator": 50.0, "denominator": 1.0, "rows": 50,
        })
        for name in kpis
    )  # fmt: skip
    return DepartmentMonth(
        company=Company(name="Acme", **company),
        department=Department(id="sales", name="Sales", owner="Ana", kpis=kpis),
        departments={"sales": "Sales"},
        month=pd.Period("2026-10", "M"),
        causes=CauseModel(causes={}, signs={}, actions={}),
        monthly=monthly.reset_index(drop=True),
        register=register,
        observations=(),
        quality=pd.DataFrame(),
        provenance={},
    )


def item(kpi, text, kind="suggested", **settings):
    """A recommendation for a KPI."""
    given = {"action": Action(name=text, effects={}, owner="Ana"), "cause": None, "owner": "Ana", "effect": 5.0}
    return Recommendation(
        kpi=card(kpi), text=text, kind=kind, due=pd.Timestamp("2026-12-01"), effect_low=None, effect_high=None,
        **{**given, **settings},
    )  # fmt: skip


def plan(kpi, *items):
    """The plan of a KPI."""
    return Plan(kpi=card(kpi), recommendations=items, remaining=0.0, gated="")


def severe(month, **scores):
    """The verdicts of the month with these severities."""
    return [
        replace(verdict, severity=replace(verdict.severity, score=scores[verdict.kpi.id])) for verdict in judge(month)
    ]


def test_only_what_is_suggested_or_overdue_is_asked():
    """What is planned and on time, and what is to be checked first, ask for no decision."""
    month = month_of()
    plans = [
        plan("leads", item("leads", "on time", "planned"), item("leads", "find out", "check", action=None)),
        plan("calls", item("calls", "new"), item("calls", "overdue", "planned", late=True)),
    ]
    found = decisions(month, severe(month, leads=10.0, calls=5.0), plans)
    assert [(one.ask, one.text) for one in found] == [("settle", "overdue"), ("approve", "new")]


def test_the_worst_kpi_comes_first_and_shared_actions_once():
    """Order by severity; an action for two KPIs is one decision that names both, the worse one first."""
    month = month_of()
    plans = [
        plan("leads", item("leads", "train"), item("leads", "hire")),
        plan("calls", item("calls", "train"), item("calls", "buy")),
    ]
    found = decisions(month, severe(month, leads=10.0, calls=90.0), plans)
    assert [(one.text, [part.kpi.id for part in one.items]) for one in found] == [
        ("train", ["calls", "leads"]),
        ("buy", ["calls"]),
        ("hire", ["leads"]),
    ]
    assert found[0].first.kpi.id == "calls"


def test_the_cost_is_the_registers_and_counted_once():
    """A row of the register that serves two KPIs costs once; what has no row or no cost has none."""
    row = PlannedAction(
        id="A1", kpi="leads", cause="x", action="a", owner="Ana", start="2026-08-01", due="2026-09-01",
        status="started", cost=96000.0,
    )  # fmt: skip
    month = month_of(register=(row, replace(row, id="A2", cost=None)))
    late = {"kind": "planned", "late": True}
    plans = [
        plan("leads", item("leads", "hire", **late, planned="A1"), item("leads", "move", **late, planned="A2")),
        plan("calls", item("calls", "hire", **late, planned="A1"), item("calls", "new")),
    ]
    found = {one.text: one.cost for one in decisions(month, severe(month, leads=2.0, calls=1.0), plans)}
    assert found == {"hire": 96000.0, "move": None, "new": None}


@given(st.dates(min_value=pd.Timestamp("2020-01-01").date(), max_value=pd.Timestamp("2035-12-31").date()),
       st.integers(0, 60))  # fmt: skip
def test_decisions_are_asked_for_on_a_working_day(day, within):
    """Never at a weekend, never later than asked, and at most two days before."""
    month = replace(month_of(decide_within=within), month=pd.Period(day, "M"))
    asked, meant = decide_by(month), month.month.end_time.normalize() + pd.Timedelta(days=within)
    assert asked.day_of_week < 5
    assert pd.Timedelta(0) <= meant - asked <= pd.Timedelta(days=2)


def test_without_plans_nothing_is_asked():
    """No plan, no decision."""
    month = month_of()
    assert decisions(month, severe(month, leads=1.0, calls=1.0), []) == ()


@pytest.mark.parametrize("within", [0, 14])
def test_the_day_follows_the_companys_setting(within):
    """31 October 2026 is a Saturday, so is 14 November: the Fridays before."""
    assert str(decide_by(month_of(decide_within=within)).date()) == {0: "2026-10-30", 14: "2026-11-13"}[within]


def test_what_is_overdue_for_a_kpi_that_is_fine_is_asked_too():
    """A planned action may be late though nothing is wrong with its KPI: somebody has to settle it."""
    row = PlannedAction(
        id="A1", kpi="leads", cause="x", action="a", owner="Ana", start="2026-08-01", due="2026-09-30",
        status="started", cost=100.0,
    )  # fmt: skip
    month = month_of(register=(row, replace(row, id="A2", status="done"), replace(row, id="A3", due="2026-12-01")))
    (found,) = decisions(month, severe(month, leads=0.0, calls=0.0), [])
    assert (found.ask, found.first.planned, found.cost) == ("settle", "A1", 100.0)


def test_two_rows_of_the_register_are_two_decisions():
    """The same kind of action with two owners and dates is settled twice."""
    month = month_of()
    late = {"kind": "planned", "late": True}
    plans = [plan("leads", item("leads", "hire", **late, planned="A1"), item("leads", "hire", **late, planned="A2"))]
    assert [one.first.planned for one in decisions(month, severe(month, leads=1.0, calls=0.0), plans)] == ["A1", "A2"]


@pytest.mark.parametrize(("chance", "asked"), [(0.46, 0), (0.5, 1), (0.9, 1)])
def test_nobody_is_asked_to_approve_on_weak_evidence(chance, asked):
    """An action against a cause that is less likely than not waits for what is to be checked first."""
    month, cause = month_of(), Cause(id="training", name="Training", signs={})
    finding = SimpleNamespace(cause=cause, posterior=chance)
    diagnosis = SimpleNamespace(key="sales.leads", findings=(finding,))
    plans = [plan("leads", item("leads", "train", cause=cause))]
    assert len(decisions(month, severe(month, leads=1.0, calls=0.0), plans, [diagnosis])) == asked

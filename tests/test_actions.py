"""Recommended actions, and the follow-up of those planned."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saypro_analysis.actions import recommend
from saypro_analysis.causes import CauseFinding, diagnose
from saypro_analysis.follow_up import follow_up
from saypro_analysis.gap import measure_gap
from saypro_analysis.gates import GATES, gate, stake
from saypro_analysis.kpi import (
    Action,
    Cause,
    CauseModel,
    Company,
    Department,
    DepartmentMonth,
    Kpi,
    Observation,
    PlannedAction,
    Sign,
)
from saypro_analysis.outcomes import judge_actions
from saypro_analysis.portfolio import Portfolio, choose_actions, open_portfolio, part_of, worth
from saypro_analysis.verdict import judge

CAUSES = {
    "resources": Cause(id="resources", name="Resources", signs={"overtime": "strong", "vacancies": "strong"}),
    "training": Cause(id="training", name="Training", signs={"untrained": "decisive", "unsure": "strong"}),
}
SIGNS = {
    "overtime": Sign(id="overtime", name="Overtime", question="Is there much overtime?"),
    "vacancies": Sign(id="vacancies", name="Vacant posts"),
    "untrained": Sign(id="untrained", name="Too little training"),
    "unsure": Sign(id="unsure", name="Unsure of the products"),
}


def action(name, effects, **card):
    """An action of the library."""
    return Action(id=name, name=name.capitalize(), effects=effects, owner="Role", **card)


LIBRARY = [
    action("train", {"training": "decisive"}, success=0.8, days=30, lead_months=1),
    action("coach", {"training": "strong"}, success=0.6, days=30, lead_months=1),
    action("hire", {"resources": "decisive"}, success=0.6, days=60, cost="high"),
    action("elsewhere", {"training": "decisive"}, success=1.0, days=1, departments=("sales",)),
]


def seen(sign, degree):
    """An observation of the month."""
    return Observation(month=pd.Period("2026-10"), sign=sign, degree=degree, source="Survey", who="Ana")


def planned(name, **row):
    """A row of the register."""
    filled = {"kpi": "leads", "cause": "training", "action": "train", "owner": "Kim Lee", "status": "started"}
    filled |= {"start": "2026-08-01", "due": "2026-11-15"}
    return PlannedAction(id=name, **(filled | row))


def month(*observations, register=(), values=None, target=200.0):
    """A department whose leads are 50 short of 200."""
    noise = np.random.default_rng(5).normal(0, 1, 23)
    numbers = [*(150 + noise), 150.0] if values is None else values
    table = pd.DataFrame({"month": pd.period_range(end=pd.Period("2026-10"), periods=len(numbers), freq="M")})
    table["value"], table["target"], table["target_upper"] = numbers, target, math.nan
    table["department"], table["kpi"], table["dimension"], table["segment"] = "marketing", "leads", "", ""
    table["numerator"], table["denominator"], table["rows"] = table["value"], 1.0, 1
    card = Kpi(id="leads", department="marketing", name="Leads", definition="leads", unit="count")
    return DepartmentMonth(
        company=Company(name="SayPro"),
        department=Department(
            id="marketing",
            name="Marketing",
            owner="Head of Marketing",
            kpis={"leads": card},
            action_texts={"train": "Two workshops for all"},
        ),
        departments={"marketing": "Marketing"},
        month=pd.Period("2026-10"),
        causes=CauseModel(causes=CAUSES, signs=SIGNS, actions={a.id: a for a in LIBRARY}),
        observations=observations,
        register=register,
        monthly=table,
        quality=pd.DataFrame(),
    )


TRAINING = (seen("untrained", 1.0), seen("unsure", 1.0), seen("overtime", 0.0), seen("vacancies", 0.0))


def plan(held):
    """The one plan of a month."""
    verdicts = judge(held)
    (found,) = recommend(held, verdicts, diagnose(held, verdicts))
    return found


def test_actions_for_a_likely_cause():
    """Actions fit the likely cause and the department, with words, owner, due date, effect and what remains."""
    found = plan(month(*TRAINING))
    assert [(r.action.id, r.kind) for r in found.recommendations] == [("train", "suggested"), ("coach", "suggested")]
    first = found.recommendations[0]
    assert (first.text, first.owner, first.due) == ("Two workshops for all", "Role", pd.Timestamp("2026-11-30"))
    assert first.cause == CAUSES["training"]
    assert 0 < first.effect_low < first.effect < first.effect_high < 50
    assert found.remaining == pytest.approx(50 - sum(r.effect for r in found.recommendations))
    assert found.gated == "redesign"


def test_a_second_action_on_one_cause_adds_less():
    """What the first action leaves is all that a second can work on."""
    both = plan(month(*TRAINING)).recommendations
    alone = plan(month(*TRAINING, register=(planned("A", action="hire", cause="resources"),))).recommendations
    coach_after_training = next(r.effect for r in both if r.action.id == "coach")
    assert coach_after_training == pytest.approx(both[0].effect / (0.9 * 0.8) * (1 - 0.9 * 0.8) * 0.7 * 0.6)
    assert [r.action.id for r in alone] == ["hire", "train", "coach"]


def test_check_first_when_no_cause_is_likely():
    """Where no cause is likely, the first item is to look at the sign that would tell most."""
    found = plan(month())
    (check,) = found.recommendations
    assert (check.kind, check.action, check.effect, check.owner) == ("check", None, None, "Head of Marketing")
    assert check.check == SIGNS["untrained"]
    assert check.due == pd.Timestamp("2026-11-14")
    assert found.remaining == 50
    possible = plan(month(seen("untrained", 0.9))).recommendations
    assert [r.kind for r in possible] == ["check", "suggested", "suggested"]


def test_the_register_comes_first():
    """Open rows for the KPI are printed as planned with their owner; the same action is not suggested again."""
    rows = (planned("A", expected_effect=20.0), planned("B", status="done"), planned("C", kpi="other"))
    found = plan(month(*TRAINING, register=rows))
    first, second = found.recommendations
    assert (first.kind, first.owner, first.due, first.effect) == ("planned", "Kim Lee", pd.Timestamp("2026-11-15"), 20)
    assert (second.kind, second.action.id) == ("suggested", "coach")
    assert found.remaining == pytest.approx(30 - second.effect)


def test_an_open_action_past_its_date_is_late():
    """A planned action whose due date has passed by the month's end is late; the register names owner and date."""
    on_time, late = (
        plan(month(*TRAINING, register=(planned("A", due=due),))).recommendations[0]
        for due in ("2026-12-15", "2026-10-01")
    )
    assert (on_time.kind, on_time.late) == ("planned", False)
    assert (late.kind, late.late) == ("planned", True)


def test_what_is_planned_anywhere_is_not_suggested():
    """An action that the department has planned for another KPI is not suggested once more."""
    suggested = plan(month(*TRAINING)).recommendations[0].action.id
    row = planned("A", action=suggested, kpi="another")
    assert suggested not in [item.action.id for item in plan(month(*TRAINING, register=(row,))).recommendations]


def test_an_action_that_the_library_does_not_know():
    """A row of the register with an action in own words is printed in these words, and with no made-up effect."""
    found = plan(month(*TRAINING, register=(planned("A", action="Ask customers", note="in May"),)))
    assert (found.recommendations[0].text, found.recommendations[0].effect) == ("Ask customers", None)


def test_at_most_three():
    """Planned, checks and suggestions together make three items; open rows are never dropped."""
    rows = tuple(planned(str(number), action="hire") for number in range(4))
    assert len(plan(month(*TRAINING, register=rows)).recommendations) == 4


def test_a_steady_kpi_on_target_is_left_alone():
    """Ordinary variation of a process that passes its target asks for nothing; every other case has its answer."""
    noise = np.random.default_rng(5).normal(0, 1, 23)
    held = month(*TRAINING, values=[*(150 + noise), 149.0], target=120.0)
    calm = judge(held)[0]
    assert gate(calm) == "leave alone"
    variations, assurances = ("improving", "common", "concerning"), ("pass", "hit or miss", "fail")
    assert set(GATES) == {(variation, assurance) for variation in variations for assurance in assurances}
    assert len(set(GATES.values())) == 9


def test_gates():
    """The answer follows variation and assurance; few data say so; a swing or decline inside the limits counts too."""
    few = judge(month(values=[150.0] * 4))[0]
    assert gate(few) == "too little data"
    swing = judge(month(values=[150.0 + 20 * (-1) ** n for n in range(24)], target=100.0))[0]
    assert gate(swing) == "reduce variation"
    event = judge(month(values=[*(200 + np.random.default_rng(2).normal(0, 1, 23)), 150.0], target=150.0))[0]
    assert gate(event) == "find the event"
    assert stake(event) == pytest.approx(event.limits.mean - 150)


def finding(name, chance, verdict="likely"):
    """A finding about a cause."""
    return CauseFinding(
        cause=CAUSES[name], prior=0.15, posterior=chance, verdict=verdict, evidence_for=(), evidence_against=()
    )


@given(st.floats(0.4, 1), st.floats(0.4, 1), st.floats(0, 1))
def test_never_more_than_the_gap(first, second, success):
    """Together the actions never close more than there is, and their order does not matter to the sum."""
    start = open_portfolio([finding("resources", first), finding("training", second)])
    kit = [action(str(n), {"resources": "decisive", "training": "decisive"}, success=success) for n in range(6)]
    total, portfolio = 0.0, start
    for item in kit:
        choice, portfolio = part_of(item, portfolio)
        assert choice.low <= choice.part <= choice.high
        total += choice.part
    assert total <= 1 + 1e-9
    assert total + sum(portfolio.left.values()) == pytest.approx(sum(start.left.values()))


def test_only_likely_and_possible_causes_are_worked_on():
    """What is not indicated is nothing to act on."""
    portfolio = open_portfolio([finding("resources", 0.1, "not indicated"), finding("training", 0.2, "no evidence")])
    assert choose_actions(LIBRARY, portfolio, room=3) == ()


def test_cost_and_waiting():
    """Of two actions that do the same, the cheaper and the faster one is worth more."""
    portfolio = open_portfolio([finding("training", 0.9)])
    quick, slow = (part_of(action("a", {"training": 0.5}, lead_months=n), portfolio)[0] for n in (0, 6))
    cheap, dear = (part_of(action("a", {"training": 0.5}, cost=cost), portfolio)[0] for cost in ("none", "high"))
    assert worth(quick) > worth(slow)
    assert worth(cheap) > worth(dear)


@pytest.mark.parametrize(
    ("row", "state"),
    [
        ({"status": "done"}, "done"),
        ({"status": "stopped"}, "stopped"),
        ({"status": "started", "due": "2026-11-15"}, "on time"),
        ({"status": "started", "due": "2026-10-31"}, "on time"),
        ({"status": "started", "due": "2026-10-30"}, "late"),
        ({"status": "planned", "due": "2026-10-01"}, "late"),
        ({"status": "planned", "start": "2026-10-15"}, "not started"),
        ({"status": "planned", "start": "2026-11-15", "due": "2026-12-15"}, "on time"),
        ({"status": "done", "start": "2026-11-15", "due": "2026-12-15"}, "on time"),
        ({"status": "started", "due": ""}, "on time"),
    ],
)
def test_follow_up(row, state):
    """The state of a planned action as of the month's end."""
    (found,) = follow_up(month(register=(planned("A", **row),)))
    assert found.state == state


def test_an_action_has_one_name_everywhere():
    """The follow-up calls an action what the recommendations call it: the department's words, else the library's."""
    held = month(register=(planned("A", action="train"), planned("B", action="hire"), planned("C", action="own words")))
    assert [row.text for row in follow_up(held)] == ["Two workshops for all", "Hire", "own words"]


def test_a_met_kpi_has_nothing_to_recommend():
    """Only KPIs in trouble get a plan."""
    held = month(target=100.0)
    assert recommend(held, judge(held), diagnose(held, judge(held))) == ()
    assert measure_gap(150, 100).status == "met"


def test_a_kpi_at_risk_is_looked_into_before_it_misses():
    """Met, but forecast to miss: its causes are weighed, and the stake is the largest shortfall that is forecast."""
    falling = 203 + 6.0 * np.arange(29, -1, -1) + np.random.default_rng(5).normal(0, 0.2, 30)
    coming = pd.DataFrame({"month": pd.period_range("2026-11", periods=12, freq="M"), "target": 200.0})
    coming["department"], coming["kpi"], coming["target_upper"] = "marketing", "leads", math.nan
    held = replace(month(seen("untrained", 0.95), values=falling), ahead=coming)
    (verdict,) = judge(held)
    assert (verdict.gap.status, verdict.at_risk) == ("met", True)
    ahead = verdict.outlook.months
    assert stake(verdict) == pytest.approx(max(one.target - one.value for one in ahead))
    (diagnosis,) = diagnose(held, (verdict,))
    (plan,) = recommend(held, (verdict,), (diagnosis,))
    assert diagnosis.findings[0].cause.id == "training"
    assert [item.kind for item in plan.recommendations if item.action][:1] == ["suggested"]


def with_settings(held, **settings):
    """The department's month with other settings of the department."""
    return replace(held, department=replace(held.department, **settings))


def suggested(held):
    """Ids of the actions that are suggested."""
    verdicts = judge(held)
    plans = recommend(held, verdicts, diagnose(held, verdicts))
    return [item.action.id for plan in plans for item in plan.recommendations if item.kind == "suggested"]


def test_nothing_costs_more_than_the_budget():
    """Actions above the department's budget are not suggested; the others are chosen as before."""
    held = month(seen("overtime", 0.95), seen("vacancies", 0.95), seen("untrained", 0.95))
    assert "hire" in suggested(held)
    cheap = suggested(with_settings(held, budget="medium"))
    assert cheap
    assert "hire" not in cheap


@pytest.mark.parametrize("capacity", [0, 1, 2, 9])
def test_no_more_than_can_be_carried(capacity):
    """Open actions and suggestions together stay within the capacity; the best one is kept."""
    held = month(seen("untrained", 0.95), seen("unsure", 0.95), register=[planned("A", action="Call every lead")])
    free = suggested(held)
    limited = suggested(with_settings(held, capacity=capacity))
    assert limited == free[: max(capacity - 1, 0)]


def test_nothing_new_where_what_is_planned_closes_the_gap():
    """50 are missing; an open action that is expected to bring 60 leaves nothing to suggest, one of 10 does."""
    rows = [planned("A", action="coach", expected_effect=size) for size in (60.0, 10.0)]
    enough, few = (plan(month(*TRAINING, register=(row,))) for row in rows)
    assert [item.kind for item in enough.recommendations if item.action] == ["planned"]
    assert "suggested" in [item.kind for item in few.recommendations]


def test_what_is_planned_against_a_refuted_cause_is_not_counted_on():
    """The signs speak against resources: the effect that was entered stands there, and closes nothing."""
    row = planned("A", action="hire", cause="resources", expected_effect=30.0)
    found = plan(month(*TRAINING, seen("overtime", 0.05), seen("vacancies", 0.05), register=(row,)))
    first = found.recommendations[0]
    assert (first.doubt, first.effect) == ("not indicated", 30.0)
    counted = sum(item.effect or 0 for item in found.recommendations if not item.doubt)
    assert found.remaining == pytest.approx(50 - counted)


def test_what_was_done_is_not_suggested_again():
    """An action that is done and has not been seen to work, yet or at all, is not the next suggestion."""
    held = month(*TRAINING)
    assert "train" in suggested(held)
    done = replace(held, register=(planned("A", status="done", start="2026-08-03", due="2026-10-15"),))
    verdicts = judge(done)
    (found,) = recommend(done, verdicts, diagnose(done, verdicts), judge_actions(done))
    assert "train" not in [item.action.id for item in found.recommendations if item.action]


def test_a_kpi_on_its_way_keeps_its_plan():
    """Better than usual and still missed: no new action beside the plan."""
    rising = [*(100 + np.random.default_rng(5).normal(0, 1, 17)), *(110 + 4 * np.arange(7))]
    held = month(*TRAINING, values=rising)
    (verdict,) = judge(held)
    assert gate(verdict) == "on the way"
    assert suggested(held) == []


def test_waiting_and_cost_lessen_what_an_action_is_worth():
    """Half as much for six months of waiting (1 / (1 + lead / 6)), and less by the part of the gap that it costs."""
    whole = Portfolio(causes={"training": CAUSES["training"]}, left={"training": 1.0})
    found, _ = part_of(action("a", {"training": 1.0}, success=1.0, days=0, lead_months=6, cost="medium"), whole)
    assert worth(found) == pytest.approx(1 / 2 - 0.03)

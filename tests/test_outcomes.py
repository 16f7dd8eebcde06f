"""Did an action work: which months are compared, what is concluded, and what it teaches about its kind of action."""

import math
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saypro_analysis.effect import FINDINGS, lag_one, weigh_effects
from saypro_analysis.kpi import (
    Action,
    Baseline,
    Cause,
    CauseModel,
    Company,
    Department,
    DepartmentMonth,
    Kpi,
    Measure,
    Params,
    PlannedAction,
    Rebase,
    RecordedOutcome,
    Target,
)
from saypro_analysis.learn import Lesson, lines
from saypro_analysis.learned import record, success_rates, with_learned
from saypro_analysis.month import department_month
from saypro_analysis.outcomes import judge_actions
from saypro_analysis.ranks import Z90
from saypro_analysis.show.numbers import Numbers
from saypro_analysis.show.outcome_words import outcome_text, result_counts
from saypro_analysis.windows import find_window

FIRST = pd.Period("2023-01", "M")
FLAT = [9.0, 11.0]  # a process with a moving range of 2 and nothing carried over: sigma 2 / 1.128


def done(name="A-1", **row):
    """A row of the register: starts in December 2025, due in January, can show from March 2026 on."""
    filled = {"kpi": "leads", "cause": "training", "action": "train", "owner": "Kim Lee", "status": "done"}
    filled |= {"start": "2025-12-03", "due": "2026-01-30"}
    return PlannedAction(id=name, **(filled | row))


def table(values, kpi="leads", dimension="", segment="", target=math.nan, upper=math.nan):
    """The monthly table of one series from January 2023 on; None is a month without a row."""
    months = pd.period_range(FIRST, periods=len(values), freq="M")
    frame = pd.DataFrame({"month": months, "value": pd.array(values, dtype="Float64").to_numpy(float, na_value=np.nan)})
    frame["department"], frame["kpi"], frame["dimension"], frame["segment"] = "marketing", kpi, dimension, segment
    frame["numerator"], frame["denominator"], frame["rows"] = frame["value"], 1.0, 1
    return frame.assign(target=target, target_upper=upper, complete=True)


def month(*tables, register=(), **card):
    """The department in the last month of its first table."""
    settings = {"unit": "count", "seasonal": False, "segments": ("region",)} | card
    leads = Kpi(id="leads", department="marketing", name="Leads", definition="all", **settings)
    visits = Kpi(id="visits", department="marketing", name="Visits", definition="all", unit="count")
    return DepartmentMonth(
        company=Company(name="SayPro"),
        department=Department(
            id="marketing", name="Marketing", owner="Head", kpis={"leads": leads, "visits": visits},
            measures={"all": Measure(id="all", table="t", value="sum(n)")},
        ),
        departments={"marketing": "Marketing"}, month=tables[0]["month"].max(), causes=MODEL, observations=(),
        register=tuple(register), monthly=pd.concat(tables, ignore_index=True), quality=pd.DataFrame(),
    )  # fmt: skip


def changed(before=FLAT, since=(15.0, 17.0), *, wild=10.0, months=6):
    """32 months to August 2025, six months that count for nothing (``wild``), and those since March 2026."""
    return [*(before * 16), *([wild] * 6), *(list(since) * 12)[:months]]


def only(*tables, row=None, **card):
    """The outcome of one action."""
    (outcome,) = judge_actions(month(*tables, register=[row or done()], **card))
    return outcome


def test_the_sizes_are_those_of_the_rule() -> None:
    """Effect, interval and smallest visible effect follow method.md's formulas; the months around the start count not.

    Baseline 9 and 11 in turn: mean 10, sigma 2 / 1.128, nothing carried over (a = 0); since then 15 and 17, mean 16.
    """
    outcome = only(table(changed(wild=1000.0)))
    error = 2 / 1.128 * math.sqrt(1 / 6 + 1 / 32)
    assert (outcome.verdict, outcome.months, outcome.effect) == ("worked", 6, pytest.approx(6))
    assert (outcome.baseline_mean, outcome.post_mean) == (pytest.approx(10), pytest.approx(16))
    assert outcome.smallest_visible == pytest.approx(1.645 * error, rel=1e-3)
    assert (outcome.low, outcome.high) == (pytest.approx(6 - Z90 * error), pytest.approx(6 + Z90 * error))
    assert outcome.chance == pytest.approx(1.0)


def test_the_months_compared() -> None:
    """Baseline up to three months before the trigger, the month before the start; since: lead months after the due."""
    outcome = only(table(changed()))
    shown = [str(x) for x in (outcome.baseline_first, outcome.baseline_last, outcome.first, outcome.last)]
    assert shown == ["2023-01", "2025-08", "2026-03", "2026-08"]
    soon = only(table(changed(months=9)), row=done(lead_months=0))
    assert str(soon.first) == "2026-02"


def test_a_published_case() -> None:
    """C. difficile infections by month, 24 before and 12 since: means 18.708 and 7.083, z -7.85 (method.md, "cdi").

    The values are those of the reference case cdi36; fewer are better, so the effect is positive.
    """
    before = [17, 12, 27, 20, 20, 18, 22, 19, 19, 24, 17, 16, 24, 19, 19, 22, 25, 19, 17, 6, 25, 17, 11, 14]
    since = [9, 11, 7, 13, 5, 5, 3, 5, 9, 4, 5, 9]
    base = np.arange(36)[None, :] < 24
    found = weigh_effects(-np.array([before + since], dtype=float), base, ~base, seasonal=False)
    assert (found.before[0], found.after[0]) == (pytest.approx(-18.708, abs=5e-4), pytest.approx(-7.083, abs=5e-4))
    assert found.effect[0] / found.error[0] == pytest.approx(7.85, abs=5e-3)
    assert FINDINGS[found.finding[0]] == "worked"


def test_what_carries_over_widens_the_interval() -> None:
    """error = s sqrt((1+a)/(1-a)) sqrt(1/k+1/n), s = mean moving range / 1.128 / sqrt(1-a), with a as worked out here.

    A swing of eight months in steps of 1, four times: squares about the mean sum to 4 * 12, products of neighbours to
    4 * 8 less the 2 * 1 that would follow the last month; so a = (32 * (32 - 2) / 48 + 1) / 28 before its cap.
    """
    swing = [8.0, 9, 10, 11, 12, 11, 10, 9]
    good = np.array([swing * 4 + [12.0] * 6])
    base = np.arange(38)[None, :] < 32
    a = (32 * (32 - 2) / 48 + 1) / 28
    found = weigh_effects(good, base, ~base, seasonal=False)
    assert lag_one(good[:, :32])[0] == pytest.approx(a)
    assert found.error[0] == pytest.approx(math.sqrt((1 + a) / (1 - a) ** 2 * (1 / 6 + 1 / 32)) / 1.128)


@pytest.mark.parametrize(
    ("since", "months", "verdict"),
    [
        ((15.0, 17.0), 2, "too early"),
        ((15.0, 17.0), 3, "worked"),  # a point beyond the limit, 10 + 2.66 * 2
        ((3.0, 5.0), 3, "worsened"),
        ((12.0, 12.5), 5, "no evidence"),  # apart, but neither a run of 7, nor beyond the limit, nor six months
        ((12.0, 12.5), 6, "worked"),  # six months and a chance above 95 %
        ((8.0, 7.5), 6, "worsened"),
        ((10.5, 9.5), 12, "no evidence"),
    ],
)
def test_verdicts(since: tuple[float, float], months: int, verdict: str) -> None:
    """An interval beyond 0 is not enough: the months since have to agree (method.md)."""
    outcome = only(table(changed(since=since, months=months)))
    assert outcome.verdict == verdict
    assert (outcome.effect is None) == (verdict == "too early")


@pytest.mark.parametrize(
    ("months", "review", "verdict", "due_now"),
    [
        (2, "", "too early", False),
        (3, "", "worked", True),
        (4, "", "worked", False),
        (3, "2026-06", "too early", False),
        (4, "2026-06", "worked", True),
        (2, "2026-04", "too early", True),
        (3, "2026-04", "worked", True),
        (5, "2026-06", "worked", False),
    ],
)
def test_when_it_is_due(months: int, review: str, verdict: str, due_now: bool) -> None:
    """Not before the third month since March 2026, nor before the review; ``due_now`` in the month of either."""
    outcome = only(table(changed(months=months)), row=done(review=review))
    assert (outcome.verdict, outcome.due_now) == (verdict, due_now)
    if verdict == "too early":
        assert "; due in 2026-0" in outcome.reason


def test_too_little_before_it_is_not_judged() -> None:
    """Eleven months of baseline are too few, twelve are enough; a rebase starts the baseline."""
    cards = [{"baseline": Baseline(rebase=(Rebase(month=text, reason="new"),))} for text in ("2024-10", "2024-09")]
    short, enough = (only(table(changed()), **card) for card in cards)
    assert (short.verdict, short.effect) == ("not judged", None)
    assert "11 months with a value before it; 12 are needed" in short.reason
    assert (enough.verdict, str(enough.baseline_first)) == ("worked", "2024-09")


def test_a_later_rebase_starts_no_baseline_and_ends_the_proposal() -> None:
    """A rebase is proposed from the first month on, unless the params have one since the start."""
    assert str(only(table(changed())).rebase) == "2026-03"
    late = only(table(changed()), baseline=Baseline(rebase=(Rebase(month="2026-03", reason="the action"),)))
    assert (late.rebase, late.verdict, str(late.baseline_first)) == (None, "worked", "2023-01")
    assert only(table(changed(since=FLAT))).rebase is None


def rebased(text):
    """The card's setting with a rebase in a month."""
    return Baseline(rebase=(Rebase(month=text, reason="counted otherwise"),))


@pytest.mark.parametrize("text", ["2025-09", "2025-12", "2026-02"])
def test_a_rebase_between_before_and_since_is_no_effect(text: str) -> None:
    """The baseline ends in August 2025, the months since begin in March 2026: what is between them is told, no size."""
    outcome = only(table(changed()), baseline=rebased(text))
    assert (outcome.verdict, outcome.effect, outcome.telling, outcome.rebase) == ("not judged", None, False, None)
    assert f"limits start anew in {text} (“counted otherwise”)" in outcome.reason


def test_a_rebase_ends_the_months_since() -> None:
    """Months from a rebase on are not compared; with fewer than three before it there will never be a verdict."""
    three, two = (only(table(changed(months=9)), baseline=rebased(text)) for text in ("2026-06", "2026-05"))
    assert (three.verdict, three.months, str(three.last)) == ("worked", 3, "2026-05")
    assert (two.verdict, two.effect) == ("not judged", None)
    assert two.reason.startswith("limits start anew in 2026-05 (“counted otherwise”)")
    assert two.reason.endswith("three months with a value are needed, 2 are held since 2026-03")
    assert only(table(changed(months=2)), baseline=rebased("2026-05")).verdict == "too early"  # not known in April


def test_months_that_another_action_ended() -> None:
    """Of March to May 2026, clean before B starts in June, one has no value: no later month can bring a verdict."""
    values = changed(months=9)
    values[39] = None
    first, _ = judge_actions(
        month(table(values), register=[done("A"), done("B", start="2026-06-01", due="2026-07-31")])
    )
    assert (first.verdict, first.reason) == (
        "not judged",
        "another action started in 2026-06; three months with a value are needed, 2 are held since 2026-03",
    )


def test_a_missing_month_is_missing() -> None:
    """Months without a value are no months: they count neither before nor since, and are never zero."""
    values = changed(months=5)
    values[3] = values[-1] = values[-3] = None
    outcome = only(table(values))
    assert (outcome.verdict, outcome.months, str(outcome.last)) == ("worked", 3, "2026-06")
    assert (outcome.baseline_mean, outcome.post_mean) == (pytest.approx(309 / 31), pytest.approx(49 / 3))


def test_a_baseline_that_never_moved_is_compared_exactly() -> None:
    """With sigma 0 any difference that matters counts and none is divided by."""
    for since, verdict in (((10.0, 10.0), "no evidence"), ((10.3, 10.3), "worked"), ((9.7, 9.7), "worsened")):
        outcome = only(table(changed(before=[10.0, 10.0], since=since)))
        assert (outcome.verdict, outcome.smallest_visible) == (verdict, 0.0)


def test_a_change_that_does_not_matter_is_no_evidence() -> None:
    """Certain, of a process that never moved, but less than 2.5 % of 10; the card's materiality comes first."""
    tiny = table([10.0] * 38 + [10.01] * 6)
    outcome = only(tiny, row=done(expected_effect=1.0))
    assert (outcome.verdict, outcome.rebase, outcome.effect) == ("no evidence", None, pytest.approx(0.01))
    assert (outcome.reason, outcome.telling) == ("too small a change to matter for this KPI", True)
    assert (only(tiny).telling, only(tiny, materiality=0.0005).verdict) == (False, "worked")
    assert only(tiny, row=done(expected_effect=0.008)).verdict == "worked"  # less was promised, and that is there
    assert only(table([10.0] * 38 + [9.99] * 6)).verdict == "no evidence"
    assert only(table([0.0] * 38 + [0.01] * 6)).verdict == "worked"  # of nothing, there is no part


def test_less_is_better_and_inside_is_nearer() -> None:
    """Where less is better a fall worked; inside a range, a smaller distance to it."""
    fell = only(table(changed(since=(3.0, 5.0))), better="lower")
    assert (fell.verdict, fell.effect) == ("worked", pytest.approx(6))
    goal = {"target": 14.0, "upper": 18.0}
    inside = only(table(changed(), **goal), better="inside", target=Target(low=14, high=18))
    assert (inside.verdict, inside.effect) == ("worked", pytest.approx(4))  # from 10, four below the range
    above = only(table(changed(since=(21.0, 23.0)), **goal), better="inside", target=Target(low=14, high=18))
    assert (above.verdict, above.effect) == ("no evidence", pytest.approx(0))  # four below before, four above since


def test_inside_its_range_before_nothing_can_get_nearer() -> None:
    """A KPI in its range cannot get nearer to it: "no evidence" refutes nothing; leaving it is weighed by noise."""
    goal = {"target": 5.0, "upper": 15.0}
    calm = only(table(changed(since=FLAT), **goal), row=done(expected_effect=9.0), better="inside")
    assert (calm.verdict, calm.telling) == ("no evidence", False)
    once = only(table(changed(since=(10.0, 15.5)), **goal), better="inside")
    assert once.verdict == "no evidence"  # half a unit out, of a process with sigma 1.8
    assert only(table(changed(since=(24.0, 26.0)), **goal), better="inside").verdict == "worsened"


def test_a_segment_is_judged_by_its_own_values() -> None:
    """The values of the segment are compared, not those of the whole; a segment that is not held is not judged."""
    parts = [table(changed(since=FLAT)), table(changed(), dimension="region", segment="North")]
    north = only(*parts, row=done(segment="region=North"))
    assert (north.verdict, north.effect, north.rebase) == ("worked", pytest.approx(6), None)
    assert only(*parts).verdict == "no evidence"
    gone = only(*parts, row=done(segment="region=South"))
    assert (gone.verdict, gone.reason) == ("not judged", "no values of region=South")


def test_what_a_comparator_did_as_well_is_taken_off() -> None:
    """Where all regions rise by the same part nothing is left; where the comparator stays, all of it is."""
    both = [table(changed(), dimension="region", segment=name) for name in ("North", "South")]
    both[1]["value"] *= 3
    still = table(changed(since=FLAT), dimension="region", segment="East")
    whole = table(changed())
    row = done(segment="region=North", comparator="region=South")
    outcome = only(whole, *both, still, row=row)
    assert (outcome.verdict, outcome.comparator) == ("no evidence", "region=South")
    assert outcome.effect == pytest.approx(0, abs=1e-9)
    against = only(whole, *both, still, row=done(segment="region=North", comparator="region=East"))
    assert (against.verdict, against.effect) == ("worked", pytest.approx(6))


def test_a_comparator_without_a_positive_level() -> None:
    """Scores around zero: a segment is taken off as it is; another KPI, perhaps in another unit, is refused."""
    below = [table([v - 20 for v in changed()], dimension="region", segment="South"), table(changed())]
    north = table([v - 20 for v in changed(since=(20.0, 22.0))], dimension="region", segment="North")
    outcome = only(below[1], below[0], north, row=done(segment="region=North", comparator="region=South"))
    assert outcome.effect == pytest.approx(5)
    visits = table([-v for v in changed()], kpi="visits")
    refused = only(table(changed()), visits, row=done(comparator="visits"))
    assert (refused.verdict, "no positive level" in refused.reason) == ("not judged", True)
    unknown = only(table(changed()), row=done(comparator="sales.revenue"))
    assert (unknown.verdict, "no values of the comparator" in unknown.reason) == ("not judged", True)


@pytest.mark.parametrize(
    ("other", "verdict"),
    [
        ({}, "not judged"),
        ({"start": "2025-07-01", "due": "2025-07-31"}, "not judged"),  # shows first in September, after the baseline
        ({"start": "2025-06-01", "due": "2025-06-30"}, "worked"),  # shows in August already
        ({"status": "planned"}, "worked"),
        ({"segment": "region=East"}, "worked"),
        ({"kpi": "visits"}, "worked"),
        ({"segment": ""}, "worked"),  # on both alike; the months until it starts are compared
        ({"segment": "", "start": "2026-01-05", "due": "2026-01-30"}, "worked"),  # on both alike, judged together
    ],
)
def test_a_comparator_with_an_action_of_its_own(other: dict[str, str], verdict: str) -> None:
    """Where what is compared with had an action between the baseline's end and the last month, nothing is judged."""
    parts = [table(changed(since=since), dimension="region", segment=name)
             for name, since in (("North", (15.0, 17.0)), ("South", FLAT))]  # fmt: skip
    row = done(segment="region=North", comparator="region=South")
    rival = done("B", **({"segment": "region=South", "start": "2026-07-01", "due": "2026-07-31"} | other))
    outcome = judge_actions(month(table(changed()), *parts, register=[row, rival]))[0]
    assert outcome.verdict == verdict
    assert ("had an action of its own: B" in outcome.reason) == (verdict == "not judged")


def test_an_action_after_the_months_compared_is_no_obstacle() -> None:
    """C on the same region ends A's months with May 2026; what South does from July on is not looked at."""
    parts = [table(changed(since=since), dimension="region", segment=name)
             for name, since in (("North", (15.0, 17.0)), ("South", FLAT))]  # fmt: skip
    register = [
        done(segment="region=North", comparator="region=South"),
        done("B", segment="region=South", start="2026-07-01", due="2026-07-31"),
        done("C", segment="region=North", start="2026-06-01", due="2026-07-31"),
    ]
    outcome = judge_actions(month(table(changed()), *parts, register=register))[0]
    assert (outcome.verdict, str(outcome.last)) == ("worked", "2026-05")


def test_a_comparator_kpi_with_an_action_of_its_own() -> None:
    """The same of another KPI, however it is written; of other departments' registers nothing is known."""
    rows = {text: done(comparator=text) for text in ("visits", "marketing.visits", "sales.visits")}
    for text, row in rows.items():
        tables = [table(changed()), table(changed(since=FLAT), kpi="visits")]
        tables += [tables[1].assign(department="sales")]
        rival = done("B", kpi="visits", start="2026-07-01", due="2026-07-31", segment="region=South")
        outcome = judge_actions(month(*tables, register=[row, rival]))[0]
        assert outcome.verdict == ("worked" if text == "sales.visits" else "not judged")


def test_only_what_is_done_is_judged_in_the_order_of_the_register() -> None:
    """Planned, started and stopped rows have no outcome, nor have those of a KPI that does not exist."""
    register = [done("B", kpi="visits"), done("A"), done("C", kpi="gone"), done("D", status="started", kpi="visits")]
    register += [done("E", status="planned"), done("F", status="stopped")]
    outcomes = judge_actions(month(table(changed()), table(changed(), kpi="visits"), register=register))
    assert [outcome.planned.id for outcome in outcomes] == ["B", "A"]


def window(row, *others, rebases=()):
    """Months and ids of the window, as text."""
    found = find_window(row, [row, *others], rebases)
    ends = (found.baseline_first, found.baseline_last, found.first, found.until)
    return (*("" if month is None else str(month) for month in ends), found.joint)


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ({"start": "2026-06-01", "due": "2026-07-31"}, ("", "2025-08", "2026-03", "2026-05", ())),  # three clean months
        ({"start": "2026-05-04", "due": "2026-07-31"}, ("", "2025-08", "2026-09", "", ("A-1", "B"))),  # two: together
        ({"start": "2025-10-01", "due": "2026-02-27"}, ("", "2025-06", "2026-04", "", ("A-1", "B"))),
        ({"start": "2024-05-01", "due": "2024-08-30"}, ("", "2024-01", "2026-03", "", ("A-1", "B"))),  # 11 months
        ({"start": "2024-05-01", "due": "2024-07-31"}, ("2024-09", "2025-08", "2026-03", "", ())),  # 12 months
        ({"start": "2026-05-04", "due": "2026-07-31", "status": "planned"}, ("", "2025-08", "2026-03", "", ())),
        ({"start": "2026-05-04", "due": "2026-07-31", "kpi": "visits"}, ("", "2025-08", "2026-03", "", ())),
    ],
)
def test_other_actions_on_the_same_series(other: dict[str, str], expected: tuple[object, ...]) -> None:
    """Three clean months, or twelve of baseline, keep two actions apart; with fewer they are judged together."""
    assert window(done(), done("B", **({"status": "started"} | other))) == expected


def test_segments_apart_are_judged_apart() -> None:
    """Actions on two regions do not meet; one on the whole meets both."""
    north, south = done(segment="region=North"), done("B", segment="region=South", start="2026-03-01")
    assert window(north, south)[-1] == ()
    assert window(north, done("B", start="2026-03-01"))[-1] == ("A-1", "B")


def test_a_joint_verdict_is_marked_and_teaches_nothing() -> None:
    """Two actions on one KPI: one verdict for both, with the baseline before the first and months since the last."""
    register = [done("A"), done("B", start="2026-01-02", due="2026-02-27", lead_months=1)]
    first, second = judge_actions(month(table(changed(months=8)), register=register))
    assert first.joint == second.joint == ("A", "B")
    assert (first.verdict, first.effect, first.first) == (second.verdict, second.effect, second.first)
    assert (first.verdict, first.telling) == ("worked", False)


def early(months, **other):
    """The outcome of A, with another action B that starts in April 2026, a month after A can show."""
    register = [done("A"), done("B", **({"start": "2026-04-01", "due": "2026-05-29"} | other))]
    return judge_actions(month(table(changed(months=months)), register=register))[0]


def test_too_early_names_what_it_is_judged_with() -> None:
    """Two actions of which one cannot show yet: the text names the other one."""
    outcome = early(5, due="2026-07-31")
    word, text = outcome_text(outcome, NUMBERS)
    assert (word, outcome.joint) == ("Too early", ("A", "B"))
    assert text == "It can show from Sep 2026 on; due in Nov 2026; judged together with B."


def test_an_overdue_action_is_not_taken_for_finished() -> None:
    """B was due in May and is open in August: it shows from October on at the earliest, and A waits for it by name."""
    outcome = early(6, status="started")
    assert (outcome.verdict, str(outcome.first)) == ("too early", "2026-10")
    assert outcome.reason == "it can show from 2026-10 on at the earliest, as B is still open"
    assert (early(10).verdict, str(early(10).first)) == ("worked", "2026-07")
    later = early(10, status="started", start="2026-06-01", due="2026-06-30")
    assert (later.verdict, later.months, str(later.last), later.joint) == ("worked", 3, "2026-05", ())


def test_a_date_that_has_passed_is_not_promised() -> None:
    """Due in May, but April to August have no value: what is needed and held is told, not a date that has passed."""
    outcome = only(table([*changed(months=1), None, None, None, None, None]))
    assert outcome.verdict == "too early"
    assert outcome.reason == "three months with a value are needed, 1 is held since 2026-03"


NUMBERS = Numbers()


def test_a_recorded_verdict_stands() -> None:
    """Recorded as worked, no evidence by now: the words say the recorded one, and what the months until now come to."""
    diluted = month(table(changed(since=(15.0, 17.0), months=3)[:41] + FLAT * 9), register=[done()])
    kept = replace(recorded("worked"), id="A-1", month=pd.Period("2026-05"), effect=6.0, low=4.2, high=7.8)
    others = [replace(kept, id="A-2", effect=9.0), replace(kept, department="sales", effect=9.0)]
    (outcome,) = judge_actions(replace(diluted, outcomes=(kept, *others)))
    assert (outcome.verdict, outcome.recorded) == ("no evidence", kept)
    word, text = outcome_text(outcome, NUMBERS)
    assert (word, text.split(" (")[0]) == ("Worked", "As judged in May 2026: 6 better")
    assert "6 better (4 to 8). Up to November 2027: 1 better (from " in text
    assert "no evidence" not in text.lower()
    assert result_counts([outcome]) == ["one worked"]
    (without,) = judge_actions(diluted)
    assert (without.recorded, result_counts([without])) == (None, [])
    gone = replace(outcome, effect=None, low=None, high=None, verdict="not judged", reason="x in 2026-05", last=None)
    assert outcome_text(gone, NUMBERS)[1].endswith("Not judged anew: X in May 2026.")
    same = replace(outcome, last=kept.month)
    assert outcome_text(same, NUMBERS)[1] == "As judged in May 2026: 6 better (4 to 8)."


def test_what_is_written_as_nothing_is_no_difference() -> None:
    """A size of nothing but zeros is neither better nor worse, and hides nothing."""
    never = only(table(changed(before=[10.0, 10.0], since=[10.0, 10.0])))
    assert outcome_text(never, NUMBERS)[1].startswith("No difference. The six months ")
    small = only(table([v / 100 for v in changed(since=FLAT)]), row=done(expected_effect=0.5))
    assert outcome_text(small, NUMBERS)[1].startswith("No difference; expected was 1 better. ")
    part = only(table(changed(since=(9.6, 11.0))))
    assert outcome_text(part, NUMBERS)[1].startswith("No difference (from 1 worse to 2 better); less than 1 could not")


def test_only_months_are_put_into_words() -> None:
    """A month in a reason becomes a name; a day, an order number and a month that is none stay as they are."""
    text = "From 2026-03 to 2026-13, order 12026-03, 2026-03-05 and X-2026-03"
    outcome = replace(only(table(changed(months=2))), reason=text)
    assert outcome_text(outcome, NUMBERS)[1] == text.replace("2026-03", "Mar 2026", 1) + "."


series_of = st.lists(st.integers(-1000, 1000), min_size=44, max_size=44)


@settings(max_examples=30)
@given(series_of, st.integers(1, 50), st.integers(-5000, 5000))
def test_mirrored_scaled_and_shifted_values(numbers: list[int], scale: int, shift: int) -> None:
    """Values and direction mirrored, scaled or shifted: the same verdict, the effect scaled.

    What matters is a part of the level, which shifts; so any effect does here.
    """
    values = [float(n) for n in numbers]
    plain = only(table(values), materiality=0.0)
    mirrored = only(table([-v for v in values]), better="lower", materiality=0.0)
    moved = only(table([scale * v + shift for v in values]), materiality=0.0)
    assert plain.verdict == mirrored.verdict == moved.verdict
    assert mirrored.effect == pytest.approx(plain.effect)
    assert moved.effect == pytest.approx(scale * plain.effect, abs=1e-6)
    swapped = {"worked": "worsened", "worsened": "worked"}
    assert only(table(values), better="lower", materiality=0.0).verdict == swapped.get(plain.verdict, plain.verdict)


@settings(max_examples=30)
@given(series_of, st.lists(st.integers(-9999, 9999), min_size=1, max_size=12), st.randoms())
def test_later_months_and_the_order_of_rows_move_nothing_before(
    numbers: list[int], later: list[int], random: Random
) -> None:
    """The baseline is locked: months added later leave its numbers; the order of the table's rows leaves everything."""
    values = [float(n) for n in numbers]
    now, then = only(table(values)), only(table([*values, *map(float, later)]))
    locked = ("baseline_first", "baseline_last", "baseline_mean", "first")
    assert [getattr(now, name) for name in locked] == [getattr(then, name) for name in locked]
    held = table(values)
    order = list(range(len(held)))
    random.shuffle(order)
    assert only(held.iloc[order]) == now


def test_a_season_is_compared_with_its_own_months() -> None:
    """December is high every year: an action that shows from December on did nothing, and one that adds 3 did that."""
    wave = [10 + 6 * math.sin(2 * math.pi * at / 12) + (0.3 if at % 2 else -0.3) for at in range(44)]
    still = only(table(wave), seasonal=True)
    assert (still.verdict, still.seasonal, still.effect) == ("no evidence", True, pytest.approx(0, abs=1e-6))
    risen = only(table([v + 3 * (at >= 38) for at, v in enumerate(wave)]), seasonal=True)
    assert (risen.verdict, risen.effect) == ("worked", pytest.approx(3))
    assert risen.post_mean - risen.baseline_mean == pytest.approx(risen.effect)


def test_many_series_at_once_are_judged_as_each_alone() -> None:
    """One action is the case of one: a table of series gives each what it gets by itself."""
    rng = np.random.default_rng(3)
    good = rng.normal(10, 1, (40, 44)) + np.linspace(-2, 2, 40)[:, None] * (np.arange(44) > 37)
    good[rng.random(good.shape) < 0.05] = np.nan
    base = np.broadcast_to(np.arange(44) < 32, good.shape)
    post = np.broadcast_to(np.arange(44) > 37, good.shape)
    together = weigh_effects(good, base, post)
    assert len(set(together.finding.tolist())) == 3
    for at in range(len(good)):
        alone = weigh_effects(good[at : at + 1], base[at : at + 1], post[at : at + 1])
        assert FINDINGS[alone.finding[0]] == FINDINGS[together.finding[at]]
        assert alone.error[0] == pytest.approx(together.error[at], nan_ok=True)


@pytest.mark.parametrize(("number", "words"), [(0, "0 new outcomes"), (1, "1 new outcome"), (2, "2 new outcomes")])
def test_one_new_outcome_is_not_plural(number: int, words: str) -> None:
    """What `saypro learn` says first: how many verdicts are new."""
    rows = tuple(recorded(verdict) for verdict in ("worked", "worsened")[:number])
    lesson = Lesson(path=Path("outcomes.csv"), month=pd.Period("2026-10"), added=rows, before={}, after={})
    assert next(lines(lesson)) == f"{words} up to 2026-10 (observational)"


ACTIONS = {
    name: Action(id=name, name=name, effects={"training": 0.5}, owner="Role", success=success)
    for name, success in (("train", 0.5), ("coach", 0.8))
}
MODEL = CauseModel(
    causes={"training": Cause(id="training", name="Training", signs={"unsure": 0.5})}, signs={}, actions=ACTIONS
)


def recorded(verdict, action="train", telling=True):
    """A row of outcomes.csv."""
    return RecordedOutcome(
        department="marketing", id=f"{action}-{verdict}", action=action, month=pd.Period("2026-08"), verdict=verdict,
        effect=1.0, low=0.5, high=1.5, telling=telling,
    )  # fmt: skip


def test_success_rates_are_the_beta_mean() -> None:
    """Beta of weight 4: prior .5 and one success (2 + 1) / 5, a failure more (2 + 1) / 6; .8 stays with none."""
    one = success_rates(MODEL, [recorded("worked")])
    two = success_rates(MODEL, [recorded("worked"), recorded("no evidence"), recorded("worsened", telling=False)])
    assert (one["train"].rate, one["coach"].rate) == (pytest.approx(0.6), pytest.approx(0.8))
    assert (two["train"].rate, two["train"].worked, two["train"].failed) == (pytest.approx(0.5), 1, 1)


@given(st.lists(st.sampled_from(["worked", "no evidence", "worsened"]), max_size=20), st.randoms())
def test_laws_of_learning(verdicts: list[str], random: Random) -> None:
    """A success never lowers a rate, a failure never raises it; order is nothing; what is not telling is nothing."""
    rows = [recorded(verdict) for verdict in verdicts]
    rate = success_rates(MODEL, rows)["train"].rate
    assert 0 < rate < 1
    assert success_rates(MODEL, [*rows, recorded("worked")])["train"].rate > rate
    assert success_rates(MODEL, [*rows, recorded("worsened")])["train"].rate < rate
    assert success_rates(MODEL, [*rows, recorded("worked", telling=False)])["train"].rate == rate
    assert success_rates(MODEL, [*rows, recorded("worked", action="unknown")])["train"].rate == rate
    random.shuffle(rows)
    assert success_rates(MODEL, rows)["train"].rate == rate


def test_the_learned_model_differs_in_nothing_else() -> None:
    """Only the chances of success change; with no outcome nothing does."""
    assert with_learned(MODEL, []) == MODEL
    learned = with_learned(MODEL, [recorded("worked")])
    assert learned.actions["train"].success == pytest.approx(0.6)
    assert (learned.causes, learned.actions["coach"]) == (MODEL.causes, MODEL.actions["coach"])


@pytest.mark.parametrize(
    ("since", "expected", "telling"),
    [
        ((15.0, 17.0), None, True),
        ((3.0, 5.0), None, True),
        (FLAT, 5.0, True),
        (FLAT, 0.5, False),
        (FLAT, None, False),
        ((10.0, 12.0), 2.0, False),  # 1 better, 90 % interval -0.3 to 2.3: 2 may be there
        ((10.0, 12.0), 2.5, True),
    ],
)
def test_what_tells(since: list[float], expected: float | None, telling: bool) -> None:
    """No evidence counts as a failure only where the whole interval is below what was expected."""
    outcome = only(table(changed(since=since)), row=done(expected_effect=expected))
    kept = record(outcome, "marketing", pd.Period("2026-08"))
    assert kept is not None
    assert (outcome.telling, kept.telling, kept.verdict) == (telling, telling, outcome.verdict)
    assert record(only(table(changed(months=2))), "marketing", pd.Period("2026-04")) is None


def test_a_trend_that_was_there_before_is_no_evidence() -> None:
    """A KPI that rises by 0.5 a month all along is higher since, by as much as the trend before comes to.

    From the middle of 32 months before to that of the last six are 25 months: 25 * 0.5 = 12.5.
    """
    rising = [at / 2 + (0.4 if at % 2 else -0.4) for at in range(44)]
    outcome = only(table(rising))
    assert outcome.verdict == "no evidence"
    assert outcome.effect == pytest.approx(12.5)
    assert (outcome.drift, outcome.telling) == (pytest.approx(12.5, rel=0.02), False)
    stepped = only(table([at / 2 + (0.4 if at % 2 else -0.4) + 9 * (at > 37) for at in range(44)]))
    assert (stepped.verdict, stepped.drift, stepped.telling) == ("worked", pytest.approx(12.5, rel=0.02), True)
    assert only(table(changed())).drift is None


@pytest.mark.parametrize(("months", "kept"), [(5, False), (6, True)])
def test_no_evidence_in_few_months_is_not_kept(months: int, kept: bool) -> None:
    """Before six months a real effect is mostly not seen yet: "no evidence" is neither recorded nor a failure."""
    outcome = only(table(changed(since=FLAT, months=months)), row=done(expected_effect=9.0))
    assert (outcome.verdict, outcome.telling) == ("no evidence", kept)
    assert (record(outcome, "marketing", pd.Period("2026-08")) is not None) == kept


def test_the_sample_company_has_what_was_planted(sample_params: Params, sample_snapshot: object) -> None:
    """Of the done actions, the two on KPIs that were planted to get better worked; those on steady KPIs show nothing.

    Planted (data.sample.TRUTHS): response time better since 2025-09, website traffic better since 2026-02; average deal
    size, utilisation and satisfaction steady. The others cannot show yet.
    """
    verdicts = {}
    for name in sample_params.departments:
        held = department_month(sample_params, sample_snapshot, name, pd.Period("2026-10", "M"))
        verdicts |= {outcome.planned.id: outcome for outcome in judge_actions(held)}
    found = {name: outcome.verdict for name, outcome in verdicts.items() if outcome.verdict != "too early"}
    assert found == {
        **dict.fromkeys(("SUP-01", "MAR-01"), "worked"),
        **dict.fromkeys(("SAL-01", "OPS-01", "EMP-01"), "no evidence"),
    }
    assert (str(verdicts["SUP-01"].first), verdicts["SUP-01"].rebase) == ("2025-09", None)  # the params have it
    assert str(verdicts["MAR-01"].rebase) == "2026-02"

"""The fiscal year: closed forms, weights, kinds, required run rate and reach, targets, and what is not known."""

import math
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saypro_analysis.kpi import CauseModel, Company, Department, DepartmentMonth, Kpi, Measure, Ratio
from saypro_analysis.many import judge_table
from saypro_analysis.projections import METHODS, past_errors, project_sums, weigh_methods
from saypro_analysis.verdict import judge
from saypro_analysis.year_end import natural_year, year_kind

# England, A&E attendances, April 2016 to March 2019 (spc/ae_attendances_england_total.csv; NHSRdatasets, CC0).
ENGLAND = [1867781, 2070340, 1958802, 2079034, 1932901, 1952464, 2001816, 1907871, 1944567, 1895272, 1735619, 2015834]
ENGLAND += [1949762, 2066789, 1994056, 2073944, 1924663, 1925961, 2044137, 1976971, 2003954, 2000086, 1820012, 2049785]
ENGLAND += [1984369, 2164458, 2093942, 2179896, 1997854, 2005695, 2079492, 2037847, 2047518, 2113413, 1954947, 2167550]
# forecast/year_end_projection_cases.json (COMPUTED): months over -> run rate, share of last year, remainder of last
# year (seasonal_naive_remainder), last three months.
CLOSED_FORMS = {
    1: (23812428.0, 24253089.040754717, 23864727.0, 23449644.333333336),
    3: (24971076.0, 24750567.522095524, 24062282.0, 24971076.0),
    6: (24852428.0, 24810542.850496955, 24321159.0, 24793104.0),
    9: (24788094.666666664, 24667127.324573725, 24460954.0, 24755928.0),
    11: (24719379.272727273, 24791949.245120425, 24709216.0, 24698057.0),
}
#: Around 100, with the same mean of any three months; mean moving range 22 / 17 of the step over 18 months.
STEP = 10 / 2.66 * 17 / 22
EVEN = [100 - STEP, 100.0, 100 + STEP] * 6


def kpi(unit="count", **card):
    """A KPI card of the sales department."""
    return Kpi(id="it", department="sales", name="It", definition="", unit=unit, **card)


def verdict(values, card, *, end="2026-09", target=None, coming=(), denominators=None, measures=None, start=4):
    """The verdict of one series; the fiscal year begins in April, so that by September six months are over."""
    months = pd.period_range(end=end, periods=len(values), freq="M")
    rows = pd.DataFrame({"month": months, "value": np.array(values, dtype=np.float64), "target": target})
    rows["target"] = rows["target"].astype("float64")
    rows = rows.assign(target_upper=math.nan, department="sales", kpi="it", dimension="", segment="", rows=1)
    below = np.ones(len(values)) if denominators is None else np.array(denominators, dtype=np.float64)
    rows = rows.assign(numerator=rows["value"] * below / card.scale, denominator=below)
    later = pd.period_range(pd.Period(end) + 1, periods=len(coming), freq="M")
    goals = pd.DataFrame({"month": later, "target": coming, "target_upper": math.nan}, index=range(len(later)))
    month = DepartmentMonth(
        company=Company(name="SayPro", fiscal_year_start=start),
        department=Department(id="sales", name="Sales", owner="Head", kpis={"it": card}, measures=measures or {}),
        departments={"sales": "Sales"},
        month=pd.Period(end),
        causes=CauseModel(causes={}, signs={}, actions={}),
        observations=(),
        register=(),
        monthly=rows,
        quality=pd.DataFrame(),
        ahead=goals.assign(department="sales", kpi="it"),
    )
    return judge(month)[0]


def year(values, card, **case):
    """The year end of that verdict."""
    return verdict(values, card, **case).year


@pytest.mark.parametrize("months", CLOSED_FORMS)
def test_closed_forms(months):
    """The four projections of England's attendances equal the reference's at 1, 3, 6, 9 and 11 months."""
    found = project_sums(np.array([ENGLAND[: 24 + months]], dtype=np.float64), months)
    assert METHODS == ("run rate", "share of last year", "remainder of last year", "last three months")
    np.testing.assert_allclose(found[:, 0], CLOSED_FORMS[months], rtol=1e-12)


def test_what_a_projection_takes():
    """Without last year only run rate and pace are known; a growth beyond 2.5 or below 0.5 is cut off there."""
    young = project_sums(np.array([[10.0] * 6]), 6)[:, 0]
    assert young[[0, 3]].tolist() == [120, 120]
    assert np.isnan(young[[1, 2]]).all()
    fast, slow = project_sums(np.array([[10.0] * 12 + [100.0] * 6, [10.0] * 12 + [1.0] * 6]), 6)[1]
    assert (fast, slow) == (300, 60)
    hole = project_sums(np.array([[10.0] * 15 + [math.nan] + [10.0] * 2]), 6)
    assert np.isnan(hole).all()


@pytest.mark.parametrize("months", CLOSED_FORMS)
def test_past_errors(months):
    """Each method's error of a year before is that of its guess at the same month from what was known then."""
    known, whole = ENGLAND[: 12 + months], sum(ENGLAND[12:24])
    guesses = project_sums(np.array([known], dtype=np.float64), months)[:, 0]
    values = np.array([ENGLAND[: 24 + months]], dtype=np.float64)
    found = past_errors(values, np.ones(values.shape), months)[:, 0]
    np.testing.assert_allclose(found, np.abs(guesses / whole - 1), rtol=1e-9)


def test_weights():
    """Weights go with 1 / (error + 0.005)^2; without a year before they are equal; unusable methods have none."""
    made = np.array([[10.0, 10, 10], [11, 11, math.nan], [12, 12, math.nan], [13, 13, 13]])
    errors = np.array([[0.005, math.nan, math.nan], [0.015, 0.1, math.nan], [0.045, 0.1, 0.1], [0.095, 0.1, 0.1]])
    raw = np.array([1 / 0.01**2, 1 / 0.02**2, 1 / 0.05**2, 1 / 0.1**2])
    weights = weigh_methods(made, errors)
    np.testing.assert_allclose(weights[:, 0], raw / raw.sum())
    assert weights[:, 1].tolist() == [0.25] * 4
    assert weights[:, 2].tolist() == [0.5, 0, 0, 0.5]
    assert weigh_methods(np.full((4, 1), math.nan), errors[:, :1]).tolist() == [[0.0]] * 4


@pytest.mark.parametrize("months", [1, 3, 11])
def test_the_estimate_of_a_process_that_did_not_change(months):
    """England's estimate is the reference's four closed forms, weighted by how they did at that month a year before."""
    before = [
        project_sums(np.array([ENGLAND[: 12 + months]], dtype=np.float64), months)[method, 0] / sum(ENGLAND[12:24]) - 1
        for method in range(4)
    ]
    weights = [1 / (abs(error) + 0.005) ** 2 for error in before]
    expected = sum(w * form for w, form in zip(weights, CLOSED_FORMS[months], strict=True)) / sum(weights)
    end = pd.Period("2018-03") + months
    found = verdict(ENGLAND[: 24 + months], kpi(year="total"), end=str(end))
    assert found.outlook.basis == "average"
    assert found.year.estimate == pytest.approx(expected)
    assert found.year.so_far == sum(ENGLAND[24 : 24 + months])
    assert found.year.low < found.year.estimate < found.year.high


@pytest.mark.parametrize(
    ("start", "end", "first", "last", "months"),
    [
        (4, "2026-09", "2026-04", "2027-03", 6),
        (4, "2026-04", "2026-04", "2027-03", 1),
        (4, "2026-03", "2025-04", "2026-03", 12),
        (1, "2026-09", "2026-01", "2026-12", 9),
        (12, "2026-11", "2025-12", "2026-11", 12),
    ],
)
def test_fiscal_years(start, end, first, last, months):
    """The fiscal year begins in its month, this year's or last year's."""
    found = year(EVEN, kpi(year="total"), start=start, end=end)
    assert (found.first, found.last, found.months) == (pd.Period(first), pd.Period(last), months)
    assert found.so_far == pytest.approx(sum(EVEN[-months:]))


def test_kinds_of_years():
    """The card decides; else a ratio's year is a ratio, a sum's a total, a level's its end, and any other's a mean."""
    ratio = Ratio(numerator="good", denominator="all")
    assert year_kind(kpi(year="none"), natural="total") is None
    assert year_kind(kpi(year="last", ratio=ratio), natural="total") == "last"
    assert year_kind(kpi(ratio=ratio), natural="average") == "ratio"
    assert year_kind(kpi(), natural="total") == "total"
    measures = {
        "sales": Measure(table="t", value="sum(amount)", date="day"),
        "agents": Measure(table="t", value="count(DISTINCT agent)", date="day"),
        "open": Measure(table="t", value="count(*)", opened="from", closed="to"),
        "stock": Measure(table="t", value="sum(pieces)", snapshot="day"),
    }
    kinds = {name: natural_year(kpi(measure=name), measures) for name in measures}
    assert kinds == {"sales": "total", "agents": "average", "open": "last", "stock": "last"}
    assert natural_year(kpi(formula="a / b"), measures) == "average"
    assert year(EVEN, kpi(year="none")) is None
    assert year(EVEN, kpi(measure="sales"), measures=measures).kind == "total"


def test_totals_averages_and_ends():
    """100 a month: a total of 1200, a mean of 100, an end at 100; each against what the months' targets come to."""
    coming = [110.0] * 6
    total, mean, last = (
        year(EVEN, kpi(year=kind), target=90.0, coming=coming) for kind in ("total", "average", "last")
    )
    assert (total.kind, mean.kind, last.kind) == ("total", "average", "last")
    assert (total.so_far, total.estimate) == (pytest.approx(600), pytest.approx(1200))
    assert (mean.so_far, mean.estimate) == (pytest.approx(100), pytest.approx(100))
    assert (last.so_far, last.estimate) == (pytest.approx(100 + STEP), pytest.approx(100))
    assert (total.target, mean.target, last.target) == (pytest.approx(1200), pytest.approx(100), 110.0)
    assert (total.required, mean.required, last.required) == (pytest.approx(100), pytest.approx(100), 110.0)
    assert (total.high - total.low) == pytest.approx(12 * (mean.high - mean.low))


def test_a_ratio_is_that_of_its_sums():
    """A year's share is good by all: busy months weigh more, in what is over and in what is to come."""
    busy, shares = [100.0, 100.0, 800.0] * 12, [0.5, 0.4, 0.9] * 12
    card = kpi("percent", ratio=Ratio(numerator="good", denominator="all"), year_target=0.8)
    done = year(shares, card, denominators=busy, end="2026-03")
    assert (done.kind, done.months) == ("ratio", 12)
    assert done.estimate == done.so_far == pytest.approx((50 + 40 + 720) / 1000)
    half = year(shares[:30], card, denominators=busy[:30])
    assert (half.so_far, half.estimate) == (pytest.approx(0.81), pytest.approx(0.81))
    assert half.required == pytest.approx(0.79)  # as many cases are to come as there were: (0.81 + 0.79) / 2 = 0.8
    assert half.low < 0.81 < half.high


def test_the_year_target_of_a_ratio():
    """Targets by month weigh as their months do, in what is over and to come: 0.9 in the busy months, else 0.6."""
    busy, goals = [100.0, 100.0, 800.0] * 12, [0.6, 0.6, 0.9] * 12
    card = kpi("percent", ratio=Ratio(numerator="good", denominator="all"))
    found = year([0.7] * 36, card, denominators=busy, target=goals, end="2026-03")
    assert found.target == pytest.approx(0.2 * 0.6 + 0.8 * 0.9)
    assert (found.estimate, found.chance) == (pytest.approx(0.7), 0.0)


def test_scale_of_a_ratio():
    """A ratio's scale (100 for an NPS) is in its year as in its months."""
    card = kpi("score", ratio=Ratio(numerator="good", denominator="all"), scale=100.0, year_target=141.0)
    found = year([40.0 + value for value in EVEN], card, denominators=[50.0] * 18)
    assert (found.so_far, found.estimate) == (pytest.approx(140), pytest.approx(140))
    assert found.required == pytest.approx(142)


@pytest.mark.parametrize(
    ("needed", "reach"), [(99.0, "on course"), (100.0, "on course"), (109.9, "stretch"), (118.0, "out of reach")]
)
def test_required_run_rate(needed, reach):
    """600 after six months: a target of 1308 needs 118 a month; the best the process gives is 110: out of reach."""
    found = year(EVEN, kpi(year="total", year_target=600 + 6 * needed))
    assert found.required == pytest.approx(needed)
    assert (found.usual, found.best) == (pytest.approx(100), pytest.approx(110))
    assert found.reach == reach


@pytest.mark.parametrize(
    ("needed", "reach"), [(101.0, "on course"), (100.0, "on course"), (90.1, "stretch"), (82.0, "out of reach")]
)
def test_required_run_rate_where_less_is_better(needed, reach):
    """The same downwards: the best that a process of 90 to 110 gives is 90."""
    found = year(EVEN, kpi(year="total", better="lower", year_target=600 + 6 * needed))
    assert found.required == pytest.approx(needed)
    assert (found.usual, found.best) == (pytest.approx(100), pytest.approx(90))
    assert found.reach == reach


@pytest.mark.parametrize("better", ["higher", "lower"])
def test_the_best_of_a_changed_process(better):
    """After a step the usual month is that of the new level, and the best three of its sigmas from it."""
    found = verdict([*EVEN, *(value + 50 for value in EVEN[:9])], kpi(year="total", better=better, year_target=1e3))
    assert found.outlook.basis == "new level"
    assert found.year.usual == pytest.approx(150, abs=1)
    side = 1 if better == "higher" else -1
    assert found.year.best == pytest.approx(found.year.usual + side * 3 * found.current.sigma)


def test_reached():
    """A target that is met whatever comes is reached; a loss can still undo it where values may be negative."""
    reached = year(EVEN, kpi(year="total", year_target=600.0))
    assert (reached.reach, reached.required, reached.chance) == ("reached", pytest.approx(0.0, abs=1e-9), 1.0)
    assert year(EVEN, kpi("score", year="total", year_target=600.0)).reach == "on course"
    less = year(EVEN, kpi(year="total", better="lower", year_target=590.0))
    assert (less.reach, less.chance) == ("out of reach", 0.0)  # more than that has come already


def test_year_target_of_the_card():
    """The card's own target of the year holds, whatever its months' targets come to; without either there is none."""
    assert year(EVEN, kpi(year="total", year_target=1300.0), target=90.0, coming=[90.0] * 6).target == 1300
    assert year(EVEN, kpi(year="average", year_target=105.0), target=90.0, coming=[90.0] * 6).target == 105
    assert year(EVEN, kpi(year="total"), target=90.0, coming=[95.0] * 6).target == pytest.approx(6 * 90 + 6 * 95)
    for coming in ((), [95.0] * 5):
        none = year(EVEN, kpi(year="total"), target=90.0, coming=coming)
        assert (none.target, none.chance, none.required, none.reach) == (None, None, None, "")
        assert none.estimate == pytest.approx(1200)


@pytest.mark.parametrize("better", ["higher", "lower"])
@pytest.mark.parametrize("kind", ["total", "average", "last"])
def test_a_finished_year(better, kind):
    """After twelve months the year is what it is: no interval, nothing required, and met or not."""
    value = {"total": sum(EVEN[-12:]), "average": 100.0, "last": EVEN[-1]}[kind]
    for off, met in ((-1.0, better == "higher"), (0.0, True), (1.0, better == "lower")):
        found = year(EVEN, kpi(year=kind, better=better, year_target=value + off), end="2026-03")
        assert found.months == 12
        assert found.estimate == found.low == found.high == found.so_far == pytest.approx(value)
        assert (found.chance, found.required, found.reach) == (float(met), None, "")


def test_a_missing_month():
    """A month of this year without a value leaves no estimate, and is named; one of last year is no obstacle."""
    hole = [*EVEN[:13], math.nan, *EVEN[14:]]
    found = year(hole, kpi(year="total", year_target=1300.0))
    assert (found.estimate, found.low, found.chance, found.required, found.reach) == (None, None, None, None, "")
    assert found.reason == "2026-05 has no value"
    assert year(EVEN[:4], kpi(year="total")).reason == "2026-04 has no value"
    earlier = [*EVEN[:3], math.nan, *EVEN[4:]]
    found = year(earlier, kpi(year="total", year_target=1300.0))
    assert (found.reason, found.estimate) == ("", pytest.approx(1200))


def test_chance_and_interval_say_the_same():
    """The interval reaches 1.645 of the standard deviations by which the chance is reckoned."""
    from scipy import stats

    found = year(ENGLAND[:30], kpi("score", year="total", year_target=24.7e6))
    spread = (found.high - found.low) / 2 / 1.6448536269514722
    assert found.chance == pytest.approx(stats.norm.cdf((found.estimate - 24.7e6) / spread))
    assert found.low == pytest.approx(found.estimate - 1.6448536269514722 * spread)


@pytest.mark.parametrize("kind", ["total", "average", "last"])
def test_turned_direction(kind):
    """Whether up or down is better changes no estimate and no required run rate, and turns the chance around."""
    goal = 12e5 * (12 if kind == "total" else 1)
    values = [number * 0.6 for number in ENGLAND[:30]]
    up, down = (year(values, kpi("score", year=kind, better=way, year_target=goal)) for way in ("higher", "lower"))
    assert (up.estimate, up.low, up.high, up.required) == (down.estimate, down.low, down.high, down.required)
    assert up.chance + down.chance == pytest.approx(1)
    assert up.best > up.usual > down.best


def test_mirrored_values():
    """A year of losses is the mirror of a year of gains, while there is no year before it."""
    rng = np.random.default_rng(4)
    for goal, values in product((95.0, 103.0), rng.normal(100, 3, (5, 9))):
        gain, loss = (
            year(sign * values, kpi("score", year="total", better=way, year_target=sign * 12 * goal), start=1)
            for sign, way in ((1, "higher"), (-1, "lower"))
        )
        mirrored = [-loss.estimate, -loss.high, -loss.low, loss.chance, -loss.required, -loss.usual, -loss.best]
        found = [gain.estimate, gain.low, gain.high, gain.chance, gain.required, gain.usual, gain.best]
        assert found == pytest.approx(mirrored)
        assert gain.reach == loss.reach


@given(
    st.lists(st.integers(min_value=0, max_value=50), min_size=6, max_size=40),
    st.integers(min_value=1, max_value=12),
    st.sampled_from(["total", "average", "last"]),
    st.integers(min_value=0, max_value=60),
)
@settings(deadline=None, max_examples=80)
def test_laws(values, start, kind, goal):
    """The estimate lies in its interval, counts stay possible, a total holds what is over, the parts add up."""
    months = pd.period_range("2024-01", periods=len(values), freq="M")
    factor = 12 if kind == "total" else 1
    card = kpi(year=kind, year_target=float(goal * factor))
    found = judge_table(pd.DataFrame({"it": values}, index=months), card, fiscal_year_start=start).loc["it"]
    over = (months[-1].month - start) % 12 + 1
    if np.isnan(found["year_estimate"]):
        assert found["year_reason"]
        return
    assert found["year_low"] <= found["year_estimate"] <= found["year_high"]
    assert found["year_low"] >= 0
    assert 0 <= found["year_chance"] <= 1
    if kind == "total":
        assert found["year_low"] >= sum(values[-over:]) * (1 - 1e-12)
    if over < 12 and kind != "last":
        done = sum(values[-over:]) * factor / 12
        assert done + found["year_required"] * (12 - over) * factor / 12 == pytest.approx(goal * factor)

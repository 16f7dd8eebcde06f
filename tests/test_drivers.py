"""The drivers of a KPI: what makes up its gap and its changes, on tables whose parts are known."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saypro_analysis.data.sample import TRUTHS
from saypro_analysis.drivers import find_drivers, split_kpi
from saypro_analysis.kpi import CauseModel, Company, Department, DepartmentMonth, Kpi, Measure, Ratio
from saypro_analysis.verdict import judge

BASES = ("target", "last month", "last year")
END = pd.Period("2026-10")

MEASURES = {
    "amount": Measure(table="sales", value="sum(amount)", date="day"),
    "sales": Measure(table="sales", value="count(*)", date="day"),
    "offers": Measure(table="offers", value="count(*)", date="day"),
    "buyers": Measure(table="sales", value="count(DISTINCT buyer)", date="day"),
    "days": Measure(table="sales", value="median(days)", date="day"),
}


def card(name, unit="count", **more):
    """A KPI card of sales, by region unless said otherwise."""
    more = {"measure": "sales", "segments": ("region",), **more}
    if more.get("ratio") or (more.get("formula") and "measure" not in more):
        more["measure"] = ""
    return Kpi(id=name, department="sales", name=name, definition="", unit=unit, **more)


RATE = {"unit": "percent", "measure": "", "ratio": Ratio(numerator="sales", denominator="offers")}


def part(kpi, dimension, segment, value, *, top=None, bottom=math.nan, rows=None, target=math.nan, upper=math.nan):
    """The monthly rows of a total (no dimension) or a segment, up to the end; a month without value has no row."""
    value = np.asarray(value, dtype=np.float64)
    months = pd.period_range(end=END, periods=len(value), freq="M")
    table = pd.DataFrame({"month": months, "value": value, "numerator": value if top is None else top})
    table = table.assign(denominator=bottom, target=target, target_upper=upper, rows=value if rows is None else rows)
    table = table.assign(department="sales", kpi=kpi, dimension=dimension, segment=segment)
    table = table[table["value"].notna() | table["numerator"].notna()]
    return table.assign(rows=table["rows"].fillna(0).astype("int64"))


def summed(kpi, segments, *, sizes=None, target=math.nan, dimension="region", whole=None):
    """A total and its segments (name -> values), which add up unless the whole is given."""
    total = np.nansum(list(segments.values()), axis=0) if whole is None else whole
    rows = {name: None if sizes is None else sizes[name] for name in segments}
    size = None if sizes is None else np.nansum(list(sizes.values()), axis=0)
    return pd.concat(
        [
            part(kpi, "", "", total, rows=size, target=target),
            *(part(kpi, dimension, name, value, rows=rows[name]) for name, value in segments.items()),
        ]
    )


def rated(kpi, tops, bottoms, *, target=math.nan, upper=math.nan, scale=1.0):
    """A ratio and its segments: numerators and denominators by name."""
    top, bottom = np.nansum(list(tops.values()), axis=0), np.nansum(list(bottoms.values()), axis=0)
    tables = [part(kpi, "", "", scale * top / bottom, top=top, bottom=bottom, rows=bottom, target=target, upper=upper)]
    for name in tops:
        one, other = (np.asarray(held[name], dtype=np.float64) for held in (tops, bottoms))
        value = scale * np.divide(one, other, out=np.full(len(one), np.nan), where=other > 0)
        tables.append(part(kpi, "region", name, value, top=one, bottom=other, rows=other))
    return pd.concat(tables)


def open_month(cards, tables):
    """The department's month."""
    return DepartmentMonth(
        company=Company(name="SayPro"),
        department=Department(
            id="sales", name="Sales", owner="Head", kpis={c.id: c for c in cards}, measures=MEASURES
        ),
        departments={"sales": "Sales"},
        month=END,
        causes=CauseModel(causes={}, signs={}, actions={}),
        observations=(),
        register=(),
        monthly=pd.concat(tables, ignore_index=True),
        quality=pd.DataFrame(),
    )  # fmt: skip


def drivers(cards, tables):
    """Drivers by the KPI's id."""
    month = open_month(cards, tables)
    return {found.kpi.id: found for found in find_drivers(month, judge(month))}


def split(cards, tables, basis, dimension="region"):
    """The split of the first card's KPI."""
    month = open_month(cards, tables)
    return split_kpi(month, next(v for v in judge(month) if v.kpi.id == cards[0].id), dimension, basis)


def changes(found):
    """The contributions by name."""
    return {one.name: round(one.change, 9) for one in found.parts}


def steady(level, last, n=24):
    """The same every month, and another value in the last one."""
    return [float(level)] * (n - 1) + [float(last)]


def test_a_count_against_its_target():
    """Each region's part of the target is its share of the year before: 60, 30 and 10 % of 100."""
    held = summed("it", {"North": steady(60, 40), "South": steady(30, 33), "West": steady(10, 10)}, target=100.0)
    found = drivers([card("it")], [held])["it"]
    target = found.splits[0]
    assert (target.basis, target.dimension, target.method) == ("target", "region", "total")
    assert (target.reference, target.actual, target.change) == (100, 83, -17)
    assert changes(target) == {"North": -20, "West": 0, "South": 3}
    assert target.parts[0].before == pytest.approx(60)
    assert (target.parts[0].after, target.parts[0].share_before) == (40, pytest.approx(0.6))
    assert (target.parts[0].size, target.parts[0].average) == (pytest.approx(-20), None)
    assert target.leading == ("North",)
    assert target.explained == pytest.approx(20 / 17)
    assert (found.lever.part, found.lever.dimension, found.lever.share) == (
        target.parts[0], "region", pytest.approx(20 / 17),
    )  # fmt: skip


def test_a_sum_against_its_target_by_size_and_average():
    """North has half of its 40 usual sales at its usual average of 100: all size; South 80 instead of 100 a sale."""
    sizes = {"North": steady(40, 20), "South": steady(10, 10)}
    values = {"North": steady(4000, 2000), "South": steady(1000, 800)}
    revenue = card("it", "currency", measure="amount")
    found = split([revenue], [summed("it", values, sizes=sizes, target=5000.0)], "target")
    north, south = found.parts
    assert (north.name, north.change, north.size, north.average) == ("North", -2000, pytest.approx(-2000), 0)
    assert (south.size, south.average) == (pytest.approx(0), pytest.approx(-200))


@pytest.mark.parametrize(("months", "expected"), [(4, {"North": -10, "South": 0}), (3, None)])
def test_the_usual_share_takes_three_months(months, expected):
    """With two months before it there is no share to spread the target by, and so no split against it."""
    held = summed("it", {"North": steady(50, 40, months), "South": steady(50, 50, months)}, target=100.0)
    if expected is None:
        with pytest.raises(ValueError, match=r"sales.it: no values to compare 2026-10 with its target by region"):
            split([card("it")], [held], "target")
    else:
        assert changes(split([card("it")], [held], "target")) == expected


def test_the_same_month_of_last_year_stands_for_the_share():
    """Only October of last year is known: its shares are the usual ones."""
    gap = [math.nan] * 11
    held = summed(
        "it", {"North": [80, *gap, 30], "South": [20, *gap, 20]}, target=100.0, whole=[100, *gap, 50]
    )  # fmt: skip
    assert changes(split([card("it")], [held], "target")) == {"North": -50, "South": 0}


def test_a_ratio_against_its_target():
    """Each region against the common target, at its share of now: 0.25 (0.4 - 0.5) and 0.75 (0.48 - 0.5)."""
    tops = {"North": steady(50, 10), "South": steady(50, 36)}
    bottoms = {"North": steady(100, 25), "South": steady(100, 75)}
    found = split([card("it", **RATE)], [rated("it", tops, bottoms, target=0.5)], "target")
    assert changes(found) == {"North": -0.025, "South": -0.015}
    assert [(one.before, one.after, one.mix, one.share_after) for one in found.parts] == [
        (0.5, 0.4, 0, 0.25), (0.5, pytest.approx(0.48), 0, 0.75),
    ]  # fmt: skip


def test_a_ratio_against_last_month_and_year():
    """Simpson's case: both regions' rates rise, the mix falls (reference numbers: rate_mix_cases.json "simpson")."""
    tops = {"web": [80, *[60] * 10, 80, 42], "store": [20, *[50] * 10, 20, 37]}
    bottoms = {"web": [100] * 12 + [50], "store": [100] * 12 + [150]}
    for basis in ("last month", "last year"):
        found = split([card("it", scale=1.0, **RATE)], [rated("it", tops, bottoms)], basis)
        web, store = found.parts
        assert (web.rate, web.mix) == (pytest.approx(0.015), pytest.approx(-0.093125))
        assert (store.rate, store.mix) == (pytest.approx(0.0291666667), pytest.approx(-0.0560416667))
        assert found.change == pytest.approx(-0.105)


def test_scale_multiplies_all():
    """A ratio in percent has contributions in percent."""
    tops, bottoms = {"a": steady(50, 30), "b": steady(20, 20)}, {"a": steady(100, 90), "b": steady(100, 100)}
    plain = split([card("it", **RATE)], [rated("it", tops, bottoms)], "last month")
    hundred = split([card("it", scale=100.0, **RATE)], [rated("it", tops, bottoms, scale=100.0)], "last month")
    for one, other in zip(hundred.parts, plain.parts, strict=True):
        assert (one.change, one.rate, one.before) == tuple(
            pytest.approx(100 * getattr(other, name)) for name in ("change", "rate", "before")
        )


def test_a_range_is_held_to_the_nearer_bound():
    """Above its range of 0.4 to 0.6, the KPI is held to 0.6, and the highest region comes first."""
    tops = {"North": steady(50, 80), "South": steady(50, 55)}
    table = rated("it", tops, {"North": [100] * 24, "South": [100] * 24}, target=0.4, upper=0.6)
    found = split([card("it", better="inside", **RATE)], [table], "target")
    assert (found.reference, found.change) == (0.6, pytest.approx(0.075))
    assert changes(found) == {"North": 0.1, "South": -0.025}


def test_new_lost_and_rest():
    """A region that begins is new, one without records lost, and what no region holds is the rest."""
    segments = {
        "North": [50] * 24, "South": [*[20] * 23, math.nan], "West": [*[math.nan] * 23, 12],
    }  # fmt: skip
    whole = [*[75] * 23, 70]
    found = split([card("it")], [summed("it", segments, whole=whole)], "last month")
    assert {one.name: (one.kind, one.change) for one in found.parts} == {
        "South": ("lost", -20), "North": ("", 0), "West": ("new", 12), "": ("rest", 3),
    }  # fmt: skip
    lost = found.parts[0]
    assert (lost.after, lost.before, lost.size) == (None, 20, None)
    assert sum(one.change for one in found.parts) == pytest.approx(-5)
    assert "" not in found.leading


def test_a_numerator_without_denominator():
    """Spending in a channel that brought no customer counts in full, as mix."""
    tops = {"ads": steady(100, 100), "fair": [*[math.nan] * 23, 50.0]}
    bottoms = {"ads": steady(10, 10), "fair": [*[math.nan] * 23, 0.0]}
    found = split([card("it", **RATE)], [rated("it", tops, bottoms)], "last month")
    assert changes(found) == {"ads": 0, "fair": 5}
    assert found.parts[-1].after is None


def test_worst_first_where_lower_is_better():
    """More is worse here: the region that grew comes first, and is the lever."""
    held = summed("it", {"North": steady(50, 70), "South": steady(50, 45)}, target=100.0)
    found = drivers([card("it", better="lower")], [held])["it"]
    assert [one.name for one in found.splits[0].parts] == ["North", "South"]
    assert (found.lever.part.name, found.lever.part.change) == ("North", pytest.approx(20))


def test_ordinary_variation():
    """Inside one sigma of the target, and root two sigmas of another month, a difference is ordinary.

    Sigma is 4 / 1.128 = 3.5 (moving ranges of 4), root two times that is 5.0; the month before the last is 98.
    """
    noise = np.tile([98.0, 102.0], 12)
    for last, ordinary in ((100.0, (True, True)), (94.0, (False, True)), (80.0, (False, False))):
        values = [*noise[:-1], last]
        held = summed("it", {"North": values, "South": [0.0] * 24}, target=100.0)
        found = [split([card("it")], [held], basis).ordinary for basis in ("target", "last month")]
        assert tuple(found) == ordinary, last


def test_a_trend_is_not_ordinary():
    """A slow fall is within the noise of a single month, and yet no noise: neither its gap nor its year is ordinary."""
    values = 104 - 0.25 * np.arange(36) + np.tile([-2.0, 2.0], 18)
    held = summed("it", {"North": values, "South": [0.0] * 36}, target=94.0)
    month = open_month([card("it")], [held])
    (verdict,) = judge(month)
    assert verdict.trend.worsening
    found = {basis: split_kpi(month, verdict, "region", basis) for basis in BASES}
    assert abs(found["last year"].change) < math.sqrt(2) * verdict.limits.sigma
    assert [found[basis].ordinary for basis in BASES] == [False, True, False]


def test_formula_against_last_month():
    """The reference product tree: 10,000 visits x 3 % x 50 to 12,000 x 2.4 % x 55 (kpi_tree_shapley_lmdi.json)."""
    parts = {"visits": (10_000, 12_000), "conversion": (0.03, 0.024), "value": (50.0, 55.0)}
    cards = [card("it", measure="", formula="visits * conversion * value", segments=(), target=20_000.0)]
    cards += [card(name, segments=(), scorecard=False) for name in parts]
    tables = [part(name, "", "", steady(*pair)) for name, pair in parts.items()]
    tables.append(part("it", "", "", steady(15_000, 15_840), target=20_000.0))
    found = drivers(cards, tables)["it"]
    assert [one.basis for one in found.formula] == ["target", "last month", "last year"][3 - len(found.formula) :]
    last = next(one for one in found.formula if one.basis == "last month")
    assert changes(last) == {"conversion": -3470, "value": 1480, "visits": 2830}
    assert (last.method, last.dimension, last.parts[0].before, last.parts[0].after) == ("formula", "", 0.03, 0.024)


def formula_case(formula, targets, *, actual=None, target=1000.0, kpi_target=1000.0, **factors):
    """A KPI of a formula over a (120 to 90) and b (10 to 8), with the factors' targets."""
    levels = {"a": (120, 90), "b": (10, 8)}
    cards = [card("it", measure="", formula=formula, segments=())]
    cards += [card(name, segments=(), scorecard=False, **factors.get(name, {})) for name in levels]
    tables = [part(name, "", "", steady(*pair), target=targets.get(name, math.nan)) for name, pair in levels.items()]
    value = {"a * b": (1200, 720), "a / b": (12, 11.25), "a - b": (110, 82)}[formula]
    tables.append(part("it", "", "", steady(value[0], value[1] if actual is None else actual), target=kpi_target))
    return split(cards, tables, "target", dimension="")


def test_formula_against_the_targets_of_its_factors():
    """Both have targets that make the KPI's: 100 x 10 = 1000. Shapley: -10 x 9 and -2 x 95."""
    found = formula_case("a * b", {"a": 100.0, "b": 10.0})
    assert changes(found) == {"b": -190, "a": -90}


def test_the_target_of_one_factor_follows_from_the_others():
    """a has no target; with b at its 8 it has to be 125 for 1000. What is left is nothing."""
    found = formula_case("a * b", {"b": 8.0})
    assert changes(found) == {"a": -280, "b": 0}
    assert found.parts[0].before == 125


def test_what_a_factor_cannot_be_is_replaced_by_its_mean():
    """For 120 out of a - b with b at 10, a would be 130. For -20 it would be negative, which a count is not, and for
    400 it would be 410, which it has never been near (90 to 120): then the targets do not fit together."""
    assert formula_case("a - b", {"b": 10.0}, kpi_target=120.0).parts[0].before == 130
    for target in (-20.0, 400.0):
        found = formula_case("a - b", {"b": 10.0}, kpi_target=target)
        by = {one.name: one for one in found.parts}
        assert by["a"].before == 120  # the mean of the twelve months before
        assert by[""].kind == "rest"
        assert by[""].change == pytest.approx((120 - 10) - target)
        assert sum(one.change for one in found.parts) == pytest.approx(found.change)


def test_a_factor_inside_its_range_is_where_it_should_be():
    """Use of capacity is 0.85, inside 0.7 to 0.9: the gap is that of the other factor alone."""
    cards = [card("it", measure="", formula="cap * use", segments=(), target=100.0)]
    cards += [card("cap", segments=(), scorecard=False, target=120.0)]
    cards += [card("use", unit="score", better="inside", segments=(), scorecard=False)]
    tables = [part("cap", "", "", steady(120, 100), target=120.0)]
    tables += [part("use", "", "", steady(0.85, 0.85), target=0.7, upper=0.9)]
    tables += [part("it", "", "", steady(102, 85), target=100.0)]
    month = open_month(cards, tables)
    found = split_kpi(month, next(v for v in judge(month) if v.kpi.id == "it"), "", "target")
    by = {one.name: one.change for one in found.parts}
    assert (by["use"], by["cap"]) == (0, pytest.approx(-17))


def test_members_with_negative_values_are_not_asked_for_the_impossible():
    """A target of 10 is 5 above the usual 5: each is asked for its portion of that by size, and only North is short."""
    held = summed("it", {"North": steady(50, 40), "South": steady(-40, -40), "West": steady(-5, -5)}, target=10.0)
    found = split([card("it", unit="score", measure="amount")], [held], "target")
    asked = {one.name: one.before for one in found.parts}
    assert asked == {"North": pytest.approx(50 + 5 * 50 / 95), "South": pytest.approx(-40 + 5 * 40 / 95),
                     "West": pytest.approx(-5 + 5 * 5 / 95)}  # fmt: skip
    assert found.leading[0] == "North"


def test_a_target_of_nothing_makes_no_segment_new():
    """North had 3 every month, and 6 now; a target of 0 asks nothing of it, and it is not new for that."""
    held = summed("it", {"North": steady(3, 6), "South": steady(1, 0)}, target=0.0)
    assert all(one.kind == "" for one in split([card("it", better="lower")], [held], "target").parts)


def test_no_lever_where_nothing_stands_out():
    """Twelve regions that fall alike: none makes up a tenth of the gap, and none is called the largest lever."""
    held = summed("it", {f"r{at:02}": steady(10, 8) for at in range(12)}, target=120.0)
    found = drivers([card("it")], [held])["it"]
    assert found.splits[0].leading == ()
    assert found.lever is None


def test_a_definition_that_differs_from_the_formula_goes_to_the_rest():
    """The KPI's own value is 700 where the formula says 720."""
    found = formula_case("a * b", {"a": 100.0, "b": 10.0}, actual=700)
    assert changes(found) == {"b": -190, "a": -90, "": -20}
    assert found.parts[-1].kind == "rest"
    assert found.leading == ("b", "a")


def test_scale_of_a_formula():
    """A scale belongs to a formula that defines its KPI: 100 a / b; a = 3 to 2 of b = 4 is -25."""
    cards = [card("it", measure="", formula="a / b", scale=100.0, segments=())]
    cards += [card(name, segments=(), scorecard=False) for name in "ab"]
    tables = [part("it", "", "", steady(75, 50)), part("a", "", "", steady(3, 2)), part("b", "", "", steady(4, 4))]
    assert changes(split(cards, tables, "last month", dimension="")) == {"a": -25, "b": 0}


def test_formulas_that_cannot_be_split():
    """A factor without data, and nine factors, give no split by formula; the split by region stays."""
    held = summed("it", {"North": steady(9, 5), "South": steady(9, 9)}, target=17.0)
    nine = [f"f{at}" for at in range(9)]
    others = [part(name, "", "", steady(2, 2)) for name in nine]
    for formula in ("f0 * nothing", " + ".join(nine)):
        cards = [card("it", formula=formula, measure="sales")]
        cards += [card(name, segments=(), scorecard=False) for name in [*nine, "nothing"]]
        found = drivers(cards, [held, *others])["it"]
        assert (found.formula, len(found.splits)) == ((), 3)


def test_a_kpi_whose_rows_are_gone():
    """A verdict of a KPI that the month's table does not hold has nothing to show, and raises nothing."""
    held = summed("it", {"North": steady(9, 5)}, target=9.5)
    month = open_month([card("it"), card("other")], [held, summed("other", {"North": steady(1, 1)})])
    (found,) = find_drivers(replace(month, monthly=month.monthly[month.monthly["kpi"] == "other"]), judge(month)[:1])
    assert (found.kpi.id, found.splits, found.formula, found.compared, found.lever) == ("it", (), (), (), None)


@pytest.mark.parametrize("measure", ["days", "buyers"])
def test_what_does_not_add_up_is_compared(measure):
    """A median or a distinct count by region has no split; only the median's target is one of each region, too."""
    held = summed("it", {"North": steady(9, 12), "South": steady(9, 8)}, whole=steady(9, 11), target=9.5)
    found = drivers([card("it", "days", better="lower", measure=measure)], [held])["it"]
    assert (found.splits, found.lever) == ((), None)
    by = {one.basis: [(m.name, m.value, m.reference) for m in one.members] for one in found.compared}
    assert by.get("target") == ([("North", 12, 9.5), ("South", 8, 9.5)] if measure == "days" else None)
    assert by["last year"] == by["last month"] == [("North", 12, 9), ("South", 8, 9)]


def test_only_troubled_kpis_in_the_order_of_the_verdicts():
    """What is met, steady and not at risk has no drivers, nor has what only measures signs."""
    rng = np.random.default_rng(3)
    even = {"North": 50 + rng.normal(0, 0.1, 24), "South": 50 + rng.normal(0, 0.1, 24)}
    worse = {**even, "North": even["North"] - np.r_[np.zeros(23), 30]}
    cards = [card("fine"), card("bad"), card("worst"), card("sign", scorecard=False)]
    tables = [summed("fine", even, target=90.0), summed("sign", worse, target=100.0)]
    tables += [summed("bad", worse, target=80.0), summed("worst", worse, target=100.0)]
    month = open_month(cards, tables)
    assert [found.kpi.id for found in find_drivers(month, judge(month))] == ["worst", "bad"]


def test_what_cannot_be_split_is_refused():
    """An unknown dimension, basis or formula, and segments that do not add up, each have their own message."""
    held = summed("it", {"North": steady(9, 12), "South": steady(9, 8)}, target=9.5)
    for given_card, dimension, basis, message in (
        (card("it"), "product", "target", "is not measured by 'product'; its dimensions: region"),
        (card("it"), "", "target", "has no formula"),
        (card("it"), "region", "budget", "'budget' is no basis"),
        (card("it", measure="days"), "region", "target", "do not add up"),
        (card("it", segments=()), "region", "target", "its dimensions: none"),
    ):
        with pytest.raises(ValueError, match=message):
            split([given_card], [held], basis, dimension)


def test_a_month_that_stands_there_twice():
    """Nothing is added up or overwritten silently."""
    held = summed("it", {"North": steady(9, 5)}, target=9.5)
    month = open_month([card("it")], [held])
    twice = replace(month, monthly=pd.concat([month.monthly, held[held["dimension"] != ""]]))
    with pytest.raises(ValueError, match=r"sales.it: a month stands there twice"):
        find_drivers(twice, judge(month))


def random_tables(seed):
    """A sum and a ratio by a few regions, with new, lost and empty ones, and a target."""
    rng = np.random.default_rng(seed)
    names = [f"r{at}" for at in range(int(rng.integers(1, 7)))]
    bottoms = {name: rng.integers(0, 40, 14).astype(np.float64) for name in names}
    tops = {name: np.minimum(rng.integers(0, 40, 14), bottoms[name]) for name in names}
    for name in names[1:]:
        gone = rng.random(14) < 0.25
        bottoms[name][gone], tops[name] = np.nan, np.where(gone, np.nan, tops[name])
    bottoms[names[0]] += 1
    values = {name: 7.5 * tops[name] for name in names}
    whole = np.nansum(list(values.values()), axis=0) + rng.choice([0.0, 20.0])
    total = summed("sum", values, sizes=bottoms, target=150.0, whole=whole)
    return [total, rated("rate", tops, bottoms, target=0.45, scale=100.0)]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_splits_add_up_and_do_not_depend_on_the_order_of_rows(seed):
    """On every basis the parts sum to the change to 1e-9, and shuffled rows give the very same drivers."""
    cards = [card("sum", "currency", measure="amount"), card("rate", scale=100.0, **RATE)]
    month = open_month(cards, random_tables(seed))
    verdicts = judge(month)
    for verdict in verdicts:
        for basis in BASES:
            try:
                found = split_kpi(month, verdict, "region", basis)
            except ValueError:
                continue
            bound = 1e-9 * max(abs(found.actual), abs(found.reference), 1.0)
            assert abs(sum(one.change for one in found.parts) - found.change) <= bound
            assert found.change == pytest.approx(found.actual - found.reference)
    shuffled = replace(month, monthly=month.monthly.sample(frac=1, random_state=seed % 1000))
    assert find_drivers(shuffled, verdicts) == find_drivers(month, verdicts)


def test_what_is_planted_in_the_sample_company(sample_analyses):
    """Each planted worsening that adds up is split by the dimension it was planted in, its segment first."""
    planted = {truth.kpi: truth for truth in TRUTHS if truth.direction == "worse" and truth.dimension}
    seen = set()
    for analysis in sample_analyses.values():
        for found in find_drivers(analysis.month, analysis.verdicts):
            truth = planted.get(found.kpi.key)
            if truth and found.splits:
                seen.add(found.kpi.key)
                assert found.splits[0].dimension == truth.dimension
                assert found.splits[0].parts[0].name == found.splits[0].leading[0] == truth.segment
            if truth and found.compared:
                assert {one.members[0].name for one in found.compared if one.basis == "target"} == {truth.segment}
    assert seen == {
        "sales.revenue", "sales.conversion_rate", "marketing.leads", "customer_support.resolution_time",
        "employees.turnover",
    }  # fmt: skip


def test_a_trend_is_split_against_the_year_before_it():
    """A KPI that falls all year and still meets its target: the year is looked at, not the last month's noise."""
    months = np.arange(36)
    falling = np.where(months < 24, 60.0, 60.0 - 2.0 * (months - 23))
    held = summed("it", {"North": falling, "South": 60 + np.tile([-1.5, 1.5], 18)}, target=80.0)
    found = drivers([card("it")], [held])["it"]
    assert found.lever.basis == "last year"
    assert (found.lever.part.name, found.lever.part.change) == ("North", -24)


def test_a_change_that_no_dimension_explains_is_not_split():
    """Ten regions that fall alike, met: there is nothing to point at."""
    level = np.array([*[12.0] * 23, 11.0])
    held = summed("it", {f"r{at}": level for at in range(10)}, target=100.0)
    (verdict,) = judge(month := open_month([card("it")], [held]))
    assert verdict.gap.status == "met"
    assert all(found.splits == () for found in find_drivers(month, (verdict,)))
    assert split_kpi(month, verdict, "region", "last month").change == -10

"""Thousands of series at once: each is judged as it would be alone, and laws that hold over the whole table."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saypro_analysis import many
from saypro_analysis.kpi import Baseline, CauseModel, Company, Department, DepartmentMonth, Kpi, Ratio, Rebase, Target
from saypro_analysis.many import judge_table
from saypro_analysis.verdict import judge

MONTHS = 36
LINES = ["mean", "lower", "upper", "sigma", "points"]
WORDS = ["status", "variation", "rule", "since", "assurance", "seasonal", "trend", "step_since", "trend_direction"]
WORDS += ["method", "early", "provisional", "forecast_basis", "misses", "at_risk", "progress", "proposed_rebase"]
#: Columns that a mirror exchanges, with their signs turned.
EXCHANGED = {"lower": "upper", "change_low": "change_high"}
EXCHANGED |= {f"forecast_low_{step}": f"forecast_high_{step}" for step in (1, 2, 3)}
EXCHANGED |= {other: one for one, other in EXCHANGED.items()}
TURNED = ["actual", "target", "mean", "slope", "change", "change_percent"]
TURNED += [f"forecast_{step}" for step in (1, 2, 3)]

values_of = st.lists(st.one_of(st.integers(-40, 40), st.just(math.nan)), min_size=1, max_size=40)


def kpi(unit="score", **card):
    """A KPI card."""
    return Kpi(id="it", department="sales", name="It", definition="", unit=unit, **card)


def table(values, end="2026-10"):
    """Series (rows) as ``judge_table`` takes them, named s0, s1 and so on."""
    numbers = np.asarray(values, dtype=np.float64)
    months = pd.period_range(end=end, periods=numbers.shape[1], freq="M")
    return pd.DataFrame(numbers.T, index=months, columns=[f"s{row}" for row in range(len(numbers))])


def mixed(seed, series=100):
    """Noise around 20, trends, steps, seasons, swings, small whole numbers, constants, gaps and late beginnings."""
    rng = np.random.default_rng(seed)
    values = 20 + rng.standard_normal((series, MONTHS))
    month = np.arange(MONTHS)
    values[:15] += rng.choice([-0.2, 0.2], (15, 1)) * month
    values[15:30] += rng.choice([-4, 4], (15, 1)) * (month >= MONTHS - rng.integers(2, 14, (15, 1)))
    values[30:40] += rng.uniform(1, 4, (10, 1)) * np.sin(2 * math.pi * (month + rng.integers(0, 12, (10, 1))) / 12)
    values[40:45] = 20 + 3 * (-1.0) ** month
    values[45:50] = rng.integers(18, 22, (5, 1))
    values[50:60] = np.round(values[50:60])
    values[60:75][rng.random((15, MONTHS)) < 0.1] = math.nan
    for row in range(75, series):
        values[row, : rng.integers(0, MONTHS)] = math.nan
    return table(np.round(values * 64) / 64)  # numbers that negation, powers of two and shifts leave exact


def alike(one, other):
    """Whether two entries are the same: equal words and months, numbers to the digits that sums round to."""
    unknown = [not isinstance(entry, tuple) and pd.isna(entry) for entry in (one, other)]
    if any(unknown):
        return all(unknown)
    if isinstance(one, float) and isinstance(other, float):
        return bool(np.isclose(one, other, rtol=1e-9, atol=1e-9))
    return bool(one == other)


def differences(one, other, columns):
    """Columns and series in which two tables of verdicts differ."""
    return [(name, at) for name in columns for at in one.index if not alike(one.at[at, name], other.at[at, name])]


def test_one_is_the_case_of_one():
    """A table's row is what its series gives alone, with the months before its first value or without them.

    The false discovery rate is held over all series, so that those are compared whose trend it leaves declared, or
    undeclared, as alone. A year needs the twelve months of the targets: it is compared where the series has them.
    """
    months, card = mixed(3), kpi(target=20.0, amber=0.02)
    together = judge_table(months, card)
    as_alone = together.index[(together["p"] < 0.05) == (together["adjusted_p"] < 0.05)]
    assert len(as_alone) > 85
    columns = together.columns.drop("adjusted_p")
    for name in as_alone:
        whole = months[[name]]
        later = whole.loc[whole[name].first_valid_index() :]
        held = columns if len(later) >= 12 else columns[~columns.str.startswith("year_")]
        assert differences(together.loc[[name]], judge_table(whole, card), columns) == []
        assert differences(together.loc[[name]], judge_table(later, card), held) == []


@given(st.lists(values_of, min_size=2, max_size=4), st.integers(-40, 40))
@settings(deadline=None, max_examples=40)
def test_others_in_the_table(rows, target):
    """Longer and shorter series beside it change nothing but the months before a series began, and its adjusted p."""
    card = kpi(target=float(target), gap_scale=10.0)
    width = max(len(values) for values in rows)
    months = table([[math.nan] * (width - len(values)) + values for values in rows])
    together = judge_table(months, card)
    for name in months:
        if (together.at[name, "p"] < 0.05) == (together.at[name, "adjusted_p"] < 0.05):
            alone = judge_table(months[[name]], card)
            assert differences(together.loc[[name]], alone, together.columns.drop("adjusted_p")) == []


def test_the_verdicts_of_a_department():
    """A department's KPIs get the verdicts that the table says, its false discoveries held over the same family."""
    months, target = mixed(19), 20.0
    found = judge_table(months, kpi(target=target))
    rows = months.rename_axis("month").reset_index().melt("month", var_name="kpi", value_name="value")
    rows = rows.assign(target=target, target_upper=math.nan, department="sales", dimension="", segment="")
    coming = pd.period_range("2026-11", periods=12, freq="M")
    goals = pd.DataFrame({"month": list(coming) * len(months.columns), "kpi": np.repeat(months.columns, 12)})
    cards = {
        name: Kpi(id=name, department="sales", name=name, definition="", unit="score", target=target) for name in months
    }
    made = judge(
        DepartmentMonth(
            company=Company(name="SayPro"),
            department=Department(name="Sales", owner="Head", kpis=cards),
            departments={"sales": "Sales"},
            month=pd.Period("2026-10"),
            causes=CauseModel(causes={}, signs={}, actions={}),
            observations=(),
            register=(),
            monthly=rows.assign(numerator=math.nan, denominator=math.nan),
            quality=pd.DataFrame(),
            ahead=goals.assign(department="sales", target=target, target_upper=math.nan),
        )
    )
    assert len(made) == len(months.columns)
    for verdict in made:
        row, limits, trend, outlook = found.loc[verdict.kpi.id], verdict.limits, verdict.trend, verdict.outlook.months
        pairs = [
            (row[name], getattr(limits, name)) for name in ("mean", "upper", "sigma", "variation", "rule", "since")
        ]
        pairs += [(row[name], getattr(trend, name)) for name in ("slope", "p", "adjusted_p", "change_low", "early")]
        pairs += [(row[name], getattr(verdict.severity, name)) for name in ("score", "level", "view", "capped")]
        pairs += [(row["trend"], trend.verdict), (row["step_since"], trend.since), (row["status"], verdict.gap.status)]
        pairs += [(row[name], getattr(verdict, name)) for name in ("misses", "emerging", "at_risk", "progress")]
        pairs += [(row[f"forecast_{at + 1}"], month.value) for at, month in enumerate(outlook)]
        pairs += [(row["chance_next"], outlook[0].chance if outlook else None)]
        pairs += [
            (row[f"year_{name}"], getattr(verdict.year, name)) for name in ("estimate", "low", "required", "reach")
        ]
        pairs += [(row["proposed_rebase"], verdict.proposal.month if verdict.proposal else None)]
        assert [pair for pair in pairs if not alike(*pair)] == [], verdict.kpi.id


def test_chunks(monkeypatch):
    """A table is worked on in parts; how large they are changes nothing, the false discovery rate included."""
    months, card = mixed(4), kpi(target=20.0)
    whole = judge_table(months, card)
    monkeypatch.setattr(many, "CHUNK", 7)
    assert differences(whole, judge_table(months, card), whole.columns) == []


def test_order_of_rows_and_columns():
    """Months may come in any order, with months left out that no series has; so may series."""
    months, card = mixed(5), kpi(target=20.0)
    months.iloc[20] = math.nan
    found = judge_table(months, card)
    rng = np.random.default_rng(5)
    shuffled = months.drop(months.index[20]).sample(frac=1, random_state=5)
    before = shuffled.copy()
    names = rng.permutation(months.columns)
    other = judge_table(shuffled[names], card)
    assert other.index.tolist() == names.tolist()
    assert differences(found, other.loc[found.index], found.columns) == []
    pd.testing.assert_frame_equal(shuffled, before)


def test_what_stands_there_twice():
    """Two values of a month, two series of a name, or cards that are too few cannot be right."""
    months = mixed(6)[["s0", "s1"]]
    with pytest.raises(ValueError, match="month 2026-10 stands there twice"):
        judge_table(pd.concat([months, months.iloc[-1:]]), kpi())
    with pytest.raises(ValueError, match="series s0 stands there twice"):
        judge_table(months[["s0", "s1", "s0"]], kpi())
    with pytest.raises(ValueError, match="1 cards for 2 series"):
        judge_table(months, [kpi()])


@pytest.mark.parametrize("kind", ["int64", "Int64", "object", "float32"])
def test_kinds_of_numbers(kind):
    """Whole numbers, numbers that may be missing, and objects are judged like the floats that they equal."""
    months = mixed(7)[[f"s{row}" for row in range(50, 60)]]
    if kind in ("Int64", "object"):
        months.iloc[[3, 17]] = math.nan
    numbers = months.astype(kind)
    if kind == "object":
        numbers = numbers.where(months.notna(), None)
        assert numbers.iat[3, 0] is None
    one, other = judge_table(months, kpi(target=20.0)), judge_table(numbers, kpi(target=20.0))
    assert differences(one, other, one.columns) == []


@pytest.mark.parametrize("missing", [None, math.nan, pd.NA])
def test_whatever_stands_for_missing(missing):
    """A month without a value is missing, whichever of Python's and pandas' words for it the table holds."""
    months = pd.period_range(end="2026-10", periods=14, freq="M")
    held = [*range(100, 106), missing, *range(107, 114)]
    as_held = pd.DataFrame({"s0": pd.Series(held, index=months, dtype=object), "s1": 7.0}, index=months)
    plain = as_held.assign(s0=[math.nan if number is missing else float(number) for number in held])
    pd.testing.assert_frame_equal(judge_table(as_held, kpi()), judge_table(plain, kpi()))
    with pytest.raises(ValueError, match="no number"):
        judge_table(as_held.assign(s0="many"), kpi())


def test_cards_of_their_own():
    """Each series is judged by its card: direction, target, range, baseline, thresholds and season."""
    months = mixed(8)[["s0", "s15", "s30", "s80"]]
    cards = [
        kpi(better="lower", target=20.0, critical=True),
        kpi(target=Target(low=19.0, high=21.0), better="inside"),
        kpi("percent", target=0.9, baseline=Baseline(points=12), seasonal=False),
        kpi(year="none", materiality=1.0),
    ]
    together = judge_table(months, cards)
    assert together["target_upper"].tolist()[1] == 21
    assert together["points"].tolist()[2] == 12
    assert together["year_kind"].tolist()[:3] == ["average"] * 3
    assert pd.isna(together["year_kind"].iloc[3])
    for name, card in zip(months, cards, strict=True):
        alone = judge_table(months[[name]], card)
        if (together.at[name, "p"] < 0.05) == (together.at[name, "adjusted_p"] < 0.05):
            assert differences(together.loc[[name]], alone, together.columns.drop("adjusted_p")) == []


def test_targets_by_month():
    """``targets`` holds each month to its own; a card's range keeps its upper bound."""
    months = table([[10.0] * 6, [10.0] * 6])
    goals = table([[9.0] * 4 + [11.0] * 2, [12.0] * 5 + [math.nan]])
    found = judge_table(months, kpi(target=5.0), targets=goals[["s1", "s0"]])
    assert found["status"].tolist() == ["missed", "no target"]
    assert found["misses"].tolist() == [2, 0]


@pytest.mark.parametrize(
    ("values", "status"), [([90.0], "missed"), ([90.0] * 5, "missed"), ([math.nan] * 3, "no data")]
)
def test_short_tables(values, status):
    """Below six values there is a gap where there is a value, and nothing else is known; no warning, no exception."""
    found = judge_table(table([values]), kpi(target=100.0)).loc["s0"]
    assert found["status"] == status
    assert (found["variation"], found["trend"], found["forecast_basis"]) == ("insufficient", "insufficient", "")
    assert found[["mean" if status == "no data" else "sigma", "lower", "p", "slope", "chance_next"]].isna().all()
    assert not found[["fluctuating", "emerging", "at_risk"]].any()
    assert found["level"] == ("" if status == "no data" else "severe" if len(values) == 1 else "critical")


def test_empty_tables():
    """No series, no rows; no month is an error that says so."""
    assert len(judge_table(table([[1.0] * 3]).drop(columns="s0"), kpi())) == 0
    with pytest.raises(ValueError, match="no month"):
        judge_table(pd.DataFrame({"s0": []}, index=pd.PeriodIndex([], freq="M"), dtype="float64"), kpi())


@pytest.mark.parametrize("wild", [1.0, 30.0])
def test_a_frozen_baseline_is_frozen(wild):
    """History added before the months of a frozen baseline changes none of its limits."""
    rng = np.random.default_rng(9)
    values = 100 + rng.standard_normal((200, 60))
    values[:, :36] = 100 + wild * (values[:, :36] - 100)
    card = kpi(baseline=Baseline(first="2024-11", last="2025-10"))
    short, long = judge_table(table(values[:, 36:]), card), judge_table(table(values), card)
    assert differences(short, long, LINES) == []
    assert set(short["points"]) == {12}


def test_limits_after_a_rebase():
    """After a rebase limits depend on the months since then alone, whatever came before.

    Of KPIs without a season and without a step of late: both are looked for in all months.
    """
    rng = np.random.default_rng(10)
    values = 100 + rng.standard_normal((200, 60))
    other = values.copy()
    other[:, :36] = 40 + 5 * rng.standard_normal((200, 36))
    card = kpi(seasonal=False, baseline=Baseline(rebase=(Rebase(month="2024-11", reason="new rota"),)))
    found = [judge_table(table(rows), card) for rows in (values, other, values[:, 36:])]
    plain = np.logical_and.reduce([(one["trend"] != "step change").to_numpy() for one in found])
    assert plain.mean() > 0.95
    for one in found[:2]:
        assert differences(one[plain], found[2][plain], [*LINES, "variation", "rule", "assurance"]) == []
    assert set(found[0]["points"][plain]) == {24}


@pytest.mark.parametrize(("since", "proposed"), [(6, 0.02), (7, 0.02), (8, 0.98), (10, 0.98)])
def test_a_rebase_is_proposed(since, proposed):
    """Eight months after a step of 6 sigma a rebase to its month is proposed, and not before; it is not applied."""
    values = 100 + np.random.default_rng(11).standard_normal((300, MONTHS))
    values[:, -since:] += 6
    found = judge_table(table(values), kpi())
    right = found["proposed_rebase"] == pd.Period("2026-10") - (since - 1)
    assert (right.mean() >= proposed) if since >= 8 else (found["proposed_rebase"].notna().mean() <= proposed)
    # Whatever is proposed: the limits are those of the months before, and the level stays a signal.
    stepped = found["trend"] == "step change"
    assert stepped.mean() > 0.95
    assert (found["mean"][stepped] < 103).all()
    assert (found["variation"][stepped] == "improving").all()


def test_a_proposal_ends_with_the_rebase():
    """Entered in the card, the rebase makes new limits and is proposed no more."""
    values = 100 + np.random.default_rng(12).standard_normal((300, MONTHS))
    values[:, -10:] += 6
    card = kpi(baseline=Baseline(rebase=(Rebase(month="2026-01", reason="new rota"),)))
    found = judge_table(table(values), card)
    assert found["proposed_rebase"].isna().all()
    assert set(found["points"]) == {10}
    assert ((found["mean"] - 106).abs() < 1.5).all()
    assert (found["variation"] == "common").mean() > 0.95


@pytest.mark.parametrize(("rebase", "proposed"), [("2025-11", 0.02), ("2025-04", 0.9)])
def test_a_rebase_near_the_step(rebase, proposed):
    """A rebase up to three months before the step meant that change; one of long before did not."""
    values = 100 + np.random.default_rng(20).standard_normal((300, 48))
    values[:, -10:] += 6  # since January 2026
    card = kpi(baseline=Baseline(rebase=(Rebase(month=rebase, reason="new rota"),)))
    share = judge_table(table(values), card)["proposed_rebase"].notna().mean()
    assert share >= proposed if rebase < "2025-10" else share <= proposed


@pytest.mark.parametrize(("before", "points"), [(11, 19), (12, 12), (20, 20)])
def test_limits_before_a_step(before, points):
    """Limits are those of the months before a step where these are twelve or more, else those of all months."""
    values = 100 + np.random.default_rng(21).standard_normal((100, before + 8))
    values[:, -8:] += 8
    found = judge_table(table(values), kpi(seasonal=False))
    stepped = (found["trend"] == "step change") & (found["step_since"] == pd.Period("2026-03"))
    assert stepped.mean() > 0.9
    assert set(found["points"][stepped]) == {points}


def test_seasons_raise_few_flags():
    """A season of 3 sigma in 36 months flags months as rarely as noise (within 2 points): the limits follow it.

    Limits that do not follow it flag a quarter.
    """
    rng = np.random.default_rng(13)
    noise = 100 + rng.standard_normal((2000, MONTHS))
    wave = np.sin(2 * math.pi * np.arange(MONTHS) / 12 + rng.uniform(0, 2 * math.pi, (2000, 1)))
    plain, season, rigid = (
        judge_table(table(values), kpi(seasonal=seasonal))
        for values, seasonal in ((noise, True), (noise + 3 * wave, True), (noise + 3 * wave, False))
    )
    flags = [(found["variation"] != "common").mean() for found in (plain, season, rigid)]
    assert flags[0] < 0.025
    assert flags[1] < flags[0] + 0.02
    assert flags[2] > 0.15
    assert season["seasonal"].mean() > 0.99
    assert plain["seasonal"].mean() < 0.01
    assert not rigid["seasonal"].any()


@pytest.mark.parametrize("rise", [3.0, 12.0])
@pytest.mark.parametrize("way", ["line", "step"])
def test_what_moves_once_is_no_season(way, rise):
    """Neither a line of so many sigma a year nor such a step a year ago is taken for a season (at most one of 50)."""
    noise = 100 + np.random.default_rng(19).standard_normal((2000, MONTHS))
    month = np.arange(MONTHS)
    moved = rise * month / 12 if way == "line" else rise * (month >= MONTHS - 12)
    assert judge_table(table(noise + moved), kpi())["seasonal"].mean() < 0.02


@pytest.mark.parametrize("value", [0.1, 0.95, 7.1, 100.1])
@pytest.mark.parametrize("months", [24, 36, 37, 40])
def test_a_constant_series_on_its_target(value, months):
    """What stands still on its target meets it for sure, next month and this year: rounding is no noise, no season."""
    values = table([[value] * months], end=str(pd.Period("2023-01", "M") + months - 1))
    row = judge_table(values, kpi(target=value)).iloc[0]
    assert (row["seasonal"], row["chance_next"], row["score"], row["year_chance"]) == (False, 1.0, 0.0, 1.0)
    assert row["level"] == "on track"


def test_forecasts_stay_inside_what_is_possible():
    """A share that rises to one is not forecast beyond it."""
    values = np.minimum(0.75 + 0.0107 * np.arange(24), 1.0)
    share = kpi("percent", ratio=Ratio(numerator="a", denominator="b"))
    row = judge_table(table([values]), share).iloc[0]
    assert row["forecast_3"] == row["forecast_high_3"] == 1.0


def test_a_year_that_makes_no_sense():
    """With year: none there is nothing of a year, neither estimate nor target nor reason."""
    row = judge_table(table(100 + np.random.default_rng(2).standard_normal((1, MONTHS))), kpi(year="none")).iloc[0]
    numbers = ["year_estimate", "year_low", "year_high", "year_target", "year_chance", "year_required"]
    assert row[numbers].isna().all()
    assert (row["year_kind"], row["year_reach"], row["year_reason"]) == (None, "", "")


@pytest.mark.parametrize("height", [1.0, 3.0])
def test_a_swing_is_no_season(height):
    """Up one month and down the next is a swing, whatever the calendar says; limits do not follow it."""
    noise = 0.5 * np.random.default_rng(14).standard_normal((500, MONTHS))
    found = judge_table(table(100 + height * (-1.0) ** np.arange(MONTHS) + noise), kpi(amber=0.005))
    assert not found["seasonal"].any()
    assert found["fluctuating"].mean() > 0.9


def test_mirror():
    """Values and targets negated, direction turned: the mirrored verdict, column by column.

    But for the year, of which a share of last year is taken, as only positive numbers have one.
    """
    months = mixed(15)
    one = judge_table(months, kpi(target=20.0, amber=0.02))
    other = judge_table(-months, kpi(target=-20.0, amber=0.02, better="lower"))
    columns = one.columns[~one.columns.str.startswith("year_")]
    mirrored = pd.DataFrame(
        {
            name: -other[EXCHANGED.get(name, name)] if name in EXCHANGED or name in TURNED else other[name]
            for name in columns
        }
    )
    assert differences(one, mirrored, columns) == []
    assert one["trend"].nunique() >= 4
    assert one["variation"].nunique() == 4


@pytest.mark.parametrize(("scale", "shift"), [(0.25, 0.0), (8.0, 0.0), (1.0, 512.0), (1.0, -64.0)])
def test_scale_and_shift(scale, shift):
    """Another unit or another zero leaves every word of the verdict, where nothing is judged relative to the level.

    So the gap is seen in sigmas, and any volatility and any change is large enough to matter.
    """
    months = mixed(16)
    cards = [
        kpi(target=20.0 * k + d, gap_view="noise", amber=0.0, materiality=0.0) for k, d in ((1, 0), (scale, shift))
    ]
    one, other = judge_table(months, cards[0]), judge_table(months * scale + shift, cards[1])
    assert differences(one, other, [*WORDS, "fluctuating", "tests", "emerging"]) == []
    noisy = one["view"] == "noise"
    assert noisy.sum() > 70
    assert differences(one[noisy], other[noisy], ["level", "capped", "view"]) == []

"""The verdict of a KPI and the order of the scorecard."""

import math

import numpy as np
import pandas as pd
import pytest

from saypro_analysis.kpi import CauseModel, Company, Department, DepartmentMonth, Kpi
from saypro_analysis.panel import series
from saypro_analysis.verdict import judge, points

NOISE = np.random.default_rng(7).normal(0, 1, 40)


def kpi(name, **card):
    """A KPI card of the sales department."""
    return Kpi(id=name, department="sales", name=name.capitalize(), definition=name, unit="count", **card)


def rows(name, values, target=math.nan, upper=math.nan, *, end="2026-10", department="sales"):
    """The monthly rows of a KPI's totals, the last one at ``end``."""
    months = pd.period_range(end=pd.Period(end), periods=len(values), freq="M")
    table = pd.DataFrame({"month": months, "value": np.array(values, dtype=np.float64)})
    table["target"], table["target_upper"] = target, upper
    table["department"], table["kpi"], table["dimension"], table["segment"] = department, name, "", ""
    table["numerator"], table["denominator"], table["rows"] = table["value"], 1.0, 1
    return table


def month(tables, cards, *, at="2026-10"):
    """A department's month."""
    return DepartmentMonth(
        company=Company(name="SayPro"),
        department=Department(id="sales", name="Sales", owner="Head", kpis={card.id: card for card in cards}),
        departments={"sales": "Sales"},
        month=pd.Period(at),
        causes=CauseModel(causes={}, signs={}, actions={}),
        observations=(),
        register=(),
        monthly=pd.concat(tables, ignore_index=True),
        quality=pd.DataFrame(),
    )


def test_order_of_the_scorecard():
    """Missed by relative gap, then emerging, then met nearest to missing, no target, no data, signs' measures."""
    flat = 100 + NOISE[:24]
    cards = {
        "blank": ([math.nan] * 3, 1.0),
        "free": (flat, math.nan),
        "easy": (flat, 50.0),
        "close": (flat, 95.0),
        "sinking": (200 - 4 * np.arange(24) + NOISE[:24], 50.0),
        "short": (flat, 110.0),
        "worst": (flat, 200.0),
    }
    tables = [rows(name, values, target) for name, (values, target) in cards.items()]
    tables.append(rows("measured", flat, 300.0))
    found = judge(month(tables, [*(kpi(name) for name in cards), kpi("measured", scorecard=False)]))
    names = [verdict.kpi.id for verdict in found]
    assert names == ["worst", "short", "sinking", "close", "easy", "free", "blank", "measured"]
    assert [verdict.emerging for verdict in found[:4]] == [False, False, True, False]


def test_emerging():
    """A KPI that declines above its target is an emerging problem, one that misses is missed."""
    values = 200 - 4 * np.arange(24) + NOISE[:24]
    above, below = (judge(month([rows("revenue", values, t)], [kpi("revenue")]))[0] for t in (50, 150))
    assert (above.gap.status, above.emerging, above.trend.verdict) == ("met", True, "declining")
    assert (below.gap.status, below.emerging, below.progress) == ("missed", False, "no progress")


def test_fluctuating_inside_its_range():
    """A KPI that swings inside its range is an emerging problem."""
    swing = np.where(np.arange(24) % 2 == 0, 0.81, 0.89)
    found = judge(month([rows("csat", swing, 0.8, 0.9)], [kpi("csat", better="inside")]))[0]
    assert (found.gap.status, found.emerging) == ("met", True)
    assert "turning points" in found.fluctuation.tests


def test_misses_in_a_row():
    """Months missed are counted back from the month; a month without a value ends the row."""
    values = [90, 90, 110, 90, 90, 90]
    assert judge(month([rows("leads", values, 100)], [kpi("leads")]))[0].misses == 3
    assert judge(month([rows("leads", values, 100)], [kpi("leads")]))[0].missed_since == pd.Period("2026-08")
    values[4] = math.nan
    assert judge(month([rows("leads", values, 100)], [kpi("leads")]))[0].misses == 1
    assert judge(month([rows("leads", [90] * 5, 100)], [kpi("leads")]))[0].misses == 5
    assert judge(month([rows("leads", [110] * 5, 100)], [kpi("leads")]))[0].missed_since is None


def test_progress():
    """A missed KPI on the way up recovers; one that stands still makes no progress."""
    rising = judge(month([rows("leads", 4 * np.arange(24) + NOISE[:24], 200)], [kpi("leads")]))[0]
    still = judge(month([rows("leads", 100 + NOISE[:24], 200)], [kpi("leads")]))[0]
    assert (rising.progress, still.progress) == ("recovering", "no progress")


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_too_little_data(count):
    """With few points the gap is judged as far as there is one, and the rest is insufficient."""
    table = rows("leads", [90.0] * count, 100)
    found = judge(month([table], [kpi("leads")]))[0]
    assert found.gap.status == ("missed" if count else "no data")
    assert (found.limits.variation, found.trend.verdict) == ("insufficient", "insufficient")
    assert not found.fluctuation.fluctuating
    assert len(points(found, table)) == max(count, 1)


def test_the_month_itself_is_missing():
    """A month without a row is no data, not a zero, and stands in the chart as missing."""
    table = rows("leads", 100 + NOISE[:20], 100, end="2026-09")
    found = judge(month([table], [kpi("leads")]))[0]
    assert (found.gap.status, found.limits.variation, found.emerging) == ("no data", "insufficient", False)
    assert points(found, table)["signal"].iloc[-1] == "missing"


def test_nothing_later_than_the_month():
    """What came after the month changes nothing."""
    values = 100 + NOISE[:30]
    later = np.concatenate([values, [500.0, 500.0]])
    early = judge(month([rows("leads", values, 100, end="2026-08")], [kpi("leads")], at="2026-08"))
    late = judge(month([rows("leads", later, 100)], [kpi("leads")], at="2026-08"))
    assert early == late


def test_targets_of_their_months():
    """Each month is held against its own target."""
    table = rows("leads", [90.0] * 8, 80)
    table.loc[table.index[-2:], "target"] = 100
    found = judge(month([table], [kpi("leads")]))[0]
    assert (found.gap.size, found.misses) == (10, 2)


def test_false_discoveries_are_held_over_the_department():
    """A trend that one KPI alone would show is not declared among many that show nothing."""
    weak = 0.06 * np.arange(24) + np.random.default_rng(28).normal(0, 1, 24) + 20
    alone = judge(month([rows("weak", weak)], [kpi("weak", seasonal=False)]))[0]
    others = [f"other{number}" for number in range(15)]
    rng = np.random.default_rng(1)
    tables = [rows(name, 20 + rng.normal(0, 1, 24)) for name in others]
    cards = [kpi(name, seasonal=False) for name in [*others, "weak"]]
    among = {verdict.kpi.id: verdict for verdict in judge(month([*tables, rows("weak", weak)], cards))}["weak"]
    assert alone.trend.verdict == "improving"
    assert among.trend.p == alone.trend.p
    assert among.trend.adjusted_p > 0.05
    assert among.trend.verdict == "stable"


def test_points_are_the_verdict():
    """The chart's last point says what the verdict says; its lines are the verdict's limits."""
    values = 100 + NOISE[:24]
    values[-1] = 130
    table = rows("cost", values, 110)
    found = judge(month([table], [kpi("cost", better="lower")]))[0]
    drawn = points(found, table)
    columns = ["month", "value", "target", "target_upper", "mean", "lower", "upper", "signal"]
    assert drawn.columns.tolist() == columns
    assert drawn["signal"].iloc[-1] == found.limits.variation == "concerning"
    assert drawn["upper"].iloc[-1] == found.limits.upper
    assert drawn["month"].iloc[-1] == pd.Period("2026-10")


def test_series():
    """Only totals of the KPI, every month in order; the caller's table stays as it was."""
    table = pd.concat([rows("leads", [1, 2, 3, 4]), rows("leads", [9] * 4).assign(dimension="channel", segment="web")])
    shuffled = table.drop(table.index[1]).sample(frac=1, random_state=3).reset_index(drop=True)
    before = shuffled.copy()
    held = series(shuffled, kpi("leads"))
    assert held.index.tolist() == list(pd.period_range("2026-07", "2026-10", freq="M"))
    assert held["value"].isna().tolist() == [False, True, False, False]
    assert series(shuffled, "sales.leads", until=pd.Period("2026-09"))["value"].iloc[-1] == 3
    pd.testing.assert_frame_equal(shuffled, before)
    with pytest.raises(ValueError, match=r"sales\.leads: 2026-07 stands there twice"):
        series(pd.concat([table, rows("leads", [1, 2, 3, 4])]), kpi("leads"))


def test_noise_raises_few_flags():
    """Of fifty KPIs of pure noise, chance lets few declare a trend or a step, or fall out of their limits."""
    rng = np.random.default_rng(50)
    names = [f"noise{number}" for number in range(50)]
    found = judge(month([rows(name, 100 + rng.normal(0, 2, 36)) for name in names], [kpi(name) for name in names]))
    assert sum(v.trend.verdict in ("improving", "declining", "step change") for v in found) <= 2
    assert sum(v.limits.variation in ("improving", "concerning") for v in found) <= 4


def test_limits_after_a_step_are_those_of_the_months_before():
    """A confirmed step leaves the limits where the process was and is dated by its month; noise keeps all months."""
    noise = np.random.default_rng(5).normal(0, 1, 36)
    stepped = 50 + noise + np.where(np.arange(36) >= 30, 8.0, 0.0)
    cards = [kpi("stepped", better="lower"), kpi("noise")]
    found = {v.kpi.id: v for v in judge(month([rows("stepped", stepped, 55.0), rows("noise", 50 + noise)], cards))}
    assert found["stepped"].limits.points == 30
    assert found["stepped"].limits.mean == pytest.approx(stepped[:30].mean(), abs=1e-12)
    assert found["stepped"].limits.since == pd.Period("2026-05", "M")
    assert found["noise"].limits.points == 36


def test_three_misses_in_a_worse_signal_will_miss():
    """Limits that hold the target do not promise it while the KPI is worse than usual and misses month after month."""
    noise = np.random.default_rng(5).normal(0, 1, 36)
    stepped = 50 + noise + np.where(np.arange(36) >= 33, 8.0, 0.0)
    verdict = judge(month([rows("stepped", stepped, 55.0)], [kpi("stepped", better="lower")]))[0]
    assert verdict.limits.upper < 55
    assert (verdict.misses, verdict.limits.assurance) == (3, "fail")

"""The sample company's opportunities and its targets.

Planted: in the last twelve months, ever fewer offers of the newest product, Analytics, are won: it was
released anew, and the sales training for it did not take place. Revenue falls month after month from above its target.
"""

from dataclasses import dataclass

import numpy as np

from saypro_analysis.data import sample_draw as draw
from saypro_analysis.data.sample_draw import Floats, Records, Values
from saypro_analysis.data.sample_plan import CHANNELS, REGIONS, Plan

PRODUCTS = ("Core", "Connect", "Mobile", "Analytics")
NEWEST = 3  # place of Analytics
PRODUCT_SHARES = (0.25, 0.18, 0.15, 0.42)
PRODUCT_PRICES = (1.0, 0.94, 1.08, 1.0)  # an offer's size, relative to the average
REGION_SHARES = (0.24, 0.18, 0.22, 0.2, 0.16)
CHANNEL_SHARES = (0.28, 0.2, 0.2, 0.14, 0.18)
SELLERS = tuple(f"Seller {i}" for i in range(1, 9))

CLOSED = 240
CONVERSION = 0.3
DEAL = 4800.0
FALL_MONTHS = 12  # each of the last twelve months is below the one before
FALL_START, FALL_POWER = 0.15, 2.1  # the fall starts slowly and gathers pace
LAST_REVENUE = 250_000


@dataclass(frozen=True, kw_only=True)
class Closings:
    """What is decided in one month: offers by product, how many are won, and what the won ones bring."""

    month: np.datetime64
    closed: list[int]
    won: list[int]
    revenue: int
    new_customers: int


def _fallen(plan: Plan) -> Floats:
    """How far the planted fall has come: 0 before it, 1 in the last month."""
    progress = np.clip((FALL_MONTHS - plan.ago) / FALL_MONTHS, 0, 1)
    return np.asarray((FALL_START * progress + (1 - FALL_START) * progress**FALL_POWER) * plan.planted)


def _closed(plan: Plan) -> Floats:
    """Offers decided by month, most of them before the year ends."""
    return np.rint(CLOSED * plan.season(0.015, 11) * plan.noise("closed", 0.018))


def _revenue(plan: Plan) -> tuple[Floats, Floats]:
    """Conversion and revenue, month by month."""
    fallen = _fallen(plan)
    full = CLOSED * CONVERSION * DEAL
    fall = 1 - fallen * (1 - LAST_REVENUE / full)
    falling = plan.since(FALL_MONTHS)
    # The fall is steady enough to show in every single month; before it the usual noise.
    conversion = CONVERSION * fall * np.where(falling, 1, plan.noise("conversion", 0.025))
    deal = DEAL * plan.noise("deal", 0.028)
    usual = _closed(plan) * conversion * deal
    return conversion, np.where(falling, full * fall * plan.noise("fall", 0.001), usual)


def plan_closings(plan: Plan) -> list[Closings]:
    """The months of the plan, and two beyond it for what is still open."""
    plan = plan.beyond(2)
    conversion, revenue = _revenue(plan)
    closed = _closed(plan)
    new = np.rint(26 * plan.noise("new customers", 0.04)).astype(int)
    return [_closings(plan, i, int(closed[i]), conversion[i], revenue[i], int(new[i])) for i in range(len(new))]


def _closings(plan: Plan, i: int, closed: int, conversion: float, revenue: float, new: int) -> Closings:
    falling = bool(plan.since(FALL_MONTHS)[i])
    won = round(closed * conversion)
    if falling:  # so that rounding does not hide a month's fall
        closed = round(won / conversion)
    by_product = draw.split(closed, PRODUCT_SHARES)
    others = [round(count * (CONVERSION if falling else conversion)) for count in by_product[:NEWEST]]
    exact = plan.planted and plan.ago[i] == 0
    amount = LAST_REVENUE if exact else round(revenue)
    amount += 37 if not exact and amount % 100 == 0 else 0  # only the worked example is a round number
    wins = [*others, max(won - sum(others), 0)]
    return Closings(month=plan.months[i], closed=by_product, won=wins, revenue=amount, new_customers=new)


def _amounts(rng: np.random.Generator, product: Values, won: Values, revenue: int) -> Values:
    """Whole dollars by offer; those won add up to ``revenue``."""
    amounts = np.asarray(PRODUCT_PRICES)[product]
    for chosen, mean in ((won, revenue / won.sum()), (~won, DEAL)):
        part = amounts[chosen] * draw.lognormal(rng, int(chosen.sum()), mean=1, spread=0.35)
        amounts[chosen] = part * (mean / part.mean())
    dollars: Values = np.maximum(np.rint(amounts), 100).astype(np.int64)
    dollars[np.flatnonzero(won)[np.argmax(amounts[won])]] += revenue - int(dollars[won].sum())
    return dollars


def _created(rng: np.random.Generator, plan: Plan, month: np.datetime64, closed_on: Values) -> Values:
    """Most offers were made in the month before, some in the same month, some two months before."""
    back = rng.choice(3, size=len(closed_on), p=(0.2, 0.65, 0.15) if plan.planted else (0.0, 1.0, 0.0))
    start = (month - back).astype("datetime64[D]")
    end = np.where(back == 0, closed_on, (month - back + 1).astype("datetime64[D]"))
    created = start + np.floor(rng.random(len(closed_on)) * (end - start).astype(int)).astype("timedelta64[D]")
    # The CRM was introduced with the first month; nothing in it is older.
    return np.asarray(np.maximum(created, plan.months[0].astype("datetime64[D]")))


def _new_customers(rng: np.random.Generator, product: Values, won: Values, count: int) -> Values:
    """Who is new among the won ones; Analytics is sold mostly to those who are customers already."""
    rank = rng.random(len(won)) + 0.5 * (product == NEWEST) + 9.0 * ~won
    flags = np.where(won, "no", draw.yes_no(rng, len(won), 0.5))
    flags[np.argsort(rank, kind="stable")[: min(count, int(won.sum()))]] = "yes"
    return flags


def _month(rng: np.random.Generator, plan: Plan, closings: Closings) -> Records:
    n = sum(closings.closed)
    product = np.repeat(np.arange(len(PRODUCTS)), closings.closed)
    pairs = zip(closings.won, closings.closed, strict=True)
    won = np.concatenate([rng.permutation(np.arange(closed) < wins) for wins, closed in pairs])
    closed_on = draw.dates(rng, closings.month, n, weekend=0.05)
    return {
        "created_on": _created(rng, plan, closings.month, closed_on),
        "closed_on": closed_on,
        "stage": np.where(won, "won", "lost"),
        "amount": _amounts(rng, product, won, closings.revenue),
        "region": draw.blank(rng, draw.labels(rng, REGIONS, draw.split(n, REGION_SHARES)), 0.012),
        "product": np.asarray(PRODUCTS)[product],
        "channel": draw.labels(rng, CHANNELS, draw.split(n, CHANNEL_SHARES)),
        "salesperson": draw.labels(rng, SELLERS, draw.split(n, np.ones(len(SELLERS)).tolist())),
        "new_customer": _new_customers(rng, product, won, closings.new_customers),
    }


def make_opportunities(plan: Plan) -> Records:
    """All offers made up to the last day; those decided later are still open."""
    rng = plan.rng("offer rows")
    rows = draw.stack([_month(rng, plan, closings) for closings in plan_closings(plan)])
    known = rows["created_on"] <= plan.end
    rows = draw.arrange({name: values[known] for name, values in rows.items()}, "created_on")
    is_open = rows["closed_on"] > plan.end
    rows["closed_on"] = np.where(is_open, np.datetime64("NaT", "D"), rows["closed_on"])
    rows["stage"] = np.where(is_open, "open", rows["stage"])
    unknown = (rows["stage"] == "lost") & (rng.random(len(is_open)) < 0.01)
    rows["amount"] = np.where(unknown, "N/A", rows["amount"].astype(str))
    return draw.numbered(rows, "opportunity_id", "O")


def make_targets(plan: Plan) -> Records:
    """The targets that the board sets by month, for whole years: those of the months to come are known."""
    to_come = -(plan.last.astype(np.int64) + 1) % 12
    first = plan.beyond(int(to_come)).months.astype("datetime64[D]")
    early, late = first < np.datetime64("2025-01-01"), first >= np.datetime64("2026-01-01")
    revenue = np.where(late, 300_000, np.where(early, 280_000, 290_000))
    leads = np.where(early, 190, 200)
    return {
        "kpi": np.repeat(("revenue", "leads"), len(first)),
        "month": np.concatenate([first, first]),
        "target": np.concatenate([revenue, leads]),
    }

"""The sample company's leads, web sessions and campaigns.

Planted: from four months before the last, marketing is measured on raw leads and floods Social with them; few of these
are what sales can use, so qualified leads step down there. A new mobile site brings more visits.
"""

import numpy as np

from saypro_analysis.data import sample_draw as draw
from saypro_analysis.data.sample_draw import Floats, Records, Values
from saypro_analysis.data.sample_plan import CHANNELS, REGIONS, Plan
from saypro_analysis.data.sample_sales import REGION_SHARES, Closings

SOCIAL = CHANNELS.index("Social")
QUALIFIED = {"Search": 58, "Email": 44, "Social": 64, "Events": 22, "Partners": 27}
QUALIFIED_AFTER = {**QUALIFIED, "Social": 13}
RAW = {"Search": 140, "Email": 110, "Social": 150, "Events": 60, "Partners": 60}
RAW_AFTER = {**RAW, "Social": 245}
LEADS_AGO = 4
LAST_LEADS = 150
SPELLINGS = ("{}", "{} ", " {}", "{}")  # how a channel is typed; the last one also in capitals
SESSIONS = 4100.0
MOBILE_AGO = 8
SPEND_SHARES = (0.34, 0.1, 0.3, 0.18, 0.08)
COST_OF_CUSTOMER = 900.0
RETURN = 1.8  # attributed revenue less spend, per dollar spent


def _qualified(plan: Plan) -> list[int]:
    """Qualified leads by month: 150 in the last month of the planted company, no other round number."""
    before, after = sum(QUALIFIED.values()), sum(QUALIFIED_AFTER.values())
    level = plan.level("leads", before, sd=0.022, after=after * 0.975, ago=LEADS_AGO) * plan.season(0.012, 3)
    counts = [round(value) + (round(value) % 10 == 0) for value in level.tolist()]
    return [*counts[:-1], LAST_LEADS] if plan.planted else counts


def _typed(rng: np.random.Generator, channel: Values) -> Values:
    """Channels as people type them: with spaces, small letters or capitals here and there."""
    style = rng.random(len(channel))
    small = np.where(style < 0.03, np.char.lower(channel), np.where(style < 0.05, np.char.upper(channel), channel))
    spaced = np.where(style < 0.02, np.char.add(small, " "), small)
    return np.where((style > 0.05) & (style < 0.06), np.char.add(" ", spaced), spaced)


def _leads_month(rng: np.random.Generator, month: np.datetime64, qualified: int, changed: bool) -> Records:
    good = draw.split(qualified, list((QUALIFIED_AFTER if changed else QUALIFIED).values()))
    raw = [round(count * rng.normal(1, 0.02)) for count in (RAW_AFTER if changed else RAW).values()]
    channel = np.repeat(CHANNELS, raw)
    answer = np.concatenate(
        [draw.labels(rng, ("yes", "no"), (g, max(r - g, 0))) for g, r in zip(good, raw, strict=True)]
    )
    n = len(channel)
    return {
        "created_on": draw.times(rng, draw.dates(rng, month, n, weekend=0.4), first=7, last=21),
        "channel": _typed(rng, channel),
        "region": draw.blank(rng, draw.labels(rng, REGIONS, draw.split(n, REGION_SHARES)), 0.02),
        "qualified": answer,
    }


def make_leads(plan: Plan) -> Records:
    """All leads; two that never qualified carry a year of creation that was mistyped."""
    rng = plan.rng("leads rows")
    changed = plan.since(LEADS_AGO)
    numbers = _qualified(plan)
    batches = [_leads_month(rng, m, numbers[i], bool(changed[i])) for i, m in enumerate(plan.months)]
    rows = draw.numbered(draw.arrange(draw.stack(batches), "created_on"), "lead_id", "L")
    mistyped = np.flatnonzero(rows["qualified"] == "no")[[5, 40]]
    rows["created_on"][mistyped] += draw.SLIP
    return rows


def _sessions_month(rng: np.random.Generator, month: np.datetime64, by_device: list[int]) -> Records:
    n = sum(by_device)
    days = draw.dates(rng, month, n, weekend=0.7)
    return {
        "started_at": np.sort(draw.times(rng, days, first=5, last=24)),
        "channel": draw.labels(rng, CHANNELS, draw.split(n, (0.46, 0.14, 0.24, 0.04, 0.12))),
        "device": draw.labels(rng, ("mobile", "desktop", "tablet"), by_device),
    }


def make_web_sessions(plan: Plan) -> Records:
    """Visits to the web site; the new mobile site lifts those by mobile."""
    rng = plan.rng("web rows")
    base = plan.season(0.02, 2) * plan.growth(0.01) * plan.noise("web", 0.015) * SESSIONS
    mobile = np.where(plan.since(MOBILE_AGO), 0.66, 0.46)
    counts = [[round(b * m), round(b * 0.44), round(b * 0.1)] for b, m in zip(base, mobile, strict=True)]
    batches = [_sessions_month(rng, m, counts[i]) for i, m in enumerate(plan.months)]
    return draw.numbered(draw.stack(batches), "session_id", "W")


def _campaign_month(rng: np.random.Generator, month: np.datetime64, spend: Floats, revenue: Floats) -> Records:
    """One row for each channel and week."""
    days = draw.days_of(month)
    mondays = days[draw.weekday(days) == 0]
    weights = rng.normal(1, 0.1, size=(len(CHANNELS), len(mondays)))
    weights /= weights.sum(axis=1, keepdims=True)
    return {
        "campaign_id": np.repeat([f"{month}-{name.lower()}" for name in CHANNELS], len(mondays)),
        "date": np.tile(mondays, len(CHANNELS)),
        "channel": np.repeat(CHANNELS, len(mondays)),
        "spend": (spend[:, None] * weights).ravel(),
        "attributed_revenue": (revenue[:, None] * weights).ravel(),
    }


def make_campaigns(plan: Plan, closings: list[Closings]) -> Records:
    """What was spent by channel and week, and the revenue that the web tool attributes to it."""
    rng = plan.rng("campaign rows")
    cost = plan.noise("cost of customer", 0.018) * COST_OF_CUSTOMER
    gain = 1 + plan.noise("return", 0.03) * RETURN
    batches = []
    for i, month in enumerate(plan.months):
        spend = cost[i] * closings[i].new_customers * np.asarray(SPEND_SHARES)
        shares = rng.normal(1, 0.05, size=len(CHANNELS)) * spend
        revenue = shares * (spend.sum() * gain[i] / shares.sum())
        batches.append(_campaign_month(rng, month, spend, revenue))
    return draw.stack(batches)

"""The sample company's deliveries, work orders and machine hours.

Planted: from eight months before the last, more orders of the Assembly line are worked on twice after a change of its
steps, so the line takes longer. On-time delivery is hit or miss within its usual swing.
"""

import numpy as np

from saypro_analysis.data import sample_draw as draw
from saypro_analysis.data.sample_draw import Records, Values
from saypro_analysis.data.sample_plan import REGIONS, Plan

CARRIERS = ("Bluebird", "Harbour", "Summit", "Own fleet")
LINES = ("Cutting", "Assembly", "Finishing", "Packing")
LINE_SHARES = (0.2, 0.4, 0.25, 0.15)
LINE_DAYS = (8.8, 9.5, 9.0, 8.6)
ASSEMBLY = 1
ASSEMBLY_DAYS_AFTER = 14.2
CYCLE_AGO = 8
REWORK, REWORK_AFTER = 0.05, 0.24  # of Assembly's orders
ON_TIME, LAST_ON_TIME = 0.951, 0.9425
ON_TIME_STEADY = 0.968  # of the company of noise, which meets its targets
UTILISATION = 0.82


def _day_first(days: Values) -> Values:
    """Dates as day/month/year, the way the carriers' portal writes them."""
    return np.array(["/".join(reversed(text.split("-"))) for text in days.astype(str).tolist()])


def _deliveries_month(rng: np.random.Generator, month: np.datetime64, n: int, on_time: float) -> Records:
    delivered = np.sort(draw.dates(rng, month, n, weekend=0.15))
    late = draw.yes_no(rng, n, 1 - on_time) == "yes"
    days = np.where(late, -rng.integers(1, 6, size=n), rng.integers(0, 4, size=n))
    return {
        "promised_on": _day_first(delivered + days.astype("timedelta64[D]")),
        "delivered_on": _day_first(delivered),
        "carrier": draw.labels(rng, CARRIERS, draw.split(n, (0.35, 0.25, 0.22, 0.18))),
        "region": draw.blank(rng, draw.labels(rng, REGIONS, draw.split(n, (0.26, 0.18, 0.2, 0.2, 0.16))), 0.01),
    }


def make_deliveries(plan: Plan) -> Records:
    """All deliveries, most of them before the holidays; dates are day/month/year."""
    rng = plan.rng("delivery rows")
    n = np.rint(680 * plan.season(0.1, 12) * plan.growth(0.04) * plan.noise("deliveries", 0.02)).astype(int)
    on_time = np.minimum((ON_TIME if plan.planted else ON_TIME_STEADY) * plan.noise("on time", 0.008), 1)
    on_time = np.where(plan.planted & (plan.ago == 0), LAST_ON_TIME, on_time)
    batches = [_deliveries_month(rng, m, int(n[i]), float(on_time[i])) for i, m in enumerate(plan.months)]
    return draw.numbered(draw.stack(batches), "delivery_id", "D")


def _orders_month(rng: np.random.Generator, month: np.datetime64, noise: float, changed: bool) -> Records:
    counts = draw.split(270, LINE_SHARES)
    means = [ASSEMBLY_DAYS_AFTER if changed and i == ASSEMBLY else days for i, days in enumerate(LINE_DAYS)]
    pairs = zip(counts, means, strict=True)
    days = np.concatenate([draw.lognormal(rng, n, mean=mean * noise, spread=0.2) for n, mean in pairs])
    shares = [REWORK_AFTER if changed and i == ASSEMBLY else REWORK * rng.uniform(0.6, 1.4) for i in range(len(LINES))]
    finished = draw.times(rng, draw.dates(rng, month, len(days), weekend=0.1), first=6, last=18)
    return {
        "started_at": finished - np.rint(days * 86_400).astype("timedelta64[s]"),
        "finished_at": finished,
        "line": np.repeat(LINES, counts),
        "rework": np.concatenate([draw.yes_no(rng, n, share) for n, share in zip(counts, shares, strict=True)]),
    }


def make_work_orders(plan: Plan) -> Records:
    """All finished work orders of the four lines."""
    rng = plan.rng("order rows")
    noise, changed = plan.noise("cycle", 0.018), plan.since(CYCLE_AGO)
    batches = [_orders_month(rng, m, float(noise[i]), bool(changed[i])) for i, m in enumerate(plan.months)]
    return draw.numbered(draw.arrange(draw.stack(batches), "finished_at"), "order_id", "P")


def make_machine_hours(plan: Plan) -> Records:
    """Available and used hours by working day and line."""
    rng = plan.rng("machine rows")
    used = UTILISATION * plan.noise("utilisation", 0.013)
    batches = []
    for i, month in enumerate(plan.months):
        days = draw.days_of(month)
        days = np.repeat(days[draw.weekday(days) < 5], len(LINES))
        available = np.full(len(days), 16.0)
        swing = draw.normal(rng, len(days)) * 0.05
        used_hours = np.clip(available * (used[i] + swing), 0, available)
        lines = np.tile(LINES, len(days) // len(LINES))
        batches.append({"day": days, "line": lines, "available_hours": available, "used_hours": used_hours})
    return draw.stack(batches)

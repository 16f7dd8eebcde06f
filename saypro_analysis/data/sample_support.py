"""The sample company's tickets and customer surveys.

Planted: from seven months before the last, posts stand vacant and technical tickets wait; earlier, automatic sorting
shortened the first reply to e-mail; satisfaction by phone swings from month to month inside its target range.
"""

import numpy as np

from saypro_analysis.data import sample_draw as draw
from saypro_analysis.data.sample_draw import Floats, Records, Values
from saypro_analysis.data.sample_plan import Plan

TYPES = ("Technical", "Billing", "Account", "How-to")
TYPE_SHARES = (0.33, 0.27, 0.22, 0.18)
TYPE_HOURS = np.array([5.0, 3.5, 3.0, 3.3])
TYPE_HOURS_AFTER = np.array([10.4, 3.55, 3.05, 3.35])
RESOLUTION_BEFORE, RESOLUTION_AFTER, RESOLUTION_AGO = 3.85, 5.72, 7
LAST_RESOLUTION_SECONDS = 6 * 3600
WAYS = ("Phone", "Email", "Chat")
WAY_SHARES = (0.4, 0.35, 0.25)
REPLY_MINUTES = np.array([22.0, 44.0, 22.0])
REPLY_MINUTES_AFTER = np.array([22.0, 31.0, 22.0])
REPLY_AGO = 13
AGENTS = tuple(f"Agent {i:02d}" for i in range(1, 25))


def _durations(rng: np.random.Generator, kind: Values, hours: Floats, mean: float, *, exact: bool) -> Values:
    """Whole seconds from opening to resolution, with the planned mean; to the second where it has to be exact."""
    spread = np.concatenate([draw.lognormal(rng, int((kind == k).sum()), mean=hours[k], spread=0.45) for k in range(4)])
    seconds: Values = np.rint(spread * (mean * 3600 / spread.mean())).astype(np.int64)
    if exact:
        missing = LAST_RESOLUTION_SECONDS * len(kind) - int(seconds.sum())
        seconds[np.argmax(seconds)] += missing
    return seconds


def _replies(rng: np.random.Generator, way: Values, minutes: Floats, noise: float) -> Values:
    seconds = np.empty(len(way))
    for place, mean in enumerate(minutes):
        chosen = way == place
        seconds[chosen] = draw.lognormal(rng, int(chosen.sum()), mean=mean * noise * 60, spread=0.35)
    return np.rint(seconds).astype(np.int64)


def _tickets_month(rng: np.random.Generator, plan: Plan, i: int, n: int, mean: float, reply: float) -> Records:
    changed, sorted_mail = bool(plan.since(RESOLUTION_AGO)[i]), bool(plan.ago[i] <= REPLY_AGO) or not plan.planted
    kind = np.repeat(np.arange(4), draw.split(n, TYPE_SHARES))
    way = draw.labels(rng, (0, 1, 2), draw.split(n, WAY_SHARES))
    hours = TYPE_HOURS_AFTER if changed else TYPE_HOURS
    seconds = _durations(rng, kind, hours, mean, exact=plan.planted and plan.ago[i] == 0)
    resolved = draw.times(rng, draw.dates(rng, plan.months[i], n, weekend=0.2), first=6, last=22)
    opened = resolved - seconds.astype("timedelta64[s]")
    first = np.minimum(_replies(rng, way, REPLY_MINUTES_AFTER if sorted_mail else REPLY_MINUTES, reply), seconds)
    return {
        "opened_at": opened,
        "first_reply_at": opened + first.astype("timedelta64[s]"),
        "resolved_at": resolved,
        "type": draw.blank(rng, np.asarray(TYPES)[kind], 0.004),
        "channel": np.asarray(WAYS)[way],
        "agent": draw.labels(rng, AGENTS, draw.split(n, np.ones(len(AGENTS)).tolist())),
        "handoffs": draw.labels(rng, (0, 1, 2), draw.split(n, (0.62, 0.27 + 0.02 * rng.random(), 0.1))),
        "reopened": draw.yes_no(rng, n, 0.055 + 0.01 * rng.random()),
    }


def _waiting(rng: np.random.Generator, plan: Plan) -> Records:
    """Tickets of the last afternoon that nobody has resolved yet."""
    n = 9
    opened = draw.times(rng, np.repeat(plan.end, n), first=15, last=20)
    never = np.repeat(np.datetime64("NaT", "s"), n)
    replied = opened + np.timedelta64(1500, "s")
    rest = {"type": draw.labels(rng, TYPES, (3, 2, 2, 2)), "channel": draw.labels(rng, WAYS, (4, 3, 2))}
    return {
        "opened_at": opened,
        "first_reply_at": replied,
        "resolved_at": never,
        **rest,
        "agent": np.asarray(AGENTS[:n]),
        "handoffs": np.zeros(n, dtype=int),
        "reopened": np.repeat("no", n),
    }


def make_tickets(plan: Plan) -> Records:
    """All tickets as the ticket system exports them: a dozen rows come twice."""
    rng = plan.rng("ticket rows")
    n = np.rint(880 * plan.season(0.06, 1) * plan.growth(0.03) * plan.noise("tickets", 0.02)).astype(int)
    hours = plan.level("resolution", RESOLUTION_BEFORE, sd=0.02, after=RESOLUTION_AFTER, ago=RESOLUTION_AGO)
    hours = np.where(plan.since(0), LAST_RESOLUTION_SECONDS / 3600, hours)
    reply = plan.noise("reply", 0.03)
    batches = [_tickets_month(rng, plan, i, int(n[i]), float(hours[i]), float(reply[i])) for i in range(len(n))]
    rows = draw.arrange(draw.stack([*batches, _waiting(rng, plan)]), "opened_at")
    rows = draw.numbered(rows, "ticket_id", "T")
    total = len(rows["ticket_id"])
    order = np.sort(np.concatenate([np.arange(total), rng.choice(total, size=12, replace=False)]))
    return {name: values[order] for name, values in rows.items()}


def _swing(plan: Plan) -> Floats:
    """Up one month, down the next, by an amount that differs."""
    size = plan.rng("swing").uniform(0.062, 0.095, size=len(plan.months))
    return np.where(plan.ago % 2 == 0, -size, size) * plan.planted


def _csat_month(rng: np.random.Generator, month: np.datetime64, satisfied: list[float]) -> Records:
    counts = draw.split(440, WAY_SHARES)
    happy = np.concatenate([draw.yes_no(rng, n, share) for n, share in zip(counts, satisfied, strict=True)]) == "yes"
    n = len(happy)
    score = np.where(
        happy, rng.choice((4, 5), size=n, p=(0.55, 0.45)), rng.choice((1, 2, 3), size=n, p=(0.15, 0.3, 0.55))
    )
    tone = np.where(draw.yes_no(rng, n, 0.095 + 0.012 * rng.random()) == "yes", "negative", "")
    other = rng.choice(("positive", "neutral", "none"), size=n, p=(0.35, 0.25, 0.4))
    return {
        "answered_on": draw.dates(rng, month, n, weekend=0.4),
        "survey": np.repeat("csat", n),
        "score": score,
        "comment_tone": np.where(tone == "", other, tone),
        "channel": np.repeat(WAYS, counts),
    }


def _nps_month(rng: np.random.Generator, month: np.datetime64, nps: float) -> Records:
    n = 260
    against = round(n * 0.13)
    promoters = round(n * nps) + against
    group = draw.labels(rng, ("for", "between", "against"), (promoters, n - promoters - against, against))
    score = np.where(
        group == "for",
        rng.integers(9, 11, size=n),
        np.where(group == "against", rng.integers(0, 7, size=n), rng.integers(7, 9, size=n)),
    )
    return {
        "answered_on": draw.dates(rng, month, n, weekend=0.4),
        "survey": np.repeat("nps", n),
        "score": score,
        "comment_tone": rng.choice(("positive", "neutral", "negative", "none"), size=n, p=(0.35, 0.25, 0.1, 0.3)),
        "channel": draw.labels(rng, WAYS, draw.split(n, WAY_SHARES)),
    }


def make_surveys(plan: Plan) -> Records:
    """Answers to the two customer surveys: satisfaction with a ticket (1 to 5) and recommendation (0 to 10)."""
    rng = plan.rng("survey rows")
    swing, nps = _swing(plan), 0.44 * plan.noise("nps", 0.025)
    steady = 0.862 * plan.noise("csat", 0.004 if plan.planted else 0.012)
    batches = []
    for i, month in enumerate(plan.months):
        batches.append(_csat_month(rng, month, [steady[i] + swing[i], steady[i], steady[i]]))
        batches.append(_nps_month(rng, month, float(nps[i])))
    return draw.numbered(draw.arrange(draw.stack(batches), "answered_on"), "response_id", "R")

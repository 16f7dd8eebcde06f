"""The reading beside a chart: what happened, is it a real change, will it recover by itself."""

from saypro_analysis.assurance import assure
from saypro_analysis.show.numbers import count, month_name, numeral
from saypro_analysis.show.story import Told
from saypro_analysis.show.words import SWINGS, target_text, usual_range

RUN = 3  # months in a row from which a rise or fall is worth a sentence
LEAST = 6  # points below which there are no process limits; as in ``limits``


def what_happened(told: Told) -> str:
    """What the months did, in one or two sentences."""
    verdict, kpi, numbers = told.verdict, told.kpi, told.numbers
    if len(told.held) < 2:
        if verdict.gap.actual is None:
            return f"There is no value for {month_name(verdict.month)}."
        now = numbers.value(kpi, verdict.gap.actual, long=True)
        return f"It was {now} in {month_name(verdict.month)}, the first month held."
    trend = verdict.trend
    if trend.verdict == "step change" and trend.since is not None and (levels := told.levels(trend.since)):
        before, after = (numbers.value(kpi, level, long=True) for level in levels)
        return f"The average moved from about {before} to about {after} in {month_name(trend.since)}."
    if abs(told.run) >= RUN:
        first = told.months["month"].iloc[-1 - abs(told.run)]
        start = numbers.value(kpi, float(told.months["value"].iloc[-1 - abs(told.run)]), long=True)
        way = "risen" if told.run > 0 else "fallen"
        now = numbers.value(kpi, verdict.gap.actual, long=True)
        return f"It has {way} {count(abs(told.run), 'month')} in a row, from {start} in {month_name(first)} to {now}."
    return _last_step(told)


def _last_step(told: Told) -> str:
    verdict, kpi, numbers = told.verdict, told.kpi, told.numbers
    now = f"{month_name(verdict.month)} came to {numbers.value(kpi, verdict.gap.actual, long=True)}"
    if verdict.gap.actual is None:
        last = told.held.iloc[-1]
        return f"There is no value for {month_name(verdict.month)}; the last is of {month_name(last['month'])}."
    before = ""
    if told.previous is not None:
        before = f", after {numbers.value(kpi, told.previous, long=True)} the month before"
    mean = verdict.limits.mean
    average = f" The average is {numbers.value(kpi, mean, long=True)}." if mean is not None else ""
    if verdict.trend.verdict in ("improving", "declining") and verdict.trend.change is not None:
        change = numbers.amount(kpi, verdict.trend.change, long=True)
        average = f" Over twelve months it has {'risen' if verdict.trend.change > 0 else 'fallen'} by about {change}."
    return f"{now}{before}.{average}"


def real_change(told: Told) -> str:
    """Whether the change is more than the KPI's usual swing, and what shows it."""
    verdict = told.verdict
    limits = verdict.limits
    if limits.sigma is None:
        held = f"{count(len(told.held), 'month')} with a value {'is' if len(told.held) == 1 else 'are'} held"
        return f"Too early to say: {held}, and a usual range takes at least {numeral(LEAST)}."
    if limits.variation == "insufficient":
        return "Too little data: the month has no value to judge."
    text = _calm(told) if limits.rule == "" else _signal(told)
    if limits.provisional:
        text += f" The range is provisional: it rests on {count(limits.points, 'month', word=False)}."
    return text


def _signal(told: Told) -> str:
    verdict = told.verdict
    limits, bounds = verdict.limits, usual_range(told)
    actual, mean = verdict.gap.actual or 0.0, limits.mean or 0.0
    where = "above" if actual > mean else "below"
    rule = {
        "outside limits": f"{month_name(verdict.month)} lies {where} the usual range of {bounds}.",
        "trend": "At least seven months in a row went the same way, which chance seldom does.",
        "two in three": f"Two of the last three months lie near the edge of the usual range of {bounds}.",
        "shift": f"At least seven months in a row lie {where} the average, which chance seldom does.",
        "": "",
    }[limits.rule]
    word = {"improving": "Yes, for the better.", "neutral": "Yes, though neither better nor worse."}
    since = ""
    if limits.since is not None and limits.since < verdict.month:
        since = f" This began in {month_name(limits.since)}."
    return f"{word.get(limits.variation, 'Yes.')} {rule}{since}"


def _calm(told: Told) -> str:
    verdict = told.verdict
    month, bounds = month_name(verdict.month), usual_range(told)
    if verdict.fluctuation.fluctuating:
        swings = [SWINGS.get(test, test) for test in verdict.fluctuation.tests]
        return f"No trend and no step, but not steady: {' and '.join(swings)}."
    if verdict.trend.worsening or verdict.trend.bettering:
        better = "better" if verdict.trend.bettering else "worse"
        return f"Yes, over time and for the {better}, though {month} by itself lies inside the usual range of {bounds}."
    return f"No sign of it. {month} lies inside the usual range of {bounds}, which month-to-month swings explain."


def recovery(told: Told) -> str:
    """What limits and assurance of the process as it is now tell about the target, without a forecast."""
    verdict = told.verdict
    limits, now = verdict.limits, verdict.current
    if verdict.gap.target is None and verdict.gap.target_upper is None:
        return "There is no target to come back to."
    if limits.assurance == "fail":
        return _will_miss(told)
    if limits.assurance == "none" or now is None:
        return _not_known(told)
    bounds = usual_range(told, now)
    if verdict.progress == "recovering":
        return f"It is on its way. The usual range{_since(told)} is {bounds}; the target is {target_text(told)}."
    worse = limits.variation == "concerning" or verdict.trend.worsening
    if limits.assurance == "pass":
        usual = f"A usual month{_since(told)}, {bounds}, meets the target"
        return f"Only if it returns to what is usual. {usual}; of late it is not usual." if worse else f"{usual}."
    straddles = f"the target lies within the usual range{_since(told)} of {bounds}"
    if worse:
        return f"Not as things stand: {straddles}, but of late months are worse than usual."
    return f"Some months will meet the target and some will miss it: {straddles}."


def _since(told: Told) -> str:
    """From when on the present range holds, where that is not from the first month on."""
    trend = told.verdict.trend
    stepped = trend.verdict == "step change" and trend.since is not None
    return f" since {month_name(trend.since)}" if stepped and trend.since is not None else ""


def _not_known(told: Told) -> str:
    if told.verdict.limits.sigma is None or not _since(told):
        return "Not known yet: there is too little data for a usual range."
    return f"Not known yet: a usual range takes at least {numeral(LEAST)} months{_since(told)}."


def _will_miss(told: Told) -> str:
    """Why it will go on missing: by its usual range, or since it has left a range that would do better."""
    verdict, gap = told.verdict, told.verdict.gap
    now = verdict.current
    by_range = "none"
    if now is not None:
        by_range = assure(
            now.lower, now.upper, better=told.kpi.better, target=gap.target, target_upper=gap.target_upper
        )
    if now is not None and by_range == "fail":
        bounds = usual_range(told, now)
        return (
            f"No. Its whole usual range{_since(told)}, {bounds}, misses the target; only a change of the process helps."
        )
    missed = f"it has missed {count(verdict.misses, 'month')} in a row and is worse than usual"
    return f"Not by itself: {missed}. The usual range of {usual_range(told)} no longer holds."


def reading(told: Told) -> tuple[tuple[str, str], ...]:
    """The three questions with their answers."""
    missed = told.verdict.gap.status == "missed"
    return (
        ("What happened", what_happened(told)),
        ("Is it a real change?", real_change(told)),
        ("Will it recover by itself?" if missed else "Will it stay on target?", recovery(told)),
    )

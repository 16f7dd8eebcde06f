"""Will a missed target be met again, and a met one stay met? What limits, assurance and forecast say together."""

from saypro_analysis.assurance import assure
from saypro_analysis.outlook import AHEAD
from saypro_analysis.show.numbers import count, month_name, numeral
from saypro_analysis.show.outlook_words import coming_month, first_miss
from saypro_analysis.show.signal_words import LEAST
from saypro_analysis.show.story import Told
from saypro_analysis.show.words import target_text, usual_range


def recovery(told: Told) -> str:
    """The answer to "Will it recover by itself?" of a missed KPI, and to "Will it stay on target?" of the others."""
    verdict = told.verdict
    limits, now = verdict.limits, verdict.current
    if verdict.gap.target is None and verdict.gap.target_upper is None:
        return "There is no target to come back to."
    if verdict.at_risk:
        return _at_risk(told)
    if verdict.progress == "recovering" and now is not None:
        late = "It is getting better, but not fast enough." if _out_of_sight(told) else "It is on its way."
        bounds = usual_range(told, now)
        return f"{late} The usual range{_since(told)} is {bounds}; the target is {target_text(told)}."
    if limits.assurance == "fail":
        return _will_miss(told)
    if limits.assurance == "none" or now is None:
        return _not_known(told)
    return _by_range(told, usual_range(told, now))


def _by_range(told: Told, bounds: str) -> str:
    """What the usual range does with the target, by turns or always, if the months go on as usual."""
    verdict = told.verdict
    worse = verdict.limits.variation == "concerning" or verdict.trend.worsening
    if worse and _met_ahead(told):
        drift = "it has been getting worse" if verdict.trend.worsening else "of late months are worse than usual"
        last = coming_month(told, verdict.outlook.months[-1].month)
        return f"For now: every month to {last} is forecast to meet the target, but {drift}."
    if verdict.limits.assurance == "pass":
        usual = f"A usual month{_since(told)}, {bounds}, meets the target"
        return f"Only if it returns to what is usual. {usual}; of late it is not usual." if worse else f"{usual}."
    straddles = f"the target lies within the usual range{_since(told)} of {bounds}"
    if verdict.limits.seasonal:
        straddles = "the usual range follows the season, and not all of it meets the target"
    soon = verdict.outlook.recovers
    if worse and soon is not None and (soon - verdict.month).n <= AHEAD:
        met = f"{coming_month(told, soon)} is forecast to meet it"
        return f"That is not certain: of late months are worse than usual, but {met}."
    if worse:
        return f"Not as things stand: {straddles}, but of late months are worse than usual."
    if _met_ahead(told):
        return f"The next three months are forecast to meet it, but some months may miss: {straddles}."
    return f"Some months will meet the target and some will miss it: {straddles}."


def _at_risk(told: Told) -> str:
    month = first_miss(told)
    when = f" in {coming_month(told, month)}" if month is not None else ""
    return f"Not as things stand: the target is met now, but forecast to be missed{when}."


def _out_of_sight(told: Told) -> bool:
    """Whether the coming months have targets, and none of the coming year is forecast to reach its own."""
    outlook = told.verdict.outlook
    known = all(part.target is not None or part.target_upper is not None for part in outlook.months)
    return bool(outlook.months) and known and outlook.recovers is None


def _met_ahead(told: Told) -> bool:
    """Whether a target that is met is forecast to be met in all coming months."""
    months = told.verdict.outlook.months
    known = all(part.target is not None or part.target_upper is not None for part in months)
    return bool(months) and told.verdict.gap.status == "met" and known and first_miss(told) is None


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
    verdict, gap, now = told.verdict, told.verdict.gap, told.verdict.current
    bounds = usual_range(told, now)
    by_range = now is not None and assure(
        now.lower, now.upper, better=told.kpi.better, target=gap.target, target_upper=gap.target_upper
    ) == "fail"  # fmt: skip
    missed = f"it has missed {count(verdict.misses, 'month')} in a row and is worse than usual"
    soon = verdict.outlook.recovers
    if soon is not None and (soon - verdict.month).n <= AHEAD:
        why = f"its usual range{_since(told)}, {bounds}, misses the target" if by_range else missed
        return f"That is not certain: {why}, though {coming_month(told, soon)} is forecast to meet it."
    if by_range:
        whole = f"No. Its whole usual range{_since(told)}, {bounds}, misses the target"
        return f"{whole}; only a change of the process helps."
    return f"Not by itself: {missed}. The usual range of {usual_range(told)} no longer holds."

"""Headings: the message of a KPI's section, by case."""

from saypro_analysis.show.numbers import capital, count, month_name, numeral
from saypro_analysis.show.outlook_words import miss_forecast
from saypro_analysis.show.readings import RUN
from saypro_analysis.show.severity_words import severity_line
from saypro_analysis.show.story import Told
from saypro_analysis.show.words import against, be, have, is_plural, missed_by, names


def heading(told: Told) -> str:
    """The heading of a missed KPI's section, by case."""
    verdict, name = told.verdict, told.kpi.name
    trend, limits = verdict.trend, verdict.limits
    if verdict.progress == "recovering":
        return f"{name} {be(told.kpi)} improving but still {missed_by(told, percent=False)}"
    if trend.verdict == "step change" and trend.worsening and trend.since is not None:
        stepped = f"{_stepped(told)} in {month_name(trend.since)}"
        return f"{name} {stepped} and {have(told.kpi)} not come back: {against(told)}"
    if abs(told.run) >= RUN and (trend.worsening or limits.variation == "concerning") and _worse_way(told):
        way = "risen" if told.run > 0 else "fallen"
        return f"{name} {have(told.kpi)} {way} {count(abs(told.run), 'month')} running, to {against(told)}"
    if trend.worsening:
        return f"{name} {have(told.kpi)} been {_drift(told)} over the year, to {against(told)}"
    if limits.variation == "concerning" and limits.since is not None:
        since = month_name(limits.since)
        left = "left" if limits.since == verdict.month else f"{have(told.kpi)} been worse than usual since"
        middle = f"{left} its usual range in {since}" if left == "left" else f"{left} {since}"
        return f"{name} {middle}: {against(told)}"
    return _calm_heading(told)


def _calm_heading(told: Told) -> str:
    verdict, name = told.verdict, told.kpi.name
    if verdict.limits.sigma is None:
        return f"{name} missed the target, and there is too little data to say more: {against(told)}"
    if verdict.misses == 1 and told.missed_before is not None:
        return f"{name} missed for the first time since {month_name(told.missed_before)}: {against(told)}"
    if verdict.limits.assurance == "fail":
        return f"{name} {'keep' if is_plural(told.kpi) else 'keeps'} missing: {against(told)}, as its usual range does"
    return f"{name} {be(told.kpi)} hit or miss: {against(told)}, within {_its(told)} usual swing"


def section_sub(told: Told) -> str:
    """The line under a section's heading: size of the gap, since when, which kind of change, how severe."""
    verdict = told.verdict
    parts = [f"{missed_by(told, percent=False).capitalize()}."]
    if verdict.missed_since is not None:
        months = count(verdict.misses, "month")
        parts.append(
            "Missed this month." if verdict.misses == 1 else f"Missed {months} running, since "
            f"{month_name(verdict.missed_since)}."
        )  # fmt: skip
    if verdict.progress == "no progress" and verdict.misses > 1:
        parts.append("No progress towards the target.")
    parts.append(severity_line(told))
    return " ".join(part for part in parts if part)


def watch_heading(stories: tuple[Told, ...]) -> str:
    """The heading of the watch list."""
    held = [told for told in stories if told.verdict.gap.status == "met"]
    if len(stories) == 1:
        told = stories[0]
        still = f"still {'meet' if is_plural(told.kpi) else 'meets'} the target but" if held else "has no target but"
        return f"{told.kpi.name} {still} {watch_reason(told)}"
    risky = [told for told in stories if told.verdict.at_risk]
    rest = len(stories) - len(risky)
    parts = [count(len(risky), "KPI") + " at risk"] if risky else []
    parts += [f"{numeral(rest) if risky else count(rest, 'KPI')} to watch"] if rest else []
    first = [*risky, *(told for told in stories if not told.verdict.at_risk)]
    return f"{capital(' and '.join(parts))}: {names(first)}"


def watch_reason(told: Told) -> str:
    """Why a KPI that is not missed is watched."""
    verdict, plural = told.verdict, is_plural(told.kpi)
    if verdict.at_risk:
        return f"{be(told.kpi)} {miss_forecast(told)}"
    if verdict.trend.worsening:
        return f"{'have' if plural else 'has'} been getting worse"
    if verdict.limits.variation == "concerning":
        return f"{be(told.kpi)} worse than usual"
    return f"{'swing' if plural else 'swings'} more than {'they' if plural else 'it'} should"


def _its(told: Told) -> str:
    return "their" if is_plural(told.kpi) else "its"


def _worse_way(told: Told) -> bool:
    if told.kpi.better == "inside":
        return True
    return (told.run > 0) == (told.kpi.better == "lower")


def _stepped(told: Told) -> str:
    since = told.verdict.trend.since
    levels = told.levels(since) if since is not None else None
    return "jumped" if levels is not None and levels[1] > levels[0] else "dropped"


def _drift(told: Told) -> str:
    return "rising" if (told.verdict.trend.change or 0.0) > 0 else "falling"

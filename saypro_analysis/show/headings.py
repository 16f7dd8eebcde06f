"""Headings: the message of a KPI's section, by case."""

from saypro_analysis.show.numbers import capital, listed, month_name, months, numeral
from saypro_analysis.show.outlook_words import miss_forecast
from saypro_analysis.show.readings import RUN
from saypro_analysis.show.severity_words import severity_line
from saypro_analysis.show.story import Told
from saypro_analysis.show.words import against, missed_by, names, number_of
from saypro_analysis.texts import n, t


def heading(told: Told) -> str:
    """The heading of a missed KPI's section, by case."""
    verdict, kpi, number = told.verdict, told.kpi.name, number_of(told.kpi)
    trend, limits = verdict.trend, verdict.limits
    if verdict.progress == "recovering":
        missed = missed_by(told, percent=False)
        return n(
            "{kpi} is improving but still {missed}",
            "{kpi} are improving but still {missed}",
            number,
            kpi=kpi,
            missed=missed,
        )
    if trend.verdict == "step change" and trend.worsening and trend.since is not None:
        return _stepped(told, month_name(trend.since))
    if abs(told.run) >= RUN and (trend.worsening or limits.variation == "concerning") and _worse_way(told):
        return _run(told)
    if trend.worsening:
        return _drift(told)
    if limits.variation == "concerning" and limits.since is not None:
        return _worse(told, month_name(limits.since))
    return _calm(told)


def _stepped(told: Told, month: str) -> str:
    since = told.verdict.trend.since
    levels = told.levels(since) if since is not None else None
    fields = {"kpi": told.kpi.name, "month": month, "against": against(told)}
    if levels is not None and levels[1] > levels[0]:
        return n(
            "{kpi} jumped in {month} and has not come back: {against}",
            "{kpi} jumped in {month} and have not come back: {against}",
            number_of(told.kpi),
            **fields,
        )
    return n(
        "{kpi} dropped in {month} and has not come back: {against}",
        "{kpi} dropped in {month} and have not come back: {against}",
        number_of(told.kpi),
        **fields,
    )


def _run(told: Told) -> str:
    fields = {"kpi": told.kpi.name, "months": months(abs(told.run)), "against": against(told)}
    if told.run > 0:
        return n(
            "{kpi} has risen {months} running, to {against}",
            "{kpi} have risen {months} running, to {against}",
            number_of(told.kpi),
            **fields,
        )
    return n(
        "{kpi} has fallen {months} running, to {against}",
        "{kpi} have fallen {months} running, to {against}",
        number_of(told.kpi),
        **fields,
    )


def _drift(told: Told) -> str:
    fields = {"kpi": told.kpi.name, "against": against(told)}
    if (told.verdict.trend.change or 0.0) > 0:
        return n(
            "{kpi} has been rising over the year, to {against}",
            "{kpi} have been rising over the year, to {against}",
            number_of(told.kpi),
            **fields,
        )
    return n(
        "{kpi} has been falling over the year, to {against}",
        "{kpi} have been falling over the year, to {against}",
        number_of(told.kpi),
        **fields,
    )


def _worse(told: Told, month: str) -> str:
    fields = {"kpi": told.kpi.name, "month": month, "against": against(told)}
    if told.verdict.limits.since == told.verdict.month:
        return n(
            "{kpi} left its usual range in {month}: {against}",
            "{kpi} left their usual range in {month}: {against}",
            number_of(told.kpi),
            **fields,
        )
    return n(
        "{kpi} has been worse than usual since {month}: {against}",
        "{kpi} have been worse than usual since {month}: {against}",
        number_of(told.kpi),
        **fields,
    )


def _calm(told: Told) -> str:
    verdict, number, fields = told.verdict, number_of(told.kpi), {"kpi": told.kpi.name, "against": against(told)}
    if verdict.limits.sigma is None:
        return t("{kpi} missed the target, and there is too little data to say more: {against}", **fields)
    if verdict.misses == 1 and told.missed_before is not None:
        month = month_name(told.missed_before)
        return t("{kpi} missed for the first time since {month}: {against}", **fields, month=month)
    if verdict.limits.assurance == "fail":
        return n(
            "{kpi} keeps missing: {against}, as its usual range does",
            "{kpi} keep missing: {against}, as their usual range does",
            number,
            **fields,
        )
    return n(
        "{kpi} is hit or miss: {against}, within its usual swing",
        "{kpi} are hit or miss: {against}, within their usual swing",
        number,
        **fields,
    )


def section_sub(told: Told) -> str:
    """The line under a section's heading: size of the gap, since when, which kind of change, how severe."""
    verdict = told.verdict
    parts = [f"{capital(missed_by(told, percent=False))}."]
    if verdict.missed_since is not None:
        parts.append(_missed_for(verdict.misses, month_name(verdict.missed_since)))
    if verdict.progress == "no progress" and verdict.misses > 1 and not _nearer(told):
        parts.append(t("No progress towards the target."))
    parts.append(severity_line(told))
    return " ".join(part for part in parts if part)


def _nearer(told: Told) -> bool:
    """Whether the latest month is nearer the target than the one before."""
    before = told.short[(told.months["month"] == told.verdict.month - 1).to_numpy()]
    return len(before) > 0 and float(told.short.iloc[-1]) < float(before.iloc[0])


def _missed_for(misses: int, month: str) -> str:
    if misses == 1:
        return t("Missed this month.")
    return t("Missed {months} running, since {month}.", months=months(misses), month=month)


def watch_heading(stories: tuple[Told, ...]) -> str:
    """The heading of the watch list."""
    if len(stories) == 1:
        return _watched(stories[0])
    risky = [told for told in stories if told.verdict.at_risk]
    calm = [told for told in stories if not told.verdict.at_risk]
    parts = []
    if risky:
        parts.append(n("{number} KPI at risk", "{number} KPIs at risk", len(risky), number=numeral(len(risky))))
    if calm and risky:
        parts.append(t("{number} to watch", number=numeral(len(calm))))
    elif calm:
        parts.append(n("{number} KPI to watch", "{number} KPIs to watch", len(calm), number=numeral(len(calm))))
    return f"{capital(listed(parts))}: {names([*risky, *calm])}"


def _watched(told: Told) -> str:
    fields = {"kpi": told.kpi.name, "reason": watch_reason(told)}
    if told.verdict.gap.status == "met":
        return n(
            "{kpi} still meets the target but {reason}",
            "{kpi} still meet the target but {reason}",
            number_of(told.kpi),
            **fields,
        )
    return n(
        "{kpi} has no target but {reason}", "{kpi} have no target but {reason}", number_of(told.kpi), **fields
    )  # fmt: skip


def watch_reason(told: Told) -> str:
    """Why a KPI that is not missed is watched."""
    verdict, number = told.verdict, number_of(told.kpi)
    if verdict.at_risk:
        return n("is {forecast}", "are {forecast}", number, forecast=miss_forecast(told))
    if verdict.trend.worsening:
        return n("has been getting worse", "have been getting worse", number)
    if verdict.limits.variation == "concerning":
        return n("is worse than usual", "are worse than usual", number)
    return n("swings more than it should", "swing more than they should", number)


def _worse_way(told: Told) -> bool:
    if told.kpi.better == "inside":
        return True
    return (told.run > 0) == (told.kpi.better == "lower")

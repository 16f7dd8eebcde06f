"""Since when a KPI misses, is worse than usual or is not sound, in words."""

import pandas as pd

from saypro_analysis.show.numbers import capital, month_name, months, numeral
from saypro_analysis.show.outlook_words import miss_forecast
from saypro_analysis.show.story import Told
from saypro_analysis.show.trend_words import trend_sentence
from saypro_analysis.show.words import number_of
from saypro_analysis.texts import n, t


def missed_since(told: Told) -> str:
    """For how long it has missed, as the end of "it has missed ..."."""
    verdict = told.verdict
    if verdict.misses > 1 and verdict.missed_since is not None:
        since = month_name(verdict.missed_since)
        if verdict.misses == told.judged_months:
            return t("in all months held, since {month}", month=since)
        return t("every month since {month}", month=since)
    if told.missed_before is not None:
        return t("for the first time since {month}", month=month_name(told.missed_before))
    if told.judged_months > 1:
        number = told.judged_months
        return n(
            "for the first time in {number} month", "for the first time in {number} months", number,
            number=numeral(number),
        )  # fmt: skip
    return t("in the first month that is held")


def missed_in_a_row(told: Told) -> str:
    """For how many months, as a sentence."""
    kpi, row = told.kpi.name, months(told.verdict.misses)
    return n(
        "{kpi} has missed {months} in a row.",
        "{kpi} have missed {months} in a row.",
        number_of(told.kpi),
        kpi=kpi,
        months=row,
    )


def worse_since(told: Told) -> str:
    """Worse than usual now, or since the month that is named before it."""
    kpi, number = told.kpi.name, number_of(told.kpi)
    if told.verdict.limits.since == told.verdict.month:
        return n("{kpi} is worse than usual.", "{kpi} are worse than usual.", number, kpi=kpi)
    if _one_way(told):
        if told.run < 0:
            return n("{kpi} has been falling since then.", "{kpi} have been falling since then.", number, kpi=kpi)
        return n("{kpi} has been rising since then.", "{kpi} have been rising since then.", number, kpi=kpi)
    if _as_last_year(told):
        month = month_name(told.verdict.month - 12)
        return n(
            "{kpi} has been worse than usual since then, as it was in {month}.",
            "{kpi} have been worse than usual since then, as they were in {month}.", number, kpi=kpi, month=month,
        )  # fmt: skip
    return n(
        "{kpi} has been worse than usual since then.", "{kpi} have been worse than usual since then.", number, kpi=kpi
    )


def _as_last_year(told: Told) -> bool:
    """Whether the same month of last year was as far from the average on the same side: perhaps a season."""
    actual, limits = told.verdict.gap.actual, told.verdict.limits
    value = told.months.loc[(told.months["month"] == told.verdict.month - 12).to_numpy(), "value"]
    if actual is None or limits.mean is None or limits.sigma is None or not len(value):
        return False
    now, before = actual - limits.mean, float(value.iloc[0]) - limits.mean
    return now * before > 0 and abs(before) >= limits.sigma and abs(now - before) <= limits.sigma


def _one_way(told: Told) -> bool:
    """Whether every month since it became worse went the same way."""
    since = told.verdict.limits.since
    return since is not None and len(pd.period_range(since, told.verdict.month, freq="M")) <= abs(told.run)


def unsound_since(told: Told) -> tuple[str, str]:
    """When and why a KPI that is not missed is at risk or to watch."""
    verdict, kpi = told.verdict, told.kpi.name
    if verdict.at_risk and not verdict.trend.worsening:
        fields = {"kpi": kpi, "forecast": miss_forecast(told)}
        return t("From now on"), n(
            "{kpi} is met, but {forecast}.", "{kpi} are met, but {forecast}.", number_of(told.kpi), **fields
        )
    if verdict.fluctuation.fluctuating:
        return t("No one month"), _unsteady(told)
    return t("Over the last year"), f"{_getting_worse(told)} {trend_sentence(told)}".strip()


def _unsteady(told: Told) -> str:
    kpi, number = told.kpi.name, number_of(told.kpi)
    if told.verdict.gap.status != "met":
        return n("{kpi} is not steady.", "{kpi} are not steady.", number, kpi=kpi)
    return n(
        "{kpi} is inside the target but not steady.", "{kpi} are inside the target but not steady.", number, kpi=kpi
    )


def _getting_worse(told: Told) -> str:
    kpi, number = capital(told.kpi.name), number_of(told.kpi)
    if told.verdict.gap.status != "met":
        return n("{kpi} is getting worse.", "{kpi} are getting worse.", number, kpi=kpi)
    return n(
        "{kpi} is getting worse while the target is still met.",
        "{kpi} are getting worse while the target is still met.",
        number,
        kpi=kpi,
    )

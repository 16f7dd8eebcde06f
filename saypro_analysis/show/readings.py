"""The reading beside a chart: what happened, is it real, will it recover, what comes next, where the year ends."""

from saypro_analysis.show.numbers import capital, month_name, month_only, months
from saypro_analysis.show.outlook_words import outlook_words
from saypro_analysis.show.recovery_words import recovery
from saypro_analysis.show.signal_words import real_change
from saypro_analysis.show.story import Told
from saypro_analysis.show.trend_words import trend_sentence
from saypro_analysis.show.year_words import year_words
from saypro_analysis.texts import t

RUN = 3  # months in a row from which a rise or fall is worth a sentence


def reading(told: Told) -> tuple[tuple[str, str], ...]:
    """The questions with their answers; those about the months to come only where there is something to tell."""
    missed = told.verdict.gap.status == "missed"
    answers = (
        (t("What happened"), what_happened(told)),
        (t("Is it a real change?"), real_change(told)),
        (t("Will it recover by itself?") if missed else t("Will it stay on target?"), recovery(told)),
        (t("What if nothing changes?"), outlook_words(told)),
        (t("Where does the year end?"), year_words(told)),
    )
    return tuple((question, answer) for question, answer in answers if answer)


def what_happened(told: Told) -> str:
    """What the months did, in one or two sentences."""
    verdict, month = told.verdict, month_name(told.verdict.month)
    if len(told.held) < 2:
        if verdict.gap.actual is None:
            return t("There is no value for {month}.", month=month)
        now = _value(told, verdict.gap.actual)
        return t("It was {value} in {month}, the first month held.", value=now, month=month)
    trend = verdict.trend
    if trend.verdict == "step change" and trend.since is not None and (levels := told.levels(trend.since)):
        before, after = (_value(told, level) for level in levels)
        since = month_name(trend.since)
        return t(
            "The average moved from about {before} to about {after} in {month}.",
            before=before,
            after=after,
            month=since,
        )
    told_run = _run(told) if abs(told.run) >= RUN else _last_step(told)
    return " ".join(part for part in (told_run, trend_sentence(told)) if part)


def _value(told: Told, number: float | None) -> str:
    return told.numbers.value(told.kpi, number, long=True)


def _run(told: Told) -> str:
    """The rises or falls in a row up to the latest month."""
    first = told.months.iloc[-1 - abs(told.run)]
    fields = {
        "months": months(abs(told.run)),
        "start": _value(told, float(first["value"])),
        "month": month_name(first["month"]),
        "now": _value(told, told.verdict.gap.actual),
    }
    if told.run > 0:
        return t("It has risen {months} in a row, from {start} in {month} to {now}.", **fields)
    return t("It has fallen {months} in a row, from {start} in {month} to {now}.", **fields)


def _last_step(told: Told) -> str:
    verdict, month = told.verdict, month_name(told.verdict.month)
    if verdict.gap.actual is None:
        last = month_name(told.held.iloc[-1]["month"])
        return t("There is no value for {month}; the last is of {last}.", month=month, last=last)
    fields = {"month": month, "value": _value(told, verdict.gap.actual), "before": _value(told, told.previous)}
    if told.previous is None:
        now = t("{month} came to {value}.", **fields)
    else:
        now = t("{month} came to {value}, after {before} the month before.", **fields)
    trending = verdict.trend.verdict in ("improving", "declining")  # an average of what moves describes no month
    if verdict.limits.mean is None or trending:
        return capital(now)
    return f"{capital(now)} {_usual(told, _value(told, verdict.limits.mean))}"


def _usual(told: Told, mean: str) -> str:
    if told.verdict.limits.seasonal:
        return capital(t("{month} usually comes to {value}.", month=month_only(told.verdict.month), value=mean))
    return t("The average is {value}.", value=mean)

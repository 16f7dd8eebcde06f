"""The reading beside a chart: what happened, is it real, will it recover, what comes next, where the year ends."""

from saypro_analysis.show.numbers import count, month_name, month_only
from saypro_analysis.show.outlook_words import outlook_words
from saypro_analysis.show.recovery_words import recovery
from saypro_analysis.show.signal_words import real_change
from saypro_analysis.show.story import Told
from saypro_analysis.show.trend_words import trend_sentence
from saypro_analysis.show.year_words import year_words

RUN = 3  # months in a row from which a rise or fall is worth a sentence


def reading(told: Told) -> tuple[tuple[str, str], ...]:
    """The questions with their answers; those about the months to come only where there is something to tell."""
    missed = told.verdict.gap.status == "missed"
    answers = (
        ("What happened", what_happened(told)),
        ("Is it a real change?", real_change(told)),
        ("Will it recover by itself?" if missed else "Will it stay on target?", recovery(told)),
        ("What if nothing changes?", outlook_words(told)),
        ("Where does the year end?", year_words(told)),
    )
    return tuple((question, answer) for question, answer in answers if answer)


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
    told_run = _run(told) if abs(told.run) >= RUN else _last_step(told)
    return " ".join(part for part in (told_run, trend_sentence(told)) if part)


def _run(told: Told) -> str:
    """The rises or falls in a row up to the latest month."""
    kpi, numbers = told.kpi, told.numbers
    first = told.months.iloc[-1 - abs(told.run)]
    start = numbers.value(kpi, float(first["value"]), long=True)
    way = "risen" if told.run > 0 else "fallen"
    now = numbers.value(kpi, told.verdict.gap.actual, long=True)
    row = f"{count(abs(told.run), 'month')} in a row"
    return f"It has {way} {row}, from {start} in {month_name(first['month'])} to {now}."


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
    trending = verdict.trend.verdict in ("improving", "declining")  # an average of what moves describes no month
    what = f"{month_only(verdict.month)} usually comes to" if verdict.limits.seasonal else "The average is"
    average = f" {what} {numbers.value(kpi, mean, long=True)}." if mean is not None and not trending else ""
    return f"{now}{before}.{average}"

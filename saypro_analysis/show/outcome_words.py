"""Whether an action worked, in words. They say what the KPI did since, not what the action did."""

import re
from collections.abc import Sequence

import pandas as pd

from saypro_analysis.analysis import Analysis
from saypro_analysis.learned import success_rates
from saypro_analysis.outcomes import Outcome
from saypro_analysis.show.numbers import Numbers, capital, count, listed, month_name, numbers_of, numeral

_MONTH = re.compile(r"[12][0-9]{3}-[01][0-9]")

_COUNTED = (("worked", "worked"), ("worsened", "followed by worse months"))
VERDICTS = {
    "worked": "Worked",
    "worsened": "Worse since",
    "no evidence": "No evidence that it worked",
    "too early": "Too early",
    "not judged": "Not judged",
}


def outcome_text(outcome: Outcome, numbers: Numbers) -> tuple[str, str]:
    """The verdict on an action in a word or two, and what it rests on."""
    word = VERDICTS[outcome.verdict]
    if outcome.effect is None or outcome.low is None or outcome.high is None:
        return word, _sentence(outcome.reason)
    parts = [f"{_size(outcome, outcome.effect, numbers)} ({_span(outcome, numbers)})"]
    if outcome.expected is not None:
        parts.append(f"expected was {numbers.amount(outcome.kpi, outcome.expected, long=True)} better")
    if outcome.verdict == "no evidence" and outcome.drift is None and outcome.smallest_visible is not None:
        parts.append(f"less than {numbers.amount(outcome.kpi, outcome.smallest_visible, long=True)} could not be seen")
    if outcome.drift is not None:
        parts.append(f"the trend before would have brought {_size(outcome, outcome.drift, numbers)}")
    return word, _sentence(f"{'; '.join(parts)}. {_compared(outcome, numbers)}")


def _sentence(text: str) -> str:
    """A sentence, with months in words."""
    named = _MONTH.sub(lambda found: month_name(pd.Period(found[0], "M"), short=True), text)
    held = named.strip().rstrip(".")
    return f"{capital(held)}." if held else ""


def _size(outcome: Outcome, effect: float, numbers: Numbers) -> str:
    return f"{numbers.amount(outcome.kpi, effect, long=True)} {'better' if effect >= 0 else 'worse'}"


def _span(outcome: Outcome, numbers: Numbers) -> str:
    low, high = outcome.low or 0.0, outcome.high or 0.0
    if low < 0 < high:
        return f"from {_size(outcome, low, numbers)} to {_size(outcome, high, numbers)}"
    ends = sorted((abs(low), abs(high)))
    return f"{numbers.amount(outcome.kpi, ends[0], bare=True)} to {numbers.amount(outcome.kpi, ends[1])}"


def _compared(outcome: Outcome, numbers: Numbers) -> str:
    """What was held against what."""
    value = numbers.value
    after, before = value(outcome.kpi, outcome.post_mean), value(outcome.kpi, outcome.baseline_mean)
    months = capital(count(outcome.months, "month"))
    parts = [f"{months} {_since(outcome.first, outcome.last)} came to {after}, before {before}"]
    if outcome.seasonal:
        parts.append("compared with the same months of the year")
    if outcome.comparator:
        parts.append(f"less what {outcome.comparator.replace('=', ' ')} did")
    if outcome.joint:
        parts.append(f"judged together with {listed([one for one in outcome.joint if one != outcome.planned.id])}")
    if outcome.rebase is not None:
        reason = outcome.planned.note or outcome.planned.action
        parts.append(f"new limits from {month_name(outcome.rebase)} are proposed, for the reason “{reason}”")
    return "; ".join(parts)


def _since(first: pd.Period, last: pd.Period | None) -> str:
    return f"from {month_name(first, short=True)}" + (f" to {month_name(last, short=True)}" if last is not None else "")


def result_counts(outcomes: Sequence[Outcome]) -> list[str]:
    """How many actions worked, or were followed by worse months, for a heading."""
    found = [outcome.verdict for outcome in outcomes]
    return [f"{numeral(found.count(kind))} {word}" for kind, word in _COUNTED if kind in found]


def rate_lines(analysis: Analysis) -> list[str]:
    """How often the kinds of action in the register have worked, where earlier results have changed that."""
    month, numbers = analysis.month, numbers_of(analysis.month.company)
    rates = success_rates(month.causes, month.outcomes)
    lines = []
    for kind in dict.fromkeys(row.action for row in month.register):
        rate = rates.get(kind)
        if rate is not None and rate.worked + rate.failed:
            times = f"worked {rate.worked} of {count(rate.worked + rate.failed, 'time', word=False)}"
            now, before = numbers.percent(rate.rate), numbers.percent(rate.prior)
            chance = f"its chance of success is now taken as {now}, before {before}"
            lines.append(f"{month.causes.actions[kind].name}: {times}; {chance}.")
    return lines

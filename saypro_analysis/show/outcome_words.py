"""Whether an action worked, in words. They say what the KPI did since, not what the action did."""

import re
from collections.abc import Sequence

import pandas as pd

from saypro_analysis.analysis import Analysis
from saypro_analysis.kpi import Kpi
from saypro_analysis.learned import success_rates
from saypro_analysis.outcomes import Outcome
from saypro_analysis.show.numbers import Numbers, capital, count, listed, month_name, numbers_of, numeral

_MONTH = re.compile(r"(?<![\w-])[12][0-9]{3}-(0[1-9]|1[0-2])(?![\w-])")

_COUNTED = (("worked", "worked"), ("worsened", "followed by worse months"))
VERDICTS = {
    "worked": "Worked",
    "worsened": "Worse since",
    "no evidence": "No evidence that it worked",
    "too early": "Too early",
    "not judged": "Not judged",
}


def outcome_text(outcome: Outcome, numbers: Numbers) -> tuple[str, str]:
    """The verdict on an action in a word or two, and what it rests on; one that was recorded stands."""
    then = outcome.recorded
    if then is None:
        return VERDICTS[outcome.verdict], _since_text(outcome, numbers)
    sizes = _sizes(outcome.kpi, (then.effect, then.low, then.high), numbers)
    text = f"As judged in {month_name(then.month)}: {sizes}{_expected(outcome, numbers)}."
    if outcome.last is not None and outcome.last <= then.month:
        return VERDICTS[then.verdict], text
    return VERDICTS[then.verdict], f"{text} {_until_now(outcome, numbers)}"


def _until_now(outcome: Outcome, numbers: Numbers) -> str:
    """What the months since a recorded verdict come to, without judging them."""
    if outcome.effect is None or outcome.low is None or outcome.high is None:
        return f"Not judged anew: {_sentence(outcome.reason)}"
    sizes = _sizes(outcome.kpi, (outcome.effect, outcome.low, outcome.high), numbers)
    last = f"Up to {month_name(outcome.last)}: " if outcome.last is not None else ""
    return f"{last}{sizes}. {_sentence(_compared(outcome, numbers))}"


def _since_text(outcome: Outcome, numbers: Numbers) -> str:
    if outcome.effect is None or outcome.low is None or outcome.high is None:
        together = [_together(outcome)] if outcome.joint else []
        return _sentence("; ".join([outcome.reason, *together]))
    parts = [_sizes(outcome.kpi, (outcome.effect, outcome.low, outcome.high), numbers)]
    parts[0] += _expected(outcome, numbers)
    unseen = outcome.verdict == "no evidence" and outcome.drift is None and not outcome.reason
    if unseen and outcome.smallest_visible is not None and not _nothing(outcome.kpi, outcome.smallest_visible, numbers):
        parts.append(f"less than {numbers.amount(outcome.kpi, outcome.smallest_visible, long=True)} could not be seen")
    if outcome.drift is not None:
        parts.append(f"the trend before would have brought {_size(outcome.kpi, outcome.drift, numbers)}")
    if outcome.reason:
        parts.append(outcome.reason)
    return _sentence(f"{'; '.join(parts)}. {_compared(outcome, numbers)}")


def _sentence(text: str) -> str:
    """A sentence, with months in words."""
    named = _MONTH.sub(lambda found: month_name(pd.Period(found[0], "M"), short=True), text)
    held = named.strip().rstrip(".")
    return f"{capital(held)}." if held else ""


def _nothing(kpi: Kpi, size: float, numbers: Numbers) -> bool:
    """Whether a size is written as nothing, with the KPI's decimals."""
    return not re.search("[1-9]", numbers.amount(kpi, size, bare=True))


def _size(kpi: Kpi, effect: float, numbers: Numbers) -> str:
    if _nothing(kpi, effect, numbers):
        return "no difference"
    return f"{numbers.amount(kpi, effect, long=True)} {'better' if effect >= 0 else 'worse'}"


def _sizes(kpi: Kpi, sizes: tuple[float, float, float], numbers: Numbers) -> str:
    """An effect with its interval."""
    effect, low, high = sizes
    if all(_nothing(kpi, size, numbers) for size in sizes):
        return _size(kpi, effect, numbers)
    if low < 0 < high:
        return f"{_size(kpi, effect, numbers)} (from {_size(kpi, low, numbers)} to {_size(kpi, high, numbers)})"
    near, far = sorted((abs(low), abs(high)))
    span = f"{numbers.amount(kpi, near, bare=True)} to {numbers.amount(kpi, far)}"
    return f"{_size(kpi, effect, numbers)} ({span})"


def _expected(outcome: Outcome, numbers: Numbers) -> str:
    return "" if outcome.expected is None else f"; expected was {_size(outcome.kpi, outcome.expected, numbers)}"


def _together(outcome: Outcome) -> str:
    return f"judged together with {listed([one for one in outcome.joint if one != outcome.planned.id])}"


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
        parts.append(_together(outcome))
    if outcome.rebase is not None:
        reason = outcome.planned.note or outcome.planned.action
        parts.append(f"new limits from {month_name(outcome.rebase)} are proposed, for the reason “{reason}”")
    return "; ".join(parts)


def _since(first: pd.Period, last: pd.Period | None) -> str:
    return f"from {month_name(first, short=True)}" + (f" to {month_name(last, short=True)}" if last is not None else "")


def result_counts(outcomes: Sequence[Outcome]) -> list[str]:
    """How many actions worked, or were followed by worse months, for a heading; as recorded where that was done."""
    found = [outcome.recorded.verdict if outcome.recorded else outcome.verdict for outcome in outcomes]
    return [f"{numeral(found.count(kind))} {word}" for kind, word in _COUNTED if kind in found]


def rate_lines(analysis: Analysis) -> list[str]:
    """How often the kinds of action in the register have worked, where earlier results have changed that."""
    month, numbers = analysis.month, numbers_of(analysis.month.company)
    rates = success_rates(month.causes, month.outcomes)
    lines = []
    for kind in dict.fromkeys(row.action for row in month.register):
        rate = rates.get(kind)
        if rate is not None and rate.worked + rate.failed:
            judged = rate.worked + rate.failed
            times = f"worked {count(rate.worked, 'time')} of {numeral(judged)} judged"
            now, before = numbers.percent(rate.rate), numbers.percent(rate.prior)
            chance = f"its chance of success is now taken as {now}, before {before}"
            lines.append(f"{month.causes.actions[kind].name}: {times}; {chance}.")
    return lines

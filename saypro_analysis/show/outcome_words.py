"""Whether an action worked, in words. They say what the KPI did since, not what the action did."""

import re
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from saypro_analysis.analysis import Analysis
from saypro_analysis.kpi import Kpi
from saypro_analysis.learned import success_rates
from saypro_analysis.outcomes import Outcome
from saypro_analysis.show.numbers import (
    Numbers,
    capital,
    is_written,
    listed,
    month_name,
    numbers_of,
    numeral,
    with_decimals,
)
from saypro_analysis.texts import later, n, t

_MONTH = re.compile(r"(?<![\w-])[12][0-9]{3}-(0[1-9]|1[0-2])(?![\w-])")

_COUNTED = (("worked", later("{number} worked")), ("worsened", later("{number} followed by worse months")))
VERDICTS = {
    "worked": later("Worked"),
    "worsened": later("Worse since"),
    "no evidence": later("No evidence that it worked"),
    "too early": later("Too early"),
    "not judged": later("Not judged"),
}


def outcome_text(outcome: Outcome, numbers: Numbers) -> tuple[str, str]:
    """The verdict on an action in a word or two, and what it rests on; one that was recorded stands."""
    then, levels = outcome.recorded, (outcome.baseline_mean, outcome.post_mean)
    outcome = replace(outcome, kpi=with_decimals(outcome.kpi, *levels))
    if then is None:
        return t(VERDICTS[outcome.verdict]), _since_text(outcome, numbers)
    sizes = _sizes(outcome.kpi, (then.effect, then.low, then.high), numbers) + _expected(outcome, numbers)
    text = t("As judged in {month}: {sizes}.", month=month_name(then.month), sizes=sizes)
    if outcome.last is not None and outcome.last <= then.month:
        return t(VERDICTS[then.verdict]), text
    return t(VERDICTS[then.verdict]), f"{text} {_until_now(outcome, numbers)}"


def _until_now(outcome: Outcome, numbers: Numbers) -> str:
    """What the months since a recorded verdict come to, without judging them."""
    if outcome.effect is None or outcome.low is None or outcome.high is None:
        return t("Not judged anew: {reason}", reason=_sentence(outcome.reason))
    sizes = _sizes(outcome.kpi, (outcome.effect, outcome.low, outcome.high), numbers)
    if outcome.last is not None:
        sizes = t("Up to {month}: {sizes}", month=month_name(outcome.last), sizes=sizes)
    return f"{sizes}. {_sentence(_compared(outcome, numbers))}"


def _since_text(outcome: Outcome, numbers: Numbers) -> str:
    if outcome.effect is None or outcome.low is None or outcome.high is None:
        together = [_together(outcome)] if outcome.joint else []
        return _sentence("; ".join([outcome.reason, *together]))
    parts = [_sizes(outcome.kpi, (outcome.effect, outcome.low, outcome.high), numbers)]
    parts[0] += _expected(outcome, numbers)
    unseen = outcome.verdict == "no evidence" and outcome.drift is None and not outcome.reason
    if unseen and outcome.smallest_visible is not None and not _nothing(outcome.kpi, outcome.smallest_visible, numbers):
        least = numbers.amount(outcome.kpi, outcome.smallest_visible, long=True)
        parts.append(t("less than {size} could not be seen", size=least))
    if outcome.drift is not None:
        drift = _size(outcome.kpi, outcome.drift, numbers)
        parts.append(t("the trend before would have brought {size}", size=drift))
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
    return not is_written(numbers.amount(kpi, size, bare=True))


def _size(kpi: Kpi, effect: float, numbers: Numbers) -> str:
    if _nothing(kpi, effect, numbers):
        return t("no difference")
    size = numbers.amount(kpi, effect, long=True)
    return t("{size} better", size=size) if effect >= 0 else t("{size} worse", size=size)


def _sizes(kpi: Kpi, sizes: tuple[float, float, float], numbers: Numbers) -> str:
    """An effect with its interval."""
    effect, low, high = sizes
    if all(_nothing(kpi, size, numbers) for size in sizes):
        return _size(kpi, effect, numbers)
    if low < 0 < high:
        bounds = {"low": _size(kpi, low, numbers), "high": _size(kpi, high, numbers)}
        return t("{size} (from {low} to {high})", size=_size(kpi, effect, numbers), **bounds)
    near, far = sorted((abs(low), abs(high)))
    span = t("{low} to {high}", low=numbers.amount(kpi, near, bare=True), high=numbers.amount(kpi, far))
    return f"{_size(kpi, effect, numbers)} ({span})"


def _expected(outcome: Outcome, numbers: Numbers) -> str:
    if outcome.expected is None:
        return ""
    return "; " + t("expected was {size}", size=_size(outcome.kpi, outcome.expected, numbers))


def _together(outcome: Outcome) -> str:
    others = listed([one for one in outcome.joint if one != outcome.planned.id])
    return t("judged together with {actions}", actions=others)


def _compared(outcome: Outcome, numbers: Numbers) -> str:
    """What was held against what."""
    parts = [_means(outcome, numbers)]
    if outcome.seasonal:
        parts.append(t("compared with the same months of the year"))
    if outcome.comparator:
        parts.append(t("less what {comparator} did", comparator=outcome.comparator.replace("=", " ")))
    if outcome.joint:
        parts.append(_together(outcome))
    if outcome.rebase is not None:
        month, reason = month_name(outcome.rebase), outcome.planned.note or outcome.planned.action
        parts.append(t("new limits from {month} are proposed, for the reason “{reason}”", month=month, reason=reason))
    return "; ".join(parts)


def _means(outcome: Outcome, numbers: Numbers) -> str:
    """What the months since came to, and those before."""
    fields = {
        "number": numeral(outcome.months),
        "first": month_name(outcome.first, short=True),
        "after": numbers.value(outcome.kpi, outcome.post_mean),
        "before": numbers.value(outcome.kpi, outcome.baseline_mean),
    }
    if outcome.last is None:
        text = n(
            "The month from {first} on came to {after}, against {before} before",
            "The {number} months from {first} on came to {after}, against {before} before",
            outcome.months,
            **fields,
        )
    else:
        text = n(
            "{first} came to {after}, against {before} before",
            "The {number} months from {first} to {last} came to {after}, against {before} before",
            outcome.months,
            last=month_name(outcome.last, short=True),
            **fields,
        )
    return text


def result_counts(outcomes: Sequence[Outcome]) -> list[str]:
    """How many actions worked, or were followed by worse months, for a heading; as recorded where that was done."""
    found = [outcome.recorded.verdict if outcome.recorded else outcome.verdict for outcome in outcomes]
    return [t(words, number=numeral(found.count(kind))) for kind, words in _COUNTED if kind in found]


def rate_lines(analysis: Analysis) -> list[str]:
    """How often the kinds of action in the register have worked, where earlier results have changed that."""
    month, numbers = analysis.month, numbers_of(analysis.month.company)
    rates = success_rates(month.causes, month.outcomes)
    lines = []
    for kind in dict.fromkeys(row.action for row in month.register):
        rate = rates.get(kind)
        if rate is not None and rate.worked + rate.failed:
            line = t(
                "{action}: {number} of {judged} judged worked; "
                "its chance of success is now taken as {now}, no longer as {before}.",
                action=month.causes.actions[kind].name,
                number=numeral(rate.worked) if rate.worked else t("none"),
                judged=numeral(rate.worked + rate.failed),
                now=numbers.percent(rate.rate),
                before=numbers.percent(rate.prior),
            )
            lines.append(line)
    return lines

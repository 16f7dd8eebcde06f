"""What makes up a gap, in words: the title of its chart, the largest lever, what helps, and the months before."""

from collections.abc import Mapping, Sequence

import pandas as pd

from saypro_analysis.contributions import Basis
from saypro_analysis.kpi import Kpi
from saypro_analysis.show.chart_words import unit_words
from saypro_analysis.show.numbers import listed, month_name
from saypro_analysis.show.story import Told
from saypro_analysis.splits import Part, Split

_MOST = 3
_BARE = ("yes", "no", "true", "false", "0", "1")  # labels that say nothing without their dimension

Cards = Mapping[str, Kpi]  # the department's KPIs by id, for the names of factors


def part_name(split: Split, part: Part, cards: Cards) -> str:
    """A part's name: a segment's label, a factor's KPI name, or what stands for neither."""
    if part.kind == "rest":
        if split.method != "formula":
            return "In no segment"
        return "Targets do not fit" if split.basis == "target" else "Not explained by the factors"
    if split.method == "formula":
        return cards[part.name].name if part.name in cards else part.name
    if part.name.lower() in _BARE:
        return f"{split.dimension.replace('_', ' ').capitalize()}: {part.name}"
    return part.name or "Not named"


def signed(told: Told, change: float) -> str:
    """A contribution with its sign: "−$41,300", "+1.7 h"."""
    shown = told.numbers.amount(told.kpi, change)
    return shown if is_nothing(told, change) else f"{'+' if change > 0 else '−'}{shown}"


def is_nothing(told: Told, change: float) -> bool:
    """Whether an amount is written as nothing but zeros."""
    return not any(digit in told.numbers.amount(told.kpi, change) for digit in "123456789")


def split_title(told: Told, split: Split, cards: Cards) -> str:
    """The message of a waterfall: which parts make up how much of the difference."""
    parts = {part.name: part for part in split.parts if part.kind != "rest"}
    leading = [parts[name] for name in split.leading if name in parts][:_MOST]
    whole = told.numbers.amount(told.kpi, split.change, long=True)
    what = _what(told, split)
    if not leading:
        return f"No single {_kind(split)} makes up {what} of {whole}"
    names = listed([part_name(split, part, cards) for part in leading])
    held = sum(part.change for part in leading)
    amount = told.numbers.amount(told.kpi, held, long=True)
    one = len(leading) == 1
    if abs(held) > abs(split.change) * 1.005:
        alone = f"{names}{' alone' if one else ''} {'makes' if one else 'make'} {amount}"
        others = any(part.change * held < 0 and part.kind != "rest" for part in split.parts)
        return f"{alone}, more than {what} of {whole}" + (": others make up for part of it" if others else "")
    return f"{names} {'makes' if one else 'make'} up {amount} of {what} of {whole}"


def split_subtitle(told: Told, split: Split) -> str:
    """What the bars are, and how they were reckoned."""
    month = month_name(told.verdict.month)
    what = "factor of the formula" if split.method == "formula" else split.dimension.replace("_", " ")
    how = {
        "ratio": "its share times its distance from the target"
        if split.basis == "target"
        else "its rate and its share",
        "total": "against its usual part of the target" if split.basis == "target" else "its size and its average",
        "formula": "each against its own target, or what the others leave to it, or what is usual"
        if split.basis == "target"
        else "each in turn moved to what it was, over all orders",
    }[split.method]
    adds = f"{told.kpi.name}{unit_words(told.kpi, told.numbers)} by {what}, {month}: what each adds to or takes from"
    return f"{adds} {_difference(told, split)}; {how}."


def split_description(told: Told, split: Split, cards: Cards) -> str:
    """The text alternative of a waterfall: every part with its value."""
    parts = [f"{part_name(split, part, cards)} {signed(told, part.change)}" for part in split.parts]
    return f"Bars of what each adds to {_difference(told, split)} of {signed(told, split.change)}: {', '.join(parts)}."


def basis_head(told: Told, basis: Basis) -> str:
    """The head of a column of contributions."""
    month = told.verdict.month
    if basis == "target":
        return "Against target"
    return f"Since {month_name(month - (1 if basis == 'last month' else 12), short=True)}"


def _what(told: Told, split: Split) -> str:
    if split.basis != "target":
        return "the change"
    return "the gap" if told.verdict.gap.status == "missed" else "the distance"


def _difference(told: Told, split: Split) -> str:
    if split.basis == "target":
        return f"{'the gap' if told.verdict.gap.status == 'missed' else 'the distance'} to the target"
    then: pd.Period = told.verdict.month - (1 if split.basis == "last month" else 12)
    return f"the change since {month_name(then)}"


def _kind(split: Split) -> str:
    return "factor" if split.method == "formula" else split.dimension.replace("_", " ")


def heads(told: Told, splits: Sequence[Split], first: str) -> tuple[str, ...]:
    """The heads of the table behind a waterfall."""
    return (first, "Now", *(basis_head(told, split.basis) for split in splits))

"""What makes up a gap, in words: the title of its chart, the largest lever, what helps, and the months before."""

from collections.abc import Mapping, Sequence

import pandas as pd

from saypro_analysis.compared import Beside, Compared
from saypro_analysis.contributions import Basis
from saypro_analysis.drivers import Drivers
from saypro_analysis.kpi import Kpi
from saypro_analysis.show.chart_words import unit_words
from saypro_analysis.show.numbers import capital, listed, month_name, month_only, numeral
from saypro_analysis.show.story import Told
from saypro_analysis.show.words import target_text
from saypro_analysis.splits import Part, Split, bad_way

HELPS = 0.10  # of the difference, for a helpful part to be named
UNBROKEN = "−\u2060"  # a minus from which a line may not break
_MOST = 3

Cards = Mapping[str, Kpi]  # the department's KPIs by id, for the names of factors


def part_name(split: Split, part: Part, cards: Cards) -> str:
    """A part's name: a segment's label, a factor's KPI name, or what stands for neither."""
    if part.kind == "rest":
        return "Not explained by the factors" if split.method == "formula" else "In no segment"
    if split.method == "formula":
        return cards[part.name].name if part.name in cards else part.name
    return part.name or "Not named"


def signed(told: Told, change: float) -> str:
    """A contribution with its sign: "−$41,300", "+1.7 h"."""
    shown = told.numbers.amount(told.kpi, change)
    return shown if is_nothing(told, change) else f"{'+' if change > 0 else '−'}{shown}"


def is_nothing(told: Told, change: float) -> bool:
    """Whether an amount is written as nothing but zeros."""
    return not any(digit in told.numbers.amount(told.kpi, change) for digit in "123456789")


def worse_part(told: Told, split: Split, part: Part) -> bool:
    """Whether a part makes matters worse."""
    return part.change * bad_way(told.kpi, split.actual, split.change, told.verdict) > 0


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
        return f"{alone}, more than {what} of {whole}: others make up for it"
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
        "formula": "each in turn moved to its reference, over all orders (Shapley)",
    }[split.method]
    adds = f"{told.kpi.name}{unit_words(told.kpi, told.numbers)} by {what}, {month}: what each adds to or takes from"
    return f"{adds} {_difference(told, split)}; {how}."


def split_description(told: Told, split: Split, cards: Cards) -> str:
    """The text alternative of a waterfall: every part with its value."""
    parts = [f"{part_name(split, part, cards)} {signed(told, part.change)}" for part in split.parts]
    return f"Bars of what each adds to {_difference(told, split)} of {signed(told, split.change)}: {', '.join(parts)}."


def driver_reading(told: Told, drivers: Drivers, cards: Cards) -> tuple[tuple[str, str], ...]:
    """The questions beside the waterfall with their answers; those without an answer are left out."""
    held = drivers.splits or drivers.formula
    if not held:
        note = "Its segments do not add up to the whole, so they are only compared." if drivers.compared else ""
        return (("By segment", note),) if note else ()
    main = main_first(drivers, held)[0]
    answers = (
        ("Largest lever", lever_words(told, drivers, cards)),
        ("What already works", _helps(told, main, cards)),
        ("By month", " ".join(_earlier(told, split, cards) for split in held if split.basis != "target")),
    )
    return tuple((question, answer.replace("−", UNBROKEN)) for question, answer in answers if answer)


def main_first(drivers: Drivers, splits: Sequence[Split]) -> list[Split]:
    """The splits, those on the basis of the largest lever first: it is the one that shows what is wrong."""
    basis = drivers.lever.basis if drivers.lever is not None else ""
    return sorted(splits, key=lambda split: split.basis != basis)


def lever_words(told: Told, drivers: Drivers, cards: Cards) -> str:
    """The largest adverse part, with what the KPI would be without it."""
    lever = drivers.lever
    if lever is None:
        return ""
    held = [*drivers.splits, *drivers.formula]
    split = next(one for one in held if one.basis == lever.basis and one.dimension == lever.dimension)
    part, numbers, kpi = lever.part, told.numbers, told.kpi
    name = part_name(split, part, cards)
    own = cards.get(part.name, kpi) if split.method == "formula" else kpi
    now = numbers.value(own, part.after, long=True) if part.after is not None else "nothing"
    if part.kind == "new":
        return f"{name} is new: {now}, {_adds(told, part)}."
    if part.kind == "lost":
        return f"{name} has nothing this month, {_adds(told, part)}."
    then = numbers.value(own, part.before, long=True) if part.before is not None else ""
    without = numbers.value(kpi, split.actual - part.change, long=True)
    share = ""
    if split.method == "ratio" and part.share_after is not None:
        share = f" and has {numbers.percent(part.share_after)} of the whole"
    reference = _reference(told, split, then)
    return f"{name} came to {now}{share}. At {reference} {kpi.name} would be {without}."


def _reference(told: Told, split: Split, then: str) -> str:
    if split.basis == "target":
        if split.method == "ratio":
            return f"the target of {target_text(told)}"
        return f"what the target takes, {then}," if split.method == "formula" else f"its part of the target, {then},"
    month = told.verdict.month - (1 if split.basis == "last month" else 12)
    return f"the {then} of {month_name(month)}"


def _adds(told: Told, part: Part) -> str:
    return f"which is {signed(told, part.change)} of the difference"


def _helps(told: Told, split: Split, cards: Cards) -> str:
    """The parts that make up for some of a difference to the worse."""
    if split.change * bad_way(told.kpi, split.actual, split.change, told.verdict) <= 0:
        return ""
    good = [
        part
        for part in split.parts[::-1]
        if part.kind != "rest" and part.change * split.change < 0 and abs(part.change) >= HELPS * abs(split.change)
    ][:_MOST]
    shown = [f"{part_name(split, part, cards)} ({signed(told, part.change)})" for part in good]
    return f"{listed(shown)} {'makes' if len(good) == 1 else 'make'} up for some of it." if shown else ""


def _earlier(told: Told, split: Split, cards: Cards) -> str:
    """The change since last month, or since last year, in a sentence."""
    then = told.verdict.month - (1 if split.basis == "last month" else 12)
    since = month_only(then) if split.basis == "last month" else month_name(then)
    change = signed(told, split.change)
    if is_nothing(told, split.change):
        return f"Since {since} it has not changed."
    if split.ordinary:
        return f"Since {since}: {change}, which is ordinary variation."
    parts = {part.name: part for part in split.parts if part.kind != "rest"}
    leading = [parts[name] for name in split.leading if name in parts]
    leading = [part for part in leading if not is_nothing(told, part.change)]
    shown = [f"{part_name(split, part, cards)} {signed(told, part.change)}" for part in leading]
    return f"Since {since}: {change}, of which {listed(shown)}." if shown else f"Since {since}: {change}, from many."


def wrong_side(told: Told, compared: Compared) -> list[Beside]:
    """The segments that are worse than their reference."""
    found = []
    for one in compared.members:
        if one.value is not None and one.reference is not None:
            change = one.value - one.reference
            found += [one] * (change * bad_way(told.kpi, one.value, change, told.verdict) > 0)
    return found


def compared_title(told: Told, compared: Compared) -> str:
    """The message of segments side by side."""
    name, short = compared.dimension.replace("_", " "), wrong_side(told, compared)
    what = "miss the target" if compared.basis == "target" else "are worse than before"
    if not short:
        return f"No {name} {'misses the target' if compared.basis == 'target' else 'is worse than before'}"
    held = [one for one in compared.members if one.value is not None and one.reference is not None]
    worst = f"{short[0].name or 'not named'} by most: {told.numbers.value(told.kpi, short[0].value)}"
    if len(short) == 1:
        what = "misses the target" if compared.basis == "target" else "is worse than before"
    return f"{capital(numeral(len(short)))} of {numeral(len(held))} by {name} {what}, {worst}"


def compared_words(told: Told, compared: Compared) -> str:
    """The text alternative of segments side by side: every one with its value."""
    shown = [
        f"{one.name or 'not named'} {told.numbers.value(told.kpi, one.value)}"
        for one in compared.members
        if one.value is not None
    ]
    name = compared.dimension.replace("_", " ")
    first = "Segments that do not add up to the whole, and are only compared."
    return f"{first} Bars of {told.kpi.name} by {name}: {', '.join(shown)}."


def basis_reference(told: Told, basis: Basis) -> str:
    """The head of a column of references."""
    if basis == "target":
        return "Target"
    return month_name(told.verdict.month - (1 if basis == "last month" else 12), short=True)


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

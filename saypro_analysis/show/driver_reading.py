"""The reading beside a waterfall: the largest lever, what already works, and how much of it is new."""

from collections.abc import Sequence

from saypro_analysis.drivers import Drivers
from saypro_analysis.show.driver_words import Cards, is_nothing, part_name, signed
from saypro_analysis.show.numbers import listed, month_name, month_only
from saypro_analysis.show.story import Told
from saypro_analysis.splits import Part, Split, bad_way

HELPS = 0.10  # of the difference, for a helpful part to be named
_MOST = 3
UNBROKEN = "−\u2060"  # a minus from which a line may not break


def driver_reading(told: Told, drivers: Drivers, cards: Cards) -> tuple[tuple[str, str], ...]:
    """The questions beside the waterfall with their answers; those without an answer are left out."""
    held = drivers.splits or drivers.formula
    if not held:
        note = "Its segments do not add up to the whole, so they are only compared." if drivers.compared else ""
        return (("By segment", note),) if note else ()
    lever = drivers.lever
    place = (lever.basis, lever.dimension) if lever is not None else None
    shown = [split for split in (*held, *drivers.formula) if (split.basis, split.dimension) == place]
    main = (shown or main_first(drivers, held))[0]
    answers = (
        ("Largest lever", lever_words(told, drivers, cards)),
        ("What already works", _helps(told, main, cards)),
        ("Do the targets fit?", _misfit(told, drivers)),
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
    share = ""
    if split.method == "ratio" and part.share_after is not None:
        share = f" and has {numbers.percent(part.share_after)} of the whole"
    if split.method == "formula" or (split.method == "ratio" and split.basis != "target"):
        was = f", against {then}" if then else ""
        return f"{name} came to {now}{share}{was}: {signed(told, part.change)} of {signed(told, split.change)}."
    without = numbers.value(kpi, split.actual - part.change, long=True)
    return f"{name} came to {now}{share}. At {_reference(told, split, then)} {kpi.name} would be {without}."


def _reference(told: Told, split: Split, then: str) -> str:
    if split.basis == "target":
        return f"the target’s {then}" if split.method == "ratio" else f"its part of the target, {then},"
    month = told.verdict.month - (1 if split.basis == "last month" else 12)
    return f"the {then} of {month_name(month)}"


def _misfit(told: Told, drivers: Drivers) -> str:
    """Whether the factors, at their targets or what is usual of them, make the KPI's own target."""
    split = next((one for one in drivers.formula if one.basis == "target"), None)
    rest = next((part for part in split.parts if part.kind == "rest"), None) if split is not None else None
    if split is None or rest is None or is_nothing(told, rest.change):
        return ""
    come_to = told.numbers.value(told.kpi, split.reference + rest.change, long=True)
    target = told.numbers.value(told.kpi, split.reference, long=True)
    return f"The factors at their targets, or at what is usual of them, come to {come_to}; the target is {target}."


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
    if not shown:
        return f"Since {since}: {change}, from many."
    more = abs(sum(part.change for part in leading)) > abs(split.change)
    return f"Since {since}: {change}, {'most of all' if more else 'of which'} {listed(shown)}.{_effects(told, split)}"


def _effects(told: Told, split: Split) -> str:
    """How much of a change is by size or rate, and how much by what else; empty where that is not known apart."""
    named = ("rate", "by the segments’ own rates", "by their shares"), ("size", "by number", "by average")
    for effect, one, other in named:
        sizes = [getattr(part, effect) for part in split.parts]
        if any(size is not None for size in sizes) and any(_second(part) for part in split.parts):
            new = sum(part.change for part in split.parts if part.kind in ("new", "lost"))
            first = sum(size for size in sizes if size is not None)
            rest = split.change - first - new
            parts = [(first, one), (rest, other), (new, "by new and lost segments")]
            shown = [f"{signed(told, by)} {how}" for by, how in parts if not is_nothing(told, by)]
            return f" That is {listed(shown)}." if shown else ""
    return ""


def _second(part: Part) -> bool:
    """Whether a part has two effects that are known apart."""
    return None not in (part.size, part.average) or None not in (part.rate, part.mix)

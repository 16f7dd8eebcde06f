"""The reading beside a waterfall: the largest lever, what already works, and how much of it is new."""

from collections.abc import Sequence

from saypro_analysis.drivers import Drivers
from saypro_analysis.show.driver_words import Cards, is_nothing, part_name, signed
from saypro_analysis.show.numbers import listed, month_name, month_only
from saypro_analysis.show.story import Told
from saypro_analysis.splits import Part, Split, bad_way
from saypro_analysis.texts import later, n, t

HELPS = 0.10  # of the difference, for a helpful part to be named
_MOST = 3
UNBROKEN = "−\u2060"  # a minus from which a line may not break
_NEW = later("{amount} by new and lost segments")
#: What a part has of its own, and how that and the rest of its change are told.
_EFFECTS = (
    ("rate", later("{amount} by the segments’ own rates"), later("{amount} by their shares")),
    ("size", later("{amount} by number"), later("{amount} by average")),
)


def driver_reading(told: Told, drivers: Drivers, cards: Cards) -> tuple[tuple[str, str], ...]:
    """The questions beside the waterfall with their answers; those without an answer are left out."""
    held = drivers.splits or drivers.formula
    if not held:
        note = t("Its segments do not add up to the whole, so they are only compared.")
        return ((t("By segment"), note),) if drivers.compared else ()
    lever = drivers.lever
    place = (lever.basis, lever.dimension) if lever is not None else None
    shown = [split for split in (*held, *drivers.formula) if (split.basis, split.dimension) == place]
    main = (shown or main_first(drivers, held))[0]
    answers = (
        (t("Largest lever"), lever_words(told, drivers, cards)),
        (t("What already works"), _helps(told, main, cards)),
        (t("Do the targets fit?"), _misfit(told, drivers)),
        (t("By month"), " ".join(_earlier(told, split, cards) for split in held if split.basis != "target")),
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
    part, numbers = lever.part, told.numbers
    name, change = part_name(split, part, cards), signed(told, part.change)
    own = cards.get(part.name, told.kpi) if split.method == "formula" else told.kpi
    now = numbers.value(own, part.after, long=True) if part.after is not None else t("nothing")
    if part.kind == "new":
        return t("{name} is new: {now}, which is {change} of the difference.", name=name, now=now, change=change)
    if part.kind == "lost":
        return t("{name} has nothing this month, which is {change} of the difference.", name=name, change=change)
    came = t("{name} came to {now}", name=name, now=now)
    if split.method == "ratio" and part.share_after is not None:
        share = numbers.percent(part.share_after)
        came = t("{name} came to {now} and has {share} of the whole", name=name, now=now, share=share)
    then = numbers.value(own, part.before, long=True) if part.before is not None else ""
    if split.method != "formula" and (split.method != "ratio" or split.basis == "target"):
        return f"{came}. {_without(told, split, part, then)}"
    if then:
        came = t("{clause}, against {reference}", clause=came, reference=then)
    return t("{clause}: {change} of {whole}.", clause=came, change=change, whole=signed(told, split.change))


def _without(told: Told, split: Split, part: Part, then: str) -> str:
    """What the KPI would be if the part were at its reference."""
    without = told.numbers.value(told.kpi, split.actual - part.change, long=True)
    fields = {"reference": then, "kpi": told.kpi.name, "value": without}
    if split.basis != "target":
        month = month_name(told.verdict.month - (1 if split.basis == "last month" else 12))
        return t("At the {reference} of {month} {kpi} would be {value}.", month=month, **fields)
    if split.method == "ratio":
        return t("At the target’s {reference} {kpi} would be {value}.", **fields)
    return t("At its part of the target, {reference}, {kpi} would be {value}.", **fields)


def _misfit(told: Told, drivers: Drivers) -> str:
    """Whether the factors, at their targets or what is usual of them, make the KPI's own target."""
    split = next((one for one in drivers.formula if one.basis == "target"), None)
    rest = next((part for part in split.parts if part.kind == "rest"), None) if split is not None else None
    if split is None or rest is None or is_nothing(told, rest.change):
        return ""
    come_to = told.numbers.value(told.kpi, split.reference + rest.change, long=True)
    target = told.numbers.value(told.kpi, split.reference, long=True)
    return t(
        "The factors at their targets, or at what is usual of them, come to {value}; the target is {target}.",
        value=come_to, target=target,
    )  # fmt: skip


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
    if not shown:
        return ""
    return n("{names} makes up for some of it.", "{names} make up for some of it.", len(good), names=listed(shown))


def _earlier(told: Told, split: Split, cards: Cards) -> str:
    """The change since last month, or since last year, in a sentence."""
    then = told.verdict.month - (1 if split.basis == "last month" else 12)
    since = month_only(then) if split.basis == "last month" else month_name(then)
    fields = {"month": since, "change": signed(told, split.change)}
    if is_nothing(told, split.change):
        return t("Since {month} it has not changed.", month=since)
    if split.ordinary:
        return t("Since {month}: {change}, which is ordinary variation.", **fields)
    parts = {part.name: part for part in split.parts if part.kind != "rest"}
    leading = [parts[name] for name in split.leading if name in parts]
    leading = [part for part in leading if not is_nothing(told, part.change)]
    shown = [f"{part_name(split, part, cards)} {signed(told, part.change)}" for part in leading]
    if not shown:
        return t("Since {month}: {change}, from many.", **fields)
    if abs(sum(part.change for part in leading)) > abs(split.change):
        said = t("Since {month}: {change}, most of all {parts}.", parts=listed(shown), **fields)
    else:
        said = t("Since {month}: {change}, of which {parts}.", parts=listed(shown), **fields)
    return " ".join(part for part in (said, _effects(told, split)) if part)


def _effects(told: Told, split: Split) -> str:
    """How much of a change is by size or rate, and how much by what else; empty where that is not known apart."""
    for effect, one, other in _EFFECTS:
        sizes = [getattr(part, effect) for part in split.parts]
        if any(size is not None for size in sizes) and any(_second(part) for part in split.parts):
            new = sum(part.change for part in split.parts if part.kind in ("new", "lost"))
            first = sum(size for size in sizes if size is not None)
            rest = split.change - first - new
            parts = [(first, one), (rest, other), (new, _NEW)]
            shown = [t(how, amount=signed(told, by)) for by, how in parts if not is_nothing(told, by)]
            return t("That is {parts}.", parts=listed(shown)) if shown else ""
    return ""


def _second(part: Part) -> bool:
    """Whether a part has two effects that are known apart."""
    return None not in (part.size, part.average) or None not in (part.rate, part.mix)

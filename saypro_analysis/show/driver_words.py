"""What makes up a gap, in words: the title of its chart, the largest lever, what helps, and the months before."""

from collections.abc import Mapping, Sequence

import pandas as pd

from saypro_analysis.contributions import Basis
from saypro_analysis.kpi import Kpi
from saypro_analysis.show.chart_words import measured
from saypro_analysis.show.numbers import is_written, listed, month_name, with_sign
from saypro_analysis.show.story import Told
from saypro_analysis.splits import Part, Split
from saypro_analysis.texts import later, n, t

_MOST = 3
NOT_GIVEN = "(not given)"  # the label of records without one; as in ``data.queries``
_BARE = ("yes", "no", "true", "false", "0", "1")  # labels that say nothing without their dimension
_RECKONED = {  # by method, against the target and against an earlier month
    "ratio": (later("its share times its distance from the target"), later("its rate and its share")),
    "total": (later("against its usual part of the target"), later("its size and its average")),
    "formula": (
        later("each against its own target, or what the others leave to it, or what is usual"),
        later("each in turn moved to what it was, over all orders"),
    ),
}

Cards = Mapping[str, Kpi]  # the department's KPIs by id, for the names of factors


def label(segment: str) -> str:
    """A segment's name; only that of records without a label is a word of ours."""
    return t("(not given)") if segment == NOT_GIVEN else segment


def part_name(split: Split, part: Part, cards: Cards) -> str:
    """A part's name: a segment's label, a factor's KPI name, or what stands for neither."""
    if part.kind == "rest":
        if split.method != "formula":
            return t("In no segment")
        return t("Targets do not fit") if split.basis == "target" else t("Not explained by the factors")
    if split.method == "formula":
        return cards[part.name].name if part.name in cards else part.name
    if part.name.lower() in _BARE:
        return f"{split.dimension.replace('_', ' ').capitalize()}: {part.name}"
    return label(part.name) or t("Not named")


def signed(told: Told, change: float) -> str:
    """A difference with its sign: "−$41,300", "+1.7 h"; none where it is written as zero."""
    return with_sign(change, told.numbers.amount(told.kpi, change))


def is_nothing(told: Told, change: float) -> bool:
    """Whether an amount is written as nothing but zeros."""
    return not is_written(told.numbers.amount(told.kpi, change))


def split_title(told: Told, split: Split, cards: Cards) -> str:
    """The message of a waterfall: which parts make up how much of the difference."""
    parts = {part.name: part for part in split.parts if part.kind != "rest"}
    leading = [parts[name] for name in split.leading if name in parts][:_MOST]
    whole = _whole(told, split)
    if not leading:
        return t("No single {part} makes up {difference}", part=_kind(split), difference=whole)
    held = sum(part.change for part in leading)
    names = listed([part_name(split, part, cards) for part in leading])
    fields = {"names": names, "amount": told.numbers.amount(told.kpi, held, long=True), "difference": whole}
    if abs(held) <= abs(split.change) * 1.005:
        return n(
            "{names} makes up {amount} of {difference}", "{names} make up {amount} of {difference}",
            len(leading), **fields,
        )  # fmt: skip
    if any(part.change * held < 0 and part.kind != "rest" for part in split.parts):
        return n(
            "{names} alone makes {amount}, more than {difference}: others make up for part of it",
            "{names} make {amount}, more than {difference}: others make up for part of it",
            len(leading), **fields,
        )  # fmt: skip
    return n(
        "{names} alone makes {amount}, more than {difference}", "{names} make {amount}, more than {difference}",
        len(leading), **fields,
    )  # fmt: skip


def split_subtitle(told: Told, split: Split) -> str:
    """What the bars are, and how they were reckoned."""
    on_target, since_then = _RECKONED[split.method]
    reckoned = on_target if split.basis == "target" else since_then
    return t(
        "{measure} by {part}, {month}: what each adds to or takes from {difference}; {reckoning}.",
        measure=measured(told.kpi, told.numbers),
        part=t("factor of the formula") if split.method == "formula" else _kind(split),
        month=month_name(told.verdict.month),
        difference=_difference(told, split),
        reckoning=t(reckoned),
    )


def split_description(told: Told, split: Split, cards: Cards) -> str:
    """The text alternative of a waterfall: every part with its value."""
    parts = [f"{part_name(split, part, cards)} {signed(told, part.change)}" for part in split.parts]
    return t(
        "Bars of what each adds to {difference} of {amount}: {parts}.",
        difference=_difference(told, split), amount=signed(told, split.change), parts=", ".join(parts),
    )  # fmt: skip


def basis_head(told: Told, basis: Basis) -> str:
    """The head of a column of contributions."""
    month = told.verdict.month
    if basis == "target":
        return t("Against target")
    return t("Since {month}", month=month_name(month - (1 if basis == "last month" else 12), short=True))


def _whole(told: Told, split: Split) -> str:
    """What is made up, with its size: "the gap of 2.0 hours"."""
    size = told.numbers.amount(told.kpi, split.change, long=True)
    if split.basis != "target":
        return t("the change of {amount}", amount=size)
    if told.verdict.gap.status == "missed":
        return t("the gap of {amount}", amount=size)
    return t("the distance of {amount}", amount=size)


def _difference(told: Told, split: Split) -> str:
    """What is made up, and against what: "the gap to the target"."""
    if split.basis == "target":
        return t("the gap to the target") if told.verdict.gap.status == "missed" else t("the distance to the target")
    then: pd.Period = told.verdict.month - (1 if split.basis == "last month" else 12)
    return t("the change since {month}", month=month_name(then))


def _kind(split: Split) -> str:
    return t("factor") if split.method == "formula" else split.dimension.replace("_", " ")


def heads(told: Told, splits: Sequence[Split], first: str) -> tuple[str, ...]:
    """The heads of the table behind a waterfall."""
    return (first, t("Now"), *(basis_head(told, split.basis) for split in splits))

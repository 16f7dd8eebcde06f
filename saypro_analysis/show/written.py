"""Splits as they are written: parts rounded so that what is printed adds up to what is printed."""

from collections.abc import Sequence
from dataclasses import replace

from saypro_analysis.actions import Plan, Recommendation
from saypro_analysis.drivers import Drivers
from saypro_analysis.show.numbers import decimals_of, rounded
from saypro_analysis.show.severity_words import whole_points
from saypro_analysis.show.story import Told
from saypro_analysis.splits import Split


def written_split(told: Told, split: Split) -> Split:
    """The split with its change, and those of its parts, in whole steps of what is written; they still add up.

    A split of which the parts cannot be written so stays as it is.
    """
    digits = _digits(told, split.change)
    total = rounded(split.change, digits)
    sizes = adding_up([part.change for part in split.parts], total, digits)
    if sizes is None:
        return split
    parts = tuple(replace(part, change=size) for part, size in zip(split.parts, sizes, strict=True))
    return replace(split, change=total, parts=parts)


def written_effects(told: Told, plan: Plan) -> list[float | None]:
    """The expected effect of each recommendation as it is written: together they are the change that is written.

    That is the way from the value now to the one that all actions leave; what is not counted on is written as it is.
    """
    held, actual = plan.recommendations, told.verdict.gap.actual
    raw, counted = [item.effect for item in held], [item for item in held if _counts(item)]
    if actual is None or not counted or plan.remaining <= 0:
        return raw
    closed = (told.verdict.gap.size or 0.0) - plan.remaining
    digits = _digits(told, actual)
    change = abs(rounded(actual, digits) - rounded(actual + toward(told) * closed, digits))
    sizes = adding_up([item.effect or 0.0 for item in counted], rounded(change, digits), digits)
    if sizes is None:
        return raw
    shown = iter(sizes)
    return [next(shown) if _counts(item) else item.effect for item in held]


def toward(told: Told) -> int:
    """Which way is better from here: -1 for less, 1 for more; of a range, back to it."""
    gap = told.verdict.gap
    if told.kpi.better != "inside":
        return -1 if told.kpi.better == "lower" else 1
    return -1 if gap.target_upper is not None and gap.actual is not None and gap.actual > gap.target_upper else 1


def adding_up(sizes: Sequence[float], total: float, digits: int) -> list[float] | None:
    """The sizes with so many decimals that they add up to the total; None where they cannot be written so.

    Each is cut to the step below, and those with the largest rest are raised (the method of largest remainders).

    >>> adding_up([0.15, 0.1], 0.2, 1), adding_up([0.16, 0.25], 0.4, 1)
    ([0.1, 0.1], [0.2, 0.2])
    """
    step = 10.0**-digits
    whole_total, steps = round(total / step), [size / step for size in sizes]
    # What would be written as nothing stays so, as long as the others can make up the sum.
    for large in ([abs(size) >= 0.5 for size in steps], [True] * len(steps)):
        raised = iter(whole_points([size for size, own in zip(steps, large, strict=True) if own], whole_total))
        whole = [next(raised) if own else 0 for own in large]
        near = all(abs(one - size) < 1 + 1e-6 for one, size in zip(whole, steps, strict=True))
        if sum(whole) == whole_total and near:
            return [round(points * step, digits) for points in whole]
    return None  # too many parts, or too large, for it


def _counts(item: Recommendation) -> bool:
    return bool(item.effect) and not item.doubt


def _digits(told: Told, number: float) -> int:
    """Decimals of the number, in the KPI's unit, that are written."""
    return decimals_of(told.kpi, number) + (2 if told.kpi.unit == "percent" else 0)


def written(told: Told, drivers: Drivers) -> Drivers:
    """All splits as they are written, and the lever with them."""
    splits, formula = (tuple(written_split(told, one) for one in held) for held in (drivers.splits, drivers.formula))
    lever = drivers.lever
    if lever is not None:
        own = next(one for one in (*splits, *formula) if (one.basis, one.dimension) == (lever.basis, lever.dimension))
        part = next(one for one in own.parts if one.name == lever.part.name and one.kind == lever.part.kind)
        lever = replace(lever, part=part)
    return replace(drivers, splits=splits, formula=formula, lever=lever)

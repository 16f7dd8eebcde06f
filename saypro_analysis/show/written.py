"""Splits as they are written: parts rounded so that what is printed adds up to what is printed."""

from dataclasses import replace

from saypro_analysis.drivers import Drivers
from saypro_analysis.show.numbers import decimals_of
from saypro_analysis.show.severity_words import whole_points
from saypro_analysis.show.story import Told
from saypro_analysis.splits import Split


def written_split(told: Told, split: Split) -> Split:
    """The split with its change, and those of its parts, in whole steps of what is written; they still add up.

    Each part is cut to the step below, and those with the largest rest are raised (the method of largest remainders).
    A split of which the parts cannot be written so stays as it is.
    """
    digits = decimals_of(told.kpi, split.change) + (2 if told.kpi.unit == "percent" else 0)
    step = 10.0**-digits
    total = round(split.change / step)
    steps = [part.change / step for part in split.parts]
    # What would be written as nothing stays so, as long as the others can make up the sum.
    for large in ([abs(size) >= 0.5 for size in steps], [True] * len(steps)):
        raised = iter(whole_points([size for size, own in zip(steps, large, strict=True) if own], total))
        whole = [next(raised) if own else 0 for own in large]
        if sum(whole) == total and all(abs(one - size) < 1 + 1e-6 for one, size in zip(whole, steps, strict=True)):
            break
    else:
        return split  # too many parts, or too large, for it
    parts = tuple(
        replace(part, change=round(points * step, digits)) for part, points in zip(split.parts, whole, strict=True)
    )
    return replace(split, change=round(total * step, digits), parts=parts)


def written(told: Told, drivers: Drivers) -> Drivers:
    """All splits as they are written, and the lever with them."""
    splits, formula = (tuple(written_split(told, one) for one in held) for held in (drivers.splits, drivers.formula))
    lever = drivers.lever
    if lever is not None:
        own = next(one for one in (*splits, *formula) if (one.basis, one.dimension) == (lever.basis, lever.dimension))
        part = next(one for one in own.parts if one.name == lever.part.name and one.kind == lever.part.kind)
        lever = replace(lever, part=part)
    return replace(drivers, splits=splits, formula=formula, lever=lever)

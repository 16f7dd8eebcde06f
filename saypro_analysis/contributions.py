"""What each member of a KPI adds to its difference from a target or an earlier month, as arrays of many months.

Arrays are of dimension, month and member (d, t, m); the last member is the rest: what the others do not add up to
(records that are in no segment), NaN where they do. All are in the KPI's unit, actual less reference.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from saypro_analysis.decomposition import split_ratio, split_total
from saypro_analysis.kpi import Better, Department, Kpi
from saypro_analysis.members import Members, Whole
from saypro_analysis.order import SAME
from saypro_analysis.usual import quotient, usual_levels, usual_ratio

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Basis = Literal["target", "last month", "last year"]
Method = Literal["total", "sum", "ratio", ""]

BACK: dict[str, int] = {"last month": 1, "last year": 12}


@dataclass(frozen=True, kw_only=True)
class Contributions:
    """The contributions in some months, and what they are made of; NaN where not known or not applicable.

    ``first`` and ``second``: size and average of totals, rate and mix of ratios. ``change`` sums to actual - reference
    over the members, the rest included.
    """

    reference: Floats
    actual: Floats
    change: Floats
    first: Floats
    second: Floats
    before: Floats
    after: Floats
    share_before: Floats
    share_after: Floats
    new: Flags
    lost: Flags


def method_of(department: Department, kpi: Kpi) -> Method:
    """How the segments of a KPI add up: as a count ("total"), a sum with sizes, a ratio, or not at all ("").

    A sum has the number of its records for a size. A ratio adds up when both of its measures do; distinct counts and
    quantiles do not, nor does a formula.
    """
    held = [department.measures.get(name) for name in kpi.measures]
    if not held or not all(measure is not None and measure.adds_up for measure in held):
        return ""
    if kpi.ratio:
        return "ratio"
    summed = held[0] is not None and held[0].value.lstrip()[:3].lower() == "sum"
    return "sum" if summed else "total"


def near_bound(whole: Whole, better: Better) -> Floats:
    """The target of each month (n,); of a range the bound that is violated, or else the nearer one.

    >>> nothing = np.full(2, np.nan)
    >>> held = dict(numerator=nothing, denominator=nothing, rows=nothing)
    >>> ranged = Whole(value=np.array([3.0, 7.5]), target=np.full(2, 4.0), target_upper=np.full(2, 8.0), **held)
    >>> near_bound(ranged, "inside").tolist()
    [4.0, 8.0]
    """
    if better != "inside":
        return whole.target
    low, high = whole.target, whole.target_upper
    return np.where(np.isnan(high) | (low - whole.value >= whole.value - high), low, high)


def contributions(kpi: Kpi, method: Method, members: Members, whole: Whole, at: Ints, *, basis: Basis) -> Contributions:
    """The members' contributions in the months at the places ``at`` (t,), against the basis.

    Earlier months: the members' values then. Target of a ratio: each member against the common target, at its share of
    now. Target of a total: each member's usual part of the target (``_target_parts``), and its usual average where
    it has a size. Source of the splits: see ``decomposition``. Nothing is known where the basis has no value, or the
    dimension no member on one side.
    """
    if method == "ratio":
        return _of_ratio(kpi, members, whole, at, basis=basis)
    return _of_total(kpi, members, whole, at, basis=basis, sized=method == "sum")


def against_usual(kpi: Kpi, members: Members, whole: Whole, at: Ints) -> Floats:
    """Contributions to a ratio's gap by what each member lacks of its own usual rate (d, t, m + 1).

    Every member's rate of the twelve months before, moved by the same amount so that the whole meets its target, is
    its reference; one without a rate then has that of the whole. Against a common target, members that always lie
    above it hide the one that fell; a target of a total is spread over its members by the same thought.
    """
    top, bottom = _ratio_parts(members, whole, at)
    usual = np.full(top.shape, np.nan)
    usual[..., :-1] = usual_ratio(members.numerator, members.denominator, members, whole, at)
    weight = quotient(bottom, np.nansum(bottom, axis=-1, keepdims=True))
    known = np.isfinite(usual) & np.isfinite(weight)
    counted = np.where(known, weight, 0.0)
    level = quotient((counted * np.nan_to_num(usual)).sum(axis=-1), counted.sum(axis=-1))[..., None]
    target = (near_bound(whole, kpi.better)[at] / kpi.scale)[:, None]
    reference = np.where(known, usual, level) + target - level
    parts = quotient(top, np.nansum(bottom, axis=-1, keepdims=True)) - np.nan_to_num(weight) * reference
    return np.asarray(parts * kpi.scale)


def _of_total(kpi: Kpi, members: Members, whole: Whole, at: Ints, *, basis: Basis, sized: bool) -> Contributions:
    actual = whole.value[at]
    value1 = _with_rest(members.value[:, at], actual)
    size1 = _with_rest(members.rows[:, at], whole.rows[at]) if sized else None
    if basis == "target":
        reference = near_bound(whole, kpi.better)[at]
        value0, size0 = _target_parts(members, whole, at, reference, sized=sized)
    else:
        then = at - BACK[basis]
        reference = whole.value[then]
        value0 = _with_rest(members.value[:, then], reference)
        size0 = _with_rest(members.rows[:, then], whole.rows[then]) if sized else None
    found = split_total(value0, size0, value1, size1)
    known = _known(value0) & _known(value1) & np.isfinite(reference)[:, None]
    new, lost = (np.nan_to_num(part) != 0 for part in (found.new, found.lost))
    if basis == "target":  # a part of nothing is not the same as not having been there
        new &= ~np.isfinite(value0)
    effects = (found.size, found.average) if sized else (found.change, np.full(found.change.shape, np.nan))
    first, second = (np.where(known & ~new & ~lost, part, np.nan) for part in effects)
    return Contributions(
        reference=reference, actual=actual, change=np.where(known, found.change, np.nan), first=first, second=second,
        before=value0, after=value1, share_before=quotient(value0, reference[:, None]),
        share_after=quotient(value1, actual[:, None]), new=new, lost=lost,
    )  # fmt: skip


def _target_parts(
    members: Members, whole: Whole, at: Ints, target: Floats, *, sized: bool
) -> tuple[Floats, Floats | None]:
    """Each member's part of the target, and the size at which its usual average makes that part.

    The part is the member's usual level and its portion, by size, of what the target asks beyond the usual whole. For
    a whole of positive members that is target * usual share; where members are negative (credits, losses) a share is
    none, and this keeps what is asked of them near what they are.
    """
    level, usual = usual_levels(members, whole, at)
    sizes_of = np.abs(level)
    most = np.maximum(np.abs(usual), np.nansum(sizes_of, axis=-1, keepdims=True))
    value = level + (target[:, None] - usual) * quotient(sizes_of, most)
    parts = _with_rest(value, target)
    if not sized:
        return parts, None
    average = usual_ratio(members.value, members.rows, members, whole, at)
    sizes = np.full(parts.shape, np.nan)
    sizes[..., :-1] = quotient(value, average)
    return parts, sizes


def _of_ratio(kpi: Kpi, members: Members, whole: Whole, at: Ints, *, basis: Basis) -> Contributions:
    top1, bottom1 = _ratio_parts(members, whole, at)
    if basis == "target":
        reference = near_bound(whole, kpi.better)[at]
        top0, bottom0 = bottom1 * (reference / kpi.scale)[:, None], bottom1
    else:
        reference = whole.value[at - BACK[basis]]
        top0, bottom0 = _ratio_parts(members, whole, at - BACK[basis])
    found = split_ratio(top0, bottom0, top1, bottom1)
    known = _known(top0) & _known(top1) & (np.isfinite(reference) & np.isfinite(whole.value[at]))[:, None]
    apart = known & np.isfinite(found.before) & np.isfinite(found.after)
    return Contributions(
        reference=reference, actual=whole.value[at], change=np.where(known, found.change, np.nan) * kpi.scale,
        first=np.where(apart, found.rate, np.nan) * kpi.scale,
        second=np.where(known, found.mix, np.nan) * kpi.scale,
        before=found.before * kpi.scale, after=found.after * kpi.scale,
        share_before=found.share_before, share_after=found.share_after, new=found.new, lost=found.lost,
    )  # fmt: skip


def _ratio_parts(members: Members, whole: Whole, at: Ints) -> tuple[Floats, Floats]:
    """Numerators and denominators with the rest; the rest is NaN only where it has neither."""
    top = members.numerator[:, at]
    bottom = np.where(np.isnan(top), np.nan, members.denominator[:, at])
    both = _with_rest(top, whole.numerator[at]), _with_rest(bottom, whole.denominator[at])
    rest = np.isfinite(both[0][..., -1]) | np.isfinite(both[1][..., -1])
    for part in both:
        part[..., -1] = np.where(rest, np.nan_to_num(part[..., -1]), np.nan)
    return both


def _with_rest(parts: Floats, whole: Floats) -> Floats:
    """The parts (d, t, m), and what they leave of the whole (t,) as one member more; NaN where that is rounding."""
    held = np.nan_to_num(parts)
    rest = whole - held.sum(axis=-1)
    rest = np.where(np.abs(rest) <= SAME * np.abs(held).sum(axis=-1), np.nan, rest)
    rest = np.where(np.isfinite(parts).any(axis=-1), rest, np.nan)
    return np.concatenate([parts, rest[..., None]], axis=-1)


def _known(parts: Floats) -> Flags:
    return np.asarray(np.isfinite(parts).any(axis=-1, keepdims=True))

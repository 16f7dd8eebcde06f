"""Assurance: what a process, left alone, does with its target."""

from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from saypro_analysis.gap import target_bounds
from saypro_analysis.kpi import Better
from saypro_analysis.order import SAME

Assurance = Literal["none", "pass", "fail", "hit or miss"]
ASSURANCES: tuple[Assurance, ...] = get_args(Assurance)


def assure(
    lower: float | None,
    upper: float | None,
    *,
    better: Better,
    target: float | None,
    target_upper: float | None = None,
    strict: bool = False,
) -> Assurance:
    """What a process between two limits does with a target: pass it always, fail it always, or hit or miss.

    ``strict`` is NHSRplotthedots' reading: a limit exactly on the target is "hit or miss", a range has no assurance.

    >>> assure(5, 7, better="higher", target=4), assure(5, 7, better="lower", target=4)
    ('pass', 'fail')
    >>> assure(4, 7, better="higher", target=5)
    'hit or miss'
    """
    if strict and better == "inside":
        return "none"
    low, high = target_bounds(target, target_upper, better=better)
    least, most = (np.nan if limit is None else limit for limit in (lower, upper))
    return ASSURANCES[int(assurance_codes(least, most, low=low, high=high, strict=strict))]


def assurance_codes(
    lower: npt.ArrayLike, upper: npt.ArrayLike, *, low: npt.ArrayLike, high: npt.ArrayLike, strict: bool = False
) -> npt.NDArray[np.int_]:
    """The same for many processes, as codes of ``ASSURANCES``; from ``low`` to ``high`` (NaN: open) meets the target.

    >>> codes = assurance_codes([5, 4], [7, 7], low=[4, 5], high=np.nan)
    >>> [ASSURANCES[code] for code in codes]
    ['pass', 'hit or miss']
    """
    least, most, low, high = (np.asarray(part, dtype=np.float64) for part in (lower, upper, low, high))
    slack = np.where(strict, 0.0, SAME * np.fmax(np.abs(least), np.abs(most)))
    reaches = (least > low, most < high) if strict else (least >= low - slack, most <= high + slack)
    passes = (np.isnan(low) | reaches[0]) & (np.isnan(high) | reaches[1])
    fails = (most < low - slack) | (least > high + slack)
    unknown = np.isnan(least) | np.isnan(most) | (np.isnan(low) & np.isnan(high))
    return np.select([unknown, passes, fails], [0, 1, 2], 3)

"""Assurance: what a process, left alone, does with its target."""

from typing import Literal

from saypro_analysis.gap import SAME
from saypro_analysis.kpi import Better

Assurance = Literal["pass", "fail", "hit or miss", "none"]


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
    if lower is None or upper is None or (target is None and (better != "inside" or target_upper is None)):
        return "none"
    if strict and better == "inside":
        return "none"
    low = target if better != "lower" else None
    high = target if better == "lower" else target_upper if better == "inside" else None
    slack = 0.0 if strict else SAME * max(abs(lower), abs(upper))
    above_low = low is None or (lower > low if strict else lower >= low - slack)
    below_high = high is None or (upper < high if strict else upper <= high + slack)
    if above_low and below_high:
        return "pass"
    misses = (low is not None and upper < low - slack) or (high is not None and lower > high + slack)
    return "fail" if misses else "hit or miss"

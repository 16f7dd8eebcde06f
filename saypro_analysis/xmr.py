"""Centre, sigma and limits of an XmR chart, as vector functions over the last axis; missing months are NaN."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from saypro_analysis.order import mean_of, order_median

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

XMR_SCALE = 2.66  # 3 / 1.128: d2 of a moving range of two; Wheeler 1993, Understanding Variation
MEDIAN_XMR_SCALE = 3.145  # 3 / 0.954: the same for the median moving range; Wheeler 1993
SIGMA_SCALE = 1.128  # d2: mean moving range of two of a normal process with sigma 1
MEDIAN_SCALE = 0.954  # d4: median moving range of two of a normal process with sigma 1
SCREEN = 3.267  # D4: a moving range from here on, in means, is an outlier; Nelson 1982
SCREEN_SHARE = 0.2  # part of the moving ranges dropped above which screening has thrown out the process itself
SCREEN_LEFT = 0.1  # part of the mean moving range left below which it has thrown out the variation itself
MIN_POINTS = 6
MIN_RANGES = MIN_POINTS - 1  # what six months without a gap give


@dataclass(frozen=True, kw_only=True)
class Lines:
    """Centre, sigma and limits of a table of series: one number per series, NaN where there is too little data."""

    mean: Floats
    sigma: Floats
    lower: Floats
    upper: Floats
    points: npt.NDArray[np.intp]


def limit_lines(values: Floats, *, screen: Flags | bool = True, compatible: bool = False) -> Lines:
    """Centre, sigma and limits of each series, in its unit (last axis: months in order, NaN where one is missing).

    The limits stand 2.66 mean moving ranges from the mean; ``screen`` (one for all, or one per series) leaves moving
    ranges of 3.267 times their mean and more out, once. A moving range is taken between neighbouring months only.
    ``compatible`` is NHSRplotthedots to the letter; the default mends its holes as the docstring of ``limits`` lists
    them.

    >>> lines = limit_lines(np.array([1.0, 2, 3, 4, 5, 6, 7, 8, 9, 10]))
    >>> round(float(lines.lower), 2), float(lines.mean), round(float(lines.upper), 2)
    (2.84, 5.5, 8.16)
    """
    present = np.isfinite(values)
    ranges = np.abs(np.diff(values, axis=-1))
    known = np.isfinite(ranges)
    plain = mean_of(ranges, known)
    kept = known & ((ranges < SCREEN * plain[..., None]) | ~np.asarray(screen)[..., None])
    screened = mean_of(ranges, kept)
    points = np.asarray(present.sum(axis=-1))
    lines = np.stack([mean_of(values, present), screened / SIGMA_SCALE, XMR_SCALE * screened])
    if not compatible:
        count = known.sum(axis=-1)
        lost = ((count - kept.sum(axis=-1)) > SCREEN_SHARE * count) | ~(screened >= SCREEN_LEFT * plain)
        lines[:, lost] = _without_screen(values[lost], ranges[lost], plain[lost], lines[0][lost])
        lines[1:, (points < MIN_POINTS) | (count < MIN_RANGES)] = np.nan
    centre, sigma, half = lines
    return Lines(mean=centre, sigma=sigma, lower=centre - half, upper=centre + half, points=points)


def _without_screen(values: Floats, ranges: Floats, plain: Floats, centre: Floats) -> Floats:
    """Centre, sigma and half width where screening has met a process that is not one."""
    middle = order_median(ranges)
    still = middle == 0
    usual = centre.copy()
    usual[still] = _usual(values[still])
    sigma = np.where(still, plain / SIGMA_SCALE, middle / MEDIAN_SCALE)
    return np.stack([usual, sigma, np.where(still, XMR_SCALE * plain, MEDIAN_XMR_SCALE * middle)])


def _usual(values: Floats) -> Floats:
    """The value held most often, the earliest of equals."""
    if values.shape[-1] == 0:
        return np.full(values.shape[:-1], np.nan)
    alike = (values[..., :, None] == values[..., None, :]).sum(axis=-1)
    return np.take_along_axis(values, alike.argmax(axis=-1)[..., None], axis=-1)[..., 0]

"""Centre, sigma and limits of an XmR chart, as vector functions over the last axis; missing months are NaN."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

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


def limit_lines(values: Floats, *, screen: bool = True, compatible: bool = False) -> Lines:
    """Centre, sigma and limits of each series, in its unit (last axis: months in order, NaN where one is missing).

    The limits stand 2.66 mean moving ranges from the mean; ``screen`` leaves moving ranges of 3.267 times their mean
    and more out, once. A moving range is taken between neighbouring months only. ``compatible`` is NHSRplotthedots to
    the letter; the default mends its holes as the docstring of ``limits`` lists them.

    >>> lines = limit_lines(np.array([1.0, 2, 3, 4, 5, 6, 7, 8, 9, 10]))
    >>> round(float(lines.lower), 2), float(lines.mean), round(float(lines.upper), 2)
    (2.84, 5.5, 8.16)
    """
    present = np.isfinite(values)
    ranges = np.abs(np.diff(values, axis=-1))
    known = np.isfinite(ranges)
    plain = _mean(ranges, known)
    kept = known & (ranges < SCREEN * plain[..., None]) if screen else known
    screened = _mean(ranges, kept)
    centre, sigma, half = _mean(values, present), screened / SIGMA_SCALE, XMR_SCALE * screened
    points = np.asarray(present.sum(axis=-1))
    if not compatible:
        lost = (known.sum(axis=-1) - kept.sum(axis=-1)) > SCREEN_SHARE * known.sum(axis=-1)
        lost |= ~(screened >= SCREEN_LEFT * plain)
        middle = _median(ranges, known)
        sigma, half = np.where(lost, [middle / MEDIAN_SCALE, MEDIAN_XMR_SCALE * middle], [sigma, half])
        still = lost & (middle == 0)
        sigma, half = np.where(still, [plain / SIGMA_SCALE, XMR_SCALE * plain], [sigma, half])
        centre = np.where(still, _usual(values), centre)
        enough = (points >= MIN_POINTS) & (known.sum(axis=-1) >= MIN_RANGES)
        sigma, half = np.where(enough, [sigma, half], np.nan)
    return Lines(mean=centre, sigma=sigma, lower=centre - half, upper=centre + half, points=points)


def _mean(numbers: Floats, kept: Flags) -> Floats:
    count = np.asarray(kept.sum(axis=-1), dtype=np.float64)
    total = np.where(kept, numbers, 0.0).sum(axis=-1)
    return np.asarray(np.divide(total, count, out=np.full(count.shape, np.nan), where=count > 0))


def _median(numbers: Floats, kept: Flags) -> Floats:
    if numbers.shape[-1] == 0:
        return np.full(numbers.shape[:-1], np.nan)
    ordered = np.sort(np.where(kept, numbers, np.nan), axis=-1)  # NaN sorts last
    count = kept.sum(axis=-1, keepdims=True)
    pair = [np.take_along_axis(ordered, np.maximum(at, 0), axis=-1)[..., 0] for at in ((count - 1) // 2, count // 2)]
    return np.asarray((pair[0] + pair[1]) / 2)


def _usual(values: Floats) -> Floats:
    """The value held most often, the earliest of equals."""
    if values.shape[-1] == 0:
        return np.full(values.shape[:-1], np.nan)
    alike = (values[..., :, None] == values[..., None, :]).sum(axis=-1)
    return np.take_along_axis(values, alike.argmax(axis=-1)[..., None], axis=-1)[..., 0]

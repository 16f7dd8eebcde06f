"""The ways that ``verdicts`` times, each in a process of its own: ``python -m benchmarks.verdict_ways WAY``.

It makes the same seeded series, runs the way on a few of them, then times it, and prints the seconds: the median of as
many runs as fit into a second, at least one. They are processor seconds, so that what else the machine does counts
little. ``check`` makes sure that the ways which are compared agree.
"""

import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd

from saypro_analysis.kpi import Kpi
from saypro_analysis.many import judge_table
from saypro_analysis.ranks import (
    kendall_score,
    kendall_z,
    normal_p,
    sen_slope,
)
from saypro_analysis.rules import RULES, RUN, flag_shift, label_points
from saypro_analysis.trend_tests import METHODS, YEAR, weigh_trends, year_on_year
from saypro_analysis.xmr import SCREEN, XMR_SCALE, limit_lines

Floats = npt.NDArray[np.float64]

SERIES, MONTHS = 10_000, 36
CHUNK = 96  # series at a time: their 630 pairs of months stay in a processor's cache
PAIRED = 512  # the same for twelve differences a series
WARM = 200  # series of the run before the first that is timed
ENOUGH = 1.0  # seconds of timed runs

CARD = Kpi(id="orders", department="sales", name="Orders", definition="", unit="count", target=98.0)


def make_series() -> Floats:
    """Noise; one in ten has a fall over all months, another one in ten a step in the last year."""
    rng = np.random.default_rng(36)
    values = rng.normal(100, 5, (SERIES, MONTHS))
    tenth = SERIES // 10
    values[:tenth] -= np.linspace(0, 20, MONTHS)
    values[tenth : 2 * tenth, -YEAR + 2 :] -= 15
    return values[rng.permutation(SERIES)]


def mann_kendall(values: Floats) -> tuple[Floats, Floats]:
    """p of the Mann-Kendall test and the Sen slope: the statistics of ``pymannkendall.original_test``."""
    parts = [values[at : at + CHUNK] for at in range(0, len(values), CHUNK)]
    p = [normal_p(kendall_z(*kendall_score(part))) for part in parts]
    return np.concatenate(p), np.concatenate([sen_slope(part) for part in parts])


def own_test(values: Floats) -> tuple[Floats, Floats]:
    """p and slope per month of the verdict's own test at 36 months, signed ranks of the same-month differences."""
    parts = [year_on_year(values[at : at + PAIRED])[0] for at in range(0, len(values), PAIRED)]
    found = np.concatenate(parts, axis=1)
    return found[0], found[1] / YEAR


def loop_twice(values: Floats) -> tuple[Floats, Floats]:
    """The usual loop: test, then slope."""
    import pymannkendall

    found = [(pymannkendall.original_test(row).p, pymannkendall.sens_slope(row).slope) for row in values]
    p, slope = np.array(found).T
    return p, slope


def loop_once(values: Floats) -> tuple[Floats, Floats]:
    """The same loop by someone who knows that the test returns the slope as well."""
    import pymannkendall

    found = [pymannkendall.original_test(row) for row in values]
    return np.array([one.p for one in found]), np.array([one.slope for one in found])


def table(values: Floats) -> pd.DataFrame:
    """The series as ``judge_table`` takes them."""
    return pd.DataFrame(values.T, index=pd.period_range("2023-11", periods=values.shape[1], freq="M"))


def limits_and_rules(values: Floats) -> tuple[Floats, Floats, npt.NDArray[np.int8]]:
    """Limits of every series, and the rule of every month."""
    lines = limit_lines(values)
    return lines.lower, lines.upper, label_points(values, lines.mean, lines.lower, lines.upper)[0]


def limits_and_two_rules(values: Floats) -> tuple[Floats, Floats, npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Limits of every series, points outside and runs of seven: what the groupby finds."""
    lines = limit_lines(values)
    outside = (values > lines.upper[:, None]) | (values < lines.lower[:, None])
    return lines.lower, lines.upper, outside, flag_shift(np.sign(values - lines.mean[:, None]).astype(np.int8))


def long(values: Floats) -> pd.DataFrame:
    """The series as a tidy table, a row per series and month."""
    return pd.DataFrame({"series": np.repeat(np.arange(len(values)), values.shape[1]), "value": values.ravel()})


def pandas_limits(tidy: pd.DataFrame) -> pd.DataFrame:
    """Mean, screened moving ranges, limits, points outside and runs of seven, by groupby: two of the four rules."""
    groups = tidy.groupby("series")["value"]
    mean = groups.transform("mean")
    ranges = groups.diff().abs()
    plain = ranges.groupby(tidy["series"]).transform("mean")
    kept = ranges.where(ranges < SCREEN * plain)
    half = XMR_SCALE * kept.groupby(tidy["series"]).transform("mean")
    lower, upper = mean - half, mean + half
    side = np.sign(tidy["value"] - mean)
    breaks = (side != side.shift()) | (tidy["series"] != tidy["series"].shift())
    length = side.groupby(breaks.cumsum()).transform("size")
    return tidy.assign(
        mean=mean,
        lower=lower,
        upper=upper,
        outside=(tidy["value"] > upper) | (tidy["value"] < lower),
        shift=(length >= RUN) & (side != 0),
    )


#: Name of each way -> what it does to the series, and what it prepares before it is timed.
WAYS: dict[str, tuple[Callable[..., object], Callable[[Floats], object]]] = {
    "series": (lambda values: values, lambda values: values),
    "mann_kendall": (mann_kendall, lambda values: values),
    "year_on_year": (own_test, lambda values: values),
    "weigh_trends": (weigh_trends, lambda values: values),
    "loop_twice": (loop_twice, lambda values: values),
    "loop_once": (loop_once, lambda values: values),
    "judge_table": (lambda values: judge_table(values, CARD), table),
    "limits": (limits_and_rules, lambda values: values),
    "limits_two": (limits_and_two_rules, lambda values: values),
    "pandas_limits": (pandas_limits, long),
}


def check() -> None:
    """The ways that are compared give the same numbers; a fast way that computes something else proves nothing."""
    values = make_series()[:WARM]
    for ours, theirs in zip(mann_kendall(values), loop_twice(values), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-15)  # 1 - cdf rounds
    evidence = weigh_trends(values)
    own = evidence.method == METHODS.index("year on year")
    p, slope = own_test(values)
    np.testing.assert_allclose(p[own], evidence.p[own], rtol=1e-12)
    np.testing.assert_allclose(slope[own], evidence.change[own] / YEAR, rtol=1e-12)
    found = pandas_limits(long(values))
    theirs = [found[name].to_numpy().reshape(values.shape) for name in ("lower", "upper", "outside", "shift")]
    lower, upper, outside, shift = limits_and_two_rules(values)
    np.testing.assert_allclose(theirs[0][:, 0], lower, rtol=1e-9)
    np.testing.assert_allclose(theirs[1][:, 0], upper, rtol=1e-9)
    assert (theirs[2] == outside).all()
    assert (theirs[3] == shift).all()
    assert (outside == (limits_and_rules(values)[2] == RULES.index("outside limits"))).all()


def run_way(name: str) -> None:
    """Print the seconds of one way."""
    way, prepare = WAYS[name]
    values = make_series()
    way(prepare(values[:WARM]))
    ready, seconds = prepare(values), []
    while sum(seconds) < ENOUGH:
        start = time.process_time()
        way(ready)
        seconds.append(max(time.process_time() - start, 1e-6))
        if name == "series":
            break
    print(statistics.median(seconds))


if __name__ == "__main__":
    check() if sys.argv[1] == "check" else run_way(sys.argv[1])

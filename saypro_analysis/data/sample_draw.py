"""Drawing records for the sample company: counts that add up, values with a planned mean, times of day, CSV text.

Draws are spread evenly over their distribution rather than taken one by one, so that a month of a few hundred records
shows its planned level and not the luck of the draw.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from statistics import NormalDist
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Values: TypeAlias = npt.NDArray[Any]
Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]
Records: TypeAlias = dict[str, Values]

DAY = np.timedelta64(1, "D")
SLIP = np.timedelta64(39 * 365 + 10, "D")  # a year that was mistyped: 2062 for 2023


def split(total: int, shares: Sequence[float]) -> list[int]:
    """Divide ``total`` by ``shares`` into whole numbers that add up to it.

    >>> split(10, [0.5, 0.25, 0.25])
    [5, 3, 2]
    """
    weights = np.asarray(shares, dtype=float)
    exact = total * weights / weights.sum()
    counts = np.floor(exact).astype(np.int64)
    missing = total - int(counts.sum())
    largest_rest = np.argsort(counts - exact, kind="stable")[:missing]
    counts[largest_rest] += 1
    return [int(count) for count in counts]


def labels(rng: np.random.Generator, names: Sequence[str] | Sequence[int], counts: Sequence[int]) -> Values:
    """Each name as often as counted, in random order."""
    return rng.permutation(np.repeat(np.asarray(names), counts))


def yes_no(rng: np.random.Generator, n: int, share: float) -> Values:
    """``n`` answers of which the share nearest to ``share`` is yes."""
    yes = min(n, max(0, round(n * share)))
    return labels(rng, ("yes", "no"), (yes, n - yes))


def even(rng: np.random.Generator, n: int) -> Floats:
    """``n`` numbers between 0 and 1, one in each n-th part, in random order."""
    return (rng.permutation(n) + rng.random(n)) / max(n, 1)


@lru_cache(maxsize=1)
def _normal_table() -> tuple[Floats, Floats]:
    parts = np.linspace(0.0005, 0.9995, 1000)
    return parts, np.array([NormalDist().inv_cdf(part) for part in parts.tolist()])


def normal(rng: np.random.Generator, n: int) -> Floats:
    """``n`` standard normal values that cover the distribution evenly, with mean 0."""
    parts, quantiles = _normal_table()
    values = np.interp(even(rng, n), parts, quantiles)
    return values - values.mean() if n else values


def lognormal(rng: np.random.Generator, n: int, *, mean: float, spread: float) -> Floats:
    """``n`` positive, skewed values whose mean is exactly ``mean``."""
    values = np.exp(spread * normal(rng, n))
    return values * (mean / values.mean()) if n else values


def whole_numbers(rng: np.random.Generator, values: Floats, *, total: int, low: int, high: int) -> Ints:
    """Round ``values`` into ``low`` to ``high`` and move single ones by 1 until they add up to ``total``."""
    rounded = np.clip(np.rint(values), low, high).astype(np.int64)
    step = 1 if total > rounded.sum() else -1
    free = np.flatnonzero(rounded < high) if step > 0 else np.flatnonzero(rounded > low)
    rounded[rng.permutation(free)[: abs(total - int(rounded.sum()))]] += step
    return rounded


def days_of(month: np.datetime64) -> Values:
    """All days of a month."""
    return np.arange(month.astype("datetime64[D]"), (month + 1).astype("datetime64[D]"))


def weekday(days: Values) -> Ints:
    """Monday is 0."""
    return np.asarray((days.astype("datetime64[D]").astype(np.int64) + 3) % 7)


def dates(rng: np.random.Generator, month: np.datetime64, n: int, *, weekend: float) -> Values:
    """``n`` days of a month; a Saturday or Sunday is ``weekend`` times as likely as a working day."""
    days = days_of(month)
    weights = np.where(weekday(days) >= 5, weekend, 1.0)
    edges = np.cumsum(weights) / weights.sum()
    return days[np.minimum(np.searchsorted(edges, even(rng, n)), len(days) - 1)]


def times(rng: np.random.Generator, days: Values, *, first: float, last: float) -> Values:
    """A second of the day between two hours for each day, most of them in the middle."""
    hours = rng.triangular(first, (first + last) / 2, last, size=len(days))
    return np.asarray(days.astype("datetime64[s]") + np.rint(hours * 3600).astype("timedelta64[s]"))


def blank(rng: np.random.Generator, values: Values, share: float, word: str = "") -> Values:
    """Some labels left out, as people leave them out."""
    return np.where(rng.random(len(values)) < share, word, values)


def stack(batches: Sequence[Records]) -> Records:
    """Monthly batches below each other; the columns are those of the first batch."""
    return {name: np.concatenate([batch[name] for batch in batches]) for name in batches[0]}


def arrange(records: Records, by: str) -> Records:
    """Rows in the order of one column."""
    order = np.argsort(records[by], kind="stable")
    return {name: values[order] for name, values in records.items()}


def numbered(records: Records, column: str, prefix: str) -> Records:
    """Rows with a running number in front, such as ``T-000001``."""
    n = len(next(iter(records.values())))
    return {column: np.array([f"{prefix}-{i:06d}" for i in range(1, n + 1)]), **records}


def _texts(values: Values) -> list[str]:
    match values.dtype.kind:
        case "M":
            return [text.replace("T", " ") if text != "NaT" else "" for text in values.astype(str).tolist()]
        case "f":
            return [f"{value:.2f}" for value in values.tolist()]
        case _:
            return [str(value) for value in values.tolist()]


def write_csv(path: Path, records: Mapping[str, Values]) -> None:
    """Write columns as CSV: numbers with two decimals, times without a fraction, the same bytes on every machine."""
    rows = zip(*(_texts(values) for values in records.values()), strict=True)
    lines = [",".join(records), *map(",".join, rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")

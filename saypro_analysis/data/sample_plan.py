"""The plan of the sample company: its months, its noise, and from when on a planted change holds."""

import zlib
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from saypro_analysis.data.sample_draw import Floats, Values

REGIONS = ("North", "South", "East", "West", "Central")
CHANNELS = ("Search", "Email", "Social", "Events", "Partners")
DEPARTMENTS = ("Sales", "Marketing", "Customer Support", "Operations", "Administration")

#: Noise of the planted company stays within this many standard deviations, so that its steady KPIs stay quiet and only
#: the planted changes raise signals. A company of pure noise has the whole normal distribution.
BOUND = 1.9


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What every table of the sample is drawn from. ``ago`` counts months before the last: 0 is the last month."""

    seed: int
    planted: bool
    last: np.datetime64
    months: Values

    @property
    def ago(self) -> npt.NDArray[np.int64]:
        """Months before the last one, for each month; negative after it."""
        return (self.last - self.months).astype(np.int64)

    @property
    def end(self) -> np.datetime64:
        """The last day of the data."""
        return np.datetime64((self.last + 1).astype("datetime64[D]") - np.timedelta64(1, "D"))

    def beyond(self, extra: int) -> "Plan":
        """The same plan with months after the last one, for what is still open then."""
        return replace(self, months=np.arange(self.months[0], self.last + 1 + extra))

    def rng(self, name: str) -> np.random.Generator:
        """A generator of its own for each name, so that one table's draws never move another's."""
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence([self.seed, zlib.crc32(name.encode())])))

    def since(self, ago: int) -> npt.NDArray[np.bool_]:
        """The months in which a change planted ``ago`` months before the last holds; none in a company of noise."""
        return (self.ago <= ago) & self.planted

    def noise(self, name: str, sd: float) -> Floats:
        """Factors around 1, one for each month, each independent of the others."""
        draws = self.rng(name).standard_normal(len(self.months))
        return 1 + sd * (BOUND * np.tanh(draws / BOUND) if self.planted else draws)

    def season(self, size: float, peak: int) -> Floats:
        """Factors of a yearly season that is highest in the month ``peak``; 1 in a company of noise."""
        month = self.months.astype(np.int64) % 12 + 1
        return 1 + self.planted * size * np.cos(2 * np.pi * (month - peak) / 12)

    def growth(self, yearly: float) -> Floats:
        """Factors that grow by a share a year up to 1 in the last month; 1 in a company of noise."""
        return np.asarray((1 + yearly * self.planted) ** (-self.ago / 12))

    def level(self, name: str, before: float, *, sd: float, after: float | None = None, ago: int = 0) -> Floats:
        """A steady level with noise; from ``ago`` months before the last on, ``after`` instead of ``before``."""
        changed = before if after is None else after
        return np.where(self.since(ago), changed, before) * self.noise(name, sd)


def make_plan(*, seed: int, months: int, last: str, planted: bool) -> Plan:
    """The plan of ``months`` months up to ``last`` (``YYYY-MM``)."""
    end = np.datetime64(last, "M")
    return Plan(seed=seed, planted=planted, last=end, months=np.arange(end - (months - 1), end + 1))

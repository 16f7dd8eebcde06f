"""A KPI's difference from a reference as a list of parts, by segment of a dimension or by factor of its formula."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from saypro_analysis.contributions import Basis, Contributions, Method, contributions
from saypro_analysis.dimensions import leading_members
from saypro_analysis.gap import toward_range
from saypro_analysis.kpi import WAYS, Kpi
from saypro_analysis.members import MONTHS, Members, Whole
from saypro_analysis.verdict import Verdict

Floats = npt.NDArray[np.float64]
SplitMethod = Literal["total", "ratio", "formula"]
PartKind = Literal["", "new", "lost", "rest"]

NOW = np.array([MONTHS - 1])
DIFFERS = float(np.sqrt(2))  # the difference of two months varies by sigma times this


@dataclass(frozen=True, kw_only=True)
class Part:
    """What one segment or factor adds to a difference: ``change``, in the KPI's unit, actual less reference.

    ``name`` is the segment's label ("": the data have none), or the id of a factor KPI. ``before`` and ``after`` are
    its own values (total or rate, in the KPI's unit; a factor's in its own); None: absent. ``share_before`` and
    ``share_after`` are its shares of the whole, for ratios of the denominator. ``change`` is size + average for
    totals, rate + mix for ratios; None where that does not apply. Kind "rest" is what no named part explains.
    """

    name: str
    change: float
    before: float | None = None
    after: float | None = None
    share_before: float | None = None
    share_after: float | None = None
    size: float | None = None
    average: float | None = None
    rate: float | None = None
    mix: float | None = None
    kind: PartKind = ""


@dataclass(frozen=True, kw_only=True)
class Split:
    """A KPI's difference from a reference, all of it, by segment of a ``dimension`` or by factor (dimension "").

    The changes of ``parts``, most adverse first, sum to ``change``. ``leading`` names the at most three that make up
    most of it, ``explained`` is their share of it. ``ordinary``: the KPI's own variation makes a difference as large.
    """

    basis: Basis
    dimension: str
    method: SplitMethod
    reference: float
    actual: float
    change: float
    parts: tuple[Part, ...]
    leading: tuple[str, ...]
    explained: float
    ordinary: bool


def split_members(
    verdict: Verdict, method: Method, members: Members, whole: Whole, dimension: str, basis: Basis
) -> Split | None:
    """The split of the verdict's month by one of the ``members``' dimensions; None when the basis is not known.

    ``method`` as from ``contributions.method_of``. Source of the formulas: ``decomposition``.
    """
    place = members.dimensions.index(dimension)
    found = contributions(verdict.kpi, method, _one(members, place), whole, NOW, basis=basis)
    change = found.change[0, 0]
    if not np.isfinite(change).any():
        return None
    names = [*members.names[place], *[""] * (len(change) - len(members.names[place]))]
    ratio = method == "ratio"
    parts = [_part(found, name, at, ratio=ratio) for at, name in enumerate(names) if np.isfinite(change[at])]
    return make_split(
        verdict, parts, basis=basis, dimension=dimension, method="ratio" if ratio else "total",
        reference=float(found.reference[0]), actual=float(found.actual[0]),
    )  # fmt: skip


def make_split(
    verdict: Verdict,
    parts: list[Part],
    *,
    basis: Basis,
    dimension: str,
    method: SplitMethod,
    reference: float,
    actual: float,
) -> Split:
    """A split of its parts, in order: the most adverse first, then by name; what leads it, whether it is ordinary."""
    change = actual - reference
    way = bad_way(verdict.kpi, actual, change, verdict)
    named = [part for part in parts if part.kind != "rest"]
    leading = [named[at] for at in leading_members([part.change / change for part in named])] if change else []
    explained = sum(part.change for part in leading) / change if change else 0.0
    return Split(
        basis=basis, dimension=dimension, method=method, reference=reference, actual=actual, change=change,
        parts=tuple(sorted(parts, key=lambda part: (-way * part.change, part.name))),
        leading=tuple(part.name for part in leading), explained=explained,
        ordinary=is_ordinary(verdict, change, basis),
    )  # fmt: skip


def is_ordinary(verdict: Verdict, change: float, basis: Basis) -> bool:
    """Whether the KPI's own month-to-month variation makes a change as large; False where that is not known.

    One sigma of the process limits against a target, sigma times the root of two between months (the standard
    deviation of a difference of two independent months). What has a signal or a trend behind it is not ordinary,
    however small; of a month's change that says nothing.
    """
    sigma = verdict.limits.sigma
    if sigma is None or (basis != "last month" and _is_signalled(verdict)):
        return False
    return abs(change) < sigma * (1.0 if basis == "target" else DIFFERS)


def _is_signalled(verdict: Verdict) -> bool:
    return verdict.limits.variation in ("concerning", "improving") or verdict.trend.worsening or verdict.trend.bettering


def bad_way(kpi: Kpi, actual: float, change: float, verdict: Verdict) -> int:
    """Which way is worse: 1 up, -1 down. Inside its range, and without one, it is the way that the KPI went.

    For a KPI with a range it is the way out of it.
    """
    way = WAYS[kpi.better]
    if not way:
        low, high = (np.nan if end is None else end for end in (verdict.gap.target, verdict.gap.target_upper))
        way = int(toward_range(actual, low, high)) or (-1 if change > 0 else 1)
    return -way


def _one(members: Members, place: int) -> Members:
    """One dimension of the members."""
    only = slice(place, place + 1)
    parts = (members.value, members.numerator, members.denominator, members.rows)
    value, numerator, denominator, rows = (part[only] for part in parts)
    return Members(
        dimensions=members.dimensions[only], names=members.names[only], value=value, numerator=numerator,
        denominator=denominator, rows=rows,
    )  # fmt: skip


def _part(found: Contributions, name: str, at: int, *, ratio: bool) -> Part:
    first, second = (_plain(effect[0, 0, at]) for effect in (found.first, found.second))
    kind: PartKind = "new" if found.new[0, 0, at] else "lost" if found.lost[0, 0, at] else ""
    return Part(
        name=name,
        change=float(found.change[0, 0, at]),
        before=_plain(found.before[0, 0, at]),
        after=_plain(found.after[0, 0, at]),
        share_before=_plain(found.share_before[0, 0, at]),
        share_after=_plain(found.share_after[0, 0, at]),
        size=None if ratio else first,
        average=None if ratio else second,
        rate=first if ratio else None,
        mix=second if ratio else None,
        kind="rest" if at == found.change.shape[-1] - 1 else kind,
    )


def _plain(number: np.floating) -> float | None:
    return float(number) if np.isfinite(number) else None

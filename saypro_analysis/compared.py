"""Segments of a KPI side by side, where they do not add up: medians, other quantiles, distinct counts."""

from dataclasses import dataclass

import numpy as np

from saypro_analysis.contributions import BACK, Basis, near_bound
from saypro_analysis.members import MONTHS, Members, Whole
from saypro_analysis.splits import bad_way
from saypro_analysis.verdict import Verdict

NOW = MONTHS - 1


@dataclass(frozen=True, kw_only=True)
class Beside:
    """A segment's value beside its reference, in the KPI's unit (None: none is known), and the records behind it."""

    name: str
    value: float | None
    reference: float | None
    rows: int | None


@dataclass(frozen=True, kw_only=True)
class Compared:
    """Segments that do not add up (medians, distinct counts), furthest on the wrong side of their reference first."""

    basis: Basis
    dimension: str
    members: tuple[Beside, ...]


def compare_members(
    verdict: Verdict, members: Members, whole: Whole, dimension: str, basis: Basis, *, own_target: bool
) -> Compared | None:
    """The members' values of the month beside those of the basis; None when the KPI, or every member, has none.

    ``own_target``: the KPI's target is one for each member (a median), not for the whole alone (a distinct count).
    """
    place = members.dimensions.index(dimension)
    names = members.names[place]
    value, rows = (table[place, NOW, : len(names)] for table in (members.value, members.rows))
    if basis == "target":
        bound = near_bound(whole, verdict.kpi.better)[NOW]
        reference = np.full(len(names), bound if own_target else np.nan)
    else:
        reference = members.value[place, NOW - BACK[basis], : len(names)]
    if not (np.isfinite(value) & np.isfinite(reference)).any():
        return None
    change = value - reference
    ways = [bad_way(verdict.kpi, end, by, verdict) for end, by in zip(value.tolist(), change.tolist(), strict=True)]
    order = sorted(range(len(names)), key=lambda at: (-np.nan_to_num(ways[at] * change[at], nan=-np.inf), names[at]))
    there = [at for at in order if np.isfinite(value[at]) or np.isfinite(reference[at])]
    beside = [
        Beside(
            name=names[at], value=_plain(value[at]), reference=_plain(reference[at]),
            rows=int(rows[at]) if np.isfinite(rows[at]) else None,
        )
        for at in there
    ]  # fmt: skip
    return Compared(basis=basis, dimension=dimension, members=tuple(beside))


def _plain(number: np.floating) -> float | None:
    return float(number) if np.isfinite(number) else None

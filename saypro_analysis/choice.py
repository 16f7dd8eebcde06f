"""By which dimension a KPI is split: the one that shows best where its difference lies, kept from month to month."""

from typing import get_args

import numpy as np
import numpy.typing as npt

from saypro_analysis.contributions import Basis, Contributions, Method, against_usual, contributions
from saypro_analysis.dimensions import choose_stable, member_noise, score_dimensions
from saypro_analysis.gap import short_of, target_bounds
from saypro_analysis.members import MONTHS, Members, Whole
from saypro_analysis.splits import DIFFERS
from saypro_analysis.usual import usual_shares
from saypro_analysis.verdict import Verdict

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

BASES: tuple[Basis, ...] = get_args(Basis)
TELLING = 0.15  # score from which a dimension explains something; of a fall alike everywhere, 95 of 100 stay below .075
REMEMBERED = 6  # months through which the choice is followed
STANDING = 0.5  # weight of what lies off a common target as it always did, against what has left its usual level
LATEST = np.arange(MONTHS - REMEMBERED, MONTHS)


def leading_bases(verdict: Verdict, whole: Whole, at: Ints) -> tuple[tuple[Basis, ...], ...]:
    """For each month at the places ``at``, the bases in the order in which they are to be looked at.

    The target when it was missed; else the last year for a KPI that gets worse over time; else the last month, if the
    change is beyond ordinary variation (the verdict's sigma times the root of two); else the last year.
    """
    low, high = target_bounds(whole.target[at], whole.target_upper[at], better=verdict.kpi.better)
    missed = short_of(whole.value[at], low, high) > 0
    change = np.abs(whole.value[at] - whole.value[at - 1])
    unlike = ~(change < DIFFERS * (verdict.limits.sigma or 0.0)) & np.isfinite(change)
    unlike &= not verdict.trend.worsening
    return tuple(_order(missed=bool(one), unlike=bool(other)) for one, other in zip(missed, unlike, strict=True))


def choose_dimension(verdict: Verdict, method: Method, members: Members, whole: Whole) -> tuple[str, Floats]:
    """The dimension that shows best where the KPI's difference lies ("": none), and the scores (d, six months).

    A gap is split by the best there is; a change only where one explains something.
    """
    scores = score_months(verdict, method, members, whole, LATEST)
    chosen = int(choose_stable(scores)[-1])
    told = chosen >= 0 and (verdict.gap.status == "missed" or scores[chosen, -1] >= TELLING)
    return members.dimensions[chosen] if told else "", scores


def score_months(verdict: Verdict, method: Method, members: Members, whole: Whole, at: Ints) -> Floats:
    """Score of each dimension on the leading basis of each month at the places ``at`` (d, t); see ``dimensions``.

    A ratio is scored against its target by what members lack of their usual rates; rates that differ for good, as they
    do in every dimension, count half.
    """
    kpi, orders = verdict.kpi, leading_bases(verdict, whole, at)
    found = {basis: contributions(kpi, method, members, whole, at, basis=basis) for basis in BASES}
    bases = [next((b for b in order if _is_known(found[b], t)), order[0]) for t, order in enumerate(orders)]
    change = np.stack([found[basis].change[:, t, :-1] for t, basis in enumerate(bases)], axis=1)
    total = np.array([found[basis].actual[t] - found[basis].reference[t] for t, basis in enumerate(bases)])
    monthly = contributions(kpi, method, members, whole, np.arange(1, MONTHS), basis="last month").change[..., :-1]
    first = np.full((monthly.shape[0], 1, monthly.shape[2]), np.nan)
    noise = member_noise(np.concatenate([first, monthly], axis=1), at)
    single = np.array([1 / DIFFERS if basis == "target" else 1.0 for basis in bases])
    usual = usual_shares(members, whole, at, ratio=method == "ratio")
    score = score_dimensions(change, total, usual, noise * single[:, None])
    if method != "ratio" or "target" not in bases:
        return score
    own = against_usual(kpi, members, whole, at)[..., :-1]
    other = score_dimensions(own, total, usual, noise * single[:, None])
    return np.where(np.array(bases) == "target", np.fmax(STANDING * score, other), score)


def _order(*, missed: bool, unlike: bool) -> tuple[Basis, ...]:
    if missed:
        return ("target", "last month", "last year") if unlike else ("target", "last year", "last month")
    return ("last month", "last year", "target") if unlike else ("last year", "last month", "target")


def _is_known(found: Contributions, at: int) -> bool:
    return bool(np.isfinite(found.change[:, at]).any())

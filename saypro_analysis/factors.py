"""A KPI's difference by the factors of its formula: exact Shapley values of the KPIs that it follows from."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from saypro_analysis.contributions import BACK, Basis, near_bound
from saypro_analysis.decomposition import MAX_FACTORS, shapley
from saypro_analysis.formula import evaluate, names_in, solve
from saypro_analysis.gap import short_of, target_bounds
from saypro_analysis.kpi import Kpi
from saypro_analysis.members import MONTHS, Whole
from saypro_analysis.order import SAME
from saypro_analysis.splits import Part, Split, make_split
from saypro_analysis.verdict import Verdict

Floats = npt.NDArray[np.float64]

NOW = MONTHS - 1
YEAR = 12


def split_formula(
    verdict: Verdict, cards: Mapping[str, Kpi], wholes: Mapping[str, Whole], basis: Basis
) -> Split | None:
    """The split of the verdict's month by the factors of its formula; None when there is none, or a value is missing.

    ``cards`` and ``wholes`` are those of the department's KPIs, by id. Earlier months: the factors' values then.
    Target: the factors' own targets (inside its range a factor is where it should be); one factor without a target has
    the value at which the others' targets make the KPI's, where that is near what it has been, and else its mean of
    the twelve months before, as have several without. What the formula does not give exactly is a part of kind "rest".
    Source: see ``decomposition.shapley``. More than eight factors are not split.
    """
    kpi = verdict.kpi
    names = names_in(kpi.formula) if kpi.formula else ()
    if not 0 < len(names) <= MAX_FACTORS or not {kpi.id, *names} <= wholes.keys():
        return None
    own, held = wholes[kpi.id], {name: wholes[name] for name in names}
    actual, after = _values(own, held, NOW)
    if basis == "target":
        reference = float(near_bound(own, kpi.better)[NOW])
        before = _target_values(kpi, reference, cards, held)
    else:
        reference, before = _values(own, held, NOW - BACK[basis])
    effects = shapley(lambda table: _scale(kpi) * evaluate(kpi.formula, _columns(names, table)), before, after)
    if not np.isfinite([actual, reference, *effects]).all():
        return None
    parts = [
        Part(name=name, change=float(by), before=old, after=new)
        for name, by, old, new in zip(names, effects, before, after, strict=True)
    ]
    rest = actual - reference - float(effects.sum())
    if abs(rest) > SAME * max(abs(actual), abs(reference), float(np.abs(effects).max())):
        parts.append(Part(name="", change=rest, kind="rest"))
    return make_split(
        verdict, parts, basis=basis, dimension="", method="formula", reference=reference, actual=actual
    )  # fmt: skip


def _values(own: Whole, held: Mapping[str, Whole], at: int) -> tuple[float, list[float]]:
    """Values of the KPI and of its factors in a month."""
    return float(own.value[at]), [float(factor.value[at]) for factor in held.values()]


def _target_values(kpi: Kpi, target: float, cards: Mapping[str, Kpi], held: Mapping[str, Whole]) -> list[float]:
    """What each factor should be."""
    wanted = {name: float(near_bound(whole, cards[name].better)[NOW]) for name, whole in held.items()}
    for name, whole in held.items():
        if cards[name].better == "inside" and not _outside(whole, wanted[name]):
            wanted[name] = float(whole.value[NOW])  # it is where it should be
    lacking = [name for name, value in wanted.items() if not np.isfinite(value)]
    if len(lacking) == 1 and np.isfinite(target):
        needed = solve(kpi.formula, lacking[0], wanted, target / _scale(kpi))
        lowest, highest = _reach(cards[lacking[0]], held[lacking[0]])
        if needed is not None and lowest <= needed <= highest:
            return list({**wanted, lacking[0]: needed}.values())
    return [_mean(held[name]) if name in lacking else value for name, value in wanted.items()]


def _outside(whole: Whole, bound: float) -> bool:
    """Whether a factor lies outside its target range, or has none; ``bound`` is the near one."""
    low, high = target_bounds(whole.target[NOW], whole.target_upper[NOW], better="inside")
    return not np.isfinite(bound) or bool(short_of(whole.value[NOW], low, high) > 0)


def _reach(card: Kpi, whole: Whole) -> tuple[float, float]:
    """What may be asked of a factor without a target: its own range, half as wide again and a quarter of its level.

    What lies beyond says that the targets do not fit together, and not what the factor should be.
    """
    known = whole.value[np.isfinite(whole.value)]
    if not len(known):
        return card.bounds
    room = max(float(np.ptp(known)) / 2, abs(float(known.mean())) / 4)
    return max(card.bounds[0], float(known.min()) - room), min(card.bounds[1], float(known.max()) + room)


def _mean(whole: Whole) -> float:
    """Mean of the twelve months before."""
    year = whole.value[NOW - YEAR : NOW]
    known = year[np.isfinite(year)]
    return float(known.mean()) if len(known) else float("nan")


def _scale(kpi: Kpi) -> float:
    """The card's scale is part of a formula that defines the KPI; beside a measure, it is the measure's."""
    return 1.0 if kpi.measures else kpi.scale


def _columns(names: tuple[str, ...], table: Floats) -> dict[str, Floats]:
    return {name: table[..., place] for place, name in enumerate(names)}

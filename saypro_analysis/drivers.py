"""The drivers of a KPI: which segments and which factors make up its gap, and its change from month to month.

A split says where a difference lies. That is evidence of where to look, not of what brought it about.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from saypro_analysis.choice import BASES, LATEST, choose_dimension, leading_bases
from saypro_analysis.compared import Compared, compare_members
from saypro_analysis.contributions import Basis, method_of
from saypro_analysis.dimensions import LEAST
from saypro_analysis.factors import split_formula
from saypro_analysis.kpi import DepartmentMonth, Kpi
from saypro_analysis.members import Grouped, Members, Whole, group_members
from saypro_analysis.splits import Part, Split, bad_way, split_members
from saypro_analysis.verdict import Verdict


@dataclass(frozen=True, kw_only=True)
class Lever:
    """The largest adverse contribution on the leading basis: a segment of ``dimension``, or a factor (dimension "").

    ``share`` is its part of the whole difference; it may be above 1, and is negative where the KPI as a whole went the
    other way.
    """

    basis: Basis
    dimension: str
    part: Part
    share: float


@dataclass(frozen=True, kw_only=True)
class Drivers:
    """What makes up the trouble of one KPI.

    ``splits``: by the dimension that shows it best, on each basis that is known; ``formula``: by factor, the same;
    ``compared``: segments that do not add up, on each basis and dimension. Each is in the order of ``BASES``.
    """

    kpi: Kpi
    splits: tuple[Split, ...]
    formula: tuple[Split, ...]
    compared: tuple[Compared, ...]
    lever: Lever | None


def find_drivers(month: DepartmentMonth, verdicts: tuple[Verdict, ...]) -> tuple[Drivers, ...]:
    """The drivers of every KPI of the scorecard that is missed, at risk or emerging, in the order of the verdicts.

    The dimension is chosen on the leading basis (``leading_bases``) by ``dimensions.score_dimensions``, following the
    last six months, so that it changes only when another one is clearly better. Source of the splits: see
    ``decomposition``; of the choice: ``dimensions``. Nothing later than the month is looked at.

    >>> import pandas as pd
    >>> from saypro_analysis.kpi import CauseModel, Company, Department, Measure
    >>> from saypro_analysis.verdict import judge
    >>> held = {"": [100.0] * 13 + [80], "North": [60.0] * 13 + [45], "South": [40.0] * 13 + [35]}
    >>> months = pd.period_range(end="2026-10", periods=14, freq="M")
    >>> tables = [pd.DataFrame({"month": months, "segment": name, "value": held[name]}) for name in held]
    >>> rows = pd.concat(tables).assign(department="sales", kpi="orders", denominator=float("nan"), rows=1)
    >>> rows = rows.assign(numerator=rows["value"], target=100.0, target_upper=float("nan"))
    >>> rows["dimension"] = rows["segment"].where(rows["segment"] == "", "region")
    >>> card = Kpi(id="orders", department="sales", name="Orders", definition="", unit="count", measure="orders",
    ...            segments=("region",), target=100.0)
    >>> sales = Department(id="sales", name="Sales", owner="", kpis={"orders": card},
    ...                    measures={"orders": Measure(table="orders", value="count(*)", date="day")})
    >>> month = DepartmentMonth(company=Company(name="It"), department=sales, departments={}, month=months[-1],
    ...                         causes=CauseModel(causes={}, signs={}, actions={}), observations=(), register=(),
    ...                         monthly=rows, quality=pd.DataFrame())
    >>> split = find_drivers(month, judge(month))[0].splits[0]
    >>> split.basis, [(part.name, part.change) for part in split.parts], split.leading
    ('target', [('North', -15.0), ('South', -5.0)], ('North', 'South'))
    """
    troubled = [v for v in verdicts if v.kpi.scorecard and (v.gap.status == "missed" or v.at_risk or v.emerging)]
    grouped = group_members(month, {verdict.kpi.id for verdict in troubled})
    return tuple(_drivers(month, verdict, grouped) for verdict in troubled)


def split_kpi(month: DepartmentMonth, verdict: Verdict, dimension: str, basis: Basis) -> Split:
    """The split of a KPI by a certain dimension, or by its formula (dimension ""), against a certain basis.

    Raises ValueError when the KPI has no such dimension or formula, its segments do not add up, or the basis is not
    known.
    """
    kpi = verdict.kpi
    _refuse(month, kpi, dimension, basis)
    grouped = group_members(month, {kpi.id})
    whole, members = grouped.wholes.get(kpi.id), grouped.members[kpi.id]
    found = None
    if whole is not None and not dimension:
        found = split_formula(verdict, month.department.kpis, grouped.wholes, basis)
    elif whole is not None and dimension in members.dimensions:
        found = split_members(verdict, method_of(month.department, kpi), members, whole, dimension, basis)
    if found is None:
        raise ValueError(f"{kpi.key}: no values to compare {month.month} with its {basis} by {dimension or 'formula'}")
    return found


def _drivers(month: DepartmentMonth, verdict: Verdict, grouped: Grouped) -> Drivers:
    kpi, whole = verdict.kpi, grouped.wholes.get(verdict.kpi.id)
    if whole is None:
        return Drivers(kpi=kpi, splits=(), formula=(), compared=(), lever=None)
    members, method = grouped.members[kpi.id], method_of(month.department, kpi)
    factors = [split_formula(verdict, month.department.kpis, grouped.wholes, basis) for basis in BASES]
    formula = tuple(split for split in factors if split)
    splits: tuple[Split, ...] = ()
    compared: tuple[Compared, ...] = ()
    if method and members.dimensions:
        chosen, _ = choose_dimension(verdict, method, members, whole)
        by = [split_members(verdict, method, members, whole, chosen, basis) for basis in BASES if chosen]
        splits = tuple(split for split in by if split)
    elif members.dimensions:
        compared = _compared(month, verdict, members, whole)
    order = leading_bases(verdict, whole, LATEST[-1:])[0]
    lever = _lever(verdict, order, splits or formula)  # a segment is where to go; a factor's reference may be reckoned
    return Drivers(kpi=kpi, splits=splits, formula=formula, compared=compared, lever=lever)


def _compared(month: DepartmentMonth, verdict: Verdict, members: Members, whole: Whole) -> tuple[Compared, ...]:
    kpi = verdict.kpi
    measure = month.department.measures.get(kpi.measure)
    # A part of a count or sum of distinct things, or of what a formula makes, has no target of its own.
    whole_only = measure is not None and measure.value.lstrip().lower().startswith(("count", "sum"))
    own = bool(kpi.measures) and not whole_only
    found = [
        compare_members(verdict, members, whole, dimension, basis, own_target=own)
        for basis in BASES
        for dimension in members.dimensions
    ]
    return tuple(one for one in found if one)


def _lever(verdict: Verdict, order: Sequence[Basis], splits: Sequence[Split]) -> Lever | None:
    """The largest adverse part on the first basis that has one of at least a tenth of the difference."""
    for basis in order:
        adverse = [
            (bad_way(verdict.kpi, split.actual, split.change, verdict) * part.change, split, part)
            for split in splits
            if split.basis == basis and split.change
            for part in split.parts
            if part.kind != "rest"
        ]
        size, split, part = max(adverse, key=lambda one: one[0], default=(0.0, None, None))
        if split and part and size >= LEAST * abs(split.change):
            return Lever(basis=basis, dimension=split.dimension, part=part, share=part.change / split.change)
    return None


def _refuse(month: DepartmentMonth, kpi: Kpi, dimension: str, basis: Basis) -> None:
    if basis not in BASES:
        raise ValueError(f"{basis!r} is no basis; there are {', '.join(BASES)}")
    if not dimension and not kpi.formula:
        raise ValueError(f"{kpi.key} has no formula to split it by")
    if dimension and dimension not in kpi.segments:
        held = ", ".join(kpi.segments) or "none"
        raise ValueError(f"{kpi.key} is not measured by {dimension!r}; its dimensions: {held}")
    if dimension and not method_of(month.department, kpi):
        raise ValueError(f"{kpi.key}: its segments do not add up, so that its difference cannot be split by them")

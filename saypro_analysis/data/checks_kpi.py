"""What YAML's shape cannot say about a KPI: its definition, target, the judging of its gap, its baseline and its year.

As in ``checks``, every function returns faults and none stops at the first.
"""

from collections.abc import Iterator
from itertools import pairwise

import pandas as pd

from saypro_analysis.data.checks import MONTH, check_sql, kind_if_sound
from saypro_analysis.data.expressions import ExpressionError, parse_formula, parse_scalar
from saypro_analysis.data.reader import Document, KeyPath, nearest
from saypro_analysis.errors import Fault
from saypro_analysis.formula import FormulaError, names_in
from saypro_analysis.kpi import Baseline, Department, Kpi, Target

LARGEST_SHARE = 10.0  # a target of 60 for a percent KPI is a slip: it asks for 6,000 %
LEAST_MONTHS = 12  # frozen limits: fewer months make them too uncertain, and miss a part of the year
_SHARES = {"found": "a share above 1,000 %", "hint": "percent KPIs hold shares: 0.6 is 60 %"}


def check_kpi(document: Document, path: KeyPath, kpi: Kpi, department: Department) -> Iterator[Fault]:
    """One KPI: what it is made of, and what it is judged by."""
    yield from _check_definition(document, path, kpi, department)
    if kpi.formula:
        yield from _check_formula(document, (*path, "formula"), kpi, department)
    yield from _check_target(document, (*path, "target"), kpi)
    yield from _check_gap(document, path, kpi)
    yield from _check_year(document, path, kpi, department)
    yield from _check_baseline(document, (*path, "baseline"), kpi.baseline)
    yield from _check_rebases(document, (*path, "baseline", "rebase"), kpi.baseline)


def _check_definition(document: Document, path: KeyPath, kpi: Kpi, department: Department) -> Iterator[Fault]:
    if kpi.measure and kpi.ratio:
        yield document.fault(path, found="a measure and a ratio", hint="keep one of them")
    if not (kpi.measure or kpi.ratio or kpi.formula):
        yield document.fault(path, found="names no measure", hint="give measure, ratio, or a formula over other KPIs")
    if kpi.measure and kpi.measure not in department.measures:
        hint = nearest(kpi.measure, department.measures)
        yield document.fault((*path, "measure"), found=f"no measure '{kpi.measure}'", hint=hint)
    for side in ("numerator", "denominator") if kpi.ratio else ():
        name = getattr(kpi.ratio, side)
        if name not in department.measures:
            hint = nearest(name, department.measures)
            yield document.fault((*path, "ratio", side), found=f"no measure '{name}'", hint=hint)
        elif kind_if_sound(department.measures[name].value) == "quantile":
            yield document.fault(
                (*path, "ratio", side), found=f"'{name}' is a quantile", hint="a ratio takes sums or counts"
            )


def _check_formula(document: Document, path: KeyPath, kpi: Kpi, department: Department) -> Iterator[Fault]:
    try:
        parse_formula(kpi.formula)
        names = names_in(kpi.formula)  # as the drivers read it
    except (ExpressionError, FormulaError) as error:
        yield document.fault(path, found=f"{kpi.formula!r} {error}", hint="KPI names with + - * /")
        return
    for name in names:
        if name not in department.kpis:
            yield document.fault(path, found=f"no KPI '{name}'", hint=nearest(name, department.kpis))


def _check_target(document: Document, path: KeyPath, kpi: Kpi) -> Iterator[Fault]:
    target = kpi.target if isinstance(kpi.target, Target) else Target(value=kpi.target)
    is_range = target.low is not None or target.high is not None
    forms = [
        target.value is not None,
        bool(target.by_month),
        is_range,
        bool(target.table),
        target.last_year is not None,
    ]
    if kpi.target is not None and sum(forms) != 1:
        hint = "give exactly one of value, by_month, low with high, table, last_year"
        yield document.fault(path, found=f"{sum(forms)} forms of target", hint=hint)
    if is_range and (target.low is None or target.high is None or target.low >= target.high):
        yield document.fault(path, found=f"low {target.low}, high {target.high}", hint="give both, low below high")
    if kpi.target is not None and is_range != (kpi.better == "inside"):
        yield document.fault(
            path, found=f"better: {kpi.better}", hint="low and high go with 'better: inside', and only there"
        )
    if target.where:
        yield from check_sql(document, (*path, "where"), target.where, parse_scalar)
    bounds = [target.value, target.low, target.high, *target.by_month.values()]
    if kpi.unit == "percent" and any(abs(bound) > LARGEST_SHARE for bound in bounds if bound is not None):
        yield document.fault(path, **_SHARES)
    for month in target.by_month:
        yield from _check_month(document, (*path, "by_month", month), month)


def _check_month(document: Document, path: KeyPath, month: str) -> Iterator[Fault]:
    if not MONTH.fullmatch(month):
        yield document.fault(path, found=month or "no month", hint="a month such as 2026-01")


def _check_gap(document: Document, path: KeyPath, kpi: Kpi) -> Iterator[Fault]:
    """Only in the relative view are amber and red parts of one whole, the target, so that they can be compared."""
    if kpi.gap_view == "relative":
        pair = [size for size in (kpi.amber, kpi.red) if size is not None]
        if len(pair) == 1 or not all(low < high for low, high in pairwise([0, *pair])):
            yield document.fault(path, found="amber and red do not fit", hint="give both, 0 < amber < red")
    for name in ("gap_scale",) if kpi.gap_view == "relative" else ("amber", "red", "gap_scale"):
        size = getattr(kpi, name)
        if size is not None and size <= 0:
            yield document.fault((*path, name), found=f"{size:g}", hint="above 0")
    if kpi.worth is not None and kpi.worth <= 0:
        yield document.fault((*path, "worth"), found=f"{kpi.worth:g}", hint="above 0, in the company's currency")
    if kpi.gap_view == "odds" and kpi.unit != "percent":
        hint = "odds are of shares: use it with unit: percent, else relative or noise"
        yield document.fault((*path, "gap_view"), found=f"odds, with unit: {kpi.unit}", hint=hint)


def _check_year(document: Document, path: KeyPath, kpi: Kpi, department: Department) -> Iterator[Fault]:
    if kpi.year == "total" and not _can_total(kpi, department):
        hint = "the KPI must be one sum or count of what happened in the month; else write average, last or none"
        yield document.fault((*path, "year"), found="total of months that do not add up", hint=hint)
    if kpi.year_target is None:
        return
    at: KeyPath = (*path, "year_target")
    if kpi.year == "none":
        yield document.fault(at, found="year: none", hint="take one of them out")
    if kpi.better == "inside":
        hint = "take it out: a range is judged by the target's low and high"
        yield document.fault(at, found="better: inside", hint=hint)
    if kpi.unit == "percent" and abs(kpi.year_target) > LARGEST_SHARE:
        yield document.fault(at, **_SHARES)


def _can_total(kpi: Kpi, department: Department) -> bool:
    """Whether the months sum to a year: not those of a ratio, a formula, a quantile, or a month-end level."""
    measure = department.measures.get(kpi.measure)
    if measure is None:
        return bool(kpi.measure)  # a measure that is not there is a fault of its own
    return measure.adds_up and not (measure.opened or measure.snapshot)


def _check_baseline(document: Document, path: KeyPath, baseline: Baseline) -> Iterator[Fault]:
    span = {name: getattr(baseline, name) for name in ("first", "last") if getattr(baseline, name)}
    if baseline.points is not None and span:
        yield document.fault(path, found=f"points and {' and '.join(span)}", hint="give points, or first with last")
    if baseline.points is not None and baseline.points < LEAST_MONTHS:
        yield document.fault((*path, "points"), found=f"{baseline.points}", hint=f"at least {LEAST_MONTHS} months")
    if len(span) == 1:
        yield document.fault(path, found=f"{next(iter(span))} alone", hint="give first with last")
    for name, month in span.items():
        yield from _check_month(document, (*path, name), month)
    if len(span) == 2 and all(MONTH.fullmatch(month) for month in span.values()):
        ordinals = [pd.Period(month, "M").ordinal for month in span.values()]
        if ordinals[1] - ordinals[0] + 1 < LEAST_MONTHS:
            hint = f"at least {LEAST_MONTHS} months, first before last"
            yield document.fault(path, found=f"from {span['first']} to {span['last']}", hint=hint)


def _check_rebases(document: Document, path: KeyPath, baseline: Baseline) -> Iterator[Fault]:
    for at, rebase in enumerate(baseline.rebase):
        yield from _check_month(document, (*path, at, "month"), rebase.month)
        if not rebase.reason.strip():
            hint = "say what changed the process then; the report prints it"
            yield document.fault((*path, at, "reason"), found="no reason", hint=hint)
    for at, (earlier, later) in enumerate(pairwise(baseline.rebase), 1):
        if later.month <= earlier.month and all(MONTH.fullmatch(rebase.month) for rebase in (earlier, later)):
            found = f"{later.month} after {earlier.month}"
            yield document.fault((*path, at, "month"), found=found, hint="months in order, each once")

"""What YAML's shape cannot say about a department: its measures, KPIs, formulas, targets and signs.

As in ``checks``, every function returns faults and none stops at the first.
"""

from collections.abc import Callable, Iterator, Mapping

from saypro_analysis.data.checks import ID, MONTH, cycles
from saypro_analysis.data.expressions import (
    ExpressionError,
    kind_of,
    names_of,
    parse_aggregate,
    parse_formula,
    parse_scalar,
)
from saypro_analysis.data.reader import Document, KeyPath, nearest
from saypro_analysis.errors import Fault
from saypro_analysis.kpi import CauseModel, Department, Kpi, Measure, SignRule, Target

LARGEST_SHARE = 10.0  # a target of 60 for a percent KPI is a slip: it asks for 6,000 %


def check_department(document: Document, department: Department, causes: CauseModel | None) -> Iterator[Fault]:
    """One department: measures, KPIs, formulas and the signs that it measures."""
    if not department.kpis:
        yield document.fault(("kpis",), found="no KPI", hint="a department needs at least one")
    for name, measure in department.measures.items():
        yield from _check_id(document, ("measures", name))
        yield from _check_measure(document, ("measures", name), measure)
    for name, kpi in department.kpis.items():
        yield from _check_id(document, ("kpis", name))
        yield from _check_kpi(document, ("kpis", name), kpi, department)
    formulas = {name: _formula_names(kpi) for name, kpi in department.kpis.items()}
    for circle in cycles(formulas):
        found = " needs ".join([*circle, circle[0]])
        yield document.fault(("kpis", circle[0], "formula"), found=found, hint="a formula may not lead back to itself")
    if causes:
        yield from _check_links(document, department, causes)


def _check_id(document: Document, path: KeyPath) -> Iterator[Fault]:
    if not ID.fullmatch(str(path[-1])):
        yield document.fault(path, found=f"'{path[-1]}'", hint="a name of small letters, digits and _")


def _check_sql(document: Document, path: KeyPath, text: str, parse: Callable[[str], object]) -> Iterator[Fault]:
    try:
        parse(text)
    except ExpressionError as error:
        yield document.fault(path, found=f"{text!r} {error}", hint="write it in DuckDB's dialect")


def _check_measure(document: Document, path: KeyPath, measure: Measure) -> Iterator[Fault]:
    yield from _check_sql(document, (*path, "value"), measure.value, parse_aggregate)
    for name in ("date", "opened", "closed", "snapshot", "where"):
        if getattr(measure, name):
            yield from _check_sql(document, (*path, name), getattr(measure, name), parse_scalar)
    given = [name for name in ("date", "opened", "snapshot") if getattr(measure, name)]
    if len(given) != 1:
        hint = "give exactly one of date, opened (with closed), snapshot"
        yield document.fault(path, found=" and ".join(given) or "no date", hint=hint)
    for name in ("first_month", "last_month"):
        if getattr(measure, name) and not MONTH.fullmatch(getattr(measure, name)):
            yield document.fault((*path, name), found=getattr(measure, name), hint="a month such as 2026-01")
    if measure.closed and not measure.opened:
        yield document.fault((*path, "closed"), found="closed without opened", hint="add opened")
    if measure.opened and _kind(measure.value) not in ("sum", "count", ""):
        hint = "a month-end level takes sum(...) or count(*)"
        yield document.fault((*path, "value"), found=measure.value, hint=hint)


def _kind(text: str) -> str:
    try:
        return kind_of(text)
    except ExpressionError:
        return ""


def _check_kpi(document: Document, path: KeyPath, kpi: Kpi, department: Department) -> Iterator[Fault]:
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
        elif _kind(department.measures[name].value) == "quantile":
            yield document.fault(
                (*path, "ratio", side), found=f"'{name}' is a quantile", hint="a ratio takes sums or counts"
            )
    if kpi.formula:
        yield from _check_formula(document, (*path, "formula"), kpi, department)
    if (kpi.amber is None) != (kpi.red is None) or (kpi.amber and kpi.red and not 0 < kpi.amber < kpi.red):
        yield document.fault(path, found="amber and red do not fit", hint="give both, 0 < amber < red")
    yield from _check_target(document, (*path, "target"), kpi)


def _check_formula(document: Document, path: KeyPath, kpi: Kpi, department: Department) -> Iterator[Fault]:
    try:
        names = names_of(parse_formula(kpi.formula))
    except ExpressionError as error:
        yield document.fault(path, found=f"{kpi.formula!r} {error}", hint="KPI names with + - * /")
        return
    for name in names:
        if name not in department.kpis:
            yield document.fault(path, found=f"no KPI '{name}'", hint=nearest(name, department.kpis))


def _formula_names(kpi: Kpi) -> set[str]:
    try:
        return set(names_of(parse_formula(kpi.formula))) if kpi.formula else set()
    except ExpressionError:
        return set()


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
        yield from _check_sql(document, (*path, "where"), target.where, parse_scalar)
    bounds = [target.value, target.low, target.high, *target.by_month.values()]
    if kpi.unit == "percent" and any(abs(bound) > LARGEST_SHARE for bound in bounds if bound is not None):
        yield document.fault(path, found="a share above 1,000 %", hint="percent KPIs hold shares: 0.6 is 60 %")
    for month in target.by_month:
        if not MONTH.fullmatch(month):
            yield document.fault((*path, "by_month", month), found=month, hint="a month such as 2026-01")


def _check_links(document: Document, department: Department, causes: CauseModel) -> Iterator[Fault]:
    for name, rule in department.signs.items():
        if name not in causes.signs:
            yield document.fault(("signs", name), found="no such sign in causes.yml", hint=nearest(name, causes.signs))
        ramp = rule.none_at is not None and rule.full_at is not None and rule.none_at != rule.full_at
        half = (rule.none_at is None) != (rule.full_at is None)
        if bool(rule.verdict) == ramp or half:
            hint = "give none_at and full_at (two different values), or verdict"
            yield document.fault(("signs", name), found=_rule_found(rule), hint=hint)
    for key, known in (("priors", causes.causes), ("action_texts", causes.actions)):
        for name in getattr(department, key):
            if name not in known:
                yield document.fault((key, name), found="not in causes.yml", hint=nearest(name, known))
    for name, prior in department.priors.items():
        if not isinstance(prior, str) and not 0 < prior < 1:
            yield document.fault(("priors", name), found=f"{prior:g}", hint="between 0 and 1, or a word")


def _rule_found(rule: SignRule) -> str:
    given = [name for name in ("none_at", "full_at", "verdict") if getattr(rule, name) not in (None, "")]
    return " and ".join(given) or "no rule"


def check_sign_kpis(documents: Mapping[str, Document], departments: Mapping[str, Department]) -> Iterator[Fault]:
    """The KPIs that signs are measured by, in this department or (``other.kpi``) in another."""
    for department in departments.values():
        for name, rule in department.signs.items():
            owner, _, kpi = rule.kpi.rpartition(".")
            known = departments.get(owner or department.id)
            if known is None or kpi not in known.kpis:
                names = [*department.kpis, *(f"{d.id}.{k}" for d in departments.values() for k in d.kpis)]
                fault_at = ("signs", name, "kpi")
                yield documents[department.id].fault(
                    fault_at, found=f"no KPI '{rule.kpi}'", hint=nearest(rule.kpi, names)
                )

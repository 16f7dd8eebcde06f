"""What YAML's shape cannot say about a department: its measures, what its KPIs need of each other, and its signs.

As in ``checks``, every function returns faults and none stops at the first.
"""

from collections.abc import Iterator, Mapping

from saypro_analysis.data.checks import ID, MONTH, check_sql, cycles, kind_if_sound
from saypro_analysis.data.checks_kpi import check_kpi
from saypro_analysis.data.checks_signs import check_strength
from saypro_analysis.data.expressions import ExpressionError, names_of, parse_aggregate, parse_formula, parse_scalar
from saypro_analysis.data.reader import Document, KeyPath, nearest
from saypro_analysis.errors import Fault
from saypro_analysis.kpi import CauseModel, Department, Kpi, Measure, SignRule


def check_department(document: Document, department: Department, causes: CauseModel | None) -> Iterator[Fault]:
    """One department: measures, KPIs, formulas and the signs that it measures."""
    if not department.kpis:
        yield document.fault(("kpis",), found="no KPI", hint="a department needs at least one")
    if department.capacity is not None and department.capacity < 0:
        yield document.fault(("capacity",), found=str(department.capacity), hint="a number of actions, 0 or more")
    for name, measure in department.measures.items():
        yield from _check_id(document, ("measures", name))
        yield from _check_measure(document, ("measures", name), measure)
    for name, kpi in department.kpis.items():
        yield from _check_id(document, ("kpis", name))
        yield from check_kpi(document, ("kpis", name), kpi, department)
    formulas = {name: _formula_names(kpi) for name, kpi in department.kpis.items()}
    for circle in cycles(formulas):
        found = " needs ".join([*circle, circle[0]])
        yield document.fault(("kpis", circle[0], "formula"), found=found, hint="a formula may not lead back to itself")
    if causes:
        yield from _check_links(document, department, causes)


def _check_id(document: Document, path: KeyPath) -> Iterator[Fault]:
    if not ID.fullmatch(str(path[-1])):
        yield document.fault(path, found=f"'{path[-1]}'", hint="a name of small letters, digits and _")


def _check_measure(document: Document, path: KeyPath, measure: Measure) -> Iterator[Fault]:
    yield from check_sql(document, (*path, "value"), measure.value, parse_aggregate)
    for name in ("date", "opened", "closed", "snapshot", "where"):
        if getattr(measure, name):
            yield from check_sql(document, (*path, name), getattr(measure, name), parse_scalar)
    given = [name for name in ("date", "opened", "snapshot") if getattr(measure, name)]
    if len(given) != 1:
        hint = "give exactly one of date, opened (with closed), snapshot"
        yield document.fault(path, found=" and ".join(given) or "no date", hint=hint)
    for name in ("first_month", "last_month"):
        if getattr(measure, name) and not MONTH.fullmatch(getattr(measure, name)):
            yield document.fault((*path, name), found=getattr(measure, name), hint="a month such as 2026-01")
    if measure.closed and not measure.opened:
        yield document.fault((*path, "closed"), found="closed without opened", hint="add opened")
    if measure.opened and kind_if_sound(measure.value) not in ("sum", "count", ""):
        hint = "a month-end level takes sum(...) or count(*)"
        yield document.fault((*path, "value"), found=measure.value, hint=hint)


def _formula_names(kpi: Kpi) -> set[str]:
    try:
        return set(names_of(parse_formula(kpi.formula))) if kpi.formula else set()
    except ExpressionError:
        return set()


def _check_links(document: Document, department: Department, causes: CauseModel) -> Iterator[Fault]:
    for name, rule in department.signs.items():
        if name not in causes.signs:
            yield document.fault(("signs", name), found="no such sign in causes.yml", hint=nearest(name, causes.signs))
        ramp = rule.none_at is not None and rule.full_at is not None and rule.none_at != rule.full_at
        half = (rule.none_at is None) != (rule.full_at is None)
        if bool(rule.verdict) == ramp or half:
            hint = "give none_at and full_at (two different values), or verdict"
            yield document.fault(("signs", name), found=_rule_found(rule), hint=hint)
    for name in department.priors:
        if name not in causes.causes:
            yield document.fault(("priors", name), found="not in causes.yml", hint=nearest(name, causes.causes))
    for name, prior in department.priors.items():
        if not isinstance(prior, str) and not 0 < prior < 1:
            yield document.fault(("priors", name), found=f"{prior:g}", hint="between 0 and 1, or a word")
    yield from _check_own_links(document, department, causes)
    yield from _check_texts(document, department, causes)


def _check_own_links(document: Document, department: Department, causes: CauseModel) -> Iterator[Fault]:
    """Links between causes and signs that differ here from causes.yml."""
    for cause, links in department.links.items():
        if cause not in causes.causes:
            yield document.fault(("links", cause), found="no such cause", hint=nearest(cause, causes.causes))
        for sign, strength in links.items():
            path: KeyPath = ("links", cause, sign)
            if sign not in causes.signs:
                yield document.fault(path, found="no such sign", hint=nearest(sign, causes.signs))
            yield from check_strength(document, path, strength, none=True)


def _check_texts(document: Document, department: Department, causes: CauseModel) -> Iterator[Fault]:
    """What actions mean here: ``action``, or ``kpi.action`` where it means something else for a KPI."""
    for name, text in department.action_texts.items():
        kpi, dot, action = name.rpartition(".")
        path: KeyPath = ("action_texts", name)
        if dot and kpi not in department.kpis:
            yield document.fault(path, found=f"no KPI '{kpi}'", hint=nearest(kpi, department.kpis))
        if action not in causes.actions:
            yield document.fault(path, found="not in causes.yml", hint=nearest(action, causes.actions))
        if not text.strip():
            yield document.fault(path, found="no text", hint="say what is to be done, or delete the key")


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

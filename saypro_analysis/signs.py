"""How far each sign is seen in a month: measured by the department's rules, observed by somebody, or unknown."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from saypro_analysis.kpi import DepartmentMonth, Kpi, Observation, Sign, SignRule
from saypro_analysis.verdict import Verdict, judge_kpi

YES, NO = 0.95, 0.05  # no rule and no observer is ever quite sure; "yes" and "no" of the method


@dataclass(frozen=True, kw_only=True)
class SignDegree:
    """How far a sign is seen, from 0.05 (not at all) to 0.95 (fully), and by what, in words."""

    sign: Sign
    degree: float
    text: str


def sign_degrees(
    month: DepartmentMonth, verdicts: tuple[Verdict, ...], *, kpi: Kpi | None = None
) -> Mapping[str, SignDegree]:
    """The signs that are known in the department's month, by id; the others are unknown.

    Measured signs follow the department's rules. Observations count for ``evidence_months`` of the company's
    thresholds; one for a certain KPI counts for that ``kpi`` only. Where several sources speak, the newest wins: a
    measurement is of the month itself, so it yields to an observation of the same month and beats an older one. Of two
    observations of a month, the one for the KPI wins, then the one recorded last. Signs that are restricted to other
    departments are left out.
    """
    known = {}
    for name, sign in month.causes.signs.items():
        if sign.departments and month.department.id not in sign.departments:
            continue
        seen = _newest(month, name, kpi)
        rule = month.department.signs.get(name)
        measured = _measured(month, verdicts, rule) if rule else None
        if measured is not None and (seen is None or seen.month < month.month):
            known[name] = SignDegree(sign=sign, degree=measured[0], text=measured[1])
        elif seen is not None:
            known[name] = SignDegree(sign=sign, degree=min(max(seen.degree, NO), YES), text=_telling(seen))
    return known


def ramp(value: float, *, none_at: float, full_at: float) -> float:
    """Degree of a sign by a value: 0.05 up to ``none_at``, 0.95 from ``full_at`` on (either may be the larger).

    >>> ramp(0.05, none_at=0.05, full_at=0.10), round(ramp(0.075, none_at=0.05, full_at=0.10), 2)
    (0.05, 0.5)
    >>> round(ramp(2, none_at=4, full_at=2), 2)
    0.95
    """
    part = (value - none_at) / (full_at - none_at) if full_at != none_at else float(value >= full_at)
    return NO + (YES - NO) * min(max(part, 0.0), 1.0)


def write_value(value: float, unit: str = "") -> str:
    """A number with as many digits as a reader needs, shares as percent.

    >>> write_value(0.1123, "percent"), write_value(12345.6, "currency"), write_value(3.5, "hours")
    ('11.2%', '12,346', '3.5 hours')
    """
    if unit == "percent":
        return f"{100 * value:.3g}%"
    number = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return f"{number} {unit}" if unit in ("hours", "minutes", "days") else number


def _newest(month: DepartmentMonth, sign: str, kpi: Kpi | None) -> Observation | None:
    """The observation that counts: newest month, then for the KPI, then recorded last."""
    names = {"", kpi.id, kpi.key} if kpi else {""}
    ages = range(month.company.thresholds.evidence_months + 1)
    open_months = {month.month - age for age in ages}
    found = [
        (seen.month, bool(seen.kpi), place)
        for place, seen in enumerate(month.observations)
        if seen.sign == sign and seen.kpi in names and seen.month in open_months and np.isfinite(seen.degree)
    ]
    return month.observations[max(found)[2]] if found else None


def _telling(seen: Observation) -> str:
    who = seen.who or seen.source
    source = f" ({seen.source})" if seen.source and seen.source != who else ""
    note = f": {seen.note}" if seen.note else ""
    return f"observed by {who} in {seen.month.strftime('%B %Y')}{source}{note}"


def _measured(month: DepartmentMonth, verdicts: tuple[Verdict, ...], rule: SignRule) -> tuple[float, str] | None:
    """Degree and words of a rule, or None when its KPI has no value to judge in the month."""
    key = rule.kpi if "." in rule.kpi else f"{month.department.id}.{rule.kpi}"
    verdict = next((verdict for verdict in verdicts if verdict.kpi.key == key), None)
    if verdict is None and key in month.looked_at:
        verdict = judge_kpi(month, month.looked_at[key])
    if verdict is None or verdict.gap.actual is None:
        return None
    name = _name_of(month, verdict.kpi)
    if rule.verdict:
        shown = _shows(verdict, rule.verdict)
        return None if shown is None else (YES if shown else NO, f"{name} {'' if shown else 'not '}{rule.verdict}")
    if rule.none_at is None or rule.full_at is None:
        return None
    value, unit = verdict.gap.actual, verdict.kpi.unit
    degree = ramp(value, none_at=rule.none_at, full_at=rule.full_at)
    bound = f"a full sign at {write_value(rule.full_at, unit)}"
    if degree <= NO:
        bound = f"no sign at {write_value(rule.none_at, unit)}"
    return degree, f"{name} {write_value(value, unit)} ({bound})"


def _name_of(month: DepartmentMonth, kpi: Kpi) -> str:
    if kpi.department == month.department.id:
        return kpi.name
    return f"{kpi.name} of {month.departments.get(kpi.department, kpi.department)}"


def _shows(verdict: Verdict, asked: str) -> bool | None:
    if asked == "missed":
        return None if verdict.gap.status in ("no target", "no data") else verdict.gap.status == "missed"
    if verdict.trend.verdict == "insufficient":
        return None
    return verdict.trend.worsening if asked == "declining" else verdict.fluctuation.fluctuating

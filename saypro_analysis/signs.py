"""How far each sign is seen in a month: measured by the department's rules, observed by somebody, or unknown."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from saypro_analysis.kpi import DepartmentMonth, Kpi, Observation, Sign, SignRule
from saypro_analysis.numbers import numbers_of, value_and_bound
from saypro_analysis.texts import later, month_name, t
from saypro_analysis.verdict import Verdict, judge_kpi

YES, NO = 0.95, 0.05  # no rule and no observer is ever quite sure; "yes" and "no" of the method

_NAME = re.compile(r"\b[a-z]\w*\b")  # a KPI's id in a formula
_SHOWN = {
    "missed": (later("{kpi} missed"), later("{kpi} not missed")),
    "declining": (later("{kpi} declining"), later("{kpi} not declining")),
    "fluctuating": (later("{kpi} fluctuating"), later("{kpi} not fluctuating")),
}
UNDECIDED = 0.5  # a degree that says nothing either way
_SEEN, _NOT_SEEN = later("observed by {who} in {month}"), later("not observed by {who} in {month}")
_FULL = later("{kpi} {value} (a full sign at {bound})")
_NONE = later("{kpi} {value} (no sign at {bound})")


@dataclass(frozen=True, kw_only=True)
class SignDegree:
    """How far a sign is seen, from 0.05 (not at all) to 0.95 (fully), and by what, in words."""

    sign: Sign
    degree: float
    text: str


def sign_degrees(
    month: DepartmentMonth, verdicts: tuple[Verdict, ...], *, kpi: Kpi | None = None, everywhere: bool = False
) -> Mapping[str, SignDegree]:
    """The signs that are known in the department's month, by id; the others are unknown.

    Measured signs follow the department's rules. Observations count for ``evidence_months`` of the company's
    thresholds; one for a certain KPI counts for that ``kpi`` only. Where several sources speak, the newest wins: a
    measurement is of the month itself, so it yields to an observation of the same month and beats an older one. Of two
    observations of a month, the one for the KPI wins, then the one recorded last. Signs that are restricted to other
    departments are left out.

    ``everywhere``: for the department as a whole, observations for any KPI count as well. Of each KPI (and of none) the
    last one recorded in the newest month stands, and of these the strongest: seen at one KPI is seen in the department.

    Source: yes .95, no .05, unknown left out, measured by degree, as virtual evidence (Pearl 1988); which of several
    sources wins is a choice of this project.
    """
    return known_signs(month, measured_signs(month, verdicts), kpi=kpi, everywhere=everywhere)


def measured_signs(month: DepartmentMonth, verdicts: tuple[Verdict, ...]) -> Mapping[str, tuple[float, str]]:
    """Degree and words of the signs that the department's rules can measure: the same for all of its KPIs."""
    by_key, here = {verdict.kpi.key: verdict for verdict in verdicts}, signs_here(month)
    found = {name: _measured(month, by_key, rule) for name, rule in month.department.signs.items() if name in here}
    return {name: degree for name, degree in found.items() if degree is not None}


def known_signs(
    month: DepartmentMonth,
    measured: Mapping[str, tuple[float, str]],
    *,
    kpi: Kpi | None = None,
    everywhere: bool = False,
) -> Mapping[str, SignDegree]:
    """As ``sign_degrees``, with the measured signs already at hand."""
    known = {}
    for name, sign in signs_here(month).items():
        seen, found = _newest(month, name, kpi, everywhere=everywhere), measured.get(name)
        if found is not None and (seen is None or seen.month < month.month):
            known[name] = SignDegree(sign=sign, degree=found[0], text=found[1])
        elif seen is not None:
            known[name] = SignDegree(sign=sign, degree=min(max(seen.degree, NO), YES), text=_telling(seen))
    return known


def signs_here(month: DepartmentMonth) -> Mapping[str, Sign]:
    """The signs of the model that this department can have, by id."""
    here = month.department.id
    return {name: sign for name, sign in month.causes.signs.items() if not sign.departments or here in sign.departments}


def restates(month: DepartmentMonth, sign: Sign, kpi: Kpi) -> bool:
    """Whether a sign only says again that the KPI is in trouble, and so is no evidence about why.

    It does when ``effect_of`` says so; when its rule measures the KPI itself or another KPI of the same measures; and
    when its rule measures a KPI whose formula contains this one: an effect of the KPI moves with it whatever the cause.
    A factor of the KPI does not restate it: few offers won tells that revenue is lost there and not in the number or
    size of the offers, so it separates causes. Source: a choice of this project.
    """
    if {kpi.id, kpi.key} & set(sign.effect_of):
        return True
    rule = month.department.signs.get(sign.id)
    if rule is None:
        return False
    if rule.kpi in (kpi.id, kpi.key):
        return True
    looked_at = _card(month, rule.kpi)
    if looked_at is None or looked_at.department != kpi.department:
        return False
    alike = bool(kpi.measures) and looked_at.measures == kpi.measures
    return alike or kpi.id in _parts(looked_at, month.department.kpis)


def ramp(value: float, *, none_at: float, full_at: float) -> float:
    """Degree of a sign by a value: 0.05 up to ``none_at``, 0.95 from ``full_at`` on (either may be the larger).

    >>> ramp(0.05, none_at=0.05, full_at=0.10), round(ramp(0.075, none_at=0.05, full_at=0.10), 2)
    (0.05, 0.5)
    >>> round(ramp(2, none_at=4, full_at=2), 2)
    0.95
    """
    part = (value - none_at) / (full_at - none_at) if full_at != none_at else float(value >= full_at)
    return NO + (YES - NO) * min(max(part, 0.0), 1.0)


def _newest(month: DepartmentMonth, sign: str, kpi: Kpi | None, *, everywhere: bool) -> Observation | None:
    """The observation that counts: newest month, then for the KPI, then recorded last; see ``sign_degrees``."""
    names = {"", kpi.id, kpi.key} if kpi else {""}
    ages = range(month.company.thresholds.evidence_months + 1)
    open_months = {month.month - age for age in ages}
    found = [
        seen
        for seen in month.observations
        if seen.sign == sign and (everywhere or seen.kpi in names)
        and seen.month in open_months and np.isfinite(seen.degree)
    ]  # fmt: skip
    if not found:
        return None
    newest = max(seen.month for seen in found)
    last = {seen.kpi if everywhere else bool(seen.kpi): seen for seen in found if seen.month == newest}
    return max(last.values(), key=lambda seen: seen.degree if everywhere else bool(seen.kpi))


def _card(month: DepartmentMonth, name: str) -> Kpi | None:
    """The card of a rule's KPI, of this or another department."""
    key = name if "." in name else f"{month.department.id}.{name}"
    owner, _, kpi = key.partition(".")
    return month.department.kpis.get(kpi) if owner == month.department.id else month.looked_at.get(key)


def _parts(kpi: Kpi, cards: Mapping[str, Kpi], seen: frozenset[str] = frozenset()) -> set[str]:
    """Ids of the KPIs that a KPI's formula is made of, at any depth."""
    own = {name for name in _NAME.findall(kpi.formula) if name in cards and name not in seen}
    return own.union(*(_parts(cards[name], cards, seen | own | {kpi.id}) for name in own))


def _telling(seen: Observation) -> str:
    who = seen.who or seen.source
    source = f" ({seen.source})" if seen.source and seen.source != who else ""
    note = f": {seen.note}" if seen.note else ""
    message = _SEEN if seen.degree >= UNDECIDED else _NOT_SEEN
    return t(message, who=who, month=month_name(seen.month)) + source + note


def _measured(month: DepartmentMonth, verdicts: Mapping[str, Verdict], rule: SignRule) -> tuple[float, str] | None:
    """Degree and words of a rule, or None when its KPI has no value to judge in the month."""
    key = rule.kpi if "." in rule.kpi else f"{month.department.id}.{rule.kpi}"
    verdict = verdicts.get(key)
    if verdict is None and key in month.looked_at:
        verdict = judge_kpi(month, month.looked_at[key])
    if verdict is None or verdict.gap.actual is None:
        return None
    name = _name_of(month, verdict.kpi)
    if rule.verdict:
        shown = _shows(verdict, rule.verdict)
        return None if shown is None else (YES if shown else NO, t(_SHOWN[rule.verdict][not shown], kpi=name))
    if rule.none_at is None or rule.full_at is None:
        return None
    value, degree = verdict.gap.actual, ramp(verdict.gap.actual, none_at=rule.none_at, full_at=rule.full_at)
    edge = rule.none_at if degree <= NO else rule.full_at
    written, bound = value_and_bound(verdict.kpi, value, edge, numbers_of(month.company))
    message = _NONE if degree <= NO else _FULL
    return degree, t(message, kpi=name, value=written, bound=bound)


def _name_of(month: DepartmentMonth, kpi: Kpi) -> str:
    if kpi.department == month.department.id:
        return kpi.name
    owner = month.departments.get(kpi.department, kpi.department)
    return t("{kpi} of {department}", kpi=kpi.name, department=owner)


def _shows(verdict: Verdict, asked: str) -> bool | None:
    if asked == "missed":
        return None if verdict.gap.status in ("no target", "no data") else verdict.gap.status == "missed"
    if verdict.trend.verdict == "insufficient":
        return None
    return verdict.trend.worsening if asked == "declining" else verdict.fluctuation.fluctuating

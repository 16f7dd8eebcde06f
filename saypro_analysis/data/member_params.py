"""A company's params narrowed to one member of a dimension: what can be said of North alone, and nothing else.

A report of North must not claim for North what is known of the whole company only:

- KPIs that the dimension does not split are left out, and so are departments without one on their scorecard.
- A ratio, a median or the like keeps the common target: it is what ``drivers`` holds segments to. A sum, a distinct
  count or a formula is a part of the whole, and its share of the target would be invented: it has none. Only a target
  relative to last year is a rule that each part can follow by itself; those of the parts make up that of the whole.
- Evidence is what somebody saw in the whole department. Nobody says that it was seen in North: it is left out. So are
  measured signs whose bounds are sizes of the whole.
- What a unit of an average costs is the cost of the whole's volume: it is left out. A unit of a sum costs the same.
- The register and the department's words for actions: see ``member_actions``.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from unicodedata import category

from saypro_analysis.data.expressions import names_of, parse_formula
from saypro_analysis.data.member_actions import carrying, member_outcomes, member_register, without_open
from saypro_analysis.data.queries import NOT_GIVEN
from saypro_analysis.kpi import Department, Kpi, LeftOut, Params, SignRule, Target
from saypro_analysis.texts import speaking, t

_BARE = ("yes", "no", "true", "false")  # labels that say nothing without their dimension


def member_params(
    params: Params, dimension: str, name: str, *, departments: Collection[str] | None = None
) -> tuple[Params, dict[str, LeftOut]]:
    """The params of the member ``name`` of ``dimension``, and what each of its departments lacks, by the id.

    Company and departments carry the member in their names: "Sales (North)" is what every page prints first.
    Departments without a KPI of the scorecard that is split by the dimension are in neither; nor are those that are not
    among ``departments``, where these are given: the ones that the member has any record of.
    """
    with speaking(params.company.language):
        label = member_label(dimension, name)
    split = split_kpis(params, dimension)
    held = split if departments is None else {key: kpis for key, kpis in split.items() if key in departments}
    narrow = {key: _department(params, params.departments[key], dimension, held, label) for key in held}
    register = {
        key: member_register(params.register.get(key, ()), f"{dimension}={name}", department.kpis)
        for key, department in narrow.items()
    }
    narrowed = replace(
        params,
        company=replace(params.company, name=f"{params.company.name} ({label})"),
        departments={key: carrying(params, department, register[key]) for key, department in narrow.items()},
        causes=without_open(params, register, dimension),
        observations=dict.fromkeys(narrow, ()),
        register=register,
        outcomes=member_outcomes(params, f"{dimension}={name}"),
    )
    return narrowed, {key: _left_out(params, narrowed, key) for key in narrow}


def of_departments(params: Params, names: Collection[str]) -> Params:
    """The params of some departments alone: no sign of theirs looks at another one."""
    departments = {}
    for key, department in params.departments.items():
        signs = {sign: rule for sign, rule in department.signs.items() if (rule.kpi.rpartition(".")[0] or key) in names}
        if key in names:
            departments[key] = replace(department, signs=signs)
    return replace(
        params,
        departments=departments,
        observations={key: rows for key, rows in params.observations.items() if key in names},
        register={key: rows for key, rows in params.register.items() if key in names},
    )


def member_label(dimension: str, name: str) -> str:
    """What a page calls a member, in the language spoken: its name, with the dimension where that says too little.

    >>> member_label("region", "North"), member_label("new_customer", "yes"), member_label("council_dist", "12")
    ('North', 'New customer: yes', 'Council dist: 12')
    """
    shown = "".join("\ufffd" if category(letter) == "Cc" else letter for letter in name)  # no commands to a terminal
    word = t(NOT_GIVEN) if name == NOT_GIVEN else shown  # a message that show has
    if name == NOT_GIVEN or name.lower() in _BARE or not any(letter.isalpha() for letter in name):
        return f"{dimension.replace('_', ' ').capitalize()}: {word}"
    return word


def split_kpis(params: Params, dimension: str) -> dict[str, tuple[str, ...]]:
    """The KPIs that the dimension splits, by department: of those that have one on their scorecard."""
    found = {
        department.id: tuple(kpi.id for kpi in department.kpis.values() if _is_split(department, kpi, dimension))
        for department in params.departments.values()
    }
    return {key: kpis for key, kpis in found.items() if any(params.departments[key].kpis[k].scorecard for k in kpis)}


def is_part(department: Department, kpi: Kpi) -> bool:
    """Whether a member's value is a part of the whole's, so that the whole's bounds are none of its own.

    As in ``drivers``: sums and counts, also of distinct things, and what a formula makes of others.
    """
    measure = department.measures.get(kpi.measure)
    return not kpi.measures or (measure is not None and measure.value.lstrip().lower().startswith(("count", "sum")))


def follows_last_year(kpi: Kpi) -> bool:
    """Whether the KPI's target is relative to the same month of last year."""
    return isinstance(kpi.target, Target) and kpi.target.last_year is not None


def _is_split(department: Department, kpi: Kpi, dimension: str) -> bool:
    """A formula alone is split where all of its parts are."""
    parts = () if kpi.measures else names_of(parse_formula(kpi.formula))
    return dimension in kpi.segments and all(_is_split(department, department.kpis[part], dimension) for part in parts)


def _department(
    params: Params, department: Department, dimension: str, held: Mapping[str, tuple[str, ...]], label: str
) -> Department:
    rules = {name: rule for name, rule in department.signs.items() if _is_measured(params, department, rule, held)}
    kpis = {
        name: _kpi(department, department.kpis[name], dimension, held[department.id]) for name in held[department.id]
    }
    return replace(department, name=f"{department.name} ({label})", kpis=kpis, signs=rules)


def _kpi(department: Department, kpi: Kpi, dimension: str, held: tuple[str, ...]) -> Kpi:
    part, measure = is_part(department, kpi), department.measures.get(kpi.measure)
    whole = kpi.measures and kpi.formula and not set(names_of(parse_formula(kpi.formula))) <= set(held)
    return replace(
        kpi,
        segments=tuple(name for name in kpi.segments if name != dimension),
        target=None if part and not follows_last_year(kpi) else kpi.target,
        year_target=None if part else kpi.year_target,
        formula="" if whole else kpi.formula,
        worth=kpi.worth if measure is not None and measure.adds_up else None,
    )


def _is_measured(params: Params, department: Department, rule: SignRule, held: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether a sign's rule can be asked of a member: of a KPI that it has, not by a size or target of the whole."""
    owner, _, name = rule.kpi.rpartition(".")
    there = params.departments[owner or department.id]
    if name not in held.get(there.id, ()):
        return False
    kpi = there.kpis[name]
    if is_part(there, kpi):
        return bool(rule.verdict) and (rule.verdict != "missed" or follows_last_year(kpi))
    return True


def _left_out(params: Params, narrowed: Params, key: str) -> LeftOut:
    before, after = params.departments[key], narrowed.departments[key]
    kept = [(kpi, after.kpis[kpi.id]) for kpi in before.kpis.values() if kpi.id in after.kpis]
    rows = {row.id for row in narrowed.register[key]}
    return LeftOut(
        kpis=tuple(kpi for kpi in before.kpis.values() if kpi.id not in after.kpis),
        targets=tuple(kpi for kpi, own in kept if kpi.target is not None and own.target is None),
        costs=tuple(kpi for kpi, own in kept if kpi.worth is not None and own.worth is None),
        signs=tuple(params.causes.signs[name] for name in before.signs if name not in after.signs),
        observations=params.observations.get(key, ()),
        actions=tuple(row for row in params.register.get(key, ()) if row.id not in rows),
    )

"""What YAML's shape cannot say about the signs of causes.yml, and about the strength of their links.

As in ``checks``, every function returns faults and none stops at the first.
"""

from collections.abc import Iterable, Iterator, Mapping

from saypro_analysis.data.reader import Document, KeyPath, nearest
from saypro_analysis.errors import Fault
from saypro_analysis.kpi import STRENGTH, CauseModel, Department


def check_signs(document: Document, model: CauseModel, departments: Mapping[str, Department]) -> Iterator[Fault]:
    """Signs that no cause shows in, chances that are none, groups of one, and names that do not exist."""
    here = departments.values()
    linked = {sign for cause in model.causes.values() for sign in cause.signs}
    linked |= {sign for department in here for links in department.links.values() for sign in links}
    groups = [sign.group for sign in model.signs.values() if sign.group]
    kpis = {name for department in here for kpi in department.kpis.values() for name in (kpi.id, kpi.key)}
    for name, sign in model.signs.items():
        if name not in linked:
            hint = "name it under the signs of a cause, or delete it"
            yield document.fault(("signs", name), found="no cause shows in it", hint=hint)
        if not 0 < sign.leak < 1:
            yield document.fault(("signs", name, "leak"), found=f"{sign.leak:g}", hint="between 0 and 1")
        if groups.count(sign.group) == 1:
            others = sorted(set(groups) - {sign.group})
            hint = nearest(sign.group, others) if others else "a group has two signs or more"
            yield document.fault(("signs", name, "group"), found=f"'{sign.group}' has this sign only", hint=hint)
        yield from unknown(document, ("signs", name, "departments"), sign.departments, set(departments))
        # Causes of other companies may be kept whole: elsewhere a KPI that is not here is no slip.
        certain = bool(sign.departments) and set(sign.departments) <= set(departments)
        yield from unknown(document, ("signs", name, "effect_of"), sign.effect_of, kpis, what="KPI", certain=certain)


def check_strength(document: Document, path: KeyPath, strength: float | str, *, none: bool = False) -> Iterator[Fault]:
    """A word, or a number that may be a chance; with ``none`` also 0, which takes a link away."""
    if not isinstance(strength, str) and not (0 < strength < 1 or (none and strength == 0)):
        hint = f"{'0, ' if none else ''}between 0 and 1, or one of {', '.join(STRENGTH)}"
        yield document.fault(path, found=f"{strength:g}", hint=hint)


def unknown(
    document: Document,
    path: KeyPath,
    names: Iterable[str],
    known: set[str],
    *,
    what: str = "department",
    certain: bool = False,
) -> Iterator[Fault]:
    """Names that look like a slip; a department that this company just does not have restricts nothing here.

    ``certain``: all names that are not known, whatever they look like.
    """
    for name in names:
        hint = nearest(name, known)
        if name not in known and (certain or hint.startswith("did you mean")):
            yield document.fault(path, found=f"no {what} '{name}'", hint=hint)

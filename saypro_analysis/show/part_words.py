"""What the report of a member of a dimension says of itself: whose it is, and what only the company's report has."""

from collections.abc import Sequence

from saypro_analysis.kpi import DepartmentMonth, Kpi
from saypro_analysis.show.numbers import listed
from saypro_analysis.show.words import number_of
from saypro_analysis.texts import n, t


def part_note(month: DepartmentMonth) -> str:
    """Whose report it is and what it leaves out, in a few sentences; empty for the whole company's."""
    part = month.part
    if part is None:
        return ""
    lacks, dimension = part.left_out, part.dimension.replace("_", " ")
    gone, aimless = ([kpi for kpi in kpis if kpi.scorecard] for kpis in (lacks.kpis, lacks.targets))
    said = [t("This report is of {member} alone.", member=part.label)]
    if gone:
        said.append(_not_measured(gone, dimension))
    if aimless:
        whole = n(
            "The target of {kpis} is the whole company’s, so that there is none here.",
            "The targets of {kpis} are the whole company’s, so that there are none here.",
            len(aimless), kpis=_names(aimless),
        )  # fmt: skip
        said.append(whole)
    if lacks.observations or lacks.actions:
        said.append(t("Evidence and actions of the whole department are in the company’s report."))
    return " ".join(said)


def left_out(month: DepartmentMonth, kpi: str, by: str) -> str:
    """Why the member's report has not what the company's has, a KPI by a dimension; empty where it is otherwise."""
    part, name = month.part, by.replace("_", " ")
    if part is None:
        return ""
    gone = next((card for card in part.left_out.kpis if card.id == kpi and by in card.segments), None)
    if gone is not None:
        return _not_measured([gone], part.dimension.replace("_", " "))
    held = month.department.kpis.get(kpi)
    if held is not None and by == part.dimension:
        fields = {"kpi": held.name, "part": name, "member": part.label}
        return t("{kpi} by {part} is in the company’s report; this one is of {member} alone.", **fields)
    return ""


def _not_measured(kpis: Sequence[Kpi], dimension: str) -> str:
    number = number_of(kpis[0]) if len(kpis) == 1 else len(kpis)
    return n(
        "{kpis} is not measured by {part} and is left out.", "{kpis} are not measured by {part} and are left out.",
        number, kpis=_names(kpis), part=dimension,
    )  # fmt: skip


def _names(kpis: Sequence[Kpi]) -> str:
    return listed([kpi.name for kpi in kpis])

"""The params of the small companies: company, tables, causes and departments, as what YAML holds."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Word = Callable[[str, str], str]
REGIONS = ("North", "South", "West")


@dataclass(frozen=True, kw_only=True)
class Line:
    """A KPI with its values by month, the last one in ``MONTH`` unless ``late`` months are still to come."""

    id: str
    values: Sequence[float]
    target: float | None = None
    unit: str = "count"
    better: str = "higher"
    late: int = 0
    segments: bool = False
    settings: Mapping[str, Any]


def line(ident: str, values: Sequence[float], target: float | None = None, **settings: Any) -> Line:
    """A KPI; what is not of a ``Line`` goes into its params."""
    own = {name: settings.pop(name) for name in ("unit", "better", "late", "segments") if name in settings}
    return Line(id=ident, values=values, target=target, settings=settings, **own)


def plain(_place: str, text: str) -> str:
    """The text as it is."""
    return text


def company_params(word: Word) -> dict[str, Any]:
    """company.yml."""
    return {
        "name": word("Company.name", "Acme"),
        "contact": word("Company.contact", "Reporting team"),
        "data": {"source": "../exports", "as_of": "2026-10-31"},
    }


def causes_params(word: Word) -> dict[str, Any]:
    """Five causes, as the project's own model has them, with six signs and three actions."""
    names = ("Resource shortages", "Lack of training", "Slow processes", "Poor engagement", "Conflicting goals")
    signs = {f"s{number}": "strong" for number in range(5)}
    return {
        "causes": {
            f"c{number}": {
                "name": word("Cause.name", name),
                "description": word("Cause.description", "What it is."),
                "signs": {f"s{number}": "decisive", "tired": "moderate"},
            }
            for number, name in enumerate(names)
        },
        "signs": {
            **{
                name: {
                    "name": word("Sign.name", f"Sign {name}"),
                    "question": word("Sign.question", f"Is {name} seen?"),
                    **({"group": word("Sign.group", "alike")} if name in ("s2", "s3") else {}),
                }
                for name in signs
            },
            "tired": {"name": word("Sign.name", "Tired staff"), "question": word("Sign.question", "Are people tired?")},
        },
        "actions": {
            f"a{number}": {
                "name": word("Action.name", f"Action number {number}"),
                "effects": {f"c{number}": "strong"},
                "owner": word("Action.owner", "Process owner"),
            }
            for number in range(3)
        },
    }


def file_name(each: Line, word: Word) -> str:
    """The file that holds the records of a KPI, without its ending."""
    return word("Table.file", each.id)


def tables_params(lines: Sequence[Line], word: Word) -> dict[str, Any]:
    """tables.yml."""
    return {
        each.id: {
            "file": file_name(each, word),
            "columns": {
                "region": {
                    "values": [word("Column.values", "North"), "Nowhere"],
                    "missing_words": [word("Column.missing_words", "N/A")],
                },
            },
        }
        for each in lines
    }


def department_params(lines: Sequence[Line], word: Word) -> dict[str, Any]:
    """departments/sales.yml."""
    measures: dict[str, Any] = {}
    kpis = {}
    for each in lines:
        measures[each.id] = {"table": each.id, "value": "sum(amount)", "date": "day"}
        measures[f"{each.id}_base"] = {"table": each.id, "value": "sum(base)", "date": "day"}
        kpis[each.id] = _kpi(each, word)
    return {
        "name": word("Department.name", "Sales"),
        "owner": word("Department.owner", "Head of Sales"),
        "order": 1,
        "measures": measures,
        "kpis": kpis,
        "action_texts": {"a0": word("Department.action_texts", "Hire two people")},
    }


def _kpi(each: Line, word: Word) -> dict[str, Any]:
    summed = each.unit in ("count", "currency")
    base = {"measure": each.id} if summed else {"ratio": {"numerator": each.id, "denominator": f"{each.id}_base"}}
    noun = {"noun": word("Kpi.noun", "things")} if each.unit == "count" else {}
    return {
        "name": word("Kpi.name", each.id.replace("_", " ").capitalize()),
        "definition": word("Kpi.definition", f"the {each.id} of the month"),
        "owner": word("Kpi.owner", "Owner of it"),
        "unit": each.unit,
        "better": each.better,
        **({"target": each.target} if each.target is not None else {}),
        **({"segments": ["region"]} if each.segments else {}),
        **base,
        **noun,
        **_worded(each.settings, word),
    }


def _worded(settings: Mapping[str, Any], word: Word) -> dict[str, Any]:
    """The settings; the reason of a rebase is text too."""
    rebase = [{**r, "reason": word("Rebase.reason", r["reason"])} for r in settings.get("rebase", ())]
    rest = {name: value for name, value in settings.items() if name != "rebase"}
    return {**rest, "baseline": {"rebase": rebase}} if rebase else rest


def idle_params(word: Word) -> dict[str, Any]:
    """A department whose data ended long ago: the overview says why it is missing."""
    return {
        "name": word("Department.name", "Idle"),
        "owner": word("Department.owner", "Nobody"),
        "measures": {"idle": {"table": "idle", "value": "sum(amount)", "date": "day"}},
        "kpis": {"idle": {"name": "Idle", "definition": "nothing", "unit": "count", "measure": "idle"}},
    }

"""Small companies on disk: params, records, evidence and actions, read by the project's own readers.

Every text that people or systems may fill in comes from one function, ``Word``: (place, plain text) -> text. A place is
a noun's field (``Kpi.name``), or ``data.`` and what the records hold.
"""

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from saypro_analysis.analysis import Analysis, analyse
from saypro_analysis.data.params import read_params
from saypro_analysis.data.snapshot import take_snapshot
from saypro_analysis.errors import ReportError
from saypro_analysis.month import CompanyMonth, department_month

Word = Callable[[str, str], str]

MONTH = pd.Period("2026-10", "M")
NOISE = np.random.default_rng(5).normal(0, 1, 400)
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


def small_company(root: Path, lines: Sequence[Line], *, word: Word = plain, notes: bool = True) -> CompanyMonth:
    """The company of these KPIs, one department and one without data, analysed; its files lie in ``root``.

    ``notes``: with evidence, a register of actions and recorded outcomes.
    """
    _write(root / "params" / "company.yml", _company(word))
    _write(root / "params" / "causes.yml", _causes(word))
    _write(root / "params" / "tables.yml", _tables(lines, word))
    _write(root / "params" / "departments" / "sales.yml", _department(lines, word))
    _write(root / "params" / "departments" / "idle.yml", _idle(word))
    for position, each in enumerate(lines):
        _records(root / "exports" / f"{_file(each, word)}.csv", each, word, seed=position)
    _rows(root / "exports" / "idle.csv", [{"day": "2023-01-31", "region": "North", "amount": 1, "base": 1}])
    if notes:
        _registers(root / "params", lines, word)
    params = read_params(root / "params")
    snapshot = take_snapshot(params, root / "exports", today=date(2027, 1, 1))
    analyses: list[Analysis] = []
    missing = {}
    for name in params.departments:
        try:
            analyses.append(analyse(department_month(params, snapshot, name, MONTH)))
        except ReportError as error:
            missing[name] = error.message
    return CompanyMonth(month=MONTH, analyses=tuple(analyses), missing=missing)


def _company(word: Word) -> dict[str, Any]:
    return {
        "name": word("Company.name", "Acme"),
        "contact": word("Company.contact", "Reporting team"),
        "data": {"source": "../exports", "as_of": "2026-10-31"},
    }


def _causes(word: Word) -> dict[str, Any]:
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


def _file(each: Line, word: Word) -> str:
    return word("Table.file", each.id)


def _tables(lines: Sequence[Line], word: Word) -> dict[str, Any]:
    return {
        each.id: {
            "file": _file(each, word),
            "columns": {
                "region": {
                    "values": [word("Column.values", "North"), "Nowhere"],
                    "missing_words": [word("Column.missing_words", "N/A")],
                },
            },
        }
        for each in lines
    }


def _department(lines: Sequence[Line], word: Word) -> dict[str, Any]:
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


def _idle(word: Word) -> dict[str, Any]:
    """A department whose data ended long ago: the overview says why it is missing."""
    return {
        "name": word("Department.name", "Idle"),
        "owner": word("Department.owner", "Nobody"),
        "measures": {"idle": {"table": "idle", "value": "sum(amount)", "date": "day"}},
        "kpis": {"idle": {"name": "Idle", "definition": "nothing", "unit": "count", "measure": "idle"}},
    }


def _records(path: Path, each: Line, word: Word, *, seed: int) -> None:
    """One record a month and region, on the month's last day; no record where the value is NaN."""
    months = pd.period_range(end=MONTH - each.late, periods=len(each.values), freq="M")
    summed = each.unit in ("count", "currency")
    labels = [word("data.segment", name) for name in REGIONS]
    rows = []
    for place, (month, value) in enumerate(zip(months, each.values, strict=True)):
        sway = NOISE[seed + place : seed + place + 3] * 0.01
        shares = np.array([0.5, 0.3, 0.2]) + sway - sway.mean()
        for label, share in zip(labels, shares, strict=True):
            if np.isfinite(value):
                base = 100.0 * share
                amount = value * share if summed else value * base
                day = f"{month.end_time:%Y-%m-%d}"
                rows.append({"day": day, "region": label, "amount": round(amount, 6), "base": round(base, 6)})
    _rows(path, rows)


def _registers(folder: Path, lines: Sequence[Line], word: Word) -> None:
    first = lines[0].id
    said = {"source": "Observation.source", "who": "Observation.who", "note": "Observation.note"}
    texts = {"source": "Time sheets", "who": "Ada", "note": "as asked"}
    seen = [("s0", "yes"), ("tired", "yes"), ("s1", "no"), ("s2", "no"), ("s3", "0.6")]
    _rows(
        folder / "evidence" / "sales.csv",
        [
            {
                "month": "2026-10",
                "sign": sign,
                "degree": degree,
                "kpi": "",
                **{k: word(said[k], texts[k]) for k in said},
            }
            for sign, degree in seen
        ],
    )
    segment = {
        "segment": "region=" + word("data.segment", "North"),
        "comparator": "region=" + word("data.segment", "West"),
    }
    own = segment if lines[0].segments else {"segment": "", "comparator": ""}
    plans = [
        ("A1", "a0", "2025-06-01", "2025-08-31", "done", own),
        ("A2", "Call on the ten largest customers", "2026-07-01", "2026-09-30", "started", {}),
        ("A3", "a2", "2026-11-01", "2026-12-31", "planned", {}),
    ]
    _rows(
        folder / "actions" / "sales.csv",
        [
            {
                "id": word("PlannedAction.id", ident),
                "kpi": first,
                "cause": f"c{number}",
                "action": action if action.startswith("a") else word("PlannedAction.action", action),
                "owner": word("PlannedAction.owner", "Ben"),
                "start": start,
                "due": due,
                "status": status,
                "lead_months": 2,
                "expected_effect": 3,
                "review": "",
                "cost": "",
                "note": word("PlannedAction.note", "first step taken"),
                "segment": extra.get("segment", ""),
                "comparator": extra.get("comparator", ""),
            }
            for number, (ident, action, start, due, status, extra) in enumerate(plans)
        ],
    )
    outcomes = [
        {
            "department": "sales", "id": word("RecordedOutcome.id", f"old {number}"),
            "action": "a0" if number else word("RecordedOutcome.action", "Something else"), "month": "2026-05",
            "verdict": "worked", "effect": 2, "low": 1, "high": 3, "telling": "yes",
        }
        for number in range(3)
    ]  # fmt: skip
    _rows(folder / "outcomes.csv", outcomes)


def _write(path: Path, content: Any) -> None:
    """As JSON, which is YAML with every text in quotes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1), "utf-8")


def _rows(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)

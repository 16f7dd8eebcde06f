"""Small companies on disk: params, records, evidence and actions, read by the project's own readers.

Every text that people or systems may fill in comes from one function, ``Word``: (place, plain text) -> text. A place is
a noun's field (``Kpi.name``), or ``data.`` and what the records hold.
"""

import csv
import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from small_params import (
    REGIONS,
    Line,
    Word,
    causes_params,
    company_params,
    department_params,
    file_name,
    idle_params,
    plain,
    tables_params,
)  # fmt: skip

from saypro_analysis.analysis import Analysis, analyse
from saypro_analysis.data.params import read_params
from saypro_analysis.data.snapshot import take_snapshot
from saypro_analysis.errors import ReportError
from saypro_analysis.month import CompanyMonth, department_month

MONTH = pd.Period("2026-10", "M")
NOISE = np.random.default_rng(5).normal(0, 1, 400)


def small_company(root: Path, lines: Sequence[Line], *, word: Word = plain, notes: bool = True) -> CompanyMonth:
    """The company of these KPIs, one department and one without data, analysed; its files lie in ``root``.

    ``notes``: with evidence, a register of actions and recorded outcomes.
    """
    _write(root / "params" / "company.yml", company_params(word))
    _write(root / "params" / "causes.yml", causes_params(word))
    _write(root / "params" / "tables.yml", tables_params(lines, word))
    _write(root / "params" / "departments" / "sales.yml", department_params(lines, word))
    _write(root / "params" / "departments" / "idle.yml", idle_params(word))
    for position, each in enumerate(lines):
        _records(root / "exports" / f"{file_name(each, word)}.csv", each, word, seed=position)
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

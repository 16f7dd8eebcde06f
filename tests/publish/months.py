"""A small published month without a run: one page per department, results.json and manifest.json."""

import json
from pathlib import Path
from typing import Any

LEAD = "<em>One of two targets</em> was missed. Sales: Revenue is furthest off, at 17% short of target."


def kpi(
    name: str, *, status: str = "missed", percent: float = 0.2, score: float = 50.0, **other: Any
) -> dict[str, Any]:
    """A KPI of results.json, with what a mail reads of it."""
    gap = {"size": 50.0, "percent": percent, "status": status}
    numbers = {"actual": 250_000.0, "target": 300_000.0, "target_upper": None, "gap": gap, "severity": {"score": score}}
    return {"id": "revenue", "name": name, "unit": "currency", "scorecard": True, "actions": [], **numbers, **other}


def action(text: str, *, late: bool = False, owner: str = "Head of Sales") -> dict[str, Any]:
    """An action of a KPI."""
    return {"text": text, "owner": owner, "due": "2026-11-30", "late": late}


def write_month(out: Path, *, company: str = "SayPro", lead: str = LEAD, **departments: list[dict[str, Any]]) -> Path:
    """A month of October 2026 in ``out``; each department is given by its KPIs."""
    folder = out / "2026-10"
    folder.mkdir(parents=True)
    parts = {key: {"department": key, "name": key.capitalize(), "kpis": kpis} for key, kpis in departments.items()}
    document = {"company": company, "month": "2026-10", "as_of": "2026-10-31", "made_up": False, "departments": parts}
    (folder / "results.json").write_text(json.dumps(document), "utf-8")
    (folder / "manifest.json").write_text(json.dumps({"made_at": "2026-11-02T06:00:00+00:00", "files": {}}), "utf-8")
    links = "".join(f'<a href="{key}.html#top">{key}</a>' for key in departments)
    for name in ("index", *departments):
        body = f'<a href="../index.html">All months</a><h1 id="top">{name}</h1><p class="lead">{lead}</p>{links}'
        (folder / f"{name}.html").write_text(f"<!doctype html><title>{name}</title>{body}", "utf-8")
    (folder / "results.xlsx").write_bytes(b"a workbook")
    (folder / "scorecard.csv").write_text("department,kpi\n", "utf-8")
    return folder

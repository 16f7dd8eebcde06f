"""The numbers of a report as data: for results.json and scorecard.csv. ``results_schema`` documents every key."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from saypro_analysis.actions import Plan
from saypro_analysis.analysis import Analysis
from saypro_analysis.causes import CauseFinding, Diagnosis
from saypro_analysis.show.page import OVERVIEW
from saypro_analysis.show.results_schema import SCHEMA_VERSION, results_schema
from saypro_analysis.panel import series
from saypro_analysis.verdict import Verdict

__all__ = ["RESULTS_MIME", "Results", "export_overview", "export_results", "results_schema", "scorecard_rows"]

RESULTS_MIME = "application/vnd.saypro.results+json"

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


@dataclass(frozen=True, kw_only=True)
class Results:
    """The numbers of one report, JSON-safe: None for what is not known, months as "2026-10"."""

    data: Mapping[str, Any] = field(repr=False)
    text: str

    def _repr_mimebundle_(self, **_filters: Any) -> dict[str, Any]:
        return {RESULTS_MIME: dict(self.data), "text/plain": self.text}


def export_results(analysis: Analysis) -> Results:
    """All numbers of a department's report; ``results_schema`` says what each key means."""
    month = analysis.month
    kpis = [_kpi(analysis, verdict) for verdict in analysis.verdicts]
    data = {
        "schema": SCHEMA_VERSION,
        "department": month.department.id,
        "name": month.department.name,
        "company": month.company.name,
        "currency": month.company.currency,
        "month": str(month.month),
        "sample": month.sample,
        "kpis": kpis,
    }
    text = f"{month.department.name}, {month.month}: numbers of {len(kpis)} KPIs"
    return Results(data=data, text=text)


def export_overview(analyses: tuple[Analysis, ...], month: pd.Period, missing: Mapping[str, str]) -> Results:
    """The numbers of the overview: the counts of each department, and why a report is missing."""
    departments = [
        {
            "department": analysis.month.department.id,
            "name": analysis.month.department.name,
            "kpis": len(analysis.scorecard),
            "missed": len(analysis.missed),
            "watched": len(analysis.watched),
            "met": sum(verdict.gap.status == "met" for verdict in analysis.scorecard),
        }
        for analysis in analyses
    ]
    data = {
        "schema": SCHEMA_VERSION,
        "department": OVERVIEW,
        "month": str(month),
        "departments": departments,
        "missing": dict(missing),
    }
    return Results(data=data, text=f"Overview, {month}: numbers of {len(departments)} departments")


def scorecard_rows(results: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of scorecard.csv: one per KPI of the scorecard, worst first.

    Text that a spreadsheet would run as a formula gets a leading apostrophe; numbers stay numbers.
    """
    rows = []
    for kpi in results.get("kpis", ()):
        if not kpi["scorecard"]:
            continue
        row = {
            "department": results["department"],
            "kpi": kpi["id"],
            "name": kpi["name"],
            "unit": kpi["unit"],
            "month": results["month"],
            "actual": kpi["actual"],
            "target": kpi["target"],
            "target_upper": kpi["target_upper"],
            "gap": kpi["gap"]["size"],
            "gap_percent": kpi["gap"]["percent"],
            "status": kpi["gap"]["status"],
            "variation": kpi["limits"]["variation"],
            "assurance": kpi["limits"]["assurance"],
            "trend": kpi["trend"]["verdict"],
            "misses": kpi["misses"],
        }
        rows.append({key: neutral(value) for key, value in row.items()})
    return rows


def neutral(cell: Any) -> Any:
    """A cell that a spreadsheet shows and does not run.

    >>> neutral("=cmd|' /C calc'!A0"), neutral("Revenue"), neutral(-5.0)
    ("'=cmd|' /C calc'!A0", 'Revenue', -5.0)
    """
    return f"'{cell}" if isinstance(cell, str) and cell.lstrip(" ").startswith(_FORMULA) else cell


def _kpi(analysis: Analysis, verdict: Verdict) -> dict[str, Any]:
    kpi, gap = verdict.kpi, verdict.gap
    diagnosis = next((found for found in analysis.diagnoses if found.kpi.key == kpi.key), None)
    plan = next((plan for plan in analysis.plans if plan.kpi.key == kpi.key), None)
    return {
        "id": kpi.id,
        "name": kpi.name,
        "unit": kpi.unit,
        "better": kpi.better,
        "scorecard": kpi.scorecard,
        "actual": number(gap.actual),
        "target": number(gap.target),
        "target_upper": number(gap.target_upper),
        "gap": {"size": number(gap.size), "percent": number(gap.percent), "status": gap.status},
        "limits": _limits(verdict),
        "trend": _trend(verdict),
        "fluctuation": {
            "fluctuating": verdict.fluctuation.fluctuating,
            "tests": list(verdict.fluctuation.tests),
            "volatility": number(verdict.fluctuation.volatility),
        },
        "misses": verdict.misses,
        "missed_since": _month(verdict.missed_since),
        "emerging": verdict.emerging,
        "progress": verdict.progress,
        "diagnosis": _diagnosis(diagnosis),
        "causes": [_cause(found) for found in diagnosis.findings] if diagnosis else [],
        "plan": {"remaining": number(plan.remaining), "gated": plan.gated} if plan else None,
        "actions": _actions(plan) if plan else [],
        "series": _series(analysis, verdict),
    }


def _limits(verdict: Verdict) -> dict[str, Any]:
    limits = verdict.limits
    return {
        "mean": number(limits.mean),
        "lower": number(limits.lower),
        "upper": number(limits.upper),
        "sigma": number(limits.sigma),
        "points": limits.points,
        "first": _month(limits.first),
        "last": _month(limits.last),
        "provisional": limits.provisional,
        "variation": limits.variation,
        "rule": limits.rule,
        "since": _month(limits.since),
        "assurance": limits.assurance,
    }


def _trend(verdict: Verdict) -> dict[str, Any]:
    trend = verdict.trend
    numbers = ("slope", "change", "change_percent", "change_low", "change_high", "p")
    return {
        "verdict": trend.verdict,
        "direction": trend.direction,
        "since": _month(trend.since),
        **{name: number(getattr(trend, name)) for name in numbers},
        "method": trend.method,
        "early": trend.early,
    }


def _diagnosis(diagnosis: Diagnosis | None) -> dict[str, Any] | None:
    if diagnosis is None:
        return None
    check = diagnosis.next_check
    return {
        "coverage": number(diagnosis.coverage),
        "robust": diagnosis.robust,
        "next_check": check.id if check is not None else None,
    }


def _cause(found: CauseFinding) -> dict[str, Any]:
    sides = {"for": found.evidence_for, "against": found.evidence_against}
    return {
        "id": found.cause.id,
        "name": found.cause.name,
        "prior": number(found.prior),
        "posterior": number(found.posterior),
        "verdict": found.verdict,
        **{
            side: [
                {"sign": item.sign.id, "degree": number(item.degree), "weight": number(item.weight), "text": item.text}
                for item in evidence
            ]
            for side, evidence in sides.items()
        },
    }


def _actions(plan: Plan) -> list[dict[str, Any]]:
    return [
        {
            "action": item.action.id if item.action is not None else None,
            "text": item.text,
            "cause": item.cause.id if item.cause is not None else None,
            "owner": item.owner,
            "due": f"{item.due:%Y-%m-%d}",
            "effect": number(item.effect),
            "effect_low": number(item.effect_low),
            "effect_high": number(item.effect_high),
            "kind": item.kind,
        }
        for item in plan.recommendations
    ]


def _series(analysis: Analysis, verdict: Verdict) -> list[dict[str, Any]]:
    held = series(analysis.month.monthly, verdict.kpi, until=verdict.month)
    return [
        {
            "month": str(month),
            "value": number(row["value"]),
            "target": number(row["target"]),
            "target_upper": number(row["target_upper"]),
        }
        for month, row in held.iterrows()
    ]


def number(value: Any) -> float | None:
    """A number that JSON can hold, or None."""
    return float(value) if value is not None and math.isfinite(float(value)) else None


def _month(month: pd.Period | None) -> str | None:
    return None if month is None else str(month)

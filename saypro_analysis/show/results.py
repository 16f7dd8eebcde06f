"""The numbers of a report as data: for results.json and scorecard.csv. ``results_schema`` documents every key."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from saypro_analysis.actions import Plan
from saypro_analysis.analysis import Analysis
from saypro_analysis.budget import together
from saypro_analysis.causes import CauseFinding, Diagnosis
from saypro_analysis.follow_up import follow_up
from saypro_analysis.show.page import OVERVIEW
from saypro_analysis.show.results_ahead import baseline_data, outlook_data, plain, record_data
from saypro_analysis.show.results_schema import SCHEMA_VERSION, results_schema
from saypro_analysis.show.results_source import cost_data, count_data, decision_data, quality_data, rates_data
from saypro_analysis.show.results_story import changes_data, drivers_data, outcome_data, register_data
from saypro_analysis.show.scorecard_file import scorecard_rows
from saypro_analysis.show.story import Told, tell
from saypro_analysis.show.written import written_effects
from saypro_analysis.verdict import Verdict, points

__all__ = ["RESULTS_MIME", "Results", "export_overview", "export_results", "results_schema", "scorecard_rows"]

RESULTS_MIME = "application/vnd.saypro.results+json"


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
        "budget": record_data(analysis.budget),
        "changes": changes_data(analysis.changes),
        "diagnosis": _diagnosis(analysis.department),
        "causes": [_cause(found) for found in analysis.department.findings],
        "register": [register_data(row) for row in follow_up(month)],
        "outcomes": [outcome_data(outcome) for outcome in analysis.outcomes],
        "rates": rates_data(month),
        "decisions": [decision_data(decision) for decision in analysis.decisions],
        "quality": quality_data(month.quality),
        "provenance": {name: fact for name, fact in month.provenance.items() if name != "Prepared"},  # same bytes twice
        "kpis": kpis,
    }
    text = f"{month.department.name}, {month.month}: numbers of {len(kpis)} KPIs"
    return Results(data=data, text=text)


def export_overview(analyses: tuple[Analysis, ...], month: pd.Period, missing: Mapping[str, str]) -> Results:
    """The numbers of the overview: the counts of each department, and why a report is missing.

    ``judged`` KPIs have a value and a target; each is ``missed``, ``at_risk``, ``watched`` or ``met``, as on the page.
    A KPI without a target may be ``watched``, too; then the four are more than ``judged``.
    """
    departments = [
        {
            "department": analysis.month.department.id,
            "name": analysis.month.department.name,
            **count_data(analysis),
        }
        for analysis in analyses
    ]
    data = {
        "schema": SCHEMA_VERSION,
        "department": OVERVIEW,
        "month": str(month),
        "budget": record_data(together([analysis.budget for analysis in analyses])) if analyses else None,
        "quality": quality_data(pd.concat([a.month.quality for a in analyses]).drop_duplicates()) if analyses else None,
        "departments": departments,
        "missing": dict(missing),
    }
    return Results(data=data, text=f"Overview, {month}: numbers of {len(departments)} departments")


def _kpi(analysis: Analysis, verdict: Verdict) -> dict[str, Any]:
    kpi, gap, told = verdict.kpi, verdict.gap, tell(analysis, verdict)
    drivers = next((found for found in analysis.drivers if found.kpi.key == kpi.key), None)
    diagnosis = next((found for found in analysis.diagnoses if found.key == kpi.key), None)
    plan = next((plan for plan in analysis.plans if plan.kpi.key == kpi.key), None)
    return {
        "id": kpi.id,
        "name": kpi.name,
        "unit": kpi.unit,
        "better": kpi.better,
        "scorecard": kpi.scorecard,
        "actual": plain(gap.actual),
        "target": plain(gap.target),
        "target_upper": plain(gap.target_upper),
        "gap": {"size": plain(gap.size), "percent": plain(gap.percent), "status": gap.status},
        "cost": cost_data(told),
        "severity": record_data(verdict.severity),
        "limits": record_data(verdict.limits),
        "current": record_data(verdict.current) if verdict.current is not None else None,
        "baseline": baseline_data(kpi.baseline),
        "proposal": record_data(verdict.proposal) if verdict.proposal is not None else None,
        "trend": _trend(verdict),
        "outlook": outlook_data(verdict.outlook),
        "year": record_data(verdict.year) if verdict.year is not None else None,
        "fluctuation": {
            "fluctuating": verdict.fluctuation.fluctuating,
            "tests": list(verdict.fluctuation.tests),
            "volatility": plain(verdict.fluctuation.volatility),
        },
        "misses": verdict.misses,
        "missed_since": plain(verdict.missed_since),
        "emerging": verdict.emerging,
        "at_risk": verdict.at_risk,
        "progress": verdict.progress,
        "drivers": drivers_data(drivers, told),
        "diagnosis": _diagnosis(diagnosis),
        "causes": [_cause(found) for found in diagnosis.findings] if diagnosis else [],
        "plan": {"remaining": plain(plan.remaining), "gated": plan.gated} if plan else None,
        "actions": _actions(told, plan) if plan else [],
        "series": _series(analysis, verdict),
    }


def _trend(verdict: Verdict) -> dict[str, Any]:
    trend = verdict.trend
    numbers = ("slope", "change", "change_percent", "change_low", "change_high", "p", "adjusted_p")
    return {
        "verdict": trend.verdict,
        "direction": trend.direction,
        "since": plain(trend.since),
        **{name: plain(getattr(trend, name)) for name in numbers},
        "method": trend.method,
        "early": trend.early,
    }


def _diagnosis(diagnosis: Diagnosis | None) -> dict[str, Any] | None:
    if diagnosis is None:
        return None
    check = diagnosis.next_check
    return {
        "coverage": plain(diagnosis.coverage),
        "robust": diagnosis.robust,
        "next_check": check.id if check is not None else None,
    }


def _cause(found: CauseFinding) -> dict[str, Any]:
    sides = {"for": found.evidence_for, "against": found.evidence_against}
    return {
        "id": found.cause.id,
        "name": found.cause.name,
        "prior": plain(found.prior),
        "posterior": plain(found.posterior),
        "verdict": found.verdict,
        **{
            side: [
                {"sign": item.sign.id, "degree": plain(item.degree), "weight": plain(item.weight), "text": item.text}
                for item in evidence
            ]
            for side, evidence in sides.items()
        },
    }


def _actions(told: Told, plan: Plan) -> list[dict[str, Any]]:
    return [
        {
            "action": item.action.id if item.action is not None else None,
            "text": item.text,
            "cause": item.cause.id if item.cause is not None else None,
            "owner": item.owner,
            "due": f"{item.due:%Y-%m-%d}",
            "effect": plain(item.effect),
            "written": plain(effect),
            "effect_low": plain(item.effect_low),
            "effect_high": plain(item.effect_high),
            "kind": item.kind,
            "begun": item.begun,
            "late": item.late,
            "doubt": item.doubt,
        }
        for item, effect in zip(plan.recommendations, written_effects(told, plan), strict=True)
    ]


def _series(analysis: Analysis, verdict: Verdict) -> list[dict[str, Any]]:
    """Every month with the limits and the label that hold there: what the chart draws."""
    names = ("month", "value", "target", "target_upper", "mean", "lower", "upper", "signal")
    rows = points(verdict, analysis.month.monthly).to_dict("records")
    return [{name: plain(row[name]) for name in names} for row in rows]

"""What a report asks and what stands behind it, as data: decisions, costs of gaps, learned chances, data quality."""

from typing import Any

import pandas as pd

from saypro_analysis.analysis import Analysis
from saypro_analysis.decisions import Decision
from saypro_analysis.gap_cost import gap_cost
from saypro_analysis.kpi import DepartmentMonth
from saypro_analysis.learned import success_rates
from saypro_analysis.show.lead import tally
from saypro_analysis.show.results_ahead import plain
from saypro_analysis.show.story import Told, tell_all


def count_data(analysis: Analysis) -> dict[str, int]:
    """The scorecard as its page counts it: each KPI stands in one group, and those that are judged add up."""
    held = tally(tell_all(analysis))
    groups = {"missed": held.missed, "at_risk": held.at_risk, "watched": held.watched, "met": held.met}
    return {"kpis": len(analysis.scorecard), "judged": held.judged, **{name: len(own) for name, own in groups.items()}}


def decision_data(decision: Decision) -> dict[str, Any]:
    """What is asked of those who decide."""
    return {
        "ask": decision.ask,
        "text": decision.text,
        "by": f"{decision.by:%Y-%m-%d}",
        "due": f"{decision.first.due:%Y-%m-%d}",
        "cost": plain(decision.cost),
        "owner": decision.first.owner,
        "kpis": [{"kpi": item.kpi.id, "effect": plain(item.effect)} for item in decision.items],
    }


def cost_data(told: Told) -> dict[str, Any] | None:
    """What the gap costs in money; None where the KPI has no worth, or its target is not missed."""
    cost = gap_cost(told.kpi, told.short, told.months["month"])
    return None if cost is None else {"month": cost.month, "running": cost.running, "since": str(cost.since)}


def rates_data(month: DepartmentMonth) -> list[dict[str, Any]]:
    """The kinds of action in the register whose chance of success earlier results have changed."""
    kinds = {row.action for row in month.register}
    rates = success_rates(month.causes, month.outcomes)
    return [
        {
            "action": kind,
            "worked": rate.worked,
            "failed": rate.failed,
            "prior": float(rate.prior),
            "rate": float(rate.rate),
        }
        for kind, rate in rates.items()
        if kind in kinds and rate.worked + rate.failed
    ]


def quality_data(quality: pd.DataFrame) -> dict[str, Any]:
    """How many checks of the sources were made, and those that found something."""
    found = quality[quality["verdict"] != "ok"] if len(quality) else quality
    rows = [
        {
            **{name: str(row[name]) for name in ("table", "column", "text", "verdict")},
            "found": int(row["found"]),
            "rows": int(row["rows"]),
            "share": float(row["share"]),
        }
        for row in found.to_dict("records")
    ]
    return {"checks": len(quality), "found": rows}

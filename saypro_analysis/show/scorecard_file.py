"""The rows of scorecard.csv, from the results of a department's report."""

from collections.abc import Mapping
from typing import Any

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def scorecard_rows(results: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of scorecard.csv: one per KPI of the scorecard, worst first.

    Text that a spreadsheet would run as a formula gets a leading apostrophe; numbers stay numbers.
    """
    return [
        {key: neutral(value) for key, value in _row(results, kpi).items()}
        for kpi in results.get("kpis", ())
        if kpi["scorecard"]
    ]


def _row(results: Mapping[str, Any], kpi: Mapping[str, Any]) -> dict[str, Any]:
    months, year = kpi["outlook"]["months"], kpi["year"] or {}
    first, last = (months[0], months[-1]) if months else ({}, {})
    return {
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
        "at_risk": kpi["at_risk"],
        "level": kpi["severity"]["level"],
        "score": kpi["severity"]["score"],
        "variation": kpi["limits"]["variation"],
        "assurance": kpi["limits"]["assurance"],
        "trend": kpi["trend"]["verdict"],
        "misses": kpi["misses"],
        "forecast_next": first.get("value"),
        "chance_next": first.get("chance"),
        "chance_3_months": last.get("chance"),
        "year_estimate": year.get("estimate"),
        "year_chance": year.get("chance"),
    }


def neutral(cell: Any) -> Any:
    """A cell that a spreadsheet shows and does not run.

    >>> neutral("=cmd|' /C calc'!A0"), neutral("Revenue"), neutral(-5.0)
    ("'=cmd|' /C calc'!A0", 'Revenue', -5.0)
    """
    return f"'{cell}" if isinstance(cell, str) and cell.lstrip(" ").startswith(_FORMULA) else cell

"""What results tell beyond the month itself, as data: severity, outlook, year, baseline, proposal, error budget."""

import math
from dataclasses import fields
from typing import Any

import pandas as pd

from saypro_analysis.budget import ErrorBudget
from saypro_analysis.kpi import Baseline
from saypro_analysis.limits import Limits
from saypro_analysis.outlook import Expected, Outlook
from saypro_analysis.severity import Severity
from saypro_analysis.verdict import Proposal
from saypro_analysis.year_end import YearEnd


def record_data(record: Limits | Severity | Expected | YearEnd | Proposal | ErrorBudget) -> dict[str, Any]:
    """The fields of a result that holds scalars, JSON-safe."""
    return {field.name: plain(getattr(record, field.name)) for field in fields(record)}


def outlook_data(outlook: Outlook) -> dict[str, Any]:
    """The next months."""
    return {
        "months": [record_data(expected) for expected in outlook.months],
        "basis": outlook.basis,
        "seasonal": outlook.seasonal,
        "recovers": plain(outlook.recovers),
    }


def baseline_data(baseline: Baseline) -> dict[str, Any]:
    """Which months make the limits, as the card says."""
    return {
        "kind": "first months" if baseline.points else "span" if baseline.first else "all months",
        "points": baseline.points,
        "first": baseline.first or None,
        "last": baseline.last or None,
        "screen": baseline.screen,
        "rebases": [{"month": rebase.month, "reason": rebase.reason} for rebase in baseline.rebase],
    }


def plain(value: Any) -> Any:
    """A scalar as JSON holds it: months as "2026-10", what is no number as None.

    >>> plain(pd.Period("2026-10", "M")), plain(float("nan")), plain(3), plain(True), plain("shift")
    ('2026-10', None, 3, True, 'shift')
    """
    if isinstance(value, pd.Period):
        return str(value)
    if value is None or isinstance(value, str | bool | int):
        return value
    return float(value) if math.isfinite(float(value)) else None

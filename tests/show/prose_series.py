"""What the series of a KPI in results.json shows by itself: misses, runs, levels, extremes, possible limits."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

Data = Mapping[str, Any]
SHOWN, YEAR = 24, 12  # months of a chart; months of a year


def before(kpi: Data, number: int) -> str:
    """The month that lies so many months before the report's."""
    return str(pd.Period(kpi["series"][-1]["month"], "M") - number)


def at(kpi: Data, month: str) -> float | None:
    """The series' value in a month."""
    return next((row["value"] for row in kpi["series"] if row["month"] == month), None)


def shown(kpi: Data) -> list[Data]:
    """The months of the charts: the last 24."""
    return list(kpi["series"][-SHOWN:])


def with_value(kpi: Data) -> list[Data]:
    """The months that have a value."""
    return [row for row in kpi["series"] if row["value"] is not None]


def extremes(kpi: Data) -> list[Data]:
    """The first, lowest, highest and last month shown that has a value."""
    held = [row for row in shown(kpi) if row["value"] is not None]
    return [held[0], held[-1], *(pick(held, key=lambda row: row["value"]) for pick in (min, max))] if held else []


def missed(kpi: Data, row: Data) -> bool | None:
    """Whether a month of the series missed its target; None where there is no target or value."""
    value, low, high = row["value"], row["target"], row["target_upper"]
    if value is None or (low is None and high is None):
        return None
    if kpi["better"] == "inside":
        return (low is not None and value < low) or (high is not None and value > high)
    return bool(value > low if kpi["better"] == "lower" else value < low)


def judged(kpi: Data) -> list[Data]:
    """The months that have both a value and a target."""
    return [row for row in kpi["series"] if missed(kpi, row) is not None]


def missed_before(kpi: Data) -> str | None:
    """The last month that missed before the present row of misses."""
    first = kpi["missed_since"] or kpi["series"][-1]["month"]
    return next((row["month"] for row in kpi["series"][::-1] if row["month"] < first and missed(kpi, row)), None)


def run(kpi: Data) -> int:
    """How many months in a row the value rose (or fell: negative) up to the last one."""
    steps = []
    for one, other in zip(kpi["series"][::-1], kpi["series"][-2::-1], strict=False):
        if one["value"] is None or other["value"] is None or one["value"] == other["value"]:
            break
        way = 1 if one["value"] > other["value"] else -1
        if steps and way != steps[0]:
            break
        steps.append(way)
    return sum(steps)


def rows(kpi: Data) -> Iterator[int]:
    """How many months in a row, up to the last, lie outside the usual range, or on one side of the average."""
    anew = max((rebase["month"] for rebase in kpi["baseline"]["rebases"]), default="")
    for edges in (("upper", "lower"), ("mean", "mean")):
        for sign, edge in zip((1, -1), edges, strict=True):
            number = 0
            for row in kpi["series"][::-1]:
                if row["month"] < anew or row["value"] is None or row[edge] is None:
                    break
                if (row["value"] - row[edge]) * sign <= 0:
                    break
                number += 1
            yield number


def levels(kpi: Data) -> tuple[float, ...]:
    """The averages of the year before the trend's step and of the months from it on."""
    since = kpi["trend"]["since"]
    if since is None:
        return ()
    first = str(pd.Period(since, "M") - YEAR)
    old = [row["value"] for row in with_value(kpi) if first <= row["month"] < since]
    new = [row["value"] for row in with_value(kpi) if row["month"] >= since]
    return (sum(old) / len(old), sum(new) / len(new)) if old and new else ()


def possible(kpi: Data, *limits: float | None) -> list[float]:
    """Limits, not below nothing or above all where the KPI has never been there."""
    values, held = [row["value"] for row in with_value(kpi)], []
    for limit in limits:
        if limit is None:
            continue
        if limit < 0 and kpi["unit"] not in ("score", "ratio") and min(values) >= 0:
            limit = 0.0
        if limit > 1 and kpi["unit"] == "percent" and max(values) <= 1:
            limit = 1.0
        held.append(limit)
    return held

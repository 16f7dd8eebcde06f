"""How many targets were judged and missed in each of the last months, counted from the series of departments."""

import re

import pandas as pd
from prose_facts import counts, months, shares
from prose_numbers import Fact, tokens_of
from prose_pages import Block
from prose_series import Data, judged, missed

QUARTER, YEAR = 3, 12
_STRONG, _WEAK = 1.0, 0.6  # shades of the map of targets met


def by_month(part: Data, month: str) -> tuple[int, int]:
    """Targets missed and judged in a month."""
    rows = [(kpi, row) for kpi in part["kpis"] if kpi["scorecard"] for row in judged(kpi) if row["month"] == month]
    return sum(bool(missed(kpi, row)) for kpi, row in rows), len(rows)


def month_counts(parts: list[Data], block: Block) -> dict[str, list[Fact]]:
    """The facts of the tables of months: of the month that the row or the column names, or of the year's two ends."""
    last = pd.Period(parts[0]["month"], "M")
    held = [str(last - back) for back in range(YEAR - 1, -1, -1)]
    named = [str(token.number) for token in tokens_of(f"{block.row} {block.kind}") if token.kind == "month"]
    found: dict[str, list[Fact]] = {"month's targets": [], "targets met": []}
    found |= {"year": months(*held, str(last - YEAR)), "quarter": counts(QUARTER)}
    for month in [month for month in named if month in (*held, str(last - YEAR))] or held[-1:]:
        sums = [by_month(part, month) for part in parts]
        found["month's targets"] += counts(sum(m for m, _ in sums), sum(j for _, j in sums))
        found["targets met"] += shares(*(1 - m / j for m, j in sums if j))
    found["ends"] = [fact for part in parts for fact in ends(part, held)]
    found["shades"] = shares(_STRONG, _WEAK)
    return found


def ends(part: Data, held: list[str]) -> list[Fact]:
    """The average share of targets met in the first and in the last three months."""
    met = [1 - m / j for month in held for m, j in [by_month(part, month)] if j]
    return shares(sum(met[:QUARTER]) / QUARTER, sum(met[-QUARTER:]) / QUARTER) if len(met) > 2 * QUARTER else []


def departments_of(results: dict[str, Data], block: Block) -> dict[str, Data]:
    """The departments that a text tells of: its column's, its row's, those it names; else all of the page."""
    own = {k: p for k, p in results.items() if block.kind == f"cell: {p['name']}" or block.row == p["name"]}
    named = {k: p for k, p in results.items() if re.search(rf"\b{re.escape(p['name'])}\b", block.text)}
    return own or named or dict(results)

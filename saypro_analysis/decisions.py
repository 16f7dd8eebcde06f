"""What a month's plans ask of those who decide: to approve what is suggested, and to settle what is overdue."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from saypro_analysis.actions import Plan, Recommendation, overdue_elsewhere
from saypro_analysis.causes import Diagnosis
from saypro_analysis.follow_up import month_end
from saypro_analysis.kpi import DepartmentMonth
from saypro_analysis.verdict import Verdict

EVEN = 0.5  # nobody is asked to approve an action against a cause that is less likely than not
Ask = Literal["settle", "approve"]


@dataclass(frozen=True, kw_only=True)
class Decision:
    """One thing to decide, by the day ``by``.

    Ask "settle": a planned action is overdue, so press on, change it or stop it. "approve": an action is suggested
    that nobody has planned. ``items`` are the recommendations that it stands for, one for each KPI that it serves,
    the worst KPI first. ``cost`` is the amount of the register, in the company's currency; None where none is known.
    """

    ask: Ask
    text: str
    items: tuple[Recommendation, ...]
    by: pd.Timestamp
    cost: float | None = None

    @property
    def first(self) -> Recommendation:
        """The recommendation for the worst KPI that the decision serves."""
        return self.items[0]


def decisions(
    month: DepartmentMonth, verdicts: Sequence[Verdict], plans: Sequence[Plan], diagnoses: Sequence[Diagnosis] = ()
) -> tuple[Decision, ...]:
    """What is to be decided in a department, the worst KPI's first, of one KPI first what is overdue.

    An action that is suggested for several KPIs is one decision. Checks are no decisions: they are asked of those
    who know. What is planned and on time needs none.
    """
    doubted = {(d.key, f.cause.id) for d in diagnoses for f in d.findings if f.posterior < EVEN}
    severity = {verdict.kpi.key: verdict.severity.score or 0.0 for verdict in verdicts}
    asked: dict[tuple[Ask, str], list[Recommendation]] = {}
    every = [item for plan in plans for item in plan.recommendations] + [*overdue_elsewhere(month, verdicts, plans)]
    open_items = [
        item
        for item in every
        if item.late or (item.kind == "suggested" and not (item.cause and (item.kpi.key, item.cause.id) in doubted))
    ]
    for item in sorted(open_items, key=lambda item: (-severity[item.kpi.key], item.kpi.key, not item.late)):
        # Two rows of the register are two decisions, though their kind of action is the same.
        ask: Ask = "settle" if item.late else "approve"
        asked.setdefault((ask, item.planned or item.text), []).append(item)
    return tuple(
        Decision(ask=ask, text=items[0].text, items=tuple(items), by=decide_by(month), cost=_cost(month, items))
        for (ask, _), items in asked.items()
    )


def decide_by(month: DepartmentMonth) -> pd.Timestamp:
    """The day by which decisions are asked for: so many days after the month's end, at a weekend the Friday before.

    >>> from types import SimpleNamespace
    >>> october = SimpleNamespace(month=pd.Period("2026-10", "M"), company=SimpleNamespace(decide_within=14))
    >>> str(decide_by(october).date())  # the 14th of November is a Saturday
    '2026-11-13'
    """
    day = month_end(month) + pd.Timedelta(days=month.company.decide_within)
    return day - pd.Timedelta(days=max(day.day_of_week - 4, 0))


def _cost(month: DepartmentMonth, items: Sequence[Recommendation]) -> float | None:
    """What the register says that the action costs; None when it says nothing."""
    held = {row.id: row.cost for row in month.register if row.cost is not None}
    costs = {item.planned: held[item.planned] for item in items if item.planned in held}
    return sum(costs.values()) if costs else None

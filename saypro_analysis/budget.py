"""The error budget: how many of a month's flags chance alone would raise."""

from collections.abc import Sequence
from dataclasses import dataclass

from saypro_analysis.verdict import Verdict

SIGNIFICANCE = 0.05


@dataclass(frozen=True, kw_only=True)
class ErrorBudget:
    """Flags raised in a report against those that chance alone would raise if no process had changed.

    ``kpis`` had enough data to be judged; ``flags`` of them differ from usual this month (better, worse or neither),
    ``expected`` (a mean, not a whole number) would by chance. ``trends`` are the trends that were declared among
    ``tested`` KPIs; of these at most the share ``false_share`` is expected to be false (Benjamini & Hochberg 1995).
    """

    kpis: int
    flags: int
    expected: float
    tested: int
    trends: int
    false_share: float


def error_budget(verdicts: Sequence[Verdict]) -> ErrorBudget:
    """The budget of a report from the verdicts that it shows; ``together`` adds those of departments up."""
    judged = [verdict for verdict in verdicts if verdict.limits.variation != "insufficient"]
    return ErrorBudget(
        kpis=len(judged),
        flags=sum(verdict.limits.variation != "common" for verdict in judged),
        expected=sum(chance_of_flag(verdict.limits.points) for verdict in judged),
        tested=sum(verdict.trend.p is not None for verdict in verdicts),
        trends=sum(verdict.trend.verdict in ("improving", "declining") for verdict in verdicts),
        false_share=SIGNIFICANCE,
    )


def together(budgets: Sequence[ErrorBudget]) -> ErrorBudget:
    """The budget of several reports as one."""
    return ErrorBudget(
        kpis=sum(budget.kpis for budget in budgets),
        flags=sum(budget.flags for budget in budgets),
        expected=sum(budget.expected for budget in budgets),
        tested=sum(budget.tested for budget in budgets),
        trends=sum(budget.trends for budget in budgets),
        false_share=max((budget.false_share for budget in budgets), default=SIGNIFICANCE),
    )


def chance_of_flag(points: int) -> float:
    """Chance that the latest month of a process that did not change is flagged, by the number of its months."""
    return 0.02 if points else 0.0

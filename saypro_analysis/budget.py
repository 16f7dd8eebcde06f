"""The error budget: how many of a month's flags chance alone would raise."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

from saypro_analysis.verdict import Verdict


@dataclass(frozen=True, kw_only=True)
class ErrorBudget:
    """Flags raised in a report against those that chance alone would raise if no process had changed.

    ``kpis`` had enough data to be judged; ``flags`` of them differ from usual this month (better, worse or neither),
    ``expected`` (a mean, not a whole number) would by chance. ``swings`` are called fluctuating, of those that vary
    enough to matter ``swings_expected`` would be by chance. ``trends`` are the trends that were declared among
    ``tested`` KPIs; of these at most the share ``false_share`` is expected to be false (Benjamini & Hochberg 1995).
    """

    kpis: int
    flags: int
    expected: float
    swings: int
    swings_expected: float
    tested: int
    trends: int
    false_share: float


def error_budget(verdicts: Sequence[Verdict], *, significance: float = 0.05) -> ErrorBudget:
    """The budget of a report from the verdicts that it shows; ``together`` adds those of departments up."""
    judged = [verdict for verdict in verdicts if verdict.limits.variation != "insufficient"]
    return ErrorBudget(
        kpis=len(judged),
        flags=sum(verdict.limits.variation != "common" for verdict in judged),
        expected=sum(verdict.flag_chance for verdict in judged),
        swings=sum(verdict.fluctuation.fluctuating for verdict in verdicts),
        swings_expected=sum(verdict.swing_chance for verdict in verdicts),
        tested=sum(verdict.trend.p is not None for verdict in verdicts),
        trends=sum(verdict.trend.verdict in ("improving", "declining") for verdict in verdicts),
        false_share=significance,
    )


def together(budgets: Sequence[ErrorBudget]) -> ErrorBudget:
    """The budget of several reports as one; there is at least one."""
    names = [field.name for field in fields(ErrorBudget) if field.name != "false_share"]
    sums = {name: sum(getattr(budget, name) for budget in budgets) for name in names}
    return ErrorBudget(**sums, false_share=max(budget.false_share for budget in budgets))

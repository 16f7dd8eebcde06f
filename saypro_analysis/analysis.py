"""The whole analysis of one department's month, in one object that every chart, table, sentence and file reads."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from saypro_analysis.actions import Plan, recommend
from saypro_analysis.budget import ErrorBudget, error_budget
from saypro_analysis.causes import Diagnosis, diagnose, diagnose_department
from saypro_analysis.changes import Changes, find_changes
from saypro_analysis.decisions import Decision, decisions
from saypro_analysis.drivers import Drivers, find_drivers
from saypro_analysis.kpi import DepartmentMonth
from saypro_analysis.outcomes import Outcome, judge_actions
from saypro_analysis.texts import spoken
from saypro_analysis.verdict import Verdict, judge


@dataclass(frozen=True, kw_only=True)
class Analysis:
    """What one department's month shows.

    ``verdicts`` has one entry per KPI, worst first. ``drivers``, ``diagnoses`` and ``plans`` have one per KPI in
    trouble, in the same order. ``department`` is the diagnosis of the department as a whole. ``budget`` counts the
    scorecard's flags against those of chance. ``outcomes`` judges the actions of the register that are done.
    ``changes`` says what has moved since the month before; None when the department had no value then.
    """

    month: DepartmentMonth
    verdicts: tuple[Verdict, ...]
    drivers: tuple[Drivers, ...]
    diagnoses: tuple[Diagnosis, ...]
    department: Diagnosis
    plans: tuple[Plan, ...]
    budget: ErrorBudget
    outcomes: tuple[Outcome, ...] = ()
    changes: Changes | None = None
    decisions: tuple[Decision, ...] = ()

    @cached_property
    def memo(self) -> dict[object, Any]:
        """What was worked out from this analysis once and is asked for again and again."""
        return {}

    @property
    def scorecard(self) -> tuple[Verdict, ...]:
        """The verdicts that the scorecard shows; the others only measure signs."""
        return tuple(verdict for verdict in self.verdicts if verdict.kpi.scorecard)

    @property
    def missed(self) -> tuple[Verdict, ...]:
        """The KPIs that missed their target, largest relative gap first."""
        return tuple(verdict for verdict in self.scorecard if verdict.gap.status == "missed")

    @property
    def watched(self) -> tuple[Verdict, ...]:
        """The KPIs that are not missed but get worse, fluctuate, or are forecast to miss: emerging problems."""
        return tuple(v for v in self.scorecard if (v.emerging or v.at_risk) and v.gap.status != "missed")


@spoken(lambda month: month.company.language)
def analyse(month: DepartmentMonth) -> Analysis:
    """Judge every KPI of the month, look for the causes of what is wrong, and recommend what to do.

    The texts in it, such as those of the evidence, are in the company's language.
    """
    verdicts = judge(month)
    diagnoses = diagnose(month, verdicts)
    changes, outcomes = None, judge_actions(month)
    if month.before is not None:
        earlier = judge(month.before)
        changes = find_changes(
            month, verdicts, diagnoses, verdicts_before=earlier, diagnoses_before=diagnose(month.before, earlier)
        )
    plans = recommend(month, verdicts, diagnoses, outcomes)
    return Analysis(
        month=month,
        verdicts=verdicts,
        drivers=find_drivers(month, verdicts),
        diagnoses=diagnoses,
        department=diagnose_department(month, verdicts),
        plans=plans,
        budget=error_budget(
            [verdict for verdict in verdicts if verdict.kpi.scorecard],
            significance=month.company.thresholds.significance,
        ),
        outcomes=outcomes,
        changes=changes,
        decisions=decisions(month, verdicts, plans, diagnoses),
    )

"""The whole analysis of one department's month, in one object that every chart, table, sentence and file reads."""

from dataclasses import dataclass

from saypro_analysis.actions import Plan, recommend
from saypro_analysis.budget import ErrorBudget, error_budget
from saypro_analysis.causes import Diagnosis, diagnose
from saypro_analysis.kpi import DepartmentMonth
from saypro_analysis.verdict import Verdict, judge


@dataclass(frozen=True, kw_only=True)
class Analysis:
    """What one department's month shows.

    ``verdicts`` has one entry per KPI, worst first. ``diagnoses`` and ``plans`` have one per KPI in trouble,
    in the same order. ``budget`` counts the scorecard's flags against those of chance.
    """

    month: DepartmentMonth
    verdicts: tuple[Verdict, ...]
    diagnoses: tuple[Diagnosis, ...]
    plans: tuple[Plan, ...]
    budget: ErrorBudget

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


def analyse(month: DepartmentMonth) -> Analysis:
    """Judge every KPI of the month, look for the causes of what is wrong, and recommend what to do."""
    verdicts = judge(month)
    diagnoses = diagnose(month, verdicts)
    return Analysis(
        month=month,
        verdicts=verdicts,
        diagnoses=diagnoses,
        plans=recommend(month, verdicts, diagnoses),
        budget=error_budget(
            [verdict for verdict in verdicts if verdict.kpi.scorecard],
            significance=month.company.thresholds.significance,
        ),
    )

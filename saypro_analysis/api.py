"""The names that a notebook may use: open a month, analyse it, show it.

>>> from saypro_analysis.api import analyse, open_month, show_head
"""

from saypro_analysis.analysis import Analysis, analyse
from saypro_analysis.many import judge_segments, judge_table
from saypro_analysis.month import CompanyMonth, open_company, open_month
from saypro_analysis.show.by_month import show_targets_by_month
from saypro_analysis.show.changes import show_changes
from saypro_analysis.show.decisions import show_decisions
from saypro_analysis.show.departments import show_departments
from saypro_analysis.show.drivers import show_drivers
from saypro_analysis.show.earlier_months import show_earlier_months
from saypro_analysis.show.explore import explore
from saypro_analysis.show.matrix import show_matrix
from saypro_analysis.show.overview import (
    show_all_missed,
    show_causes,
    show_overview_changes,
    show_overview_head,
    show_overview_method,
)
from saypro_analysis.show.results import export_overview, export_results
from saypro_analysis.show.sections import (
    show_head,
    show_method,
    show_missed,
    show_progress,
    show_scorecard,
    show_watch_list,
)
from saypro_analysis.show.segments import show_segments
from saypro_analysis.show.style import use_report_style

__all__ = [
    "Analysis",
    "CompanyMonth",
    "analyse",
    "explore",
    "export_overview",
    "export_results",
    "judge_segments",
    "judge_table",
    "open_company",
    "open_month",
    "show_all_missed",
    "show_causes",
    "show_changes",
    "show_decisions",
    "show_departments",
    "show_drivers",
    "show_earlier_months",
    "show_head",
    "show_matrix",
    "show_method",
    "show_missed",
    "show_overview_changes",
    "show_overview_head",
    "show_overview_method",
    "show_progress",
    "show_scorecard",
    "show_segments",
    "show_targets_by_month",
    "show_watch_list",
    "use_report_style",
]

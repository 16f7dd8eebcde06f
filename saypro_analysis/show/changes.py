"""The section that says what has changed since the month before."""

from saypro_analysis.analysis import Analysis
from saypro_analysis.show.change_words import (
    cause_line,
    change_line,
    changes_heading,
    due_line,
    report_note,
    restated_line,
    same_line,
)
from saypro_analysis.show.fragment import NOTHING, Fragment, render
from saypro_analysis.show.numbers import month_only, numbers_of
from saypro_analysis.show.story import tell


def show_changes(analysis: Analysis) -> Fragment:
    """What moved since the month before, and which past values are restated. Empty when there is no such month."""
    changes, month = analysis.changes, analysis.month
    if changes is None:
        return NOTHING
    since, numbers = month_only(changes.since), numbers_of(month.company)
    names = {kpi.id: kpi.name for kpi in month.department.kpis.values()}
    lines = [(change.kpi.name, change_line(tell(analysis, change.now), change)) for change in changes.moved]
    lines += [(f"{change.kpi.name}:", cause_line(change, since)) for change in changes.causes]
    lines += [("Due:", due_line(row, names)) for row in changes.due]
    lines += [(f"{found.kpi.name}, restated:", restated_line(found, numbers)) for found in changes.restated]
    heading = changes_heading(changes)
    notes = [note for note in (same_line(changes), report_note(changes)) if note]
    html = render("changes", heading=heading, lines=[line for line in lines if line[1]], notes=notes)
    return Fragment(html=html, text=heading)

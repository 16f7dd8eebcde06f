"""The section that says what has changed since the month before."""

from saypro_analysis.analysis import Analysis
from saypro_analysis.follow_up import follow_up
from saypro_analysis.show.cause_words import lower
from saypro_analysis.show.change_words import (
    cause_line,
    change_line,
    changes_heading,
    due_line,
    report_note,
    restated_line,
    same_line,
    seen_restated,
)
from saypro_analysis.show.company_language import in_company_language
from saypro_analysis.show.fragment import NOTHING, Fragment, render
from saypro_analysis.show.numbers import month_only, numbers_of
from saypro_analysis.show.outcome_words import VERDICTS
from saypro_analysis.show.story import tell
from saypro_analysis.texts import t


@in_company_language
def show_changes(analysis: Analysis) -> Fragment:
    """What moved since the month before, and which past values are restated. Empty when there is no such month."""
    changes, month = analysis.changes, analysis.month
    if changes is None:
        return NOTHING
    since, numbers = month_only(changes.since), numbers_of(month.company)
    names = {kpi.id: kpi.name for kpi in month.department.kpis.values()}
    texts = {row.planned.id: row.text for row in follow_up(month)}
    lines = [(change.kpi.name, change_line(tell(analysis, change.now), change)) for change in changes.moved]
    lines += [(f"{change.kpi.name}:", cause_line(change, since)) for change in changes.causes]
    lines += [(t("Due:"), due_line(row, names)) for row in changes.due]
    lines += [
        (
            t("{kpi}, judged:", kpi=outcome.kpi.name),
            f"“{texts[outcome.planned.id]}”: {lower(t(VERDICTS[outcome.verdict]))}.",
        )
        for outcome in analysis.outcomes
        if outcome.due_now
    ]
    restated = seen_restated(changes, numbers)
    lines += [(t("{kpi}, restated:", kpi=found.kpi.name), restated_line(found, numbers)) for found in restated]
    heading = changes_heading(changes)
    notes = [note for note in (same_line(changes), report_note(changes, restated)) if note]
    html = render("changes", heading=heading, lines=[line for line in lines if line[1]], notes=notes)
    return Fragment(html=html, text=heading)

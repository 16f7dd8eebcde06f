"""The sections of a department's report: each takes the analysis and gives a fragment."""

from saypro_analysis.analysis import Analysis
from saypro_analysis.follow_up import follow_up
from saypro_analysis.kpi import Kpi
from saypro_analysis.show.cause_words import evidence_caption, lower
from saypro_analysis.show.company_language import in_company_language
from saypro_analysis.show.decisions import ask_html
from saypro_analysis.show.fragment import NOTHING, Fragment, join, render
from saypro_analysis.show.headings import watch_heading
from saypro_analysis.show.kpi_section import missed_section, watch_section
from saypro_analysis.show.lead import Tally, facts, lead, tally
from saypro_analysis.show.limit_words import limit_summary
from saypro_analysis.show.method import method_fragment
from saypro_analysis.show.numbers import capital, month_name, numbers_of, numeral
from saypro_analysis.show.outcome_words import rate_lines, result_counts
from saypro_analysis.show.page import department_page, previous_report
from saypro_analysis.show.part_words import part_note
from saypro_analysis.show.scorecard import Row, scorecard_table
from saypro_analysis.show.story import tell, tell_all
from saypro_analysis.show.tables import evidence_table, follow_up_table
from saypro_analysis.show.words import STATUS
from saypro_analysis.texts import later, n, t

_PROGRESS_NOTE = later(
    "A result says what the KPI did since, against the months before the action was called for; it does not prove that "
    "the action did it."
)
_STATES = {
    "done": later("{number} done"),
    "late": later("{number} late"),
    "not started": later("{number} not started"),
    "stopped": later("{number} stopped"),
    "on time": later("{number} on time"),
}


@in_company_language
def show_head(analysis: Analysis) -> Fragment:
    """Breadcrumb, title, the sentence that says what is wrong, and what, since when, why, what to do."""
    month, stories = analysis.month, tell_all(analysis)
    sentence = lead(month.month, stories)
    html = render(
        "head", name=month.department.name, month=month_name(month.month), lead=sentence, sample=month.sample,
        facts=facts(analysis, stories), company=month.company.name, missing={}, ask=ask_html(analysis),
        previous=previous_report(month.month, month.department.id),
    )  # fmt: skip
    return Fragment(html=html, text=sentence.striptags(), page=department_page(month))


@in_company_language
def show_scorecard(analysis: Analysis) -> Fragment:
    """Every KPI of the scorecard in one table, worst first."""
    stories = tell_all(analysis)
    explained = {verdict.kpi.key for verdict in (*analysis.missed, *analysis.watched)}
    rows = [
        Row(
            told=told,
            prefix=f"score-{told.kpi.id}",
            href=f"#kpi-{told.kpi.id}" if told.kpi.key in explained else "",
        )
        for told in stories
    ]
    held = tally(stories)
    heading = scorecard_heading(held, len(stories))
    month = month_name(analysis.month.month)
    caption = t(
        "{department} KPIs, {month}: actual, target, gap, status, variation, assurance, 24 months",
        department=analysis.month.department.name, month=month,
    )  # fmt: skip
    table = scorecard_table(rows, caption=caption) if rows else ""
    html = render(
        "scorecard_section", heading=heading, counts=_counts(held), table=table, links=_links(analysis),
        note=part_note(analysis.month),
    )  # fmt: skip
    return Fragment(html=html, text=heading)


def scorecard_heading(held: Tally, total: int) -> str:
    """The scorecard's heading; says so when all targets were met."""
    if total == 0:
        return t("Scorecard: no KPI is on it")
    if held.judged == 2 and not held.missed:
        return t("Both targets were met")
    if held.judged and not held.missed:
        return n("The one target was met", "All {number} targets were met", held.judged, number=numeral(held.judged))
    return n(
        "Scorecard: one KPI against target", "Scorecard: {number} KPIs against target", total, number=numeral(total)
    )  # fmt: skip


def _counts(held: Tally) -> list[tuple[str, str, int, str]]:
    """Symbol, number and words of each status that occurs."""
    groups = [
        ("m", held.missed, t(STATUS["missed"])),
        ("r", held.at_risk, t("Met, at risk")),
        ("w", held.watched, t("To watch")),
        ("g", held.met, t(STATUS["met"])),
        ("n", held.no_target, t(STATUS["no target"])),
        ("n", held.no_data, t(STATUS["no data"])),
    ]
    return [(kind, "x" * len(stories), len(stories), word.lower()) for kind, stories, word in groups if stories]


def _links(analysis: Analysis) -> list[tuple[str, str]]:
    links = [(f"#kpi-{verdict.kpi.id}", verdict.kpi.name) for verdict in analysis.missed]
    if analysis.watched:
        links.append(("#watch", t("Watch list")))
    if analysis.month.register:
        links.append(("#progress", t("Earlier actions")))
    return [*links, ("#method", t("Method and data quality"))]


@in_company_language
def show_missed(analysis: Analysis) -> Fragment:
    """One section per missed KPI: what happened, why, what to do. Empty when all targets were met."""
    cards = analysis.month.department.kpis
    parts = [
        missed_section(tell(analysis, verdict), number=number, cards=cards)
        for number, verdict in enumerate(analysis.missed, start=1)
    ]
    return join(*parts, _across(analysis)) if parts else NOTHING


def _across(analysis: Analysis) -> Fragment:
    """What the signs of the whole department point to, where more than one of its KPIs is in trouble."""
    if len(analysis.diagnoses) < 2:
        return NOTHING
    month = analysis.month
    heading = t(
        "Across {department}: {causes}", department=month.department.name,
        causes=lower(evidence_caption(analysis.department)),
    )  # fmt: skip
    note = t("All signs that are known in the department, whichever of its KPIs they speak of.")
    table = evidence_table(analysis.department, numbers_of(month.company), prefix="department")
    body = render("folded", summary=t("The causes with their evidence"), body=table)
    html = render("plain_section", id="department-causes", heading=heading, sub=note, body=body, screen=True)
    return Fragment(html=html, text=heading)


@in_company_language
def show_watch_list(analysis: Analysis) -> Fragment:
    """The KPIs that are not missed but at risk, get worse or swing too much. Empty when there is none."""
    held = tally(tuple(tell(analysis, verdict) for verdict in analysis.watched))
    stories = held.troubled
    cards = analysis.month.department.kpis
    return watch_section(stories, heading=watch_heading(stories), cards=cards) if stories else NOTHING


@in_company_language
def show_progress(analysis: Analysis) -> Fragment:
    """How the actions of the register stand. Empty when none is registered."""
    month = analysis.month
    rows = follow_up(month)
    if not rows:
        return NOTHING
    states = [row.state for row in rows]
    shown = [t(words, number=numeral(states.count(state))) for state, words in _STATES.items() if state in states]
    results = result_counts(analysis.outcomes)
    if results and "done" in states:
        shown[0] += f" ({', '.join(results)})"
    heading = t("Progress on earlier actions: {states}", states=", ".join(shown))
    table = follow_up_table(
        rows, analysis.outcomes, _cards(analysis), month.causes, numbers_of(month.company),
        caption=t("Actions of the register as they stood at the end of {month}", month=month_name(month.month)),
    )  # fmt: skip
    html = render(
        "plain_section", id="progress", heading=capital(heading), sub=t(_PROGRESS_NOTE), body=table,
        after=" ".join(rate_lines(analysis)),
    )  # fmt: skip
    return Fragment(html=html, text=heading)


def _cards(analysis: Analysis) -> dict[str, Kpi]:
    """The department's KPIs by id, each with the decimals that its page writes it with."""
    return dict(analysis.month.department.kpis) | {v.kpi.id: tell(analysis, v).kpi for v in analysis.verdicts}


@in_company_language
def show_method(analysis: Analysis) -> Fragment:
    """Method and data quality, collapsed, and where the numbers come from."""
    month = analysis.month
    return method_fragment(
        quality=month.quality, provenance=dict(month.provenance), contact=month.company.contact,
        numbers=numbers_of(month.company), sample=month.sample, budget=analysis.budget,
        limits=limit_summary(tell_all(analysis)),
    )  # fmt: skip

"""What is asked of those who decide: on a department's first screen, and for the whole company in one table."""

from markupsafe import Markup

from saypro_analysis.analysis import Analysis
from saypro_analysis.decisions import Decision
from saypro_analysis.show.company_language import in_company_language
from saypro_analysis.show.decision_words import SHOWN, Asked, asked, decisions_heading, no_decision
from saypro_analysis.show.fragment import NOTHING, Fragment, render
from saypro_analysis.show.numbers import capital, date_name, numeral
from saypro_analysis.texts import n, t

Analyses = tuple[Analysis, ...]
MOST = 5  # decisions in the company's table


def ask_html(analysis: Analysis) -> Markup:
    """The block of a department's first screen: what to decide until when, or that nothing is to be decided."""
    items = [asked(analysis, decision) for decision in analysis.decisions[:SHOWN]]
    rest = len(analysis.decisions) - len(items)
    return render(
        "ask", heading=decisions_heading(len(analysis.decisions)), items=items, calm=no_decision(analysis),
        more=capital(
            n("{number} more stands with its KPI below.", "{number} more stand with their KPIs below.", rest,
              number=numeral(rest))
        ) if rest else "",
    )  # fmt: skip


@in_company_language
def show_decisions(analyses: Analyses) -> Fragment:
    """What the departments ask for, the worst KPI's first; or that nothing is asked. Empty without a department."""
    every = sorted(
        ((analysis, decision) for analysis in analyses for decision in analysis.decisions), key=_severity, reverse=True
    )
    if not analyses:
        return NOTHING
    if not every:
        calm = t("No department asks for a decision; what is planned stands in their reports.")
        return Fragment(html=render("ask", heading=decisions_heading(0), items=[], calm=calm, more=""), text=calm)
    rows = [_row(analysis, asked(analysis, decision)) for analysis, decision in every[:MOST]]
    heading, rest = decisions_heading(len(every), date_name(every[0][1].by)), len(every) - len(rows)
    more = capital(
        n("{number} more stands in its department’s report.", "{number} more stand in the departments’ reports.", rest,
          number=numeral(rest))
    ) if rest else ""  # fmt: skip
    return Fragment(html=render("decisions", heading=heading, rows=rows, more=more), text=heading)


def _row(analysis: Analysis, ask: Asked) -> dict[str, object]:
    """One decision with links to where its KPIs are explained; one that is fine stands with the earlier actions."""
    explained = {verdict.kpi.key for verdict in (*analysis.missed, *analysis.watched)}
    department = analysis.month.department
    places = [f"kpi-{told.kpi.id}" if told.kpi.key in explained else "progress" for told in ask.serves]
    return {
        "asked": ask,
        "serves": list(zip(ask.serves, places, strict=True)),
        "page": f"{department.id}.html",
        "department": department.name,
    }


def _severity(held: tuple[Analysis, Decision]) -> float:
    analysis, decision = held
    key = decision.first.kpi.key
    return next(verdict.severity.score or 0.0 for verdict in analysis.verdicts if verdict.kpi.key == key)

"""The departments of the company, a card each."""

from collections.abc import Mapping

from markupsafe import Markup

from saypro_analysis.analysis import Analysis
from saypro_analysis.show.company_language import in_company_language
from saypro_analysis.show.fragment import Fragment, render
from saypro_analysis.show.lead import tally
from saypro_analysis.show.numbers import numeral
from saypro_analysis.show.outlook_words import miss_forecast
from saypro_analysis.show.overview import best_cause, department_names
from saypro_analysis.show.stated import stated
from saypro_analysis.show.story import Told, tell_all
from saypro_analysis.show.words import against, missed_by, number_of
from saypro_analysis.texts import n, t

Analyses = tuple[Analysis, ...]


@in_company_language
def show_departments(analyses: Analyses, missing: Mapping[str, str]) -> Fragment:
    """One card per department: how many targets were missed, the worst of them, the best-supported cause."""
    names = department_names(analyses, missing)
    done = {analysis.month.department.id: analysis for analysis in analyses}
    cards = [_card(key, name, done.get(key), missing.get(key, "")) for key, name in names.items()]
    heading = n("The department", "The {number} departments", len(cards), number=numeral(len(cards)))
    return Fragment(html=render("departments", heading=heading, cards=cards), text=heading)


def _card(key: str, name: str, analysis: Analysis | None, reason: str) -> dict[str, object]:
    if analysis is None:
        return {"key": key, "name": name, "href": "", "reason": reason or t("There is no report for this month.")}
    stories = tell_all(analysis)
    held = tally(stories)
    main = next(iter((*held.missed, *held.troubled)), None)
    return {
        "key": key,
        "stated": stated("count", len(held.missed), held.judged),
        "name": name,
        "href": f"{key}.html",
        "reason": reason,
        "count": t(
            "{missed} of {judged} missed", missed=Markup("<b>{}</b>").format(len(held.missed)), judged=held.judged
        ),
        "marks": "m" * len(held.missed) + "r" * len(held.at_risk) + "w" * len(held.watched) + "g" * len(held.met),
        "sentence": _card_sentence(main, held.judged),
        "cause": best_cause(main) if main is not None else "",
    }


def _card_sentence(main: Told | None, judged: int) -> str:
    if main is None:
        return t("All targets were met.") if judged else t("No KPI has both a target and a value.")
    kpi, many = main.kpi.name, number_of(main.kpi)
    if main.verdict.gap.status == "missed":
        return n("{kpi} is {gap}, {levels}.", "{kpi} are {gap}, {levels}.", many, kpi=kpi, gap=missed_by(main),
                 levels=against(main))  # fmt: skip
    if main.verdict.at_risk:
        return n("{kpi} is met, but {forecast}.", "{kpi} are met, but {forecast}.", many, kpi=kpi,
                 forecast=miss_forecast(main))  # fmt: skip
    return n("{kpi} needs watching.", "{kpi} need watching.", many, kpi=kpi)

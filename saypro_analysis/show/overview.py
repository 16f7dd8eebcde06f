"""The overview: all departments in one month. ``missing`` says why a department's report could not be made."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from saypro_analysis.analysis import Analysis
from saypro_analysis.budget import together
from saypro_analysis.show.cause_words import confidence, score, supported
from saypro_analysis.show.change_words import overview_line
from saypro_analysis.show.company_language import in_company_language
from saypro_analysis.show.cost_words import costliest
from saypro_analysis.show.fragment import NOTHING, Fragment, render
from saypro_analysis.show.limit_words import limit_summary
from saypro_analysis.show.method import method_fragment
from saypro_analysis.show.numbers import month_name, numbers_of, numeral
from saypro_analysis.show.overview_lead import overview_facts, overview_lead
from saypro_analysis.show.page import OVERVIEW, page_json, previous_report
from saypro_analysis.show.scorecard import Row, scorecard_table
from saypro_analysis.show.story import Told, tell_all
from saypro_analysis.texts import later, n, t

Analyses = tuple[Analysis, ...]
_RANKED = later(
    "Ranked by the gap as a part of the target, which compares units but does not say which gap costs most."
)


@in_company_language
def show_overview_head(analyses: Analyses, month: pd.Period, missing: Mapping[str, str]) -> Fragment:
    """The company's month in one sentence and four facts; departments without a report are named with the reason."""
    sentence = overview_lead(analyses, month)
    company = analyses[0].month.company.name if analyses else ""
    names = department_names(analyses, missing)
    sample = any(analysis.month.sample for analysis in analyses)
    html = render(
        "head", name="", month=month_name(month), lead=sentence, sample=sample, company=company,
        facts=overview_facts(analyses), missing={names[key]: reason for key, reason in missing.items()}, ask="",
        previous=previous_report(month, "index"),
    )  # fmt: skip
    page = page_json(company=company, departments=names, current=OVERVIEW, month=month, sample=sample)
    return Fragment(html=html, text=sentence.striptags(), page=page)


def department_names(analyses: Analyses, missing: Mapping[str, str]) -> dict[str, str]:
    """Id and name of every department, in the overview's order; one that is only known as missing keeps its id."""
    names = dict(analyses[0].month.departments) if analyses else {}
    return names | {key: key.replace("_", " ").capitalize() for key in missing if key not in names}


def best_cause(told: Told) -> str:
    """The best-supported cause with its score, or that there is none."""
    found = supported(told.diagnosis)
    if not found or told.diagnosis is None:
        return t("none well supported")
    return f"{found[0].cause.name} ({score(found[0])})"


def _cause_cell(told: Told) -> tuple[str, str, str]:
    """The cause, its score, and the level of confidence; empty where none is supported."""
    found = supported(told.diagnosis)
    if not found or told.diagnosis is None:
        return t("None well supported"), "", ""
    level = confidence(told.diagnosis)
    return found[0].cause.name, t("{score} of 100", score=score(found[0])), level


@in_company_language
def show_all_missed(analyses: Analyses) -> Fragment:
    """All missed KPIs of all departments, largest relative gap first. Empty when there is none."""
    stories = [told for analysis in analyses for told in tell_all(analysis) if told.verdict.gap.status == "missed"]
    if not stories:
        return NOTHING
    stories.sort(key=lambda told: -(told.verdict.gap.percent or 0.0))
    rows = [
        Row(
            told=told,
            prefix=f"all-{told.kpi.department}-{told.kpi.id}",
            href=f"{told.kpi.department}.html#kpi-{told.kpi.id}",
            cause=_cause_cell(told),
        )
        for told in stories
    ]
    heading = n(
        "The missed target", "The {number} missed targets, largest gap first", len(stories),
        number=numeral(len(stories)),
    )  # fmt: skip
    note = " ".join(part for part in (t(_RANKED) if len(stories) > 1 else "", costliest(stories)) if part)
    table = scorecard_table(rows, caption=heading)
    return Fragment(html=render("plain_section", id="missed", heading=heading, sub=note, body=table), text=heading)


def cause_scores(analyses: Analyses) -> pd.DataFrame:
    """Highest score of each cause (row) among each department's missed KPIs (column), 0 to 100; NaN: no evidence."""
    columns: dict[str, dict[str, float]] = {}
    for analysis in analyses:
        missed = {verdict.kpi.key for verdict in analysis.missed}
        best: dict[str, float] = {}
        for diagnosis in analysis.diagnoses:
            for found in diagnosis.findings if diagnosis.key in missed else ():
                # A cause that no sign speaks for or against shows nothing: its prior is no finding.
                points = score(found) if found.verdict != "no evidence" else float("nan")
                best[found.cause.name] = np.fmax(points, best.get(found.cause.name, float("nan")))
        if np.isfinite(list(best.values())).any():
            columns[analysis.month.department.name] = best
    table = pd.DataFrame(columns)
    if table.empty:
        return table
    order = table.max(axis=1).sort_values(ascending=False, kind="stable").index
    return table.loc[order]


@in_company_language
def show_overview_changes(analyses: Analyses) -> Fragment:
    """What has changed in each department since the month before. Empty when none has such a month."""
    held = [(a, a.changes) for a in analyses if a.changes is not None]
    if not held:
        return NOTHING
    lines = [
        (
            analysis.month.department.name,
            f"{analysis.month.department.id}.html#changes",
            overview_line(found, analysis.outcomes, numbers_of(analysis.month.company)),
        )
        for analysis, found in held
    ]
    moved = sum(bool(found.moved) for _, found in held)
    since = month_name(held[0][1].since)
    if moved:
        heading = n(
            "Since {month}: KPIs of one department changed their standing",
            "Since {month}: KPIs of {number} departments changed their standing", moved, month=since,
            number=numeral(moved),
        )  # fmt: skip
    else:
        heading = t("Since {month}: no KPI changed its standing", month=since)
    return Fragment(html=render("overview_changes", heading=heading, lines=lines), text=heading)


@in_company_language
def show_causes(analyses: Analyses) -> Fragment:
    """Which causes the departments share: a heat map with words. Empty when nothing was missed."""
    from saypro_analysis.show.causes_section import causes_html

    scores = cause_scores(analyses)
    return NOTHING if scores.empty else causes_html(scores)


@in_company_language
def show_overview_method(analyses: Analyses) -> Fragment:
    """Method and data quality of all departments, and where the numbers come from."""
    if not analyses:
        return NOTHING
    first = analyses[0].month
    quality = pd.concat([analysis.month.quality for analysis in analyses], ignore_index=True)
    facts = dict(first.provenance)
    if (held := [a.month.provenance.get("Data fingerprint", "") for a in analyses]) and all(held):
        facts["Data fingerprint"] = ", ".join(dict.fromkeys(held))
    sources = [part for a in analyses for part in a.month.provenance.get("Sources", "").split("; ") if part]
    if sources:
        facts["Sources"] = "; ".join(sorted(set(sources)))
    return method_fragment(
        quality=quality.drop_duplicates(ignore_index=True), provenance=facts, contact=first.company.contact,
        numbers=numbers_of(first.company), sample=any(a.month.sample for a in analyses),
        budget=together([analysis.budget for analysis in analyses]),
        limits=limit_summary(tuple(told for analysis in analyses for told in tell_all(analysis))),
    )  # fmt: skip

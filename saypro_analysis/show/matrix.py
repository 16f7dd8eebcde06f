"""The summary matrix: every KPI of the company by variation and assurance, with its name."""

from collections.abc import Sequence

from saypro_analysis.analysis import Analysis
from saypro_analysis.show.cause_words import lower
from saypro_analysis.show.company_language import in_company_language
from saypro_analysis.show.fragment import NOTHING, Fragment, render
from saypro_analysis.show.numbers import capital, numeral
from saypro_analysis.show.story import Told, tell_all
from saypro_analysis.show.words import ASSURANCE, VARIATION, assurance_word, names, status_of
from saypro_analysis.texts import later, n, t

Analyses = tuple[Analysis, ...]
NAMED = 12  # KPIs of a cell that are named; the sound ones beyond are counted
#: Rows and columns with their symbols; those after the first three only where a KPI stands in them.
_ROWS = (
    ("concerning", "v-worse"), ("common", "v-usual"), ("improving", "v-better"), ("neutral", "v-usual"),
    ("insufficient", "v-none"),
)  # fmt: skip
_COLUMNS = (("fail", "a-miss"), ("hit or miss", "a-hit"), ("pass", "a-meet"), ("none", "v-none"))
_ALWAYS = 3
_TONE = {("concerning", "fail"): "hot", ("concerning", "hit or miss"): "hot", ("improving", "pass"): "cool"}
_NOTES = {"at risk": later("at risk"), "watch": later("to watch"), "no target": later("no target")}
_HOW_TO_READ = later(
    "Read from the top left: real changes for the worse that will keep missing their target. KPIs in bold missed it "
    "this month."
)


@in_company_language
def show_matrix(analyses: Analyses) -> Fragment:
    """All KPIs with a value by what their variation is and what their usual range does with the target.

    Empty when no KPI has a value.
    """
    every = [told for analysis in analyses for told in tell_all(analysis)]
    stories = [told for told in every if told.verdict.gap.status != "no data"]
    if not stories:
        return NOTHING
    heading = n(
        "One KPI by variation and assurance", "{number} KPIs by variation and assurance", len(stories),
        number=capital(numeral(len(stories))),
    )  # fmt: skip
    silent = [told for told in every if told.verdict.gap.status == "no data"]
    notes = [
        t(_HOW_TO_READ),
        t("Without a value this month: {kpis}.", kpis=names(silent, most=NAMED)) if silent else "",
    ]
    heads, rows = _table(stories)
    html = render("matrix", heading=heading, note=" ".join(notes).strip(), heads=heads, rows=rows)
    return Fragment(html=html, text=heading)


def _table(stories: Sequence[Told]) -> tuple[list[tuple[str, str]], list[dict[str, object]]]:
    """The heads of the columns, and the rows with their cells."""
    columns = [held for held in _COLUMNS if held in _COLUMNS[:_ALWAYS] or any(_column(s) == held[0] for s in stories)]
    rows = [held for held in _ROWS if held in _ROWS[:_ALWAYS] or any(_row(s) == held[0] for s in stories)]
    return [(t(ASSURANCE[column]), icon) for column, icon in columns], [
        {"name": t(VARIATION[row]), "icon": icon, "cells": [_cell(stories, row, column) for column, _ in columns]}
        for row, icon in rows
    ]


def _row(told: Told) -> str:
    return told.verdict.limits.variation


def _column(told: Told) -> str:
    return told.verdict.limits.assurance


def _cell(stories: Sequence[Told], row: str, column: str) -> dict[str, object]:
    held = [told for told in stories if (_row(told), _column(told)) == (row, column)]
    held.sort(key=lambda told: (not _missed(told), status_of(told.verdict) == "met"))
    trouble = sum(status_of(told.verdict) != "met" for told in held)
    shown = held[: max(NAMED, trouble)]
    rest = len(held) - len(shown)
    return {
        "tone": _TONE.get((row, column), "") if held else "",
        "count": len(held),
        "items": [(told.kpi.name, _missed(told), _note(told)) for told in shown],
        "rest": n("and {number} more that is met", "and {number} more that are met", rest, number=rest) if rest else "",
        "column": t(ASSURANCE[column]),
    }


def _missed(told: Told) -> bool:
    return told.verdict.gap.status == "missed"


def _note(told: Told) -> str:
    note, assurance = _NOTES.get(status_of(told.verdict)), assurance_word(told.verdict)
    left = assurance if assurance != t(ASSURANCE[_column(told)]) else ""
    return ", ".join(part for part in (t(note) if note else "", lower(left)) if part)

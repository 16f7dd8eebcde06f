"""Sentences in another language: each word comes from the catalogue, in the plural that the language asks for."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import pandas as pd
import planted
import pytest
from babel.dates import get_month_names
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from saypro_analysis import texts
from saypro_analysis.analysis import Analysis
from saypro_analysis.catalogue import messages
from saypro_analysis.show.answer_words import plan_words, why
from saypro_analysis.show.cause_words import coverage_words, evidence_caption, lower, plan_caption
from saypro_analysis.show.change_words import (
    cause_line,
    change_line,
    changes_heading,
    report_note,
    restated_line,
    same_line,
)
from saypro_analysis.show.headings import heading, watch_heading, watch_reason
from saypro_analysis.show.lead import facts, lead
from saypro_analysis.show.move_words import ordinal, running
from saypro_analysis.show.numbers import Numbers, date_name, listed, month_name, month_only, months, numeral
from saypro_analysis.show.outcome_words import outcome_text, rate_lines, result_counts
from saypro_analysis.show.outlook_words import chance_text, outlook_words
from saypro_analysis.show.readings import what_happened
from saypro_analysis.show.story import Told, tell_all
from saypro_analysis.show.trend_words import trend_figures
from saypro_analysis.show.words import against, assurance_word, gap_text, is_plural, missed_by, usual_range
from saypro_analysis.show.year_words import year_words

LETTERS = str.maketrans("abcdefghijklmnopqrstuvwxyz", "αβψδεφγηιξκλμνοπϙρστυϝωχθζ")
STORIES = [
    planted.shift, planted.fall, planted.first_miss, planted.no_signal, planted.all_met, planted.bare, planted.at_risk,
    planted.rebased,
]  # fmt: skip


def greek(message: str) -> str:
    """The message with other letters, its fields as they are."""
    return re.sub(r"(\{\w+\})|([^{}]+)", lambda found: found[1] or found[2].lower().translate(LETTERS), message)


def catalogue(*, locale: str) -> Catalog:
    """A catalogue that holds every message of the package, in Greek letters."""
    held = Catalog(locale=locale, fuzzy=False)
    for message in messages():
        if message.pluralizable:
            one, many = message.id
            held.add((one, many), (greek(one), *[greek(many)] * (held.num_plurals - 1)))
        elif message.id:
            held.add(message.id, greek(message.id))
    return held


@contextmanager
def speaking(held: Catalog, folder: Path) -> Iterator[None]:
    """Texts are written with this catalogue."""
    with (folder / f"{held.locale}.po").open("wb") as file:
        write_po(file, held)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(texts, "LANGUAGES", folder)
        for cached in (texts._read, texts._catalogue, texts._plural):
            patch.setattr(texts, cached.__name__, lru_cache(cached.__wrapped__))
        with texts.speaking(str(held.locale)):
            yield


@pytest.fixture
def spoken(tmp_path: Path) -> Iterator[None]:
    """Numbers and months are German, words Greek."""
    with speaking(catalogue(locale="de"), tmp_path):
        yield


def data_words(analysis: Analysis) -> list[str]:
    """The texts of the params and of the data, the longest first, and the names of months."""
    model, month = analysis.month.causes, analysis.month
    held = [kpi.name for kpi in month.department.kpis.values()] + [kpi.noun for kpi in month.department.kpis.values()]
    held += [row.name for part in (model.causes, model.signs, model.actions) for row in part.values()]
    held += [sign.question for sign in model.signs.values()]
    held += [item.text for plan in analysis.plans for item in plan.recommendations]
    held += [
        text for row in month.register for text in (row.id, row.action, row.note, row.comparator.replace("=", " "))
    ]
    held += [month.department.name, *get_month_names("wide", locale="de").values()]
    held += [name.rstrip(".") for name in get_month_names("abbreviated", locale="de").values()]
    return sorted((text.strip().rstrip(".?") for text in held if text), key=len, reverse=True)


def left_in_english(text: str, analysis: Analysis) -> list[str]:
    """The words that are neither the catalogue's nor of the data."""
    for known in data_words(analysis):
        text = re.sub(re.escape(known), " ", text, flags=re.IGNORECASE)
    return re.findall(r"[A-Za-z]{2,}", text.replace("<b>", "").replace("</b>", "").replace("em>", ""))


def told_words(told: Told) -> list[str]:
    """What is said of one KPI."""
    missed = told.verdict.gap.status == "missed"
    held = [what_happened(told), outlook_words(told), year_words(told), usual_range(told), *gap_text(told)]
    held += [
        assurance_word(told.verdict),
        why(told),
        plan_words(told),
        *(word for row in trend_figures(told) for word in row),
    ]
    held += [heading(told), missed_by(told)] if missed else [watch_reason(told), watch_heading((told,))]
    if told.diagnosis is not None:
        held += [evidence_caption(told.diagnosis), coverage_words(told.diagnosis, told.numbers)]
    return [*held, against(told), plan_caption(told.plan) if told.plan is not None else ""]


@pytest.mark.usefixtures("spoken")
@pytest.mark.parametrize("story", STORIES)
def test_no_word_of_a_story_stays_english(story):
    """Apart from names in the params every word of lead, headings, readings and plans is the catalogue's."""
    analysis = story()
    stories = tell_all(analysis)
    held = [lead(analysis.month.month, stories), watch_heading(stories)]
    held += [word for question, answer in facts(analysis, stories) for word in (question, answer)]
    held += [word for told in stories if told.verdict.gap.actual is not None for word in told_words(told)]
    assert {text: found for text in held if (found := left_in_english(str(text), analysis))} == {}


@pytest.mark.usefixtures("spoken")
@pytest.mark.parametrize("department", ["sales", "customer_support", "operations"])
def test_no_word_of_changes_and_results_stays_english(sample_analyses: dict[str, Analysis], department: str):
    """What has changed, and what became of actions: all words but names and the reasons of an outcome."""
    analysis = sample_analyses[department]
    changes, numbers = analysis.changes, Numbers()
    assert changes is not None
    held = [
        changes_heading(changes),
        same_line(changes),
        report_note(changes, ()),
        report_note(changes, changes.restated),
    ]
    held += [restated_line(found, numbers) for found in changes.restated] + result_counts(analysis.outcomes)
    told = {told.kpi.key: told for told in tell_all(analysis)}
    held += [change_line(told[change.kpi.key], change) for change in changes.moved if change.kpi.key in told]
    held += [cause_line(change, "07") for change in changes.causes] + rate_lines(analysis)
    held += [word for one in analysis.outcomes if not one.reason for word in outcome_text(one, numbers)]
    assert len(held) > 4
    assert {text: found for text in held if (found := left_in_english(text, analysis))} == {}


@pytest.mark.usefixtures("spoken")
def test_months_and_days_are_those_of_the_language():
    """Names, order and signs of months and days are the language's, not English ones with other words."""
    month = pd.Period("2026-10", "M")
    assert (month_name(month), month_name(month, short=True), month_only(month)) == (
        "Oktober 2026", "Okt. 2026", "Oktober",
    )  # fmt: skip
    assert date_name(pd.Timestamp("2026-11-30")) == "30. Nov. 2026"


@pytest.mark.usefixtures("spoken")
def test_small_parts_of_sentences_are_the_catalogues():
    """Number words, places in a row, rows of names, chances and units."""
    assert (numeral(3), numeral(13), months(3)) == (greek("three"), "13", f"{greek('three')} {greek('months')}")
    assert [ordinal(number) for number in (2, 21, 112)] == [greek("second"), f"21{greek('st')}", f"112{greek('th')}"]
    assert running(4) == greek("missed for the ") + greek("fourth") + greek(" month running")
    assert listed(["A", "B", "C"], most=2) == f"A, B {greek('and')} {greek('one')} {greek('other')}"
    assert chance_text(0.3, Numbers()) == f"{greek('about')} 30%"


def test_names_stay_large_and_plural_where_the_language_asks_for_it(tmp_path: Path):
    """German nouns keep their capital, and a noun of another language than English is a plural without an "s"."""
    kpi = planted.card("open_requests", unit="count", name="Offene Anträge", noun="Anträge")
    assert (lower("Training"), lower("CSAT falls"), is_plural(kpi)) == ("training", "CSAT falls", False)
    with speaking(catalogue(locale="de"), tmp_path):
        assert (lower("Training"), is_plural(kpi)) == ("Training", True)


def test_units_are_in_the_plural_of_the_language(tmp_path: Path):
    """Polish has a plural for two and one for five; a number with decimals takes the one for two."""
    held = Catalog(locale="pl", fuzzy=False)
    held.add(("{number} hour", "{number} hours"), ("{number} godzina", "{number} godziny", "{number} godzin"))
    hours = planted.card("time", unit="hours", decimals=0)
    with speaking(held, tmp_path):
        shown = [Numbers().value(hours, number, long=True) for number in (1, 2, 5, 22)]
        assert shown == ["1 godzina", "2 godziny", "5 godzin", "22 godziny"]
        assert Numbers().value(planted.card("time", unit="hours"), 5.0, long=True) == "5.0 godziny"

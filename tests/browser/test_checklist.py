"""Each line of report.md's checklist that a script can test, over all cases; a department's pages.

Elsewhere: axe (test_axe), widths, sizes, ids (test_layout), one file, size, links, bytes (test_nu_checker), contrast
(test_contrast), paper (test_print), the overview (test_checklist_overview), numbers in prose (show/test_prose_numbers).
"""

import re
from collections.abc import Callable

import pytest
from cases import DEPARTMENT_PAGES
from checked import Checked, ReadPage, number, tidy, words
from test_checklist_sections import (
    test_each_action_has_cause_owner_due_effect_and_status as actions_are_whole,
)
from test_checklist_sections import (
    test_each_chart_has_title_unit_description_and_figures as charts_are_described,
)
from test_checklist_sections import (
    test_each_missed_kpi_has_one_section as misses_have_sections,
)
from test_checklist_sections import (
    test_five_causes_are_ranked_with_evidence_and_confidence as causes_are_ranked,
)
from test_checklist_sections import (
    test_provenance_has_time_sources_versions_and_fingerprint as provenance_is_whole,
)
from test_checklist_sections import (
    test_segments_add_up_to_the_gap as segments_add_up,
)
from test_checklist_sections import (
    test_tables_have_captions_and_scopes as tables_are_named,
)
from test_checklist_sections import (
    test_the_page_is_a_whole_document as page_is_whole,
)

SINCE = re.compile(r"(since|in) [A-Z][a-z]+ 20\d\d|for the first time|first month")
STATUS = ("Missed", "At risk", "Met, watch", "Met", "No target", "No data")
pages = pytest.mark.parametrize("name", DEPARTMENT_PAGES)


@pages
def test_lead_has_kpi_actual_target_and_since_when(read: ReadPage, name: str) -> None:
    """[ ] lead has KPI, actual, target, since when (T); when all are met, how many and the nearest with both."""
    page = read(name)
    lead = words(page.one(".lead"))
    judged = [kpi for kpi in page.kpis if kpi["gap"]["status"] in ("missed", "met")]
    if not judged:
        assert "target" in lead or "no data" in lead.lower()
        return
    named = [kpi for kpi in judged if tidy(kpi["name"]) in lead]
    assert named, lead
    row = page.row(named[0]["name"])
    if page.missed or (len(page.kpis) > 1 and not any(kpi["at_risk"] for kpi in judged)):
        actual, target = (re.search(r"[\d.,]*\d", words(row.select_one(cell)))[0] for cell in (".ac", ".tg"))
        assert actual in lead
        assert target in lead
    assert SINCE.search(lead), lead
    assert not page.missed or named[0] in page.missed


@pages
def test_the_four_parts_are_filled_and_a_decision_is_named(read: ReadPage, name: str) -> None:
    """[ ] 4-part block filled [ ] decision or "No decision needed"."""
    page = read(name)
    parts = page.one("dl.facts")
    assert [words(part) for part in parts.select("dt")] == ["What", "Since when", "Why", "What to do"]
    assert all(len(words(part)) > 10 for part in parts.select("dd"))
    ask = page.one("section.ask")
    assert re.search(r"[Dd]ecisions? needed", words(ask.select_one("h2")))
    assert ask.select("li, p")


@pages
def test_real_change_is_answered_for_every_missed_kpi(read: ReadPage, name: str) -> None:
    """[ ] "real change?" answered for every missed KPI (T), by yes, no, or what is not known."""
    page = read(name)
    for kpi in page.missed:
        answers = {words(part.dt): words(part.dd) for part in page.section(kpi).select("dl.reading > div")}
        answer = answers["Is it a real change?"]
        assert re.match(r"(Yes|No|Not|Too (early|little))\b", answer), answer


@pages
def test_the_scorecard_has_all_kpis_worst_first(read: ReadPage, name: str) -> None:
    """[ ] all KPIs, worst first (T): missed by gap, then at risk, to watch, met, then what is not known."""
    page = read(name)
    shown = [words(row.select_one("th a") or row.select_one("th")) for row in page.rows]
    assert sorted(shown) == sorted(tidy(kpi["name"]) for kpi in page.kpis)
    places = [STATUS.index(words(row.select_one(".chip"))) for row in page.rows]
    assert places == sorted(places)
    percents = {tidy(kpi["name"]): kpi["gap"]["percent"] for kpi in page.missed}
    gaps = [percents[one] for one in shown if percents.get(one) is not None]
    assert gaps == sorted(gaps, reverse=True)


@pages
def test_gap_stands_in_unit_and_percent(read: ReadPage, name: str) -> None:
    """[ ] gap in unit and percent (T), as the data have it."""
    page = read(name)
    for kpi in page.kpis:
        gap, cell = kpi["gap"], words(page.row(kpi["name"]).select_one(".gap .t"))
        if gap["size"] is None:
            assert cell == ""
            continue
        found = re.search(r"\((-?[\d.]+)%\)", cell)
        assert found, cell
        assert float(found[1]) == pytest.approx(100 * abs(gap["percent"]), abs=0.5 if "." not in found[1] else 0.05)
        factor = 100 if kpi["unit"] == "percent" else 1
        shown = re.sub(r"\(.*", "", cell)
        step = 10 ** -len(shown.partition(".")[2].split(" ")[0]) if "." in shown else 1
        assert abs(number(shown)) == pytest.approx(factor * abs(gap["size"]), abs=0.51 * step)
        assert re.search(r"short|over|better|inside|under|outside|on target", cell), cell


@pages
def test_status_variation_and_assurance_are_icon_and_word(read: ReadPage, name: str) -> None:
    """[ ] status, variation, assurance as icon + word (T): the icon is one of the sprite, hidden from readers."""
    page = read(name)
    symbols = {symbol["id"] for symbol in page.all("symbol")}
    for row in page.rows:
        for cell in (".st .chip", ".va .ico", ".as .ico"):
            held = row.select_one(cell)
            assert held is not None
            assert words(held)
            icon = held.select_one("svg[aria-hidden=true] use")
            assert icon is not None
            assert str(icon["href"]).removeprefix("#") in symbols
    known = {
        "missed": ("Missed",),
        "met": ("Met", "Met, watch", "At risk"),
        "no target": ("No target", "Met, watch", "To watch"),
    }
    for kpi in page.kpis:
        shown = words(page.row(kpi["name"]).select_one(".chip"))
        assert shown in known.get(kpi["gap"]["status"], (shown,))


@pages
def test_each_row_has_its_months_and_a_forecast_with_its_range(read: ReadPage, name: str) -> None:
    """[ ] 24 months, target, range [ ] forecast with range (T), as the data have it."""
    page = read(name)
    for kpi in page.kpis:
        row = page.row(kpi["name"])
        title = words(row.select_one(".sp svg title"))
        assert re.search(r"\d", title), f"{kpi['name']}: {title!r}"
        cell, ahead = words(row.select_one(".fc")), kpi["outlook"]["months"]
        assert bool(re.search(r"\d.* to .*\d", cell)) is bool(ahead), cell
        if ahead:
            factor = 100 if kpi["unit"] == "percent" else 1
            assert number(cell) == pytest.approx(factor * ahead[-1]["value"], rel=0.02, abs=0.51)


def test_the_checks_can_fail(read: ReadPage) -> None:
    """What is taken out of a page is missed: a row, a foot, a caption, a sign, an answer."""
    page = read("missed/2026-10/sales")
    checks: dict[str, Callable[[Callable[[str], Checked], str], None]] = {
        "table.score tbody tr": test_the_scorecard_has_all_kpis_worst_first,
        "table.actions tfoot": actions_are_whole,
        "section.kpi table.evidence tbody tr": causes_are_ranked,
        "section.kpi": misses_have_sections,
        "dl.reading > div + div": test_real_change_is_answered_for_every_missed_kpi,
        ".va use": test_status_variation_and_assurance_are_icon_and_word,
        ".gap .t": test_gap_stands_in_unit_and_percent,
        "figure desc": charts_are_described,
        ".provenance dl": provenance_is_whole,
        "table.actions td": actions_are_whole,
        "figure[aria-labelledby^=drivers] details tbody tr": segments_add_up,
        ".lead": test_lead_has_kpi_actual_target_and_since_when,
        "nav.onpage, header nav": page_is_whole,
        "caption": tables_are_named,
    }
    for selector, check in checks.items():
        cut = Checked(name=page.name, html=page.html, numbers=page.numbers)
        cut.all(selector)[0].decompose()
        with pytest.raises((AssertionError, StopIteration, KeyError, TypeError)):
            check(lambda _name, cut=cut: cut, page.name)

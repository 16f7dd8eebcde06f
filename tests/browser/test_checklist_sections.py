"""The checklist's lines on sections, charts and tables of a department's pages, over all cases (see test_checklist)."""

import re
from itertools import pairwise

import pytest
from bs4 import Tag
from cases import DEPARTMENT_PAGES
from checked import ReadPage, number, tidy, words

pages = pytest.mark.parametrize("name", DEPARTMENT_PAGES)


@pages
def test_each_missed_kpi_has_one_section(read: ReadPage, name: str) -> None:
    """[ ] one per missed KPI (T), in the scorecard's order, with a message that names the KPI."""
    page = read(name)
    found = [str(section["id"]).removeprefix("kpi-") for section in page.all("section.kpi[id^='kpi-']")]
    order = [words(row.select_one("th")) for row in page.rows]
    assert found == [kpi["id"] for kpi in sorted(page.missed, key=lambda kpi: order.index(tidy(kpi["name"])))]
    for kpi in page.missed:
        assert tidy(kpi["name"]) in words(page.section(kpi).select_one("h2"))


@pages
def test_segments_add_up_to_the_gap(read: ReadPage, name: str) -> None:
    """[ ] segments add up to the gap ± rounding (T): in the table behind each chart, column by column."""
    page = read(name)
    checked = 0
    for table in page.all("figure table.figures"):
        rows = [[words(cell) for cell in row.select("th, td")] for row in table.select("tbody tr")]
        if not rows or rows[-1][0] != "Together":
            continue
        for column in range(2, len(rows[-1])):
            parts = [row[column] for row in rows if re.search(r"\d", row[column])]
            if len(parts) == len(rows):
                step = 10 ** -len(re.sub(r"[^\d.]", "", parts[-1]).partition(".")[2])
                total = sum(map(number, parts[:-1]))
                assert total == pytest.approx(number(parts[-1]), abs=1e-6 + 0.5 * step * (len(parts) > 12)), parts
                checked += 1
    targets = [
        split for kpi in page.missed for split in (kpi["drivers"] or {}).get("splits", ()) if split["basis"] == "target"
    ]
    assert checked or not targets


@pages
def test_five_causes_are_ranked_with_evidence_and_confidence(read: ReadPage, name: str) -> None:
    """[ ] five causes ranked, for and against, confidence (T)."""
    page = read(name)
    for kpi in page.missed:
        section = page.section(kpi)
        rows = section.select("table.evidence tbody tr")
        assert len(rows) == 5
        scores = [
            number(words(row.select_one("[data-l=Evidence]"))) for row in rows if row.select_one("[data-l=Evidence] b")
        ]
        assert scores == sorted(scores, reverse=True)
        assert all(
            words(row.select_one(f"[data-l={cell}]")) for row in rows for cell in ("Supports", "Against", "Verdict")
        )
    if any(cause["verdict"] == "likely" for kpi in page.missed for cause in kpi["causes"]):
        assert re.search(r"(low|medium|high) confidence", words(page.one("dl.facts")))


@pages
def test_each_action_has_cause_owner_due_effect_and_status(read: ReadPage, name: str) -> None:
    """[ ] each action has cause, owner, due, effect, status (T); the remaining gap is stated (T) where effects are."""
    page = read(name)
    for kpi in page.missed:
        table = page.section(kpi).select_one("table.actions")
        assert (table is not None) is bool(kpi["actions"])
        if table is None:
            continue
        rows = table.select("tbody tr")
        assert len(rows) == len(kpi["actions"])
        for row in rows:
            cells = {str(cell["data-l"]): words(cell) for cell in row.select("td")}
            assert set(cells) == {"Cause", "Owner", "Due", "Effect", "Status"}
            assert all(cells.values()), cells
        if any(action["effect"] and not action["doubt"] for action in kpi["actions"]):
            assert re.search(r"leaves .*\d.* of the gap|closes the gap", words(table.select_one("tfoot"))), kpi["name"]


@pages
def test_kpis_at_risk_stand_in_the_watch_list(read: ReadPage, name: str) -> None:
    """[ ] at-risk KPIs in the watch list (T), each with a chart and what it needs."""
    page = read(name)
    watched = [kpi for kpi in page.kpis if (kpi["at_risk"] or kpi["emerging"]) and kpi["gap"]["status"] != "missed"]
    assert len(page.all("section#watch")) == bool(watched)
    for kpi in watched:
        text = words(page.one("section#watch"))
        assert tidy(kpi["name"]) in text
    assert len(page.all("section#watch figure[aria-labelledby^=xmr]")) == len(watched)


@pages
def test_each_chart_has_title_unit_description_and_figures(read: ReadPage, name: str) -> None:
    """Charts: [ ] message title + unit subtitle (T) [ ] title + desc with values (T) [ ] figures available (T)."""
    page = read(name)
    figures = page.all("figure")
    assert figures or not page.missed
    pure = tuple(
        tidy(kpi["name"]) for kpi in page.numbers["kpis"] if kpi["unit"] in ("score", "ratio", "count")
    )  # without unit
    for figure in figures:
        title = words(figure.select_one("figcaption h3"))
        assert title
        sub = words(figure.select_one("figcaption .sub"))
        assert " in " in sub or sub.startswith(pure), sub
        drawings = figure.select("svg[role=img]")
        assert len(drawings) == 2, "one wide, one narrow"
        for drawing in drawings:  # the narrow one may be named by the words of the wide one
            named = [figure.find(id=part) for part in str(drawing["aria-labelledby"]).split()]
            assert [tag.name for tag in named if isinstance(tag, Tag)] == ["title", "desc"]
            assert all(words(tag) for tag in named if isinstance(tag, Tag))
            assert re.search(r"\d", words(figure.select_one("desc"))), title
        assert figure.select("details table.figures tbody tr"), title


@pages
def test_tables_have_captions_and_scopes(read: ReadPage, name: str) -> None:
    """[ ] captions, scopes (T): each table has a caption or is labelled by one, each header cell says what it heads."""
    page = read(name)
    unnamed = [
        table
        for table in page.all("table")
        if not (table.caption or table.get("aria-labelledby") or table.get("aria-label"))
    ]
    assert {" ".join(table.get("class", ["-"])) for table in unnamed} == set()
    assert [str(head)[:60] for head in page.all("th") if head.get("scope") not in ("col", "row")] == []
    assert [str(row)[:60] for row in page.all("table.stack tbody tr") if not row.select("th[scope=row]")] == []


@pages
def test_provenance_has_time_sources_versions_and_fingerprint(read: ReadPage, name: str) -> None:
    """[ ] provenance: time, sources with rows, versions, fingerprint (T)."""
    text = words(read(name).one(".provenance"))
    assert re.search(r"Data as of \d{4}-\d\d-\d\d", text)
    assert re.search(r"Sources .+, [\d,]+ rows", text)
    assert re.search(r"saypro-analysis \d+\.\d+.*pandas \d.*duckdb \d", text)
    assert re.search(r"fingerprint [0-9a-f]{12,}", text)


@pages
def test_the_page_is_a_whole_document(read: ReadPage, name: str) -> None:
    """Access: language, title, one h1, no skipped level, landmarks, skip link first, the current page marked."""
    page = read(name)
    assert page.one("html")["lang"]
    assert words(page.one("head > title"))
    assert len(page.all("h1")) == len(page.all("main")) == len(page.all("header.mast")) == 1
    levels = [int(heading.name[1]) for heading in page.all("h1, h2, h3, h4, h5, h6")]
    assert all(after - before <= 1 for before, after in pairwise(levels))
    navs = [
        words(page.soup.find(id=str(nav["aria-labelledby"]))) if nav.get("aria-labelledby") else nav["aria-label"]
        for nav in page.all("nav")
    ]
    assert len(navs) == len(set(navs)) >= 3
    first = page.one("body").find("a")
    assert first is not None
    assert first["href"] == "#main"
    assert len(page.all("header nav [aria-current=page]")) == 1

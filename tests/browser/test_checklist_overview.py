"""The lines of report.md's checklist on the overview and the archive, over all cases."""

import re

import pytest
from cases import DEPARTMENTS, MONTH, OVERVIEWS, SAMPLE_MONTHS
from checked import Checked, ReadPage, tidy, words

pages = pytest.mark.parametrize("name", OVERVIEWS)


def _departments(read: ReadPage, name: str) -> list[Checked]:
    """The pages of the departments of an overview."""
    folder = name.rpartition("/")[0]
    return [read(f"{folder}/{each}") for each in (DEPARTMENTS if folder.startswith("sample") else ("sales",))]


def _number(text: str) -> int:
    """A whole number, in digits or in words."""
    numerals = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
    return int(text) if text.isdigit() else numerals.index(text.lower())


@pages
def test_counts_equal_the_sum_of_the_departments(read: ReadPage, name: str) -> None:
    """Overview: [ ] counts equal the sum of departments (T): cards, lead, facts, and the list of misses."""
    page, parts = read(name), _departments(read, name)
    missed = sum(len(part.missed) for part in parts)
    judged = sum(kpi["gap"]["status"] in ("missed", "met") for part in parts for kpi in part.kpis)
    cards = [words(card) for card in page.all(".depts .big")]
    assert [tuple(map(int, re.findall(r"\d+", card))) for card in cards] == [
        (len(part.missed), sum(kpi["gap"]["status"] in ("missed", "met") for kpi in part.kpis)) for part in parts
    ]
    assert len(page.rows) == missed
    if missed and judged > 1:
        found = re.match(r"(\w+) of (\w+) targets", words(page.one(".lead")))
        assert found, words(page.one(".lead"))
        assert (_number(found[1]), _number(found[2])) == (missed, judged)
        assert re.search(rf"\b{missed} missed", words(page.one("dl.facts")))


NOTE = "(to watch|at risk|no target|would meet if usual)"


@pages
def test_the_matrix_adds_up_to_all_kpis(read: ReadPage, name: str) -> None:
    """Overview: [ ] matrix adds up to all KPIs (T): each once, by name, and the heading has their number."""
    page, parts = read(name), _departments(read, name)
    names = [tidy(kpi["name"]) for part in parts for kpi in part.kpis]
    cells = page.all("table.matrix tbody td")
    assert cells
    counts = [sum(map(int, re.findall(r"\d+", words(cell.select_one(".cnt"))))) for cell in cells]
    listed = [re.sub(rf" \({NOTE}(, {NOTE})*\)$", "", words(item)) for item in page.all("table.matrix li")]
    assert counts == [len(cell.select("li")) for cell in cells]
    beside = words(page.one("section#matrix"))
    assert sorted(listed + [one for one in names if one not in listed and one in beside]) == sorted(names)


@pages
def test_the_archive_goes_back_twelve_months(read: ReadPage, name: str) -> None:
    """Overview: [ ] archive back 12 months (T), or as far as there are months; each leads to its report."""
    page = read(name)
    rows = page.all("table.archive tbody tr")
    held = len({point["month"] for part in _departments(read, name) for kpi in part.kpis for point in kpi["series"]})
    judged = any(kpi["target"] is not None for part in _departments(read, name) for kpi in part.kpis)
    assert len(rows) == (min(12, held - 1) if judged else 0)
    assert len({words(row.th) for row in rows}) == len(rows)


@pytest.mark.parametrize("name", ["sample/index"])
def test_the_archive_page_links_every_month(read: ReadPage, name: str) -> None:
    """The archive of all months links each month's overview and its departments' pages."""
    hrefs = {str(link["href"]) for link in read(name).all("a[href]")}
    assert {f"{month}/{page}.html" for month in SAMPLE_MONTHS for page in ("index", *DEPARTMENTS)} <= hrefs


@pages
def test_trend_by_department(read: ReadPage, name: str) -> None:
    """Overview: [ ] trend by department: the part of its targets that each met, month by month, with figures."""
    page = read(name)
    judged = any(kpi["gap"]["status"] in ("missed", "met") for part in _departments(read, name) for kpi in part.kpis)
    sections = page.all("section#by-month")
    assert len(sections) == judged
    for section in sections:
        rows = section.select("table.figures tbody tr")
        assert len(rows) == len(_departments(read, name))
        assert all(re.search(r"\d", words(row)) for row in rows)


def test_a_department_without_report_is_named_with_the_reason(read: ReadPage) -> None:
    """What is missing is said on the overview, by name and reason."""
    text = words(read(f"plain/{MONTH}/index").one("main"))
    assert re.search(r"Idle.* no complete data", text)

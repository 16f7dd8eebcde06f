"""The cases that the browser tests look at, as whole pages: ``<case>/<month>/<page>.html`` with its numbers as JSON."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import pandas as pd
from small_company import NOISE, small_company
from small_params import Line, Word, line, plain
from spine import Page, department_page, overview_page
from texts import chinese, harmless, hostile, long_words, right_to_left, unbroken

from saypro_analysis.analysis import analyse
from saypro_analysis.data.params import read_params
from saypro_analysis.data.sample import make_sample
from saypro_analysis.data.snapshot import take_snapshot
from saypro_analysis.month import CompanyMonth, department_month
from saypro_analysis.publish.links import link_folder
from saypro_analysis.publish.stand_in import page_of
from saypro_analysis.show.archive import MonthTally, show_archive

MONTH = "2026-10"
SAMPLE_MONTHS = ("2026-10", "2026-03")
DEPARTMENTS = ("sales", "marketing", "customer_support", "operations", "employees")


def _shifted(before: float, after: float) -> list[float]:
    noise = abs(after - before) * 0.05 * NOISE[:24]
    return [*(before + noise[:16]), *(after + noise[16:])]


def _calm(level: float, *, months: int = 24, start: int = 20) -> list[float]:
    return list(level * (1 + 0.01 * NOISE[start : start + months]))


def mixed() -> tuple[Line, ...]:
    """One KPI missed since a step, with segments and a rebase; one at risk, one met, one without a target."""
    rebase = [{"month": "2025-10", "reason": "a new phone system came into use"}]
    rising = [*(240 + 2 * NOISE[:12]), *map(float, range(246, 294, 4))]
    return (
        line("handling_time", _shifted(40, 58), 40, better="lower", unit="hours", segments=True, rebase=rebase),
        line("open_tickets", rising, 300, better="lower", segments=True),
        line("calls", _calm(95), 80),
        line("leads", _calm(100, start=44)),
    )


def eight(*, missed: bool) -> tuple[Line, ...]:
    """Eight KPIs of every unit that miss their targets since a step, or meet them as ever."""
    levels = {
        "revenue": ("currency", 300_000), "leads": ("count", 200), "share": ("percent", 0.9),
        "waiting": ("minutes", 30), "handling": ("hours", 40), "delivery": ("days", 9),
        "satisfaction": ("score", 50), "usage": ("ratio", 2),
    }  # fmt: skip
    lines = []
    for number, (ident, (unit, target)) in enumerate(levels.items()):
        lower = unit in ("minutes", "hours", "days")
        worse, better = (1.3, 0.9) if lower else (0.75, 1.08)
        values = _shifted(target * better, target * worse) if missed else _calm(target * better, start=7 * number)
        way = "lower" if lower else "higher"
        lines.append(line(ident, values, target, unit=unit, better=way, segments=number < 3))
    return tuple(lines)


def new_company() -> tuple[Line, ...]:
    """Three months of data."""
    return line("calls", [90.0, 95, 97], 100), line("hours", [4.0, 5, 6], 8, better="lower", unit="hours")


def without_target() -> tuple[Line, ...]:
    """No KPI has a target."""
    return line("leads", _calm(100)), line("hours", _shifted(4, 6), unit="hours", better="lower")


def without_data() -> tuple[Line, ...]:
    """One KPI whose data end two months earlier, one with a hole in the month before, one that is there."""
    holed = _calm(95)
    holed[-2] = float("nan")
    return line("late", _calm(50), 45, late=2), line("holed", holed, 90), line("calls", _calm(100, start=60), 90)


SMALL: Mapping[str, tuple[Sequence[Line], Word, bool]] = {
    "plain": (mixed(), plain, True),
    "met": (eight(missed=False), plain, True),
    "missed": (eight(missed=True), plain, True),
    "new": (new_company(), plain, False),
    "no_target": (without_target(), plain, True),
    "no_data": (without_data(), plain, True),
    "long": (mixed(), long_words, True),
    "unbroken": (mixed(), unbroken, True),
    "right_to_left": (mixed(), right_to_left, True),
    "chinese": (mixed(), chinese, True),
    "hostile": (mixed(), hostile, True),
    "harmless": (mixed(), harmless, True),
}

DEPARTMENT_PAGES = tuple(
    [f"sample/{month}/{name}" for month in SAMPLE_MONTHS for name in DEPARTMENTS]
    + [f"{case}/{MONTH}/sales" for case in SMALL]
)
OVERVIEWS = tuple([f"sample/{month}/index" for month in SAMPLE_MONTHS] + [f"{case}/{MONTH}/index" for case in SMALL])
ARCHIVES = tuple(f"{case}/index" for case in ("sample", *SMALL))
PAGES = (*DEPARTMENT_PAGES, *OVERVIEWS, "sample/index", "hostile/index")


def build(folder: Path, *, params: Path, notebooks: Path) -> None:
    """All cases in ``folder``; ``params`` and ``notebooks`` are the project's own."""
    for case, (lines, word, notes) in SMALL.items():
        company = small_company(folder / case / "made-of", lines, word=word, notes=notes)
        publish(folder / case, company, {})
    settings = read_params(params)
    make_sample(folder / "sample" / "made-of")
    snapshot = take_snapshot(settings, folder / "sample" / "made-of")
    for month in map(partial(pd.Period, freq="M"), SAMPLE_MONTHS):
        analyses = tuple(analyse(department_month(settings, snapshot, n, month)) for n in settings.departments)
        company = CompanyMonth(month=month, analyses=analyses, missing={})
        publish(folder / "sample", company, {path.stem: path for path in notebooks.glob("*.ipynb")})


def publish(folder: Path, company: CompanyMonth, notebooks: Mapping[str, Path]) -> None:
    """The pages of a company's month, and the archive of its months."""
    pages = dict(_pages(company, notebooks))
    month = folder / str(company.month)
    month.mkdir(parents=True)
    names = dict(company.analyses[0].month.departments)
    for name, (html, numbers) in pages.items():
        (month / f"{name}.html").write_text(html, "utf-8")
        (month / f"{name}.json").write_text(json.dumps(numbers), "utf-8")
    link_folder(month)
    tallies = [_tally(path, names) for path in sorted(folder.glob("20*"))]
    archive = show_archive(tallies, company=company.analyses[0].month.company.name, names=names)
    (folder / "index.html").write_text(page_of(archive), "utf-8")


def _pages(company: CompanyMonth, notebooks: Mapping[str, Path]) -> Iterator[tuple[str, Page]]:
    for analysis in company.analyses:
        name = analysis.month.department.id
        yield name, department_page(analysis, notebooks.get(name))
    yield "index", overview_page(company, notebooks.get("overview"))


def _tally(folder: Path, names: Mapping[str, str]) -> MonthTally:
    held = {}
    for name in names:
        if (path := folder / f"{name}.json").is_file():
            gaps = [kpi["gap"]["status"] for kpi in json.loads(path.read_text("utf-8"))["kpis"] if kpi["scorecard"]]
            held[name] = (gaps.count("missed"), gaps.count("missed") + gaps.count("met"))
    return MonthTally(month=folder.name, departments=held)

"""The page of all months is made of whatever earlier runs, of whatever version, left."""

import json
from pathlib import Path
from typing import Any

import pytest

from saypro_analysis.publish.index import write_archive, write_members
from saypro_analysis.publish.manifest import SCHEMA
from saypro_analysis.show.archive import MonthTally, show_members

NAMES = {"sales": "Sales", "legal": "Legal"}


def _archive(out: Path, document: Any) -> str:
    folder = out / "2026-09"
    folder.mkdir()
    for name in ("index.html", "sales.html"):
        (folder / name).write_text("good", "utf-8")
    (folder / "results.json").write_text(document if isinstance(document, str) else json.dumps(document), "utf-8")
    return write_archive(out, company="SayPro", names=NAMES).read_text("utf-8")


@pytest.mark.parametrize(
    "document",
    [
        "", "{", "[]", "5", {}, {"departments": []}, {"departments": {"sales": None}},
        {"departments": {"sales": {"kpis": None}}}, {"departments": {"sales": {"kpis": [{"id": "revenue"}]}}},
        {"departments": {"sales": {"kpis": [{"gap": 5}]}}}, {"departments": {"sales": {"kpis": ["revenue"]}}},
    ],
)  # fmt: skip
def test_months_of_other_versions_are_linked(tmp_path: Path, document: Any) -> None:
    """Numbers that are missing or not understood keep no month, and no report that is there, out of the archive."""
    page = _archive(tmp_path, document)
    assert 'href="2026-09/index.html"' in page
    assert 'href="2026-09/sales.html"' in page
    assert "legal.html" not in page


def test_missed_targets_are_counted(tmp_path: Path) -> None:
    """Each report's cell says how many of the scorecard's targets were missed."""
    statuses = ("missed", "met", "met", "no target")
    kpis: list[dict[str, Any]] = [{"gap": {"status": status}, "scorecard": True} for status in statuses]
    kpis.append({"gap": {"status": "missed"}, "scorecard": False})
    assert ">1 of 3</a>" in _archive(tmp_path, {"departments": {"sales": {"kpis": kpis}}})


def test_members_have_a_page_and_the_archive_leads_to_it(tmp_path: Path) -> None:
    """Each member's latest month with its missed targets, in the alphabet's order; no page for a folder without one."""
    statuses = [{"gap": {"status": status}, "scorecard": True} for status in ("missed", "met")]
    for slug, member, months in (("south", "South", ("2026-09",)), ("north", "North", ("2026-08", "2026-09"))):
        for month in months:
            folder = tmp_path / "region" / slug / month
            folder.mkdir(parents=True)
            manifest = {"schema": SCHEMA, "member": member, "order": {"by": "sales_region"}, "reports": {}}
            (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
            (folder / "results.json").write_text(json.dumps({"departments": {"sales": {"kpis": statuses}}}), "utf-8")
            for name in ("index.html", "sales.html"):
                (folder / name).write_text("good", "utf-8")
    (tmp_path / "region" / "empty").mkdir()
    page = write_members(tmp_path / "region", company="SayPro", names=NAMES, dimension="sales region")
    text = page.read_text("utf-8")
    assert text.index('href="north/2026-09/index.html"') < text.index('href="south/2026-09/index.html"')
    assert "2026-08" not in text
    assert '<a href="north/2026-09/sales.html">1 of 2</a>' in text
    assert "empty" not in text
    archive = write_archive(tmp_path, company="SayPro", names=NAMES).read_text("utf-8")
    assert '<a href="region/index.html">Reports by sales region</a>' in archive
    own = write_archive(tmp_path / "region" / "north", company="SayPro (North)", names=NAMES, member_of="sales region")
    assert '<a href="../index.html">Reports by sales region</a>' in own.read_text("utf-8")


@pytest.mark.parametrize(
    ("counts", "lead"),
    [
        (
            {"North": (3, 4), "South": (1, 4)},
            "Four of eight targets were missed in October 2026, the most in North: three.",
        ),
        ({"North": (2, 4), "South": (2, 4)}, "Four of eight targets were missed in October 2026."),
        ({"North": (2, 4), "South": (0, 4)}, "Two of eight targets were missed in October 2026, all in North."),
        ({"North": (0, 4), "South": (1, 4)}, "One of eight targets was missed in October 2026, in South."),
        ({"North": (0, 4), "South": (0, 4)}, "All eight targets were met in October 2026."),
        ({"North": (0, 0)}, "Nothing can be judged in October 2026: no KPI has both a target and a value."),
        ({}, "No month has been reported yet."),
    ],
)  # fmt: skip
def test_the_page_of_members_says_who_misses_most(counts: dict[str, tuple[int, int]], lead: str) -> None:
    """Of the latest month alone: what a member missed earlier and has not reported since is no part of it."""
    tallies = [MonthTally(month="2026-10", departments={"sales": held}, member=name) for name, held in counts.items()]
    if tallies:
        tallies.append(MonthTally(month="2026-09", departments={"sales": (9, 9)}, member="Late"))
    assert show_members(tallies, company="SayPro", names=NAMES, dimension="region").text == lead

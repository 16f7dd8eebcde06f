"""The page of all months is made of whatever earlier runs, of whatever version, left."""

import json
from pathlib import Path
from typing import Any

import pytest

from saypro_analysis.publish.index import write_archive

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

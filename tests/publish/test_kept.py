"""What an earlier run left: which pages stay, with which numbers, and which of them are out of date."""

import json
from pathlib import Path
from typing import Any

import pytest

from saypro_analysis.publish.fingerprints import digest
from saypro_analysis.publish.kept import KEPT, STALE, kept_pages, missing_pages, published_results
from saypro_analysis.publish.report import Outcome
from saypro_analysis.show.results_schema import SCHEMA_VERSION

KPI = {
    "id": "revenue", "name": "Revenue", "unit": "currency", "scorecard": True, "actual": 1.0, "target": 2.0,
    "target_upper": None, "gap": {"size": 1.0, "percent": 0.5, "status": "missed"},
    "limits": {"variation": "common", "assurance": "none"}, "trend": {"verdict": "stable"}, "misses": 1,
    "severity": {"level": "moderate", "score": 40.0}, "outlook": {"months": []}, "year": None, "at_risk": False,
}  # fmt: skip
SALES = {"schema": SCHEMA_VERSION, "department": "sales", "month": "2026-10", "inputs": "a", "kpis": [KPI]}


def _published(folder: Path, document: Any, *pages: str) -> Path:
    text = document if isinstance(document, str) else json.dumps(document)
    (folder / "results.json").write_text(text, "utf-8")
    for page in pages:
        (folder / f"{page}.html").write_text("good", "utf-8")
    return folder


def test_pages_that_were_not_made_anew_stay_with_their_numbers(tmp_path: Path) -> None:
    """A page stays when it is there, its department is in params, and it was not made anew."""
    parts = {name: {**SALES, "department": name} for name in ("sales", "legal", "operations", "gone")}
    _published(tmp_path, {"departments": parts}, "sales", "operations", "gone")
    assert kept_pages(tmp_path, ("sales", "legal", "operations"), {"operations": {}}) == {"sales": SALES}


@pytest.mark.parametrize(
    "document",
    [
        "", "{", "[]", "null", '"text"', {}, {"departments": None}, {"departments": []}, {"departments": {"sales": 5}},
        {"departments": {"sales": {}}}, {"departments": {"sales": {**SALES, "schema": 0}}},
        {"departments": {"sales": {**SALES, "kpis": [{"id": "revenue"}]}}},
        {"departments": {"sales": {**SALES, "kpis": [5]}}}, {"departments": {"sales": {**SALES, "inputs": None}}},
        f'{{"departments": {{"sales": {{"schema": {SCHEMA_VERSION}, "kpis": [], "inputs": "a", "x": NaN}}}}}}',
        {"departments": {"sales": {**SALES, "schema": SCHEMA_VERSION - 1}}},
    ],
)  # fmt: skip
def test_numbers_that_are_not_understood_do_not_matter(tmp_path: Path, document: Any) -> None:
    """The page stays without its numbers, and is named as out of date, whatever another version wrote."""
    kept = kept_pages(_published(tmp_path, document, "sales"), ("sales",), {})
    assert kept == {"sales": {}}
    assert missing_pages([], kept, {"sales": {"data": "a"}}, "2026-10") == {"sales": STALE.format(month="2026-10")}


def test_no_earlier_run_is_nothing(tmp_path: Path) -> None:
    """Without a published month nothing stays."""
    assert published_results(tmp_path / "2026-10") == {}
    assert kept_pages(tmp_path / "2026-10", ("sales",), {}) == {}


def test_numbers_of_before_fingerprints_stay_and_are_out_of_date(tmp_path: Path) -> None:
    """A page of which it is not known what it was made from keeps its numbers, and counts as out of date."""
    old = {key: value for key, value in SALES.items() if key != "inputs"}
    kept = kept_pages(_published(tmp_path, {"departments": {"sales": old}}, "sales"), ("sales",), {})
    assert kept == {"sales": {**SALES, "inputs": ""}}
    assert missing_pages([], kept, {"sales": {}}, "2026-10")["sales"] == STALE.format(month="2026-10")


def test_every_page_that_is_not_of_this_run_has_its_reason() -> None:
    """Made, or kept and up to date: no reason. Failed, kept on other inputs, not there: each its own."""
    outcomes = [Outcome(page="made"), Outcome(page="failed", reason="bad"), Outcome(page="old", reason="bad")]
    same = digest({"data": "a"})
    kept = {"same": {"inputs": same}, "other": {"inputs": "b"}, "old": {"inputs": same}}
    names = ("made", "failed", "old", "same", "other", "never")
    assert missing_pages(outcomes, kept, {name: {"data": "a"} for name in names}, "2026-10") == {
        "failed": "bad",
        "old": KEPT.format(reason="bad"),
        "other": STALE.format(month="2026-10"),
        "never": "not run",
    }

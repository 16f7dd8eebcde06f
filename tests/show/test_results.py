"""The numbers of a report: by schema, JSON-safe, and harmless in a spreadsheet."""

import json

import jsonschema
import planted
import pytest

from saypro_analysis.show.results import (
    RESULTS_MIME,
    export_overview,
    export_results,
    neutral,
    results_schema,
    scorecard_rows,
)

STORIES = [
    planted.shift, planted.fall, planted.first_miss, planted.no_signal, planted.all_met, planted.bare, planted.hostile,
]  # fmt: skip


def results(analysis):
    bundle = export_results(analysis)._repr_mimebundle_()
    return json.loads(json.dumps(bundle[RESULTS_MIME], allow_nan=False))


@pytest.mark.parametrize("story", STORIES)
def test_results_follow_their_schema(story):
    """Every key is in the schema and the other way round; what is not known is null."""
    jsonschema.Draft202012Validator.check_schema(results_schema())
    jsonschema.validate(results(story()), results_schema())


def test_results_are_the_reports_numbers():
    """Gap, misses, signal, causes, actions and series are those of the analysis."""
    kpi = results(planted.shift())["kpis"][0]
    assert (kpi["actual"], kpi["target"], kpi["gap"]) == (6.0, 4.0, {"size": 2.0, "percent": 0.5, "status": "missed"})
    assert (kpi["misses"], kpi["missed_since"], kpi["trend"]["verdict"]) == (8, "2026-03", "step change")
    assert {cause["id"] for cause in kpi["causes"]} == {"shortage", "training"}
    assert kpi["actions"][-1]["due"] == "2026-09-30"
    assert kpi["series"][-1] == {"month": "2026-10", "value": 6.0, "target": 4.0, "target_upper": None}


def test_scorecard_rows_are_safe_in_a_spreadsheet():
    """Text that would run as a formula gets an apostrophe; numbers stay numbers."""
    row = scorecard_rows(results(planted.shift()))[0]
    assert (row["department"], row["actual"], row["gap"], row["status"]) == ("sales", 6.0, 2.0, "missed")
    evil = {**results(planted.shift()), "department": "@evil"}
    assert scorecard_rows(evil)[0]["department"] == "'@evil"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", " =1", "＝1"])
def test_formulas_are_neutralised(text):
    """Every way in which a spreadsheet takes text for a formula is stopped."""
    assert neutral(text) == f"'{text}"
    assert neutral(-1.5) == -1.5


def test_signs_only_kpis_stay_off_the_scorecard_file():
    """A KPI that only measures a sign is in results.json, not in scorecard.csv."""
    kpi, helper = planted.card("calls"), planted.card("overtime", scorecard=False)
    tables = [(kpi, planted.rows(kpi, [5.0, 6.0], 4.0)), (helper, planted.rows(helper, [1.0, 2.0]))]
    held = results(planted.planted(tables))
    assert [part["id"] for part in held["kpis"]] == ["calls", "overtime"]
    assert [row["kpi"] for row in scorecard_rows(held)] == ["calls"]


def test_the_overviews_results_count_the_departments():
    """Counts per department, and why a report is missing."""
    data = export_overview((planted.shift(),), planted.OCTOBER, {"support": "not run"})._repr_mimebundle_()[
        RESULTS_MIME
    ]
    assert (data["department"], data["month"], data["missing"]) == ("overview", "2026-10", {"support": "not run"})
    assert data["departments"][0]["missed"] == 1

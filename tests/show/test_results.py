"""The numbers of a report: by schema, JSON-safe, and harmless in a spreadsheet."""

import dataclasses
import json

import jsonschema
import planted
import pytest

from saypro_analysis.kpi import Baseline
from saypro_analysis.show.results import (
    RESULTS_MIME,
    export_overview,
    export_results,
    results_schema,
    scorecard_rows,
)
from saypro_analysis.show.scorecard_file import neutral

STORIES = [
    planted.shift, planted.fall, planted.first_miss, planted.no_signal, planted.all_met, planted.bare, planted.at_risk,
    planted.rebased, planted.hostile,
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
    last = kpi["series"][-1]
    assert (last["month"], last["value"], last["target"], last["target_upper"]) == ("2026-10", 6.0, 4.0, None)
    assert (last["signal"], last["upper"]) == ("concerning", kpi["limits"]["upper"])


def test_every_key_of_the_schema_says_what_it_means():
    """Whoever reads results.json finds each key described."""
    seen = []

    def look(part, path):
        for name, inner in part.get("properties", {}).items():
            seen.append(name)
            assert inner.get("description"), f"{path}.{name}"
            look(inner, f"{path}.{name}")
        for inner in (*([part["items"]] if "items" in part else []), *part.get("anyOf", ())):
            look(inner, path)

    look(results_schema(), "")
    assert {"chance", "recovers", "capped", "adjusted_p", "reach", "swings_expected"} <= set(seen)


def test_what_comes_is_in_the_results():
    """Severity, outlook, year, limits as they are now, baseline, proposal and budget are those of the verdict."""
    analysis = planted.rebased()
    verdict, kpi = analysis.scorecard[0], results(analysis)["kpis"][0]
    ahead = verdict.outlook.months[0]
    assert kpi["outlook"]["months"][0] == {
        "month": "2026-11", "value": ahead.value, "low": ahead.low, "high": ahead.high, "target": 4.5,
        "target_upper": None, "chance": ahead.chance,
    }  # fmt: skip
    assert (kpi["outlook"]["basis"], kpi["outlook"]["recovers"]) == (verdict.outlook.basis, None)
    assert kpi["severity"] == dataclasses.asdict(verdict.severity)
    assert (kpi["year"]["last"], kpi["year"]["estimate"]) == ("2026-12", verdict.year.estimate)
    assert kpi["current"]["mean"] == verdict.current.mean
    assert kpi["baseline"]["kind"] == "all months"
    assert kpi["baseline"]["rebases"] == [{"month": "2025-10", "reason": "the new phone system came into use"}]
    assert kpi["trend"]["adjusted_p"] == verdict.trend.adjusted_p
    assert results(planted.shift())["kpis"][0]["proposal"]["month"] == "2026-03"
    assert results(analysis)["budget"] == dataclasses.asdict(analysis.budget)


@pytest.mark.parametrize(
    ("baseline", "kind"),
    [({}, "all months"), ({"points": 12}, "first months"), ({"first": "2025-01", "last": "2026-01"}, "span")],
)
def test_the_baseline_is_named_by_what_makes_the_limits(baseline, kind):
    """All months, the first ones, or those of a span: what the card says."""
    kpi = planted.card("calls", baseline=Baseline(**baseline))
    held = results(planted.planted([(kpi, planted.rows(kpi, 5 + 0.1 * planted.NOISE[:24], 4.0))]))
    assert held["kpis"][0]["baseline"]["kind"] == kind


def test_the_scorecard_file_tells_severity_forecast_and_year():
    """Level, score, next month's forecast and chance, that of three months, at risk, year: columns of their own."""
    analysis = planted.at_risk()
    verdict, row = analysis.scorecard[0], scorecard_rows(results(analysis))[0]
    first, last = verdict.outlook.months[0], verdict.outlook.months[-1]
    assert row["at_risk"] is True
    assert (row["level"], row["score"]) == (verdict.severity.level, verdict.severity.score)
    assert (row["forecast_next"], row["chance_next"], row["chance_3_months"]) == (
        first.value,
        first.chance,
        last.chance,
    )
    assert (row["year_estimate"], row["year_chance"]) == (verdict.year.estimate, verdict.year.chance)
    bare = scorecard_rows(results(planted.bare()))
    assert {row["forecast_next"] for row in bare if row["kpi"] == "new"} == {None}


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
    assert data["budget"] == dataclasses.asdict(planted.shift().budget)
    both = export_overview((planted.shift(), planted.at_risk()), planted.OCTOBER, {})._repr_mimebundle_()[RESULTS_MIME]
    assert both["budget"]["kpis"] == 3
    assert [part["at_risk"] for part in both["departments"]] == [0, 1]
    assert export_overview((), planted.OCTOBER, {}).data["budget"] is None

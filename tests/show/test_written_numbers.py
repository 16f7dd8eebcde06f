"""Numbers as they are printed: decimals by the KPI's own values, signs by what is shown, parts that add up."""

import re
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import planted
import pytest

from saypro_analysis.numbers import MINUS, Numbers, with_decimals
from saypro_analysis.show.cause_words import effect_text, score, together
from saypro_analysis.show.lead import facts, tally
from saypro_analysis.show.outlook_words import chance_text, coarse
from saypro_analysis.show.overview_lead import _real_changes, company_tally
from saypro_analysis.show.results import export_overview
from saypro_analysis.show.story import tell, tell_all
from saypro_analysis.show.tables import quality_table
from saypro_analysis.show.trend_words import trend_figures
from saypro_analysis.show.words import gap_text, missed_by

NUMBERS = Numbers()


def cost(actual, target, **settings):
    """A KPI in money, less is better."""
    kpi = planted.card("cost", unit="currency", better="lower", **settings)
    analysis = planted.planted([(kpi, planted.rows(kpi, [*(actual + planted.NOISE[:20]), actual], target))])
    return tell(analysis, analysis.scorecard[0])


@pytest.mark.parametrize(
    ("actual", "target", "gap"),
    [(908.08, 956.0, "$48 better"), (98.5, 120.0, "$22 better"), (3.20, 3.75, "$0.55 better"), (908, 810, "$98 over")],
)
def test_a_gap_has_the_decimals_of_its_kpi(actual, target, gap):
    """Cents are told of a KPI below 100 only, of its values and of its differences alike."""
    told = cost(actual, target)
    assert gap_text(told)[0] == gap
    assert ("." in told.numbers.value(told.kpi, actual)) == ("." in gap)


def test_a_card_with_decimals_keeps_them():
    """What the card says is not overruled, nor the decimals of units that are no money."""
    assert missed_by(cost(908.0, 810.25, decimals=2), percent=False) == "$97.75 over target"
    hours = planted.card("time", unit="hours")
    assert with_decimals(hours, 500.0) is hours


def test_a_minus_is_no_hyphen():
    """Every negative number has the minus sign, in every form."""
    profit = planted.card("profit", unit="currency")
    shown = [NUMBERS.value(profit, -5_000.0), NUMBERS.percent(-0.247, 1), NUMBERS.plain(-3.5, 1), NUMBERS.money(-2.0)]
    assert shown == [f"{MINUS}$5,000", f"{MINUS}24.7%", f"{MINUS}3.5", f"{MINUS}$2"]


@pytest.mark.parametrize(
    ("change", "shown"), [(0.3, "+0.3 h"), (-0.3, "−0.3 h"), (0.04, "0.0 h"), (-0.04, "0.0 h"), (0.0, "0.0 h")]
)
def test_a_change_has_the_sign_of_what_is_shown(change, shown):
    """A change that is written as zero has no sign, in every row of the trend."""
    analysis = planted.shift()
    told = tell(analysis, analysis.scorecard[0])
    trend = replace(
        told.verdict.trend, verdict="declining", change=change, change_low=change, change_high=change,
        change_percent=change / 100,
    )  # fmt: skip
    rows = dict(trend_figures(planted.changed(told, trend=trend)))
    assert rows["Change over twelve months"] == shown
    assert rows["Its 90% interval"] == f"{shown} to {shown}"
    assert rows["As a share of the level"] == (f"{shown[0]}0.3%" if shown[0] in "+−" else "0.0%")


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        (12 / 30_376, "less than 0.1%"),
        (0.0005, "0.1%"),
        (7 / 900, "0.8%"),
        (1.0, "100.0%"),
        (0.9999, "more than 99.9%"),
    ],
)
def test_some_rows_are_not_no_rows(share, shown):
    """A share that would be written as none, or as all, is told as what it is."""
    rows = {"table": ["tickets"], "column": ["id"], "found": [1], "rows": [1], "share": [share], "verdict": ["note"],
            "text": ["empty"]}  # fmt: skip
    assert f">{shown}<" in re.sub(r"\s*([<>])\s*", r"\1", str(quality_table(pd.DataFrame(rows), NUMBERS)))


def test_halves_are_rounded_away_from_zero():
    """Scores, chances and coarse amounts are rounded as every other number is."""
    assert [score(SimpleNamespace(posterior=part)) for part in (0.125, 0.285, 0.145, 0.0, 1.0)] == [13, 29, 15, 0, 100]
    assert [chance_text(part, NUMBERS) for part in (0.125, 0.225, 0.625)] == ["about 15%", "about 25%", "about 65%"]
    assert coarse(500.0, 25.0, -25.0, 45.0) == (30.0, -30.0, 50.0)


@pytest.fixture
def company():
    """Two departments: one KPI missed; one at risk and others met."""
    return planted.shift(), planted.at_risk(), planted.all_met()


def test_the_overviews_counts_are_those_of_its_page(company):
    """Each judged KPI stands in one group, so that the groups add up to what was judged."""
    held = company_tally(company)
    parts = export_overview(company, planted.OCTOBER, {}).data["departments"]
    whole = {name: sum(part[name] for part in parts) for name in ("judged", "missed", "at_risk", "watched", "met")}
    assert whole == {
        "judged": held.judged, "missed": len(held.missed), "at_risk": len(held.at_risk), "watched": len(held.watched),
        "met": len(held.met),
    }  # fmt: skip
    assert whole["missed"] + whole["at_risk"] + whole["watched"] + whole["met"] == whole["judged"]
    assert whole["at_risk"]


@pytest.mark.parametrize("story", [planted.shift, planted.at_risk, planted.all_met])
def test_no_sentence_mixes_digits_and_words(story):
    """Targets are counted in words: "One of three targets missed, none in September 2026"."""
    analysis = story()
    what = str(dict(facts(analysis, tell_all(analysis)))["What"])
    assert re.match(r"<b>(None|One|Two|Three) of (one|two|three)</b> targets? missed(, (none|one) in|\.)", what)
    assert tally(tell_all(analysis)).judged <= 3


@pytest.mark.parametrize(
    ("real", "missed", "words"),
    [
        (0, 1, "No sign of a real change."),
        (1, 1, "It is a real change."),
        (0, 7, "No sign of a real change."),
        (2, 2, "Both are real changes."),
        (7, 7, "All seven are real changes."),
        (1, 2, "One of two is a real change."),
        (6, 7, "Six of seven are real changes."),
        (13, 14, "13 of 14 are real changes."),
    ],
)
def test_real_changes_are_told_in_words(real, missed, words):
    """How many of the misses are more than the usual swing, as a sentence for one, for some and for none."""
    assert _real_changes(real, missed) == words


EFFECTS = ((0.15, 0.10), (0.26, 0.26, 0.26), (0.04, 0.3), (1.05, 0.449))


@pytest.mark.parametrize("effects", EFFECTS)
@pytest.mark.parametrize("actual", np.linspace(10.20, 10.29, 10))
def test_printed_effects_add_up_to_the_printed_change(effects, actual):
    """From the value now to the one that is left: the effects of the table make up the difference of the two."""
    analysis = planted.shift()
    told = tell(analysis, analysis.scorecard[0])
    items = tuple(replace(told.plan.recommendations[0], effect=size, doubt="") for size in effects)
    items = tuple(replace(item, kind="suggested", text=str(at)) for at, item in enumerate(items))
    gap = replace(told.verdict.gap, actual=actual, target=7.0, size=actual - 7.0, status="missed")
    plan = replace(told.plan, recommendations=items, remaining=gap.size - sum(effects))
    told = planted.changed(replace(told, plan=plan), gap=gap)
    now, then = (float(number) for number in re.findall(r"(\d+\.\d) h", together(told, plan))[:2])
    printed = [float(effect_text(told, item)[0].split()[0]) for item in items]
    assert sum(printed) == pytest.approx(now - then)
    assert all(abs(shown - size) < 0.1 + 1e-9 for shown, size in zip(printed, effects, strict=True))


def test_effects_beyond_the_gap_are_said_to_be():
    """Where the effects are more than the gap, the target is not where they end."""
    analysis = planted.shift()
    told = tell(analysis, analysis.scorecard[0])
    item = replace(told.plan.recommendations[0], effect=3.0, doubt="")
    plan = replace(told.plan, recommendations=(item,), remaining=0.0)
    assert together(replace(told, plan=plan), plan).endswith("to 4.0 h or better; that closes the gap.")
    exact = replace(plan, recommendations=(replace(item, effect=told.verdict.gap.size),))
    assert together(replace(told, plan=exact), exact).endswith("to 4.0 h; that closes the gap.")

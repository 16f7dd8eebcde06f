"""The JSON schema (draft 2020-12) of a department's results: what each key means."""

from typing import Any, get_args

from saypro_analysis.assurance import Assurance
from saypro_analysis.causes import CauseVerdict
from saypro_analysis.gap import Status
from saypro_analysis.judgement import Progress
from saypro_analysis.kpi import Better, Unit
from saypro_analysis.limits import Rule, Variation
from saypro_analysis.show.results_schema_ahead import (
    baseline_schema,
    budget_schema,
    outlook_schema,
    proposal_schema,
    severity_schema,
    year_schema,
)  # fmt: skip
from saypro_analysis.show.results_schema_source import (
    cost_schema,
    decision_schema,
    provenance_schema,
    quality_schema,
    rates_schema,
)
from saypro_analysis.show.results_schema_story import changes_schema, drivers_schema, outcome_schema, register_schema
from saypro_analysis.show.schema_types import (
    COUNT,
    DAY,
    FLAG,
    MONTH,
    NUMBER,
    SET_MONTH,
    TEXT,
    a_list,
    a_word,
    an_object,
    known,
    or_null,
)  # fmt: skip
from saypro_analysis.trend import TrendVerdict

SCHEMA_VERSION = 3

_MAYBE_TEXT: dict[str, Any] = {"type": ["string", "null"]}


def results_schema() -> dict[str, Any]:
    """The schema that ``export_results`` follows; null stands for what is not known."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Results of a department's month",
        **an_object(
            "",
            schema=known({"const": SCHEMA_VERSION}, "Version of this schema"),
            department=known(TEXT, "The department's id"),
            name=known(TEXT, "The department's name"),
            company=known(TEXT, "The company's name"),
            currency=known(TEXT, "Currency of amounts of money"),
            month=known(SET_MONTH, "The month that is reported"),
            sample=known(FLAG, "Whether the data are made up"),
            budget=budget_schema(),
            changes=or_null(changes_schema()),
            diagnosis=_diagnosis(),
            causes=a_list(_cause(), "The causes of the department as a whole, best supported first"),
            register=a_list(register_schema(), "The action register"),
            outcomes=a_list(outcome_schema(), "The actions of the register that are done"),
            rates=rates_schema(),
            decisions=a_list(decision_schema(), "What is asked of those who decide, the worst KPI's first"),
            quality=quality_schema(),
            provenance=provenance_schema(),
            kpis=a_list(_kpi(), "Every KPI, worst first; those of the scorecard lead"),
        ),
    }


def _kpi() -> dict[str, Any]:
    unit = "Unit of actual, targets, gap, limits, forecasts, slope, change, effect; percent: 0.25 is 25 %"
    return an_object(
        "",
        id=known(TEXT, "The KPI's id in the department"),
        name=known(TEXT, "The KPI's name"),
        unit=a_word(get_args(Unit), unit),
        better=a_word(get_args(Better), "Which way is better"),
        scorecard=known(FLAG, "False: measured for the signs of causes only"),
        actual=known(NUMBER, "The month's value"),
        target=known(NUMBER, "The target, or the lower bound of a range"),
        target_upper=known(NUMBER, "The upper bound of a range"),
        gap=_gap(),
        cost=or_null(cost_schema()),
        severity=severity_schema(),
        limits=_limits("The process limits that say whether the month is unusual"),
        current=or_null(_limits("Those of the process as it is now; null: too few months since its last step")),
        baseline=baseline_schema(),
        proposal=proposal_schema(),
        trend=_trend(),
        fluctuation=_fluctuation(),
        outlook=outlook_schema(),
        year=or_null(year_schema()),
        misses=known(COUNT, "Months in a row that missed, up to this one"),
        missed_since=known(MONTH, "First month of that row"),
        emerging=known(FLAG, "Not missed, but getting worse or fluctuating"),
        at_risk=known(FLAG, "Met, but forecast to miss within three months"),
        progress=a_word(get_args(Progress), "Whether a missed KPI recovers"),
        drivers=or_null(drivers_schema()),
        diagnosis=or_null(_diagnosis()),
        causes=a_list(_cause(), "The causes that were looked at, best supported first"),
        plan=or_null(_plan()),
        actions=a_list(_action(), "What is recommended"),
        series=a_list(_month(), "Every month held, in order"),
    )


def _gap() -> dict[str, Any]:
    return an_object(
        "Actual against target",
        size=known(NUMBER, "Shortfall in the KPI's unit; zero or negative is met"),
        percent=known(NUMBER, "Size as a share of the target (0.25 is 25 %); null when the target is 0"),
        status=a_word(get_args(Status), "Whether the target was met"),
    )


def _limits(about: str) -> dict[str, Any]:
    return an_object(
        about,
        mean=known(NUMBER, "Average of the months that make the limits"),
        lower=known(NUMBER, "Lower process limit"),
        upper=known(NUMBER, "Upper process limit"),
        sigma=known(NUMBER, "Sigma of the process, from its month-to-month changes"),
        points=known(COUNT, "Months that made the limits, from first to last"),
        first=known(MONTH, "First of them"),
        last=known(MONTH, "Last of them"),
        provisional=known(FLAG, "Made by twelve months or fewer"),
        variation=a_word(get_args(Variation), "What the latest month says of the process"),
        rule=a_word(get_args(Rule), "The rule by which it does"),
        since=known(MONTH, "First month of the present signal"),
        assurance=a_word(get_args(Assurance), "What the process, left alone, does with the target"),
        seasonal=known(FLAG, "Whether the limits follow a season: mean, lower and upper are then those of the month"),
    )


def _trend() -> dict[str, Any]:
    return an_object(
        "Where the KPI is heading",
        verdict=a_word(get_args(TrendVerdict), "What was found"),
        direction=a_word(("better", "worse", ""), "Of a step"),
        since=known(MONTH, "First month of the new level of a step"),
        slope=known(NUMBER, "Change per month"),
        change=known(NUMBER, "Change over twelve months"),
        change_percent=known(NUMBER, "The same as a share of the level it started from"),
        change_low=known(NUMBER, "Low end of the change's 90 % interval"),
        change_high=known(NUMBER, "High end of the change's 90 % interval"),
        p=known(NUMBER, "Of the test named by method, alone"),
        adjusted_p=known(NUMBER, "The same among all tests of the company's report (Benjamini-Hochberg)"),
        method=known(TEXT, "The test"),
        early=known(FLAG, "Fewer than twelve months: an early sign"),
    )


def _fluctuation() -> dict[str, Any]:
    return an_object(
        "Whether the KPI swings more than it should",
        fluctuating=known(FLAG, "Whether it does"),
        tests=a_list(TEXT, "The tests that say so"),
        volatility=known(NUMBER, "Sigma as a share of the target, else of the mean"),
    )


def _diagnosis() -> dict[str, Any]:
    return an_object(
        "How much the known signs can tell of the causes",
        coverage=known(NUMBER, "Share of what all signs could tell that is known"),
        robust=known(FLAG, "The leading cause does not depend on how the signs are weighted"),
        next_check=known(_MAYBE_TEXT, "The unknown sign that would tell most"),
    )


def _cause() -> dict[str, Any]:
    evidence = an_object(
        "",
        sign=known(TEXT, "The sign's id"),
        degree=known(NUMBER, "How far it was seen, 0 to 1"),
        weight=known(NUMBER, "How much it tells"),
        text=known(TEXT, "What was seen"),
    )
    sides = {side: a_list(evidence, f"Signs {side} the cause, heaviest first") for side in ("for", "against")}
    return an_object(
        "",
        **sides,
        id=known(TEXT, "The cause's id in causes.yml"),
        name=known(TEXT, "The cause's name"),
        prior=known(NUMBER, "Chance of the cause before any sign"),
        posterior=known(NUMBER, "Chance of the cause given the signs"),
        verdict=a_word(get_args(CauseVerdict), "The posterior in words"),
    )


def _plan() -> dict[str, Any]:
    return an_object(
        "What the actions come to",
        remaining=known(NUMBER, "Gap that remains when all actions have their expected effect"),
        gated=known(TEXT, "The kind of answer that variation and assurance ask for"),
    )


def _action() -> dict[str, Any]:
    return an_object(
        "",
        action=known(_MAYBE_TEXT, "Id in causes.yml; null for a check"),
        text=known(TEXT, "What to do"),
        cause=known(_MAYBE_TEXT, "Id of the cause that it addresses"),
        owner=known(TEXT, "Who does it"),
        due=known(DAY, "By when"),
        effect=known(NUMBER, "Part of the gap that it is expected to close"),
        written=known(NUMBER, "The same as the page writes it: the effects that are printed add up to what is printed"),
        effect_low=known(NUMBER, "Low end of that"),
        effect_high=known(NUMBER, "High end of that"),
        kind=a_word(("planned", "suggested", "check"), "In the register, suggested, or something to check first"),
        begun=known(FLAG, "Planned and under way"),
        late=known(FLAG, "Planned, and past its due date"),
        doubt=a_word(
            ("", "not indicated", "no evidence"), "No sign speaks for its cause: its effect is not counted on"
        ),
    )


def _month() -> dict[str, Any]:
    return an_object(
        "",
        month=known(SET_MONTH, "The month"),
        value=known(NUMBER, "Its value; null: missing"),
        target=known(NUMBER, "Its target, or the lower bound of a range"),
        target_upper=known(NUMBER, "The upper bound of a range"),
        mean=known(NUMBER, "The average that held in the month"),
        lower=known(NUMBER, "The lower process limit that held in the month"),
        upper=known(NUMBER, "The upper process limit that held in the month"),
        signal=a_word(("common", "improving", "concerning", "neutral", "missing"), "What the month is against these"),
    )

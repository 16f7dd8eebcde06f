"""The JSON schema (draft 2020-12) of a department's results: what each key means."""

from typing import Any

SCHEMA_VERSION = 1

_NUMBER: dict[str, Any] = {"type": ["number", "null"]}
_MONTH: dict[str, Any] = {"type": ["string", "null"], "pattern": r"^\d{4}-(0[1-9]|1[0-2])$"}
_TEXT: dict[str, Any] = {"type": "string"}
_FLAG: dict[str, Any] = {"type": "boolean"}


def results_schema() -> dict[str, Any]:
    """The schema that ``export_results`` follows; null stands for what is not known."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Results of a department's month",
        **_object(
            schema=_about({"const": SCHEMA_VERSION}, "Version of this schema"),
            department=_about(_TEXT, "The department's id"),
            name=_about(_TEXT, "The department's name"),
            company=_about(_TEXT, "The company's name"),
            currency=_about(_TEXT, "Currency of amounts of money"),
            month=_about({**_MONTH, "type": "string"}, "The month that is reported"),
            sample=_about(_FLAG, "Whether the data are made up"),
            kpis=_about({"type": "array", "items": _kpi()}, "Every KPI, worst first; those of the scorecard lead"),
        ),
    }


def _kpi() -> dict[str, Any]:
    return _object(
        id=_TEXT,
        name=_TEXT,
        unit=_about({"enum": ["currency", "percent", "count", "hours", "minutes", "days", "score", "ratio"]},
                    "Unit of actual, target, gap, limits, slope, change, effect; percent: 0.25 is 25 %"),
        better=_about({"enum": ["higher", "lower", "inside"]}, "Which way is better"),
        scorecard=_about(_FLAG, "False: measured for the signs of causes only"),
        actual=_about(_NUMBER, "The month's value"),
        target=_about(_NUMBER, "The target, or the lower bound of a range"),
        target_upper=_about(_NUMBER, "The upper bound of a range"),
        gap=_gap(),
        limits=_limits(),
        trend=_trend(),
        fluctuation=_object(
            fluctuating=_FLAG,
            tests=_about({"type": "array", "items": _TEXT}, "The tests that say so"),
            volatility=_about(_NUMBER, "Sigma as a share of the target, else of the mean"),
        ),
        misses=_about({"type": "integer", "minimum": 0}, "Months in a row that missed, up to this one"),
        missed_since=_about(_MONTH, "First month of that row"),
        emerging=_about(_FLAG, "Not missed, but getting worse or fluctuating"),
        progress=_about({"enum": ["", "recovering", "no progress"]}, "Of a missed KPI"),
        diagnosis=_nullable(_object(
            coverage=_about(_NUMBER, "Share of what all signs could tell that is known"),
            robust=_about(_FLAG, "The leading cause does not depend on how the signs are weighted"),
            next_check=_about({"type": ["string", "null"]}, "The unknown sign that would tell most"),
        )),
        causes={"type": "array", "items": _cause()},
        plan=_nullable(_object(
            remaining=_about(_NUMBER, "Gap that remains when all actions have their expected effect"),
            gated=_about(_TEXT, "The kind of answer that variation and assurance ask for"),
        )),
        actions={"type": "array", "items": _action()},
        series={"type": "array", "items": _object(month={**_MONTH, "type": "string"}, value=_NUMBER, target=_NUMBER,
                                                  target_upper=_NUMBER)},
    )  # fmt: skip


def _gap() -> dict[str, Any]:
    return _object(
        size=_about(_NUMBER, "Shortfall in the KPI's unit; zero or negative is met"),
        percent=_about(_NUMBER, "Size as a share of the target (0.25 is 25 %); null when the target is 0"),
        status={"enum": ["missed", "met", "no target", "no data"]},
    )


def _limits() -> dict[str, Any]:
    return _object(
        mean=_NUMBER,
        lower=_NUMBER,
        upper=_NUMBER,
        sigma=_NUMBER,
        points=_about({"type": "integer", "minimum": 0}, "Months that made the limits, from first to last"),
        first=_MONTH,
        last=_MONTH,
        provisional=_FLAG,
        variation={"enum": ["improving", "concerning", "common", "neutral", "insufficient"]},
        rule={"enum": ["outside limits", "trend", "two in three", "shift", ""]},
        since=_about(_MONTH, "First month of the present signal"),
        assurance={"enum": ["pass", "fail", "hit or miss", "none"]},
    )


def _trend() -> dict[str, Any]:
    return _object(
        verdict={"enum": ["improving", "declining", "stable", "step change", "insufficient"]},
        direction=_about({"enum": ["better", "worse", ""]}, "Of a step"),
        since=_about(_MONTH, "First month of the new level of a step"),
        slope=_about(_NUMBER, "Per month"),
        change=_about(_NUMBER, "Over twelve months, of the interval change_low to change_high"),
        change_percent=_NUMBER,
        change_low=_NUMBER,
        change_high=_NUMBER,
        p=_about(_NUMBER, "Of the test named by method"),
        method=_TEXT,
        early=_about(_FLAG, "Fewer than twelve months: an early sign"),
    )


def _cause() -> dict[str, Any]:
    evidence = {"type": "array", "items": _object(sign=_TEXT, degree=_NUMBER, weight=_NUMBER, text=_TEXT)}
    return _object(
        **{"for": evidence, "against": evidence},
        id=_TEXT,
        name=_TEXT,
        prior=_NUMBER,
        posterior=_about(_NUMBER, "Chance of the cause given the signs"),
        verdict={"enum": ["likely", "possible", "not indicated", "no evidence"]},
    )


def _action() -> dict[str, Any]:
    return _object(
        action=_about({"type": ["string", "null"]}, "Id in causes.yml; null for a check"),
        text=_TEXT,
        cause={"type": ["string", "null"]},
        owner=_TEXT,
        due={"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"},
        effect=_about(_NUMBER, "Part of the gap that it is expected to close"),
        effect_low=_NUMBER,
        effect_high=_NUMBER,
        kind={"enum": ["planned", "suggested", "check"]},
    )


def _object(**properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": sorted(properties), "additionalProperties": False}


def _about(kind: dict[str, Any], description: str) -> dict[str, Any]:
    return {**kind, "description": description}


def _nullable(kind: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [kind, {"type": "null"}]}

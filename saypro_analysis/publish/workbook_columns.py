"""What the columns of results.xlsx mean: the words of the schema of results.json."""

from collections.abc import Mapping, Sequence
from typing import Any

from saypro_analysis.show.results_schema import results_schema

_COMMON = {
    "department": "The department's id",
    "kpi": "The KPI's id",
    "kpi_name": "The KPI's name",
    "cause": "The cause's id in causes.yml",
    "side": "Whether the sign speaks for the cause or against it",
    "what": "What kind of change",
    "about": "The KPI, with the month of a restated value, or the action",
    "before": "What it was in the month before, or in the last report",
    "now": "What it is now",
    "since": "The month before",
    "gap": "Shortfall in the KPI's unit, positive is short (drivers are actual less reference)",
    "gap_percent": "The same as a share of the target",
}


def column_rows(sheets: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[dict[str, Any]]:
    """A row per sheet and column whose meaning is known."""
    known = _meanings()
    return [
        {"sheet": sheet, "column": column, "meaning": meaning}
        for sheet, rows in sheets.items()
        for column in rows[0]
        if (meaning := {**_COMMON, **known.get(sheet, {})}.get(column))
    ]


def _meanings() -> dict[str, dict[str, str]]:
    """The descriptions of the schema's keys, by the sheet that they stand in."""
    part = results_schema()["properties"]
    kpi = part["kpis"]["items"]["properties"]
    split = kpi["drivers"]["anyOf"][0]["properties"]["splits"]["items"]["properties"]
    cause = kpi["causes"]["items"]["properties"]
    outlook = kpi["outlook"]["properties"]["months"]["items"]["properties"]
    places = {
        "Scorecard": {**kpi, **kpi["gap"]["properties"], **kpi["severity"]["properties"], **kpi["limits"]["properties"],
                      **kpi, "chance_next": outlook["chance"], "forecast_next": outlook["value"]},
        "Drivers": {**split, **split["parts"]["items"]["properties"]},
        "Causes": cause,
        "Evidence": cause["for"]["items"]["properties"],
        "Actions": kpi["actions"]["items"]["properties"],
        "Register": part["register"]["items"]["properties"],
        "Outcomes": part["outcomes"]["items"]["properties"],
        "Decisions": {**(asked := part["decisions"]["items"]["properties"]), **asked["kpis"]["items"]["properties"]},
        "Rates": part["rates"]["items"]["properties"],
        "Quality": part["quality"]["properties"]["found"]["items"]["properties"],
        "Months": kpi["series"]["items"]["properties"],
    }  # fmt: skip
    return {
        sheet: {key: inner["description"] for key, inner in keys.items() if "description" in inner}
        for sheet, keys in places.items()
    }

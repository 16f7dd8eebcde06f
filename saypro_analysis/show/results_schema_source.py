"""The JSON schema of what a report asks, and of what stands behind it: decisions, costs, chances, data quality."""

from typing import Any, get_args

from saypro_analysis.decisions import Ask
from saypro_analysis.show.schema_types import COUNT, DAY, NUMBER, SET_MONTH, TEXT, a_list, a_word, an_object, known


def decision_schema() -> dict[str, Any]:
    """What is asked of those who decide."""
    kpi = an_object(
        "",
        kpi=known(TEXT, "The KPI's id"),
        effect=known(NUMBER, "Expected effect on it, in its unit, positive is better; null: not estimated"),
    )
    return an_object(
        "",
        ask=a_word(get_args(Ask), "To settle what is overdue, or to approve what is suggested"),
        text=known(TEXT, "The action"),
        by=known(DAY, "The day by which it is asked for"),
        due=known(DAY, "When the action is, or was, due"),
        cost=known(NUMBER, "What the register says that it costs, in the company's currency"),
        owner=known(TEXT, "Who does it"),
        kpis=a_list(kpi, "The KPIs that it serves, the worst first"),
    )


def cost_schema() -> dict[str, Any]:
    """What a gap costs."""
    return an_object(
        "What the gap costs, in the company's currency; null where the KPI has no worth, or its target is not missed",
        month=known(NUMBER, "In the month"),
        running=known(NUMBER, "In all months of the present row of misses"),
        since=known(SET_MONTH, "First month of that row"),
    )


def rates_schema() -> dict[str, Any]:
    """How often kinds of action have worked."""
    rate = an_object(
        "",
        action=known(TEXT, "Kind of action: an id in causes.yml"),
        worked=known(COUNT, "How often it was judged to have worked"),
        failed=known(COUNT, "How often it was judged not to have worked"),
        prior=known(NUMBER, "Its chance of success in causes.yml"),
        rate=known(NUMBER, "Its chance of success after these results"),
    )
    return a_list(rate, "Kinds of action in the register of which earlier results have changed the chance of success")


def quality_schema() -> dict[str, Any]:
    """What the checks of the sources found."""
    found = an_object(
        "",
        table=known(TEXT, "The table"),
        column=known(TEXT, "The column; empty: all"),
        text=known(TEXT, "What was found"),
        verdict=known(TEXT, "How much it matters"),
        found=known(COUNT, "Rows in which it was found"),
        rows=known(COUNT, "Rows that were checked"),
        share=known(NUMBER, "The one as a share of the other"),
    )
    return an_object(
        "What the checks of the sources found",
        checks=known(COUNT, "How many checks were made"),
        found=a_list(found, "Those that found something"),
    )


def provenance_schema() -> dict[str, Any]:
    """Where the figures come from."""
    return {"type": "object", "additionalProperties": TEXT, "description": "Where the figures come from, in words"}

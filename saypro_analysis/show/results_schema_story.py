"""The JSON schema of what results tell beyond the verdicts: changes, drivers, follow-up of actions."""

from typing import Any, get_args

from saypro_analysis.changes import Move
from saypro_analysis.contributions import Basis
from saypro_analysis.follow_up import State
from saypro_analysis.outcomes import Verdict as OutcomeVerdict
from saypro_analysis.severity import Level
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
from saypro_analysis.splits import PartKind, SplitMethod

_MAYBE_TEXT: dict[str, Any] = {"type": ["string", "null"]}
_REFERENCE = "What the month is held against"


def changes_schema() -> dict[str, Any]:
    """What has changed since the month before."""
    kpi = an_object(
        "",
        kpi=known(TEXT, "The KPI's id"),
        move=a_word(get_args(Move), 'How its verdict moved; "same": still in trouble as it was'),
        misses=known(COUNT, "Months in a row that missed"),
        level=a_word(get_args(Level), "Severity's level now"),
        level_before=a_word(get_args(Level), "Severity's level in the month before"),
        actual_before=known(NUMBER, "The value of the month before"),
    )
    cause = an_object(
        "",
        kpi=known(TEXT, "The KPI's id"),
        now=known(_MAYBE_TEXT, "Id of the cause that leads now"),
        before=known(_MAYBE_TEXT, "Id of the cause that led in the month before"),
    )
    due = an_object("", id=known(TEXT, "Id in the register"), state=a_word(get_args(State), "How it stands"))
    restated = an_object(
        "",
        kpi=known(TEXT, "The KPI's id"),
        months=known(COUNT, "How many past months have other values"),
        first=known(SET_MONTH, "The first of them"),
        month=known(SET_MONTH, "The one that moved most"),
        before=known(NUMBER, "Its value in the last report; null: none"),
        now=known(NUMBER, "Its value now; null: none"),
    )
    return an_object(
        "What has changed since the month before; null where there is none",
        since=known(SET_MONTH, "The month before"),
        report=known(MONTH, "The last report published before, which past values are compared with"),
        as_of=known(_MAYBE_TEXT, "The day of that report's data"),
        kpis=a_list(kpi, "KPIs that moved, and those still in trouble"),
        causes=a_list(cause, "KPIs of which another cause leads than before"),
        due=a_list(due, "Actions that fell due in the month"),
        restated=a_list(restated, "KPIs whose past values are not those of the last report"),
    )


def drivers_schema() -> dict[str, Any]:
    """What makes up a gap."""
    split = an_object(
        "",
        basis=a_word(get_args(Basis), _REFERENCE),
        dimension=known(TEXT, 'By which segments; "": by factor of the formula'),
        method=a_word(get_args(SplitMethod), "How the parts add up"),
        reference=known(NUMBER, "Value of the whole that the month is held against"),
        actual=known(NUMBER, "Value of the whole in the month"),
        change=known(NUMBER, "Actual less reference: the sum of the parts' changes"),
        written=known(NUMBER, "The same as the page writes it, with the decimals of the KPI"),
        parts=a_list(_written_part(), "All parts, most adverse first"),
        leading=a_list(TEXT, "The few parts that make up most of it"),
        explained=known(NUMBER, "Their share of the change"),
        ordinary=known(FLAG, "The KPI's own variation makes a change as large"),
    )
    member = an_object(
        "",
        name=known(TEXT, "The segment"),
        value=known(NUMBER, "Its value in the month"),
        reference=known(NUMBER, "What it is held against"),
        rows={**COUNT, "type": ["integer", "null"], "description": "Records behind it"},
    )
    compared = an_object(
        "",
        basis=a_word(get_args(Basis), _REFERENCE),
        dimension=known(TEXT, "By which segments"),
        members=a_list(member, "Furthest on the wrong side first"),
    )
    lever = an_object(
        "The largest adverse part",
        basis=a_word(get_args(Basis), _REFERENCE),
        dimension=known(TEXT, 'By which segments; "": by factor'),
        part=_part(),
        share=known(NUMBER, "Its share of the change"),
    )
    return an_object(
        "What makes up the trouble; null where there is none",
        splits=a_list(split, "By the dimension that shows it best, on each basis"),
        formula=a_list(split, "By factor of the formula, on each basis"),
        compared=a_list(compared, "Segments that do not add up, side by side"),
        lever=or_null(lever),
    )


def register_schema() -> dict[str, Any]:
    """An action of the register."""
    return an_object(
        "",
        id=known(TEXT, "Id in the register"),
        kpi=known(TEXT, "The KPI it is meant for"),
        segment=known(TEXT, "The part of the KPI that it works on; empty: the whole"),
        comparator=known(TEXT, "What it is held against when it is judged"),
        cause=known(TEXT, "Id of the cause that it addresses"),
        action=known(TEXT, "Kind of action: an id in causes.yml, or a text"),
        text=known(TEXT, "What it means in the department"),
        owner=known(TEXT, "Who does it"),
        start=known(DAY, "From when on"),
        due=known(DAY, "By when"),
        status=known(TEXT, "As entered in the register"),
        lead_months=known(COUNT, "Months from the due date until the KPI can show it"),
        note=known(TEXT, "In words"),
        state=a_word(get_args(State), "How it stands at the month's end"),
        expected_effect=known(NUMBER, "What was expected, in the KPI's unit, positive is better"),
        review=known(MONTH, "Month of its review"),
        cost=known(NUMBER, "What it costs, in the company's currency"),
    )


def outcome_schema() -> dict[str, Any]:
    """Whether an action worked."""
    words = "In the KPI's unit, positive is better"
    recorded = an_object(
        "The verdict in outcomes.csv: it stands, whatever later months come to",
        department=known(TEXT, "Id of the department"),
        id=known(TEXT, "Id in the register"),
        action=known(TEXT, "Kind of action"),
        month=known(SET_MONTH, "Month in which it was judged"),
        verdict=a_word(("worked", "no evidence", "worsened"), "What the months until then said (observational)"),
        effect=known(NUMBER, f"After less before. {words}"),
        low=known(NUMBER, "Low end of its 90 % interval"),
        high=known(NUMBER, "High end of its 90 % interval"),
        telling=known(FLAG, "It counts for how often this kind of action works"),
    )
    return an_object(
        "",
        id=known(TEXT, "Id in the register"),
        kpi=known(TEXT, "The KPI's id"),
        verdict=a_word(get_args(OutcomeVerdict), "What the months since say (observational)"),
        reason=known(TEXT, "Why there is no verdict, or only no evidence"),
        effect=known(NUMBER, f"After less before. {words}"),
        low=known(NUMBER, "Low end of its 90 % interval"),
        high=known(NUMBER, "High end of its 90 % interval"),
        expected=known(NUMBER, f"What was expected. {words}"),
        smallest_visible=known(NUMBER, f"Smallest effect that could have been seen. {words}"),
        chance=known(NUMBER, "Chance that the KPI is better than before"),
        baseline_mean=known(NUMBER, "Average of the months before"),
        post_mean=known(NUMBER, "Average of the months since"),
        baseline_first=known(MONTH, "First month before"),
        baseline_last=known(MONTH, "Last month before that counts"),
        first=known(MONTH, "First month in which it can show"),
        last=known(MONTH, "Last month that counts"),
        months=known(COUNT, "Months since that count"),
        seasonal=known(FLAG, "Compared with the same months of the year"),
        joint=a_list(TEXT, "Ids of the actions that are judged together"),
        comparator=known(TEXT, "What it is held against"),
        drift=known(NUMBER, "What a trend that the months before show would have brought by itself; null: none"),
        telling=known(FLAG, "It counts for how often this kind of action works"),
        due_now=known(FLAG, "It falls due for review in this month"),
        rebase=known(MONTH, "Month from which new limits are proposed"),
        recorded=or_null(recorded),
    )


def _written_part() -> dict[str, Any]:
    """A part, with its change as the page writes it: rounded so that the parts add up."""
    held = _part()
    written = known(NUMBER, "Its change as the page writes it: the parts that are printed add up to what is printed")
    properties = {**held["properties"], "written": written}
    return {**held, "properties": properties, "required": sorted(properties)}


def _part() -> dict[str, Any]:
    unit = "in the KPI's unit"
    return an_object(
        "A segment or factor, and what it adds",
        name=known(TEXT, "Segment, or id of the factor"),
        change=known(NUMBER, f"What it adds to the change, {unit}"),
        before=known(NUMBER, "Its own value in the reference"),
        after=known(NUMBER, "Its own value in the month"),
        share_before=known(NUMBER, "Its share of the whole in the reference"),
        share_after=known(NUMBER, "Its share of the whole in the month"),
        size=known(NUMBER, f"Of a total: by its size, {unit}"),
        average=known(NUMBER, f"Of a total: by its average, {unit}"),
        rate=known(NUMBER, f"Of a ratio: by its own rate, {unit}"),
        mix=known(NUMBER, f"Of a ratio: by its share, {unit}"),
        kind=a_word(get_args(PartKind), 'New, lost, or "rest": what no named part explains'),
    )

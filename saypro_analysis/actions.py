"""What to do about each KPI in trouble.

Expected effects are estimates to plan by, not forecasts; how they are made stands in ``portfolio``.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Literal

import pandas as pd

from saypro_analysis.causes import Diagnosis
from saypro_analysis.follow_up import action_text, month_end, state_of
from saypro_analysis.gates import gate, stake
from saypro_analysis.kpi import Action, Cause, DepartmentMonth, Kpi, PlannedAction, Sign
from saypro_analysis.learned import with_learned
from saypro_analysis.outcomes import Outcome
from saypro_analysis.portfolio import COST, Choice, Portfolio, choose_actions, open_portfolio, part_of
from saypro_analysis.verdict import Verdict

Kind = Literal["planned", "suggested", "check"]

MAX_ITEMS = 3  # per KPI: what a department can carry through
OPEN = ("planned", "started")
#: Kinds of answer that ask for nothing new: the process does what it should, or is on its way with the plan as it is.
NO_NEW = ("leave alone", "lock in", "keep going", "on the way")
CHECK_DAYS = 14  # a question is answered within two weeks


@dataclass(frozen=True, kw_only=True)
class Recommendation:
    """Something to do about a KPI, by whom and until when.

    ``effect`` is the part of the gap that it is expected to close, from ``effect_low`` to ``effect_high``, in the
    KPI's unit; None where none is known. Kind "planned" stands in the register with a named owner and date;
    "suggested" does not yet; "check" asks after the sign ``check`` before anything is done, and has neither action,
    cause nor effect. ``begun``: planned and under way; ``late``: planned, and past its due date. ``doubt``: planned
    against a cause that is "not indicated", or for which there is "no evidence"; its effect is not counted on.
    ``planned``: its id in the register; empty when it is not there.
    """

    kpi: Kpi
    action: Action | None
    text: str
    cause: Cause | None
    owner: str
    due: pd.Timestamp
    effect: float | None
    effect_low: float | None
    effect_high: float | None
    kind: Kind
    check: Sign | None = None
    begun: bool = False
    late: bool = False
    doubt: str = ""
    planned: str = ""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What to do about one KPI. ``remaining``: the gap left when all has its expected effect, in the KPI's unit.

    ``gated`` is the kind of answer that its variation and assurance ask for: a value of ``GATES``, "reduce variation"
    where it fluctuates, or "too little data".
    """

    kpi: Kpi
    recommendations: tuple[Recommendation, ...]
    remaining: float
    gated: str


def recommend(
    month: DepartmentMonth,
    verdicts: tuple[Verdict, ...],
    diagnoses: tuple[Diagnosis, ...],
    outcomes: tuple[Outcome, ...] = (),
) -> tuple[Plan, ...]:
    """A plan for every KPI that has a diagnosis, in the same order.

    Open rows of the register come first of the actions, as planned; suggestions fill up to three per KPI, chosen for
    the causes that are likely or possible. Where none is likely, the first item is to check the sign that would tell
    most. Nothing new is suggested for a KPI that gets better, or that its process keeps on target, nor where what is
    planned closes the gap; and nothing that was done for the KPI, as long as it has not been seen to work
    (``outcomes``). How likely a kind of action is to work includes what earlier ones came to (``learned``). Nothing is
    suggested that costs more than the department's ``budget``, and no more than its ``capacity`` leaves room for, the
    worst KPI first; an action that is suggested for one KPI may serve another. What is planned against a cause that
    no sign speaks for is not counted on.
    """
    month = replace(month, causes=with_learned(month.causes, month.outcomes))
    known = {verdict.kpi.key: verdict for verdict in verdicts}
    plans: list[Plan] = []
    for diagnosis in diagnoses:
        suggested = {
            item.action.id
            for plan in plans
            for item in plan.recommendations
            if item.action and item.kind == "suggested"
        }
        verdict = known[diagnosis.key]
        tried = {o.planned.action for o in outcomes if o.kpi.key == verdict.kpi.key and o.verdict != "worked"}
        plans.append(_plan(month, verdict, diagnosis, suggested, tried))
    return tuple(plans)


def overdue_elsewhere(
    month: DepartmentMonth, verdicts: Sequence[Verdict], plans: Sequence[Plan]
) -> tuple[Recommendation, ...]:
    """The overdue rows of the register for KPIs that have no plan, because nothing is wrong with them now."""
    planned, end = {plan.kpi.key for plan in plans}, month_end(month)
    return tuple(
        _planned(month, verdict, row, None, {})
        for verdict in verdicts
        if verdict.kpi.key not in planned
        for row in month.register
        if row.kpi in (verdict.kpi.id, verdict.kpi.key) and row.status in OPEN and state_of(row, end) == "late"
    )


def _plan(month: DepartmentMonth, verdict: Verdict, diagnosis: Diagnosis, suggested: Set[str], tried: Set[str]) -> Plan:
    """The plan of one KPI; ``suggested`` for others, ``tried`` for this one without having worked: ids of actions."""
    kpi, gated = verdict.kpi, gate(verdict)
    rows = [r for r in month.register if r.kpi in (kpi.id, kpi.key) and r.status in OPEN]
    portfolio = open_portfolio(diagnosis.findings)
    doubtful = {f.cause.id: f.verdict for f in diagnosis.findings if f.verdict in ("not indicated", "no evidence")}
    items = []
    for row in rows:
        action = month.causes.actions.get(row.action)
        choice = None
        if action is not None:
            choice, portfolio = part_of(action, portfolio)
        items.append(_planned(month, verdict, row, choice, doubtful))
    likely = any(finding.verdict == "likely" for finding in diagnosis.findings)
    checks = [] if likely or diagnosis.next_check is None else [_check(month, kpi, diagnosis.next_check)]
    closed = sum(item.effect or 0.0 for item in items if not item.doubt)
    enough = gated in NO_NEW or 0 < stake(verdict) <= closed
    room = 0 if enough else MAX_ITEMS - len(checks) - len(items)
    items += [_suggested(month, verdict, choice) for choice in _choices(month, portfolio, room, suggested, tried)]
    closed = sum(item.effect or 0.0 for item in items if not item.doubt)
    size = verdict.gap.size or 0.0
    remaining = max(size - closed, 0.0) if verdict.gap.status == "missed" else 0.0
    return Plan(kpi=kpi, recommendations=(*checks, *items), remaining=remaining, gated=gated)


def _choices(
    month: DepartmentMonth, portfolio: Portfolio, room: int, suggested: Set[str], tried: Set[str]
) -> tuple[Choice, ...]:
    """What to suggest: nothing that the department has planned already, nothing that it cannot pay for or carry."""
    department, open_rows = month.department, [row for row in month.register if row.status in OPEN]
    taken, costs = {row.action for row in open_rows} | tried, list(COST)
    allowed = [
        action
        for action in month.causes.actions.values()
        if action.id not in taken
        and (not action.departments or department.id in action.departments)
        and costs.index(action.cost) <= costs.index(department.budget)
    ]
    if department.capacity is None:
        return choose_actions(allowed, portfolio, room=room)
    free = max(department.capacity - len(open_rows) - len(suggested), 0)
    chosen = choose_actions(allowed, portfolio, room=room)
    new = [choice.action.id for choice in chosen if choice.action.id not in suggested]
    if len(new) <= free:
        return chosen
    # More than can be carried: the best new ones, and what others have been suggested anyway.
    kept = suggested | set(new[:free])
    return choose_actions([action for action in allowed if action.id in kept], portfolio, room=room)


def _suggested(month: DepartmentMonth, verdict: Verdict, choice: Choice) -> Recommendation:
    worth = stake(verdict)
    return Recommendation(
        kpi=verdict.kpi,
        action=choice.action,
        text=action_text(month.department, choice.action, verdict.kpi.id),
        cause=choice.cause,
        owner=choice.action.owner,
        due=month_end(month) + pd.Timedelta(days=choice.action.days),
        effect=choice.part * worth,
        effect_low=choice.low * worth,
        effect_high=choice.high * worth,
        kind="suggested",
    )


def _planned(
    month: DepartmentMonth, verdict: Verdict, row: PlannedAction, choice: Choice | None, doubtful: Mapping[str, str]
) -> Recommendation:
    """An open row of the register, with the effect that was entered, or that of its kind of action.

    ``doubtful`` are the causes that no sign speaks for: id -> the verdict on them.
    """
    action = month.causes.actions.get(row.action)
    low, high = (choice.low / choice.part, choice.high / choice.part) if choice and choice.part else (0.5, 1.5)
    effect = row.expected_effect
    if effect is None and choice and choice.part:
        effect = choice.part * stake(verdict)
    return Recommendation(
        kpi=verdict.kpi,
        action=action,
        text=action_text(month.department, action, verdict.kpi.id) or row.action,
        cause=month.causes.causes.get(row.cause),
        owner=row.owner,
        due=pd.Timestamp(row.due),
        effect=effect,
        effect_low=None if effect is None else effect * low,
        effect_high=None if effect is None else effect * high,
        kind="planned",
        begun=row.status == "started",
        doubt=doubtful.get(row.cause, ""),
        planned=row.id,
        late=state_of(row, month_end(month)) == "late",
    )


def _check(month: DepartmentMonth, kpi: Kpi, sign: Sign) -> Recommendation:
    return Recommendation(
        kpi=kpi,
        action=None,
        text=sign.question or sign.name,
        cause=None,
        owner=month.department.owner,
        due=month_end(month) + pd.Timedelta(days=CHECK_DAYS),
        effect=None,
        effect_low=None,
        effect_high=None,
        kind="check",
        check=sign,
    )

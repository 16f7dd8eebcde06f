"""How the actions of the register stand at the end of the month."""

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from saypro_analysis.kpi import Action, Department, DepartmentMonth, PlannedAction

State = Literal["done", "on time", "late", "stopped", "not started"]


@dataclass(frozen=True, kw_only=True)
class FollowUp:
    """An action of the register as it stands at the end of the month.

    ``text`` is what the action means in the department, or the words of the register; its note says what was done.
    """

    planned: PlannedAction
    text: str
    state: State


def follow_up(month: DepartmentMonth) -> tuple[FollowUp, ...]:
    """Where each action of the register stands at the month's end, in the register's order.

    "late": due before the month's end and still open; "not started": should have begun and is only planned. An action
    that begins after the month is on time, whatever was entered since.
    """
    actions, end = month.causes.actions, month_end(month)
    return tuple(
        FollowUp(
            planned=row,
            text=action_text(month.department, actions.get(row.action), row.kpi) or row.action,
            state=state_of(row, end),
        )
        for row in month.register
    )


def state_of(row: PlannedAction, end: pd.Timestamp) -> State:
    """Where an action stands on the day ``end``."""
    start, due = _date(row.start), _date(row.due)
    if row.status == "stopped":
        return "stopped"
    if start is not None and start > end:
        return "on time"
    if row.status == "done":
        return "done"
    if due is not None and due < end:
        return "late"
    return "not started" if row.status == "planned" and start is not None else "on time"


def action_text(department: Department, action: Action | None, kpi: str) -> str:
    """What an action means in the department: for this KPI, for any, or as the library names it; "" for no action."""
    if action is None:
        return ""
    texts, name = department.action_texts, kpi.removeprefix(f"{department.id}.")
    return texts.get(f"{name}.{action.id}", texts.get(action.id, action.name))


def month_end(month: DepartmentMonth) -> pd.Timestamp:
    """The last day of the month."""
    return month.month.end_time.normalize()


def _date(text: str) -> pd.Timestamp | None:
    stamp = pd.to_datetime(text, errors="coerce")
    return stamp if isinstance(stamp, pd.Timestamp) else None

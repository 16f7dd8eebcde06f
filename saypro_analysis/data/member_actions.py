"""Which actions a member's report knows: those on its own segment.

What is done for the whole company is neither North's to decide nor to be judged by North's months: it is not in North's
register. But it is not suggested to North once more while it is open, and it stays where it shows in the same values as
an action of North's own, which would else be credited with it; then without its amounts and note, which are the
whole's. The department's own words for actions name numbers and people of the whole ("Hire two senior sellers"): the
words of causes.yml stand for them. An action that is held against another member is not judged in North's report, as
that member's values are not in it.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace

from saypro_analysis.kpi import CauseModel, Department, Params, PlannedAction, RecordedOutcome
from saypro_analysis.windows import BEGUN, same_series

_OPEN = ("planned", "started")


def member_register(rows: tuple[PlannedAction, ...], segment: str, kpis: Collection[str]) -> tuple[PlannedAction, ...]:
    """The actions on ``segment`` ("region=North") as actions on the whole, and those that show in the same values."""
    own = [row for row in rows if row.segment == segment and row.kpi in kpis]
    return tuple(
        replace(row, segment="") if row in own else replace(row, expected_effect=None, cost=None, note="")
        for row in rows
        if row in own or (not row.segment and row.status in BEGUN and any(same_series(row, one) for one in own))
    )


def carrying(params: Params, department: Department, register: tuple[PlannedAction, ...]) -> Department:
    """The department without its words for actions, and with the room that the whole company's open ones leave."""
    taken = _open_elsewhere(params, department.id, register)
    room = None if department.capacity is None else max(department.capacity - len(taken), 0)
    return replace(department, action_texts={}, capacity=room)


def without_open(params: Params, register: Mapping[str, tuple[PlannedAction, ...]], dimension: str) -> CauseModel:
    """The model without what is open for the whole of a department already, in that department.

    What is open for another member of the dimension leaves this one without it.
    """
    taken = {
        key: {row.action for row in _open_elsewhere(params, key, rows) if not row.segment.startswith(f"{dimension}=")}
        for key, rows in register.items()
    }
    actions = {}
    for name, action in params.causes.actions.items():
        places = [key for key in register if not action.departments or key in action.departments]
        free = tuple(key for key in places if name not in taken[key])
        if len(free) == len(places):
            actions[name] = action
        elif free:
            actions[name] = replace(action, departments=free)
    return replace(params.causes, actions=actions)


def member_outcomes(params: Params, segment: str) -> tuple[RecordedOutcome, ...]:
    """What became of actions: the verdicts on the member's own, and of all others what they say of their kind.

    The others are taken from their departments, so that none stands as the verdict on a row of the member's register.
    """
    own = {(key, row.id) for key, rows in params.register.items() for row in rows if row.segment == segment}
    return tuple(one if (one.department, one.id) in own else replace(one, department="") for one in params.outcomes)


def _open_elsewhere(params: Params, department: str, register: tuple[PlannedAction, ...]) -> list[PlannedAction]:
    """The open actions of the department that are not in the member's register."""
    known = {row.id for row in register}
    return [row for row in params.register.get(department, ()) if row.status in _OPEN and row.id not in known]

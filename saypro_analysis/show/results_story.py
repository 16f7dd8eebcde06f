"""What results tell beyond the verdicts, as data: what changed, what makes up a gap, and whether actions worked."""

from dataclasses import fields, is_dataclass
from typing import Any

from saypro_analysis.changes import Changes
from saypro_analysis.drivers import Drivers
from saypro_analysis.follow_up import FollowUp
from saypro_analysis.kpi import Action, Cause, Kpi, PlannedAction, Sign
from saypro_analysis.outcomes import Outcome
from saypro_analysis.show.results_ahead import plain
from saypro_analysis.show.story import Told
from saypro_analysis.show.written import written
from saypro_analysis.splits import Split


def story_data(value: Any) -> Any:
    """A result as JSON holds it: fields by name, nouns by their id, months as "2026-10", missing as None.

    >>> story_data((1.5, float("nan"), "shift"))
    [1.5, None, 'shift']
    """
    if isinstance(value, Kpi | Cause | Sign | Action | PlannedAction):
        return value.id
    if is_dataclass(value):
        return {field.name: story_data(getattr(value, field.name)) for field in fields(value)}
    return [story_data(item) for item in value] if isinstance(value, tuple | list) else plain(value)


def drivers_data(drivers: Drivers | None, told: Told) -> dict[str, Any] | None:
    """What makes up a gap; ``written`` is each change as the page writes it, so that what is printed adds up."""
    if drivers is None:
        return None
    shown = written(told, drivers)
    return {
        "splits": [_split(one, own) for one, own in zip(drivers.splits, shown.splits, strict=True)],
        "formula": [_split(one, own) for one, own in zip(drivers.formula, shown.formula, strict=True)],
        "compared": story_data(drivers.compared),
        "lever": story_data(drivers.lever),
    }


def _split(split: Split, shown: Split) -> dict[str, Any]:
    parts = [
        {**story_data(part), "written": plain(own.change)} for part, own in zip(split.parts, shown.parts, strict=True)
    ]
    return {**story_data(split), "written": plain(shown.change), "parts": parts}


def outcome_data(outcome: Outcome) -> dict[str, Any]:
    """Whether an action worked."""
    data: dict[str, Any] = story_data(outcome)
    return {"id": data.pop("planned"), **data}


def register_data(row: FollowUp) -> dict[str, Any]:
    """An action of the register as it stands."""
    planned = row.planned
    names = (
        "id",
        "kpi",
        "segment",
        "comparator",
        "cause",
        "action",
        "owner",
        "start",
        "due",
        "status",
        "lead_months",
        "note",
    )
    return {
        **{name: getattr(planned, name) for name in names},
        "lead_months": planned.lead_months,
        "text": row.text,
        "state": row.state,
        "expected_effect": plain(planned.expected_effect),
        "review": planned.review or None,
        "cost": plain(planned.cost),
    }


def changes_data(changes: Changes | None) -> dict[str, Any] | None:
    """What has changed since the month before."""
    if changes is None:
        return None
    moved = [
        {
            "kpi": change.kpi.id,
            "move": change.move,
            "misses": change.now.misses,
            "level": change.now.severity.level,
            "level_before": change.before.severity.level,
            "actual_before": plain(change.before.gap.actual),
        }
        for change in (*changes.moved, *changes.same)
    ]
    due = [{"id": row.planned.id, "state": row.state} for row in changes.due]
    return {
        "since": str(changes.since),
        "report": plain(changes.report),
        "as_of": changes.as_of or None,
        "kpis": moved,
        "causes": [story_data(change) for change in changes.causes],
        "due": due,
        "restated": [story_data(found) for found in changes.restated],
    }

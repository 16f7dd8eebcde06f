"""The CSV files that analysts keep: observed signs (evidence/) and the action register (actions/)."""

import re
from pathlib import Path
from typing import Any

import pandas as pd

from saypro_analysis.data.csv_rows import DAY, MONTH, Reading, read_rows
from saypro_analysis.data.reader import nearest
from saypro_analysis.errors import Fault
from saypro_analysis.kpi import CauseModel, Department, Observation, PlannedAction

EVIDENCE_COLUMNS = ("month", "sign", "degree", "source", "who", "note", "kpi")
ACTION_COLUMNS = (
    "id", "kpi", "cause", "action", "owner", "start", "due", "status", "lead_months", "expected_effect", "review",
    "cost", "note", "segment", "comparator",
)  # fmt: skip
STATUSES = ("planned", "started", "done", "stopped")
#: What yes and no are worth: an observer is seldom certain. Source: the noisy-OR method's values for manual answers.
ANSWERS = {"yes": 0.95, "no": 0.05}
KPI_KEY = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")


def read_evidence(
    path: Path, name: str, department: Department, causes: CauseModel
) -> tuple[tuple[Observation, ...], tuple[Fault, ...]]:
    """The observed signs of a department: month, sign, degree (0 to 1, yes or no), source, who, note, kpi."""

    def make(row: Reading) -> Observation:
        month = row.matching("month", MONTH, "a month such as 2026-10")
        return Observation(
            month=pd.Period(month or "1970-01", "M"),
            sign=_sign(row, department, causes),
            degree=_degree(row),
            source=row.text("source", needed=True),
            who=row.text("who", needed=True),
            note=row.text("note"),
            kpi=row.one_of("kpi", department.kpis, needed=False),
        )

    return read_rows(path, name, EVIDENCE_COLUMNS, make)


def _sign(row: Reading, department: Department, causes: CauseModel) -> str:
    """The sign of an observation: one that the department can have."""
    name = row.one_of("sign", causes.signs)
    known = causes.signs.get(name)
    if known and known.departments and department.id not in known.departments:
        row.fault("sign", name, f"causes.yml has it for {', '.join(known.departments)} only")
    return name


def _degree(row: Reading) -> float:
    answer = row.text("degree", needed=True).lower()
    if answer in ANSWERS or not answer:
        return ANSWERS.get(answer, 0.5)
    try:
        degree = float(answer)
    except ValueError:
        degree = -1.0
    if not 0 <= degree <= 1:
        row.fault("degree", repr(answer), "yes, no, or a degree from 0 to 1")
        return 0.5
    return degree


def read_actions(
    path: Path, name: str, department: Department, causes: CauseModel
) -> tuple[tuple[PlannedAction, ...], tuple[Fault, ...]]:
    """The action register of a department."""
    first: dict[str, str] = {}

    def make(row: Reading) -> PlannedAction:
        fields: dict[str, Any] = {
            "id": row.text("id", needed=True),
            "kpi": row.one_of("kpi", department.kpis),
            "cause": row.one_of("cause", causes.causes),
            "action": row.text("action", needed=True),
            "owner": row.text("owner", needed=True),
            "start": row.matching("start", DAY, "a day such as 2026-11-02"),
            "due": row.matching("due", DAY, "a day such as 2026-11-30"),
            "status": row.one_of("status", STATUSES) or "planned",
            "expected_effect": row.number("expected_effect"),
            "review": row.matching("review", MONTH, "a month such as 2027-02", needed=False),
            "cost": row.number("cost"),
            "note": row.text("note"),
            "segment": row.text("segment"),
            "comparator": row.text("comparator"),
        }
        if fields["id"] and first.setdefault(fields["id"], row.where) != row.where:
            earlier = first[fields["id"]].rpartition(":")[2]
            row.fault("id", f"'{fields['id']}' stands twice", f"rename one; the first is in row {earlier}")
        known = causes.actions.get(fields["action"])
        if known and known.departments and department.id not in known.departments:
            row.fault("action", fields["action"], f"causes.yml has it for {', '.join(known.departments)} only")
        if fields["review"] and fields["due"][:7] > fields["review"]:
            row.fault("review", fields["review"], f"not before it is due, {fields['due']}")
        _check_series(row, department, fields["kpi"])
        if (fields["expected_effect"] or 0) < 0:
            row.fault("expected_effect", f"{fields['expected_effect']:g}", "0 or more: how far the KPI gets better")
        lead = row.number("lead_months")
        if lead is not None and (lead < 0 or lead != int(lead)):
            row.fault("lead_months", f"{lead:g}", "a whole number of months, 0 or more")
        if fields["start"] and fields["due"] and fields["due"] < fields["start"]:
            row.fault("due", fields["due"], f"not before the start, {fields['start']}")
        return PlannedAction(**fields, lead_months=2 if lead is None else int(max(lead, 0)))

    return read_rows(path, name, ACTION_COLUMNS, make)


def _check_series(row: Reading, department: Department, kpi: str) -> None:
    """What is wrong with the series that an action is judged by: its segment, and what it is held against."""
    segment, comparator = row.text("segment"), row.text("comparator")
    if kpi not in department.kpis:  # told already, and its segments are not known
        return
    if segment:
        _check_segment(row, "segment", segment, department.kpis[kpi].segments)
    if "=" in comparator:
        _check_segment(row, "comparator", comparator, department.kpis[kpi].segments)
        if comparator == segment:
            row.fault("comparator", repr(comparator), "another segment than the one that the action works on")
    elif comparator:
        _check_comparator(row, comparator, department, kpi)


def _check_segment(row: Reading, key: str, segment: str, dimensions: tuple[str, ...]) -> None:
    dimension, _, label = segment.partition("=")
    if dimension not in dimensions or not label:
        known = " or ".join(f"{name}=..." for name in dimensions) or "nothing: the KPI has no segments"
        row.fault(key, repr(segment), f"a segment of the KPI: {known}")


def _check_comparator(row: Reading, comparator: str, department: Department, kpi: str) -> None:
    """A KPI of this department must exist; of another one only the form is known here."""
    own = comparator.removeprefix(f"{department.id}.")
    if own == kpi:
        row.fault("comparator", repr(comparator), "another KPI, or another segment: not the KPI itself")
    elif "." not in own and own not in department.kpis:
        row.fault("comparator", repr(comparator), f"a segment, or a KPI; {nearest(own, department.kpis)}")
    elif "." in own and not KPI_KEY.fullmatch(own):
        row.fault("comparator", repr(comparator), "a KPI of another department, as department.kpi")

"""Record what became of the actions that are done: ``saypro learn``."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from saypro_analysis.data.outcome_file import NAME, write_outcomes
from saypro_analysis.data.params import read_params
from saypro_analysis.data.snapshot import Snapshot
from saypro_analysis.errors import Fault, ParamsError, ReportError
from saypro_analysis.kpi import Params, RecordedOutcome
from saypro_analysis.learned import SuccessRate, record, success_rates
from saypro_analysis.month import department_month, load_snapshot, resolve_month
from saypro_analysis.outcomes import LABEL, judge_actions


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """What a month has added to the recorded outcomes, and the rates of every kind of action before and after it."""

    path: Path
    month: pd.Period
    added: tuple[RecordedOutcome, ...]
    before: Mapping[str, SuccessRate]
    after: Mapping[str, SuccessRate]


def learn(folder: Path, month: str) -> Lesson:
    """Judge the done actions of all departments in a month, and add the new verdicts to outcomes.csv in ``folder``.

    A verdict that is recorded already stays as it is. Raises ParamsError or DataError, with every fault, before
    anything is written.
    """
    settings = read_params(folder)
    path, recorded = folder / NAME, settings.outcomes
    snapshot = load_snapshot(settings)
    held = resolve_month(month, snapshot)
    known = {(row.department, row.id) for row in recorded}
    found = [row for name in settings.departments for row in _judged(settings, snapshot, name, held)]
    added = tuple(row for row in found if (row.department, row.id) not in known)
    if added:
        _write(path, (*recorded, *added))
    return Lesson(
        path=path, month=held, added=added, before=success_rates(settings.causes, recorded),
        after=success_rates(settings.causes, (*recorded, *added)),
    )  # fmt: skip


def lines(lesson: Lesson) -> Iterator[str]:
    """The lesson as text: each new verdict, and how it moves the rate of its kind of action."""
    noun = "outcome" if len(lesson.added) == 1 else "outcomes"
    yield f"{len(lesson.added)} new {noun} up to {lesson.month} ({LABEL})"
    for row in lesson.added:
        size = f"{row.effect:.4g} ({row.low:.4g} to {row.high:.4g})"
        note = "" if row.telling else "; says nothing of its kind of action"
        yield f"  {row.department} {row.id}: {row.verdict}, effect {size}{note}"
    moved = [(old, lesson.after[name]) for name, old in lesson.before.items() if lesson.after[name] != old]
    if moved:
        yield "Chance of success by kind of action:"
    for old, new in moved:
        yield f"  {new.action}: {old.rate:.2f} -> {new.rate:.2f} ({new.worked} worked, {new.failed} failed)"
    yield f"Wrote {lesson.path}" if lesson.added else f"{lesson.path} stays as it is"


def _judged(settings: Params, snapshot: Snapshot, name: str, month: pd.Period) -> Iterator[RecordedOutcome]:
    """What is to be recorded of a department's actions; nothing where the month has no data of it."""
    try:
        held = department_month(settings, snapshot, name, month)
    except ReportError:
        return
    for outcome in judge_actions(held):
        row = record(outcome, name, month)
        if row is not None:
            yield row


def _write(path: Path, rows: tuple[RecordedOutcome, ...]) -> None:
    try:
        write_outcomes(path, rows)
    except OSError as error:
        fault = Fault(where=path.name, found=f"cannot be written to ({error.strerror})", hint="allow writing to it")
        raise ParamsError("The outcomes could not be recorded; nothing was written.", (fault,)) from None

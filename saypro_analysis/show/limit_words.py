"""Limits that start anew, in words: those that the card asks for with its reason, and those that the data propose."""

import pandas as pd

from saypro_analysis.kpi import Rebase
from saypro_analysis.show.numbers import capital, count, month_name
from saypro_analysis.show.story import Told


def rebases(told: Told) -> tuple[tuple[pd.Period, Rebase], ...]:
    """The card's rebases up to the report's month, in order, with their months."""
    held = [(pd.Period(rebase.month, "M"), rebase) for rebase in told.kpi.baseline.rebase]
    known = set(told.months["month"])
    return tuple(sorted((pair for pair in held if pair[0] in known), key=lambda pair: pair[0]))


def limit_notes(told: Told) -> tuple[str, ...]:
    """From when on limits hold, with the reason; and where the data propose new ones."""
    first = told.shown["month"].iloc[0] if len(told.shown) else told.verdict.month
    held = rebases(told)
    shown = [pair for pair in held if pair[0] >= first] or list(held[-1:])
    anew = [f"Limits start anew in {month_name(month)}: {_reason(rebase)}" for month, rebase in shown]
    return (*anew, *_proposal(told))


def _reason(rebase: Rebase) -> str:
    return f"{rebase.reason.strip().rstrip('.')}."


def _proposal(told: Told) -> tuple[str, ...]:
    proposal = told.verdict.proposal
    if proposal is None:
        return ()
    after, before = (told.numbers.value(told.kpi, level) for level in (proposal.after, proposal.before))
    held = f"{count(proposal.months, 'month')} have held a new level (about {after}, before {before})"
    since = f"Proposed: new limits from {month_name(proposal.month)}, as {held}."
    return (f"{since} Enter the reason in params to accept.",)


def limit_summary(stories: tuple[Told, ...]) -> tuple[str, ...]:
    """The notes of all KPIs, each with its KPI's name, for the method section."""
    return tuple(f"{capital(told.kpi.name)}: {note}" for told in stories for note in limit_notes(told))

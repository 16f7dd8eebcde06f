"""Limits that start anew, in words: those that the card asks for with its reason, and those that the data propose."""

import pandas as pd

from saypro_analysis.kpi import Rebase
from saypro_analysis.show.numbers import capital, month_name, numeral
from saypro_analysis.show.story import Told
from saypro_analysis.texts import n, t


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
    anew = [
        t("Limits start anew in {month}: {reason}.", month=month_name(month), reason=rebase.reason.strip().rstrip("."))
        for month, rebase in shown
    ]
    return (*anew, *_proposal(told))


def _proposal(told: Told) -> tuple[str, ...]:
    proposal = told.verdict.proposal
    if proposal is None:
        return ()
    after, before = (told.numbers.value(told.kpi, level) for level in (proposal.after, proposal.before))
    since = n(
        "New limits are proposed from {month}, as {number} month has held a new level of about {after}. The present "
        "limits rest on an average of {before}.",
        "New limits are proposed from {month}, as {number} months have held a new level of about {after}. The present "
        "limits rest on an average of {before}.",
        proposal.months,
        month=month_name(proposal.month),
        number=numeral(proposal.months),
        after=after,
        before=before,
    )
    return (since,)


def limit_summary(stories: tuple[Told, ...]) -> tuple[str, ...]:
    """The notes of all KPIs, each with its KPI's name, for the method section."""
    notes = [f"{capital(told.kpi.name)}: {note}" for told in stories for note in limit_notes(told)]
    if any(told.verdict.proposal is not None for told in stories):
        notes.append(t("New limits that are proposed are accepted by entering their reason in the params."))
    return tuple(notes)

"""The overview's first screen: the company's month in one sentence and four facts."""

from dataclasses import replace

import pandas as pd
from markupsafe import Markup

from saypro_analysis.actions import Plan
from saypro_analysis.analysis import Analysis
from saypro_analysis.show.cause_words import lower, score, supported
from saypro_analysis.show.lead import Facts, Tally, since_when, tally, worst
from saypro_analysis.show.numbers import capital, count, listed, month_name, numeral
from saypro_analysis.show.outlook_words import at_risk_words
from saypro_analysis.show.story import Told, tell_all
from saypro_analysis.show.words import be, missed_by

Analyses = tuple[Analysis, ...]


def company_tally(analyses: Analyses) -> Tally:
    """All departments' KPIs by status, the missed ones with the largest relative gap first."""
    held = tally(tuple(told for analysis in analyses for told in tell_all(analysis)))
    missed = sorted(held.missed, key=lambda told: -(told.verdict.gap.percent or 0.0))
    return replace(held, missed=tuple(missed))


def overview_lead(analyses: Analyses, month: pd.Period) -> Markup:
    """How many targets were missed, compared with the month before, and which is furthest off."""
    held = company_tally(analyses)
    if not analyses:
        return Markup("{}").format(f"No report could be made for {month_name(month)}.")
    if not held.judged:
        return Markup("{}").format(
            f"Nothing can be judged in {month_name(month)}: no KPI has both a target and a value."
        )
    if not held.missed:
        all_of = "The one target was" if held.judged == 1 else f"All {count(held.judged, 'target')} were"
        but = f", but {at_risk_words(held.at_risk)}" if held.at_risk else ""
        return Markup("{}").format(f"{all_of} met in {month_name(month)}{but}.")
    told = held.missed[0]
    first = Markup("<em>{}</em> {} missed").format(
        capital(f"{numeral(len(held.missed))} of {count(held.judged, 'target')}"),
        "was" if len(held.missed) == 1 else "were",
    )
    compared = "" if held.before is None else f", {_compared(len(held.missed) - held.before, month - 1)}"
    return Markup("{}{}. {}: {} {} furthest off, at {}.").format(
        first, compared, told.department, told.kpi.name, be(told.kpi), missed_by(told)
    )


def _compared(more: int, before: pd.Period) -> str:
    if more == 0:
        return f"as many as in {month_name(before)}"
    return f"{numeral(abs(more))} {'more' if more > 0 else 'fewer'} than in {month_name(before)}"


def overview_facts(analyses: Analyses) -> Facts:
    """What, since when, why, what to do, over all departments."""
    held = company_tally(analyses)
    return (
        ("What", _what(held)),
        ("Since when", _since(held)),
        ("Why", _why(held.missed)),
        ("What to do", _do(analyses)),
    )


def _what(held: Tally) -> Markup:
    risky = f"{len(held.at_risk)} at risk, " if held.at_risk else ""
    text = f"{len(held.missed)} missed, {risky}{len(held.watched)} to watch, {len(held.met)} met."
    new = [told for told in held.missed if told.verdict.misses == 1 and told.judged_in(told.verdict.month - 1)]
    rest = [f"Newly missed: {listed([told.kpi.name for told in new], most=3)}."] if new else []
    if held.no_data:
        rest.append(f"No data: {listed([told.kpi.name for told in held.no_data], most=3)}.")
    return Markup("<b>{}</b> {}").format(text, " ".join(rest))


def _since(held: Tally) -> Markup:
    if not held.missed:
        return Markup("{}").format("Nothing is behind." if held.judged else "Nothing can be said.")
    verdicts = [told.verdict for told in held.missed]
    real = [verdict for verdict in verdicts if verdict.limits.variation == "concerning" or verdict.trend.worsening]
    known = [verdict for verdict in verdicts if verdict.limits.sigma is not None]
    first = f"{len(real)} of {len(held.missed)} {'is a real change' if len(real) == 1 else 'are real changes'}."
    if len(known) < len(verdicts):
        first = "Too early to say which are real changes." if not real else f"{first} Of others it is too early to say."
    when, what = since_when(worst(held.missed))
    return Markup("<b>{}</b> {}").format(first, f"{when}: {what}")


def _why(missed: tuple[Told, ...]) -> Markup:
    places: dict[str, list[str]] = {}
    for told in missed:
        for found in supported(told.diagnosis)[:1]:
            places.setdefault(found.cause.name, []).append(f"{told.kpi.name}, {score(found)} of 100")
    if not missed:
        return Markup("There is no missed target to explain.")
    if not places:
        return Markup("No cause is well supported by the signs that are known.")
    parts = [f"{lower(cause)} ({'; '.join(where[:2])})" for cause, where in list(places.items())[:3]]
    return Markup("{}").format(f"The evidence points to {listed(parts)}.")


def _do(analyses: Analyses) -> Markup:
    plans = [(severity_of(analysis, plan), plan) for analysis in analyses for plan in analysis.plans]
    plans.sort(key=lambda held: -held[0])  # the worst KPI first
    every = [item for _, plan in plans for item in plan.recommendations]
    items = list({(item.kpi.department, item.kind, item.text): item for item in every[::-1]}.values())[::-1]
    if not items:
        return Markup("No action is needed. Keep watching the scorecards.")
    kinds = [item.kind for item in items]
    parts = [f"{kinds.count(kind)} {word}" for kind, word in _KINDS if kind in kinds]
    parts[0] = f"{'Action' if len(items) == 1 else 'Actions'}: {parts[0]}"
    late = sum(item.late for item in items)
    overdue = f" {capital(count(late, 'planned action'))} {'is' if late == 1 else 'are'} overdue." if late else ""
    texts = dict.fromkeys(item.text.strip().rstrip(".") for item in items if item.kind == "planned" or item.effect)
    first = f" First: {lower(next(iter(texts)))}." if texts else ""
    return Markup("<b>{}</b>{}").format(f"{capital(listed(parts))}.", overdue + first)


def severity_of(analysis: Analysis, plan: Plan) -> float:
    """The severity's score of a plan's KPI; 0 where there is none."""
    verdict = next(verdict for verdict in analysis.verdicts if verdict.kpi.key == plan.kpi.key)
    return verdict.severity.score or 0.0


_KINDS = (("planned", "planned or under way"), ("suggested", "suggested"), ("check", "to check first"))

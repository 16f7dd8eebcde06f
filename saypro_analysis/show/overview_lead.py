"""The overview's first screen: the company's month in one sentence and four facts."""

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
from markupsafe import Markup

from saypro_analysis.actions import Plan, Recommendation
from saypro_analysis.analysis import Analysis
from saypro_analysis.show.cause_words import lower, score, supported
from saypro_analysis.show.lead import Facts, Tally, since_when, tally, worst
from saypro_analysis.show.numbers import capital, listed, month_name, numeral
from saypro_analysis.show.outlook_words import at_risk_words
from saypro_analysis.show.story import Told, tell_all
from saypro_analysis.show.words import missed_by, names, number_of
from saypro_analysis.texts import later, n, t

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
        return Markup("{}").format(t("No report could be made for {month}.", month=month_name(month)))
    if not held.judged:
        return Markup("{}").format(
            t("Nothing can be judged in {month}: no KPI has both a target and a value.", month=month_name(month))
        )
    if not held.missed:
        return Markup("{}").format(_all_met(held, month))
    return Markup("{}. {}").format(_counted(held, month), _furthest(held.missed[0]))


def _all_met(held: Tally, month: pd.Period) -> str:
    """That all was met; the departments' KPIs have no common closest one."""
    fields = {"number": numeral(held.judged), "month": month_name(month)}
    if held.at_risk:
        return n(
            "The one target was met in {month}, but {risk}.", "All {number} targets were met in {month}, but {risk}.",
            held.judged, **fields, risk=at_risk_words(held.at_risk),
        )  # fmt: skip
    return n("The one target was met in {month}.", "All {number} targets were met in {month}.", held.judged, **fields)


def _counted(held: Tally, month: pd.Period) -> str:
    """How many were missed, and how many more or fewer that is than in the month before."""
    number = len(held.missed)
    of = n("{missed} of {judged} target", "{missed} of {judged} targets", held.judged, missed=numeral(number),
           judged=numeral(held.judged))  # fmt: skip
    first = Markup("<em>{}</em>").format(capital(of))
    if held.before is None:
        return n("{targets} was missed", "{targets} were missed", number, targets=first)
    more, before = number - held.before, month_name(month - 1)
    fields = {"targets": first, "number": numeral(abs(more)), "month": before}
    if more == 0:
        return n("{targets} was missed, as many as in {month}", "{targets} were missed, as many as in {month}", number,
                 **fields)  # fmt: skip
    if more > 0:
        return n("{targets} was missed, {number} more than in {month}", "{targets} were missed, {number} more than in "
                 "{month}", number, **fields)  # fmt: skip
    return n("{targets} was missed, {number} fewer than in {month}", "{targets} were missed, {number} fewer than in "
             "{month}", number, **fields)  # fmt: skip


def _furthest(told: Told) -> str:
    return n(
        "{department}: {kpi} is furthest off, at {gap}.", "{department}: {kpi} are furthest off, at {gap}.",
        number_of(told.kpi), department=told.department, kpi=told.kpi.name, gap=missed_by(told),
    )  # fmt: skip


def overview_facts(analyses: Analyses) -> Facts:
    """What, since when, why, what to do, over all departments."""
    held = company_tally(analyses)
    return (
        (t("What"), _what(held)),
        (t("Since when"), _since(held)),
        (t("Why"), _why(held.missed)),
        (t("What to do"), _do(analyses)),
    )


def _what(held: Tally) -> Markup:
    counts = {"missed": len(held.missed), "risk": len(held.at_risk), "watch": len(held.watched), "met": len(held.met)}
    if held.at_risk:
        text = t("{missed} missed, {risk} at risk, {watch} to watch, {met} met.", **counts)
    else:
        text = t("{missed} missed, {watch} to watch, {met} met.", **counts)
    new = [told for told in held.missed if told.verdict.misses == 1 and told.judged_in(told.verdict.month - 1)]
    rest = [t("Newly missed: {kpis}.", kpis=names(new, most=3))] if new else []
    if held.no_data:
        rest.append(t("No data: {kpis}.", kpis=names(held.no_data, most=3)))
    return Markup("<b>{}</b> {}").format(text, " ".join(rest))


def _since(held: Tally) -> Markup:
    if not held.missed:
        return Markup("{}").format(t("Nothing is behind.") if held.judged else t("Nothing can be said."))
    verdicts = [told.verdict for told in held.missed]
    real = [verdict for verdict in verdicts if verdict.limits.variation == "concerning" or verdict.trend.worsening]
    known = [verdict for verdict in verdicts if verdict.limits.sigma is not None]
    first = _real_changes(len(real), len(verdicts))
    if len(known) < len(verdicts):
        early = t("{first} Of others it is too early to say.", first=first)
        first = early if real else t("Too early to say which are real changes.")
    when, what = since_when(worst(held.missed))
    return Markup("<b>{}</b> {}").format(first, f"{capital(when)}: {what}")


def _real_changes(real: int, missed: int) -> str:
    """How many of the misses are more than the usual swing."""
    if not real:
        return t("No sign of a real change.")
    if missed == 1:
        return t("It is a real change.")
    if real == missed:
        both = t("Both are real changes.")
        return both if missed == 2 else t("All {number} are real changes.", number=numeral(missed))
    return n(
        "{real} of {missed} is a real change.", "{real} of {missed} are real changes.", real,
        real=capital(numeral(real)), missed=numeral(missed),
    )  # fmt: skip


def _why(missed: tuple[Told, ...]) -> Markup:
    places: dict[str, list[Told]] = {}
    best: dict[str, int] = {}
    for told in missed:
        for found in supported(told.diagnosis)[:1]:
            places.setdefault(found.cause.name, []).append(told)
            best[found.cause.name] = max(score(found), best.get(found.cause.name, 0))
    if not missed:
        return Markup("{}").format(t("There is no missed target to explain."))
    if not places:
        return Markup("{}").format(t("No cause is well supported by the signs that are known."))
    order = sorted(places, key=lambda cause: (-len(places[cause]), -best[cause]))
    parts = [f"{lower(cause)} ({names(places[cause], most=2)})" for cause in order]
    return Markup("{}").format(t("The evidence points to {causes}.", causes=listed(parts, most=4)))


def _do(analyses: Analyses) -> Markup:
    plans = [(severity_of(analysis, plan), plan) for analysis in analyses for plan in analysis.plans]
    plans.sort(key=lambda held: -held[0])  # the worst KPI first
    every = [item for _, plan in plans for item in plan.recommendations]
    items = list({(item.kpi.department, item.kind, item.text): item for item in every[::-1]}.values())[::-1]
    if not items:
        return Markup("{}").format(t("No action is needed. Keep watching the scorecards."))
    kinds = [item.kind for item in items]
    parts = [t(word, number=kinds.count(kind)) for kind, word in _KINDS if kind in kinds]
    actions = n("Action: {kinds}.", "Actions: {kinds}.", len(items), kinds=listed(parts))
    return Markup("<b>{}</b> {}").format(
        actions, " ".join(part for part in (_overdue(items), _first(items, analyses)) if part)
    )


def _overdue(items: Sequence[Recommendation]) -> str:
    late = sum(item.late for item in items)
    return capital(
        n("{number} planned action is overdue.", "{number} planned actions are overdue.", late, number=numeral(late))
    ) if late else ""  # fmt: skip


def _first(items: Sequence[Recommendation], analyses: Analyses) -> str:
    """The first of what is planned or asked to be approved."""
    asked = {decision.text for analysis in analyses for decision in analysis.decisions}
    texts = [item.text.strip().rstrip(".") for item in items if item.kind == "planned" or item.text in asked]
    return t("First: {action}.", action=lower(texts[0])) if texts else ""


def severity_of(analysis: Analysis, plan: Plan) -> float:
    """The severity's score of a plan's KPI; 0 where there is none."""
    verdict = next(verdict for verdict in analysis.verdicts if verdict.kpi.key == plan.kpi.key)
    return verdict.severity.score or 0.0


_KINDS = (
    ("planned", later("{number} planned or under way")),
    ("suggested", later("{number} suggested")),
    ("check", later("{number} to check first")),
)

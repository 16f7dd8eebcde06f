"""The first screen of a department's report: the lead sentence and the four facts."""

from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup, escape

from saypro_analysis.analysis import Analysis
from saypro_analysis.show.answer_words import plan_words, why
from saypro_analysis.show.headings import watch_reason
from saypro_analysis.show.numbers import capital, month_name, numeral
from saypro_analysis.show.outlook_words import at_risk_words
from saypro_analysis.show.since_words import missed_in_a_row, missed_since, unsound_since, worse_since
from saypro_analysis.show.story import Told
from saypro_analysis.show.words import STATUS, against, missed_by, names, number_of, status_of
from saypro_analysis.texts import n, t

Facts = tuple[tuple[str, Markup], ...]


@dataclass(frozen=True, kw_only=True)
class Tally:
    """The scorecard, counted by status; ``before`` counts the misses of the month before, None when it is not held."""

    missed: tuple[Told, ...]
    at_risk: tuple[Told, ...]
    watched: tuple[Told, ...]
    met: tuple[Told, ...]
    no_target: tuple[Told, ...]
    no_data: tuple[Told, ...]
    before: int | None

    @property
    def judged(self) -> int:
        """KPIs that have both a target and a value."""
        held = (*self.met, *self.at_risk, *self.watched)
        return len(self.missed) + sum(told.verdict.gap.status == "met" for told in held)

    @property
    def troubled(self) -> tuple[Told, ...]:
        """The KPIs that are not missed but not sound: first those at risk, then those to watch."""
        return (*self.at_risk, *self.watched)


def tally(stories: tuple[Told, ...]) -> Tally:
    """Count the stories by status; a KPI at risk or to watch is not counted among those met."""
    groups: dict[str, list[Told]] = {status: [] for status in STATUS}
    for told in stories:
        status = status_of(told.verdict)
        groups["watch" if status == "no target" and told.verdict.emerging else status].append(told)
    held_before = any(told.judged_in(told.verdict.month - 1) for told in stories)
    return Tally(
        missed=tuple(groups["missed"]),
        at_risk=tuple(groups["at risk"]),
        watched=tuple(groups["watch"]),
        met=tuple(groups["met"]),
        no_target=tuple(groups["no target"]),
        no_data=tuple(groups["no data"]),
        before=sum(told.missed_in(told.verdict.month - 1) for told in stories) if held_before else None,
    )


def worst(missed: tuple[Told, ...]) -> Told:
    """The KPI that leads: of those that get worse, else of all missed, the first, which has the largest gap."""
    worse = [told for told in missed if told.verdict.limits.variation == "concerning"]
    return (worse or list(missed))[0]


def lead(month: pd.Period, stories: tuple[Told, ...]) -> Markup:
    """The sentence that says what is wrong, by how much, since when; or that nothing is."""
    held = tally(stories)
    if held.missed:
        return escape(_missed(worst(held.missed)))
    if held.judged:
        return escape(_all_met(month, held))
    if len(held.no_data) == len(stories):
        return escape(t("There is no data for {month}.", month=month_name(month)))
    return escape(t("No KPI has a target and a value in {month}, so nothing can be missed.", month=month_name(month)))


def _missed(told: Told) -> str:
    return n(
        "{kpi} is {missed}: {against}, and it has missed {since}.",
        "{kpi} are {missed}: {against}, and they have missed {since}.",
        number_of(told.kpi),
        kpi=told.kpi.name,
        missed=Markup("<em>{}</em>").format(missed_by(told)),
        against=against(told),
        since=missed_since(told),
    )


def _all_met(month: pd.Period, held: Tally) -> str:
    met = [told for told in (*held.troubled, *held.met) if told.verdict.gap.status == "met"]
    nearest = max(met, key=lambda told: told.verdict.gap.percent if told.verdict.gap.percent is not None else -1e9)
    targets = _targets_met(month, held.judged)
    if held.at_risk:
        return t("{targets}, but {risk}.", targets=targets, risk=at_risk_words(held.at_risk))
    worse = [
        told
        for told in held.watched
        if told.verdict.gap.status == "met"
        and (told.verdict.trend.worsening or told.verdict.limits.variation == "concerning")
    ]
    if worse:
        return t(
            "{targets}, but {kpi} {reason}: {against}.",
            targets=targets,
            kpi=worse[0].kpi.name,
            reason=watch_reason(worse[0]),
            against=against(worse[0]),
        )
    fields = {"targets": targets, "kpi": nearest.kpi.name, "against": against(nearest)}
    if held.judged == 1:
        return "{targets}: {kpi}, {against}.".format(**fields)
    return n(
        "{targets}; {kpi} is closest to missing, at {against}.",
        "{targets}; {kpi} are closest to missing, at {against}.",
        number_of(nearest.kpi),
        **fields,
    )


def _targets_met(month: pd.Period, judged: int) -> str:
    if judged == 2:
        return t("Both targets were met in {month}", month=month_name(month))
    return n(
        "The one target was met in {month}",
        "All {number} targets were met in {month}",
        judged,
        number=numeral(judged),
        month=month_name(month),
    )


def facts(analysis: Analysis, stories: tuple[Told, ...]) -> Facts:
    """The four-part block: what, since when, why, what to do."""
    held, month = tally(stories), analysis.month.month
    main = worst(held.missed) if held.missed else (held.troubled[0] if held.troubled else None)
    return (
        (t("What"), _what(month, held)),
        (t("Since when"), _since_when(held, main)),
        (t("Why"), why(main)),
        (t("What to do"), plan_words(main)),
    )


def _what(month: pd.Period, held: Tally) -> Markup:
    first = _share_missed(month, held)
    rest = []
    if held.missed:
        rest.append(t("Behind: {kpis}.", kpis=names(held.missed)))
    if held.at_risk:
        rest.append(t("At risk: {kpis}.", kpis=names(held.at_risk)))
    if held.watched:
        rest.append(t("To watch: {kpis}.", kpis=names(held.watched)))
    if held.no_data:
        rest.append(t("No data for {kpis}.", kpis=names(held.no_data)))
    return Markup("{} {}").format(first, " ".join(rest))


def _share_missed(month: pd.Period, held: Tally) -> str:
    if not held.judged:
        return t("Nothing can be judged: no KPI has both a target and a value.")
    missed = numeral(len(held.missed)) if held.missed else t("none")
    share = Markup("<b>{}</b>").format(capital(t("{number} of {all}", number=missed, all=numeral(held.judged))))
    if held.before is None:
        return n("{share} target missed.", "{share} targets missed.", held.judged, share=share)
    return n(
        "{share} target missed, {before} in {month}.",
        "{share} targets missed, {before} in {month}.",
        held.judged,
        share=share,
        before=numeral(held.before) if held.before else t("none"),
        month=month_name(month - 1),
    )


def _since_when(held: Tally, main: Told | None) -> Markup:
    if main is None:
        nothing = t("Nothing can be said.")
        calm = t("Nothing is behind, and nothing is getting worse.") if held.judged else nothing
        return escape(calm + " " + t("Where there are no data, nothing is known.") if held.no_data else calm)
    first, rest = since_when(main)
    others = [told for told in held.missed if told is not main and told.verdict.misses > 1][:2]
    also = [
        n(
            "{kpi} has missed since {month}.",
            "{kpi} have missed since {month}.",
            number_of(told.kpi),
            kpi=told.kpi.name,
            month=month_name(told.verdict.missed_since),
        )
        for told in others
        if told.verdict.missed_since is not None
    ]
    return Markup("<b>{}.</b> {}").format(capital(first), " ".join([rest, *also]))


def since_when(told: Told) -> tuple[str, str]:
    """The month since when, and what happened then."""
    verdict, kpi = told.verdict, told.kpi.name
    if verdict.trend.verdict == "step change" and verdict.trend.worsening and verdict.trend.since is not None:
        levels = told.levels(verdict.trend.since)
        if levels is not None:
            before, after = (told.numbers.value(told.kpi, level) for level in levels)
            moved = t("{kpi} moved from about {before} to about {after}.", kpi=kpi, before=before, after=after)
            return month_name(verdict.trend.since), moved
    if verdict.limits.variation == "concerning" and verdict.limits.since is not None:
        return month_name(verdict.limits.since), worse_since(told)
    if verdict.misses > 1 and verdict.missed_since is not None:
        return month_name(verdict.missed_since), missed_in_a_row(told)
    if verdict.misses == 1:
        return month_name(verdict.month), t("{kpi} missed {since}.", kpi=kpi, since=missed_since(told))
    return unsound_since(told)

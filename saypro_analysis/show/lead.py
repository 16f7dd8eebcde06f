"""The first screen of a department's report: the lead sentence and the four facts."""

from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup

from saypro_analysis.analysis import Analysis
from saypro_analysis.show.cause_words import plan_words, why
from saypro_analysis.show.numbers import capital, count, month_name, numeral
from saypro_analysis.show.outlook_words import at_risk_words, miss_forecast
from saypro_analysis.show.story import Told
from saypro_analysis.show.trend_words import trend_sentence
from saypro_analysis.show.words import against, be, have, is_plural, missed_by, names, status_of

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
    groups: dict[str, list[Told]] = {
        "missed": [],
        "at risk": [],
        "watch": [],
        "met": [],
        "no target": [],
        "no data": [],
    }
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


def missed_since(told: Told) -> str:
    """For how long it has missed, as the end of "it has missed ..."."""
    verdict = told.verdict
    if verdict.misses > 1 and verdict.missed_since is not None:
        whole = verdict.misses == told.judged_months
        return f"{'in all months held,' if whole else 'every month'} since {month_name(verdict.missed_since)}"
    before = told.missed_before
    if before is not None:
        return f"for the first time since {month_name(before)}"
    if told.judged_months > 1:
        return f"for the first time in {count(told.judged_months, 'month', word=False)}"
    return "in the first month that is held"


def lead(month: pd.Period, stories: tuple[Told, ...]) -> Markup:
    """The sentence that says what is wrong, by how much, since when; or that nothing is."""
    held = tally(stories)
    if held.missed:
        told = worst(held.missed)
        it_has = "they have" if is_plural(told.kpi) else "it has"
        return Markup("{} {} <em>{}</em>: {}, and {} missed {}.").format(
            told.kpi.name, be(told.kpi), missed_by(told), against(told), it_has, missed_since(told)
        )
    if held.judged:
        return Markup("{}").format(_all_met(month, held))
    if len(held.no_data) == len(stories):
        return Markup("{}").format(f"There is no data for {month_name(month)}.")
    return Markup("{}").format(f"No KPI has a target and a value in {month_name(month)}, so nothing can be missed.")


def _all_met(month: pd.Period, held: Tally) -> str:
    met = [told for told in (*held.troubled, *held.met) if told.verdict.gap.status == "met"]
    nearest = max(met, key=lambda told: told.verdict.gap.percent if told.verdict.gap.percent is not None else -1e9)
    number = "The one target was" if held.judged == 1 else (
        "Both targets were" if held.judged == 2 else f"All {numeral(held.judged)} targets were"
    )  # fmt: skip
    if held.at_risk:
        return f"{number} met in {month_name(month)}, but {at_risk_words(held.at_risk)}."
    if held.judged == 1:
        return f"{number} met in {month_name(month)}: {nearest.kpi.name}, {against(nearest)}."
    closest = f"{nearest.kpi.name} {be(nearest.kpi)} closest to missing"
    return f"{number} met in {month_name(month)}; {closest}, at {against(nearest)}."


def facts(analysis: Analysis, stories: tuple[Told, ...]) -> Facts:
    """The four-part block: what, since when, why, what to do."""
    held, month = tally(stories), analysis.month.month
    main = worst(held.missed) if held.missed else (held.troubled[0] if held.troubled else None)
    return (
        ("What", _what(month, held)),
        ("Since when", _since_when(held, main)),
        ("Why", why(main)),
        ("What to do", plan_words(main)),
    )


def _what(month: pd.Period, held: Tally) -> Markup:
    if not held.judged:
        first = Markup("Nothing can be judged: no KPI has both a target and a value.")
    else:
        compared = "" if held.before is None else f", {held.before or 'none'} in {month_name(month - 1)}"
        first = Markup("<b>{} of {}</b> {} missed{}.").format(
            len(held.missed), held.judged, "target" if held.judged == 1 else "targets", compared
        )
    rest = []
    if held.missed:
        rest.append(f"Behind: {names(held.missed)}.")
    if held.at_risk:
        rest.append(f"At risk: {names(held.at_risk)}.")
    if held.watched:
        rest.append(f"To watch: {names(held.watched)}.")
    if held.no_data:
        rest.append(f"No data for {names(held.no_data)}.")
    return Markup("{} {}").format(first, " ".join(rest))


def _since_when(held: Tally, main: Told | None) -> Markup:
    if main is None:
        calm = "Nothing is behind, and nothing is getting worse." if held.judged else "Nothing can be said."
        return Markup("{}").format(f"{calm}{' Where there are no data, nothing is known.' if held.no_data else ''}")
    first, rest = since_when(main)
    others = [told for told in held.missed if told is not main and told.verdict.misses > 1][:2]
    also = [
        f"{told.kpi.name} {have(told.kpi)} missed since {month_name(told.verdict.missed_since)}."
        for told in others
        if told.verdict.missed_since is not None
    ]
    return Markup("<b>{}.</b> {}").format(first, " ".join([rest, *also]))


def since_when(told: Told) -> tuple[str, str]:
    """The month since when, and what happened then."""
    verdict, name = told.verdict, told.kpi.name
    if verdict.trend.verdict == "step change" and verdict.trend.worsening and verdict.trend.since is not None:
        levels = told.levels(verdict.trend.since)
        if levels is not None:
            before, after = (told.numbers.value(told.kpi, level) for level in levels)
            return month_name(verdict.trend.since), f"{name} moved from about {before} to about {after}."
    if verdict.limits.variation == "concerning" and verdict.limits.since is not None:
        since = verdict.limits.since
        if since == verdict.month:
            return month_name(since), f"{name} {be(told.kpi)} worse than usual."
        return month_name(since), f"{name} {have(told.kpi)} been worse than usual since then."
    if verdict.misses > 1 and verdict.missed_since is not None:
        told_months = count(verdict.misses, "month")
        return month_name(verdict.missed_since), f"{name} {have(told.kpi)} missed {told_months} in a row."
    if verdict.misses == 1:
        return month_name(verdict.month), f"{name} missed {missed_since(told)}."
    if verdict.at_risk and not verdict.trend.worsening:
        return "From now on", f"{name} {be(told.kpi)} met, but {miss_forecast(told)}."
    if verdict.fluctuation.fluctuating:
        met = "inside the target but " if verdict.gap.status == "met" else ""
        return "No one month", f"{name} {be(told.kpi)} {met}not steady."
    met = " while the target is still met" if verdict.gap.status == "met" else ""
    return "Over the last year", f"{capital(name)} {be(told.kpi)} getting worse{met}. {trend_sentence(told)}".strip()

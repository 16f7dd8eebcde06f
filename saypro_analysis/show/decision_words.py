"""Words about what is asked of those who decide."""

from collections.abc import Sequence
from dataclasses import dataclass

from saypro_analysis.analysis import Analysis
from saypro_analysis.decisions import Decision
from saypro_analysis.follow_up import follow_up
from saypro_analysis.show.cause_words import effect_text, lower
from saypro_analysis.show.numbers import capital, date_name, is_written, listed, numeral
from saypro_analysis.show.story import Told, tell
from saypro_analysis.texts import later, n, t

SHOWN = 3  # decisions on a department's first screen
_COST = {"low": later("Low, not priced"), "medium": later("Medium, not priced"), "high": later("High, not priced")}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A decision in words: what to decide, what it does, until when, and what else a table shows of it."""

    action: str
    effect: str
    by: str
    serves: tuple[Told, ...]
    cause: str
    cost: str
    owner: str

    @property
    def sentence(self) -> str:
        """What to decide and what for, in one text."""
        return f"{self.action} {self.effect}".strip()


def asked(analysis: Analysis, decision: Decision) -> Asked:
    """The decision in words."""
    verdicts = {verdict.kpi.key: verdict for verdict in analysis.verdicts}
    serves = tuple(tell(analysis, verdicts[item.kpi.key]) for item in decision.items)
    first, cause = decision.first, decision.first.cause
    return Asked(
        action=_what(decision),
        effect=_effect(serves, decision),
        by=t("By {day}", day=date_name(decision.by)),
        serves=serves,
        cause=cause.name if cause is not None else "–",
        cost=_cost(serves[0], decision),
        owner=first.owner or "–",
    )


def _what(decision: Decision) -> str:
    action = lower(decision.text.strip().rstrip("."))
    if decision.ask == "settle":
        due = date_name(decision.first.due)
        return t("Continue, change or stop: {action}. It has been overdue since {due}.", action=action, due=due)
    return t("Approve: {action}.", action=action)


def _effect(serves: Sequence[Told], decision: Decision) -> str:
    known = [
        (told, effect_text(told, item)[0]) for told, item in zip(serves, decision.items, strict=True) if item.effect
    ]
    parts = [t("{effect} on {kpi}", effect=effect, kpi=told.kpi.name) for told, effect in known if is_written(effect)]
    return t("Expected effect: {effects}.", effects=listed(parts)) if parts else ""


def _cost(told: Told, decision: Decision) -> str:
    """The amount of the register, else what kind of cost it is."""
    if decision.cost is not None:
        return told.numbers.money(decision.cost)
    action = decision.first.action
    return t(_COST[action.cost]) if action is not None else "–"


def decisions_heading(number: int, day: str = "") -> str:
    """The heading of what is asked; with the ``day`` until which it is."""
    if number == 0:
        return t("No decision needed")
    if day:
        return capital(
            n("{number} decision needed by {day}", "{number} decisions needed by {day}", number,
              number=numeral(number), day=day)
        )  # fmt: skip
    return capital(n("decision needed", "{number} decisions needed", number, number=numeral(number)))


def no_decision(analysis: Analysis) -> str:
    """Why nothing is asked."""
    held = [item for plan in analysis.plans for item in plan.recommendations]
    if any(item.kind == "check" for item in held):
        return t("First find out what the causes are: what to check stands with each KPI.")
    if any(item.kind == "suggested" for item in held):
        return t("What is suggested rests on weak evidence, and stands with its KPI.")
    if any(row.state == "not started" for row in follow_up(analysis.month)):
        return t("Nothing is overdue; what should have begun and has not stands with the earlier actions.")
    if any(item.kind == "planned" for item in held):
        return t("What is planned is on time, and nothing more is suggested.")
    return t("Nothing is suggested, and no planned action is overdue.")

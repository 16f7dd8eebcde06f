"""What gaps cost, where the params say what a unit of the KPI is worth."""

from collections.abc import Sequence

from saypro_analysis.gap_cost import GapCost, gap_cost
from saypro_analysis.show.numbers import listed, month_name
from saypro_analysis.show.story import Told
from saypro_analysis.texts import t

SHOWN = 3


def cost_of(told: Told) -> GapCost | None:
    """What the KPI's gap costs; None where it is not known."""
    return gap_cost(told.kpi, told.short.to_numpy(), told.months["month"])


def cost_sentence(told: Told) -> str:
    """What the gap costs in the month, and since it is missed; empty where it is not known."""
    cost = cost_of(told)
    if cost is None:
        return ""
    money, month = told.numbers.money, month_name(told.verdict.month)
    if cost.since == told.verdict.month:
        return t("About {amount} in {month}.", amount=money(cost.month), month=month)
    return t(
        "About {amount} in {month}, and {running} since {since}.",
        amount=money(cost.month), month=month, running=money(cost.running), since=month_name(cost.since),
    )  # fmt: skip


def costliest(stories: Sequence[Told]) -> str:
    """Which of the missed KPIs cost most; empty where nothing is known of it."""
    costs = [(cost.month, told) for told in stories if (cost := cost_of(told)) is not None]
    costs.sort(key=lambda held: -held[0])
    parts = [t("{kpi} {amount}", kpi=told.kpi.name, amount=told.numbers.money(cost)) for cost, told in costs[:SHOWN]]
    return t("Of those with a known worth, the month cost: {kpis}.", kpis=listed(parts)) if parts else ""

"""Choosing actions together: what each adds to the others, by the same algebra as the causes.

The trouble is laid to the causes that are likely or possible, by their probabilities. An action that works removes a
part of a cause; of what it leaves, the next one removes its part. So a second action on the same cause adds less, and
one that adds next to nothing is not chosen.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from saypro_analysis.causes import CauseFinding
from saypro_analysis.kpi import STRENGTH, Action, Cause

HALF_LIFE = 6.0  # months until a KPI can show it by which an action is worth half: 1 / (1 + lead / 6)
MONTH_DAYS = 30.4
MIN_WORTH = 0.01  # part of the gap, waiting and cost taken off, below which an action is not worth proposing
#: What an action must bring to be worth its cost, as a part of the gap. A choice, not a measurement: a costly action
#: has to promise several times what a free one does.
COST: Mapping[str, float] = {"none": 0.0, "low": 0.01, "medium": 0.03, "high": 0.06}


@dataclass(frozen=True, kw_only=True)
class Portfolio:
    """The part of the trouble that each cause makes up after the actions so far."""

    causes: Mapping[str, Cause]
    left: Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class Choice:
    """An action, the cause it mainly works on, and the part of the trouble that it adds to what is closed.

    ``low``: it succeeds half as often as expected; ``high``: halfway from that to always.
    """

    action: Action
    cause: Cause | None
    part: float
    low: float
    high: float


def open_portfolio(findings: Iterable[CauseFinding]) -> Portfolio:
    """The trouble laid to the causes that are likely or possible; what they do not explain is laid to none."""
    blamed = [finding for finding in findings if finding.verdict in ("likely", "possible")]
    total = max(1.0, sum(finding.posterior for finding in blamed))
    left = {finding.cause.id: finding.posterior / total for finding in blamed}
    causes = {finding.cause.id: finding.cause for finding in blamed}
    return Portfolio(causes=causes, left=left)


def part_of(action: Action, portfolio: Portfolio) -> tuple[Choice, Portfolio]:
    """What an action adds to a portfolio, and the portfolio with it."""
    left = portfolio.left
    removed = {cause: left[cause] * _strength(effect) for cause, effect in action.effects.items() if cause in left}
    main = max(removed, key=lambda cause: removed[cause], default="")
    whole = sum(removed.values())
    after = {cause: part - removed.get(cause, 0.0) * action.success for cause, part in left.items()}
    choice = Choice(
        action=action,
        cause=portfolio.causes[main] if whole > 0 else None,
        part=whole * action.success,
        low=whole * action.success / 2,
        high=whole * (1 + action.success) / 2,
    )
    return choice, Portfolio(causes=portfolio.causes, left=after)


def choose_actions(actions: Iterable[Action], portfolio: Portfolio, *, room: int) -> tuple[Choice, ...]:
    """Up to ``room`` actions, each time the one that adds most for its waiting and cost (greedy).

    Greedy choice is within 63 % of the best set for effects that diminish like these (Nemhauser et al. 1978).
    """
    rest = list(actions)
    chosen: list[Choice] = []
    while rest and len(chosen) < room:
        best, after = max((part_of(action, portfolio) for action in rest), key=lambda found: worth(found[0]))
        if worth(best) < MIN_WORTH:
            break
        chosen.append(best)
        rest.remove(best.action)
        portfolio = after
    return tuple(chosen)


def worth(choice: Choice) -> float:
    """The part of the trouble an action adds, less for waiting, less its cost."""
    lead = choice.action.lead_months + choice.action.days / MONTH_DAYS
    return choice.part / (1 + lead / HALF_LIFE) - COST[choice.action.cost]


def _strength(effect: float | str) -> float:
    return STRENGTH[effect] if isinstance(effect, str) else float(effect)

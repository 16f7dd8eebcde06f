"""What the outcomes so far say of each kind of action: how often it works, to choose the next ones by."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from saypro_analysis.effect import SURE_AFTER
from saypro_analysis.kpi import CauseModel, RecordedOutcome
from saypro_analysis.outcomes import Outcome

#: How many outcomes of its own the estimate in causes.yml is worth. A choice, not a measurement: with a handful of
#: actions judged a year, one verdict moves a rate by at most a fifth, and after four of a kind what was seen
#: counts as much as what was thought.
PRIOR_WEIGHT = 4.0


@dataclass(frozen=True, kw_only=True)
class SuccessRate:
    """How often a kind of action works: ``prior`` as in causes.yml, ``rate`` with what ``worked`` and ``failed``."""

    action: str
    prior: float
    rate: float
    worked: int
    failed: int


def success_rates(model: CauseModel, recorded: Iterable[RecordedOutcome]) -> Mapping[str, SuccessRate]:
    """The rate of every kind of action, by id: (4 p + worked) / (4 + worked + failed), p being its prior.

    That is the mean of a Beta distribution of mean p and weight 4 after these outcomes (source: method.md, "Closing the
    loop"). Failed: "worsened", and "no evidence" where what was expected is clearly not there. Those that do not tell
    (``RecordedOutcome.telling``) count for neither; those of actions that are not in causes.yml are left out.

    >>> from saypro_analysis.kpi import Action
    >>> train = Action(id="train", name="Training", effects={}, owner="Head", success=0.5)
    >>> row = RecordedOutcome(department="sales", id="A-1", action="train", month=pd.Period("2026-10", "M"),
    ...     verdict="worked", effect=4.0, low=3.0, high=5.0, telling=True)
    >>> success_rates(CauseModel(causes={}, signs={}, actions={"train": train}), [row])["train"].rate
    0.6
    """
    rows = [row for row in recorded if row.telling]
    worked = [row.action for row in rows if row.verdict == "worked"]
    failed = [row.action for row in rows if row.verdict != "worked"]
    return {name: _rate(name, action.success, worked, failed) for name, action in model.actions.items()}


def with_learned(model: CauseModel, recorded: Iterable[RecordedOutcome]) -> CauseModel:
    """The model with the chance of success that the outcomes so far give each kind of action.

    >>> from saypro_analysis.kpi import Action
    >>> train = Action(id="train", name="Training", effects={}, owner="Head", success=0.5)
    >>> with_learned(CauseModel(causes={}, signs={}, actions={"train": train}), []).actions["train"].success
    0.5
    """
    rates = success_rates(model, recorded)
    actions = {name: replace(action, success=rates[name].rate) for name, action in model.actions.items()}
    return replace(model, actions=actions)


def record(outcome: Outcome, department: str, month: pd.Period) -> RecordedOutcome | None:
    """What is kept of an outcome; None while there is no verdict, or no evidence in fewer than six months.

    By then most effects of 1.5 sigma are seen, after three months only one of four (tests/test_outcome_rates.py).
    """
    verdict, effect, low, high = outcome.verdict, outcome.effect, outcome.low, outcome.high
    early = verdict == "no evidence" and outcome.months < SURE_AFTER
    if early or verdict == "too early" or verdict == "not judged" or effect is None or low is None or high is None:
        return None
    return RecordedOutcome(
        department=department, id=outcome.planned.id, action=outcome.planned.action, month=month, verdict=verdict,
        effect=effect, low=low, high=high, telling=outcome.telling,
    )  # fmt: skip


def _rate(name: str, prior: float, worked: list[str], failed: list[str]) -> SuccessRate:
    good, bad = worked.count(name), failed.count(name)
    rate = (PRIOR_WEIGHT * prior + good) / (PRIOR_WEIGHT + good + bad)
    return SuccessRate(action=name, prior=prior, rate=rate, worked=good, failed=bad)

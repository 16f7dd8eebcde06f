"""How often an action that does nothing is said to work, and how often a real effect is seen: seeded simulation.

The action answers the WORST of the last twelve months, as actions do. 4,000 runs of each kind: a rate of 5 % is known
to 1 point (three standard errors). Bounds: the acceptance bar of method.md (false "worked" at most 6 %, a true effect
of 1.5 sigma seen in at least 85 % after six months of independent values).
"""

import math
from functools import cache

import numpy as np
import pytest

from saypro_analysis.effect import FINDINGS, weigh_effects
from saypro_analysis.kpi import PlannedAction
from saypro_analysis.windows import find_window

RUNS = 4000
AFTER = (3, 6, 9, 12)
#: Name -> autocorrelation, and season in sigmas; independent ones are named iid.
PROCESSES = {
    "iid": (0.0, 0.0),
    "ar0.3": (0.3, 0.0),
    "ar0.6": (0.6, 0.0),
    "season 1.5": (0.0, 1.5),
    "season 3": (0.0, 3.0),
    "ar0.3, season 1.5": (0.3, 1.5),
}
#: Months before the action: 21, 24 and 36 of them are baseline.
BEFORE = (24, 27, 39)
#: Source: regression_to_the_mean.json (COMPUTED, 4,000 runs): what a plain before/after finds with no effect at all.
NAIVE_BETTER, NAIVE_SIZE = 0.927, 1.636


def processes(months, carry, season, rng):
    """Processes of standard deviation 1 that nothing happens to; each season peaks at another time."""
    noise = rng.standard_normal((16 * RUNS, months + 20))
    for month in range(1, months + 20):
        noise[:, month] = carry * noise[:, month - 1] + math.sqrt(1 - carry**2) * noise[:, month]
    wave = np.sin(2 * math.pi * np.arange(months) / 12 + rng.uniform(0, 2 * math.pi, (len(noise), 1)))
    return noise[:, 20:] + season * wave


@cache
def answered(name, before):
    """Series whose month ``before`` was the worst of its last twelve, with thirteen months after it."""
    values = processes(before + 13, *PROCESSES[name], np.random.default_rng(before))
    chosen = values[values[:, before - 12 : before].argmin(axis=1) == 11][:RUNS]
    assert len(chosen) == RUNS
    return chosen


def rates(values, before, after, *, skipped=1, **settings):
    """Shares of "worked" and "worsened" with ``after`` months; ``skipped`` of them pass before it can show."""
    month = np.broadcast_to(np.arange(values.shape[1]), values.shape)
    post = (month >= before + skipped) & (month < before + skipped + after)
    found = weigh_effects(values, month < before - 3, post, **settings).finding
    return [float(np.mean(found == FINDINGS.index(word))) for word in ("worked", "worsened")]


def better_since(values, before, size):
    """The same series with an effect from the month after ``before`` on."""
    return values + size * (np.arange(values.shape[1]) >= before)


def test_the_months_are_those_of_a_register() -> None:
    """The simulation has the months of a real row: three are left out before, and that of the start passes by."""
    row = PlannedAction(
        id="A", kpi="k", cause="c", action="a", owner="o", start="2026-01-05", due="2026-01-30", status="done",
        lead_months=0,
    )  # fmt: skip
    window = find_window(row, [row])
    trigger = window.start - 1
    assert ((trigger - window.baseline_last).n, (window.first - trigger).n) == (3, 2)


@pytest.mark.parametrize("after", AFTER)
@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("name", PROCESSES)
def test_an_action_that_does_nothing_seldom_worked(name: str, before: int, after: int) -> None:
    """False "worked" at most 6 %, for independent, carried-over and seasonal months, whatever the card says."""
    values = answered(name, before)
    assert rates(values, before, after)[0] <= 0.06
    assert rates(values, before, after, seasonal=False)[0] <= 0.06


@pytest.mark.parametrize("name", ["iid", "ar0.3", "ar0.6"])
def test_the_reference_case_with_no_month_between(name: str) -> None:
    """As in verdict_simulation.json the months after begin with the very next one: at most 6 % at 3 to 12 months."""
    values = answered(name, 24)
    assert max(rates(values, 24, after, skipped=0)[0] for after in AFTER) <= 0.06


def test_a_real_effect_is_seen() -> None:
    """1.5 sigma is seen in at least 85 % after six independent months; the reference sees 89.5 % (COMPUTED)."""
    for skipped in (0, 1):
        values = better_since(answered("iid", 24), 24, 1.5)
        assert rates(values, 24, 6, skipped=skipped)[0] >= 0.85
        assert rates(values, 24, 6, skipped=skipped, seasonal=False)[0] >= 0.85


@pytest.mark.parametrize(("name", "least"), [("season 1.5", 0.55), ("season 3", 0.55)])
def test_a_season_does_not_hide_an_effect(name: str, least: float) -> None:
    """With a season most effects of 1.5 sigma are seen after six months, where a plain comparison sees 37 % or none.

    Bounds are of this engine at 24 months of baseline (measured .64 and .61; no reference has this case).
    """
    values = better_since(answered(name, 27), 27, 1.5)
    seen = rates(values, 27, 6)[0]
    assert seen >= least
    assert rates(values, 27, 6, seasonal=False)[0] < seen - 0.15


@pytest.mark.parametrize(("name", "most"), [("iid", 0.09), ("ar0.3", 0.14), ("ar0.6", 0.21), ("season 1.5", 0.06)])
def test_false_worsened_is_bounded(name: str, most: float) -> None:
    """After the worst month, carried over, a KPI stays low for a while: false "worsened" is more frequent, and bounded.

    With the published error, which takes the standard deviation from moving ranges as they are, it is .23 for AR .6
    (simulated alike).
    """
    values = answered(name, 24)
    assert max(rates(values, 24, after)[1] for after in AFTER) <= most


def test_better_and_worse_are_judged_alike() -> None:
    """Where no month is chosen, false "worked" and false "worsened" are equally frequent."""
    values = processes(40, 0.3, 0.0, np.random.default_rng(4))[:RUNS]
    worked, worsened = rates(values, 27, 9)
    assert abs(worked - worsened) <= 3 * math.sqrt((worked + worsened) / RUNS)


def test_a_plain_before_and_after_misleads() -> None:
    """Without any effect, the next month is better than the trigger in 12 of 13 cases, by 1.63 sigma on three months.

    By exchangeability the worst of thirteen months is the last one in 1 of 13 cases; the mean largest of twelve normal
    values is 1.629 (order statistics). method.md has .927 and 1.636 by simulation.
    """
    values = answered("iid", 24)
    better = float(np.mean(values[:, 24] > values[:, 23]))
    size = float(np.mean(values[:, 24:27].mean(axis=1) - values[:, 23]))
    assert better == pytest.approx(12 / 13, abs=0.015)
    assert better == pytest.approx(NAIVE_BETTER, abs=0.02)
    assert (size, NAIVE_SIZE) == (pytest.approx(1.629, abs=0.05), pytest.approx(1.629, abs=0.05))
    month = np.broadcast_to(np.arange(values.shape[1]), values.shape)
    honest = weigh_effects(values, month < 21, (month >= 24) & (month < 27), seasonal=False).effect
    assert abs(float(honest.mean())) <= 0.07

"""How bad is a gap? One score from 0 to 100, of its size, how long it lasts, whether it will last, and where it heads.

The weights and levels are a convention, not a measurement; they were chosen so that a gap of full size alone is
moderate, and critical takes size, persistence and doubt together. A miss that the process explains is no more than
something to watch.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from saypro_analysis.columns import Columns, named
from saypro_analysis.kpi import GapView, Kpi

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Level = Literal["on track", "watch", "moderate", "severe", "critical", ""]

LEVELS: tuple[Level, ...] = get_args(Level)
STEPS = (15.0, 35.0, 60.0, 80.0)  # scores from which a level is watch, moderate, severe, critical
SIZE, PERSISTENCE, DOUBT, DIRECTION = 45.0, 20.0, 20.0, 15.0  # points of 100
LATELY = 6  # months that persistence looks at
SURE = 0.9  # chance of meeting the target next month from which a KPI on target is not doubted at all
NOISE_RED = 3.0  # sigmas: a gap that reaches over the whole width of one side of the process limits
ODDS_RED = 1.0  # failures have doubled
NEAR_ONE, NEAR_ZERO = 0.8, 0.2  # targets of shares where failures tell more than successes
VIEWS: tuple[GapView, ...] = get_args(GapView)


@dataclass(frozen=True, kw_only=True)
class Severity:
    """The severity of a KPI's month: ``score`` is the sum of the four terms, which are points of 100.

    ``size`` (at most 45), ``persistence`` (20), ``doubt`` that next month meets the target (20) and ``direction``
    (15). ``relative``, ``noise`` and ``odds`` are the gap (positive is short) as a part of the target, in sigmas of
    the process, and as the odds of failure against those that the target allows, less one (1: failures doubled); None
    where they make no sense. ``view`` is the one that ``size`` rests on. ``capped``: a miss inside noise, which is
    "watch" at most. Level "" and score None: there is no target or no value.
    """

    level: Level = ""
    score: float | None = None
    size: float | None = None
    persistence: float | None = None
    doubt: float | None = None
    direction: float | None = None
    view: Literal["relative", "noise", "odds"] = "relative"
    relative: float | None = None
    noise: float | None = None
    odds: float | None = None
    capped: bool = False


def measure_severity(
    size: Floats,
    *,
    cards: Sequence[Kpi],
    actual: Floats,
    target: Floats,
    percent: Floats,
    sigma: Floats,
    short: Floats,
    chance: Floats,
    direction: Floats,
    red: float = 0.1,
) -> Columns:
    """The fields of ``Severity`` for many KPIs at once (k,).

    ``size`` is the gap (positive: missed), ``percent`` the same as a share of the target, ``short`` the gaps of all
    months up to this one (k, n); ``chance`` is that of meeting the target next month; ``direction`` is 1 for a KPI
    that gets worse, 0.5 for one that fluctuates, 0.25 for one that is stable, 0 for one that gets better. ``red`` is
    the company's: the gap as a share of the target that counts fully. Persistence counts the months that are known to
    have missed.
    """
    views = gap_views(size, cards=cards, actual=actual, target=target, percent=percent, sigma=sigma)
    wanted = np.array([VIEWS.index(card.gap_view) for card in cards], dtype=np.int_)
    defaults = (red, NOISE_RED, ODDS_RED)
    full = np.array(
        [defaults[view] if card.red is None else card.red for view, card in zip(wanted, cards, strict=True)]
    )
    held = np.isfinite(views)
    rows = np.arange(len(size))
    # A view that makes no sense here (a target of 0, a process without noise) gives way to the first one that does.
    chosen = np.where(held[wanted, rows], wanted, held.argmax(axis=0))
    full = np.where(chosen == wanted, full, np.array(defaults)[chosen])
    view = np.where(held.any(axis=0), views[chosen, rows], np.where(size > 0, np.inf, 0.0))
    part = np.clip(view / full, 0.0, 1.0)
    missed = (short[:, -LATELY:] > 0).sum(axis=1)
    known = np.isfinite(size)
    doubt = 1 - chance
    terms = np.stack([SIZE * part, PERSISTENCE * missed / LATELY, DOUBT * doubt, DIRECTION * direction])
    terms = np.where((size <= 0) & (doubt <= 1 - SURE), 0.0, terms)
    terms = np.where(known, terms, np.nan)
    score = terms.sum(axis=0)
    level = np.searchsorted(STEPS, np.nan_to_num(score), side="right")
    critical = np.array([card.critical for card in cards], dtype=bool) & (part >= 1) & (size > 0)
    noise = np.isfinite(views[1]) & (views[1] < 1) & (size > 0) & (doubt <= 0.5)
    level = np.where(size > 0, np.maximum(level, LEVELS.index("watch")), level)  # missed is not "on track"
    level = np.where(critical, LEVELS.index("critical"), level)
    capped = noise & (level > LEVELS.index("watch"))
    level = np.where(capped, LEVELS.index("watch"), level)
    relative, noisy, odds = views
    return {
        "level": named(LEVELS, np.where(known, level, LEVELS.index(""))),
        "score": score,
        "size": terms[0],
        "persistence": terms[1],
        "doubt": terms[2],
        "direction": terms[3],
        "view": named(VIEWS, chosen),
        "relative": relative,
        "noise": noisy,
        "odds": odds,
        "capped": capped,
    }


def gap_views(
    size: Floats, *, cards: Sequence[Kpi], actual: Floats, target: Floats, percent: Floats, sigma: Floats
) -> Floats:
    """The gap as a part of the target, in sigmas, and as odds of failure (3, k); NaN where that makes no sense.

    A share with a target of 95 % that is met by 90 % of cases fails twice as often as it may: odds of 1, not 5 %.

    >>> card = Kpi(name="On time", definition="", unit="percent")
    >>> one = {"actual": np.array([0.9]), "target": np.array([0.95]), "percent": np.array([0.0526])}
    >>> gap_views(np.array([0.05]), cards=[card], sigma=np.array([0.02]), **one)[:, 0].round(2).tolist()
    [0.05, 2.5, 1.0]
    """
    scale = np.array([np.nan if card.gap_scale is None else card.gap_scale for card in cards])
    relative = np.divide(size, scale, out=percent.copy(), where=~np.isfinite(percent) & (scale > 0))
    noise = np.divide(size, sigma, out=np.full(size.shape, np.nan), where=sigma > 0)
    share = np.array([card.unit == "percent" for card in cards]) & (target > 0) & (target < 1)
    up, down = (np.array([card.better == better for card in cards]) for better in ("higher", "lower"))
    near = share & ((up & (target >= NEAR_ONE)) | (down & (target <= NEAR_ZERO)))
    failing, allowed = np.where(up, 1 - actual, actual), np.where(up, 1 - target, target)
    odds = np.divide(failing, allowed, out=np.full(size.shape, np.nan), where=near & (allowed > 0)) - 1
    return np.stack([relative, noise, odds])

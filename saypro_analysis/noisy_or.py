"""Noisy-OR: how likely each of a few causes is, given signs that any of them may bring about.

Causes are independent before anything is seen; each cause that holds brings a sign about with its link's strength,
whatever the others do, and a leak does when none holds. All states of the causes are enumerated (32 for five), so the
result is exact. Sources: Pearl 1988; the QMR-DT form in Jaakkola & Jordan 1999; soft signs as virtual evidence.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

MAX_CAUSES = 12  # 4096 states
SURE = 1e-12  # keeps links of 0 and 1 from contradicting each other without a way out


@dataclass(frozen=True, kw_only=True)
class Posterior:
    """Causes after the signs.

    ``chance`` of each cause; ``weight`` (causes x signs): by how much each sign moved its log-odds, everything else
    seen, NaN for signs that are unknown; ``information`` of each sign: the bits by which knowing it would narrow the
    causes down, 0 for signs that are known; ``evidence``: how likely the signs were.
    """

    chance: Floats
    weight: Floats
    information: Floats
    evidence: float


def posterior(priors: npt.ArrayLike, links: npt.ArrayLike, leaks: npt.ArrayLike, degrees: npt.ArrayLike) -> Posterior:
    """The exact posterior of causes given signs, with the weight of each sign and the worth of each unknown one.

    ``priors``: chance of each cause. ``links`` (causes x signs): chance that the cause alone brings the sign about.
    ``leaks``: chance of each sign without any cause. ``degrees``: how far each sign is seen, from 0 to 1; 0.5 says
    nothing, NaN is unknown. Raises ValueError for more than twelve causes.

    >>> found = posterior([0.2, 0.4], [[0.2], [0.4]], [0.1], [1.0])
    >>> round(found.evidence, 4), found.chance.round(4).tolist()
    (0.2742, [0.2882, 0.7025])
    """
    prior, leak, degree = (np.asarray(given, dtype=np.float64) for given in (priors, leaks, degrees))
    if len(prior) > MAX_CAUSES:
        raise ValueError(f"{len(prior)} causes: at most {MAX_CAUSES} can be enumerated")
    states = (np.arange(2 ** len(prior))[:, None] >> np.arange(len(prior)) & 1).astype(np.float64)
    before = np.where(states == 1, prior, 1 - prior).prod(axis=1)
    shows = _chances(states, np.asarray(links, dtype=np.float64).reshape(len(prior), len(leak)), leak)
    known = np.isfinite(degree)
    likely = np.where(known, degree * shows + (1 - degree) * (1 - shows), 1.0)
    joint = before * likely.prod(axis=1)
    chance = states.T @ joint / joint.sum()
    without = joint[:, None] / likely
    weight = log_odds(chance)[:, None] - log_odds(states.T @ without / without.sum(axis=0))
    return Posterior(
        chance=chance,
        weight=np.where(known, weight, np.nan),
        information=np.where(known, 0.0, _information(joint / joint.sum(), states, shows)),
        evidence=float(joint.sum()),
    )


def log_odds(chance: Floats) -> Floats:
    """Natural logarithm of the odds.

    >>> float(log_odds(np.array(0.5)))
    0.0
    """
    held = np.clip(chance, SURE, 1 - SURE)
    return np.asarray(np.log(held / (1 - held)))


def _chances(states: Floats, links: Floats, leak: Floats) -> Floats:
    """Chance of each sign (column) in each state of the causes (row)."""
    quiet = np.where(states[:, :, None] == 1, 1 - links[None, :, :], 1.0).prod(axis=1)
    return np.asarray(np.clip(1 - (1 - leak) * quiet, SURE, 1 - SURE))


def _entropy(joint: Floats, states: Floats) -> Floats:
    """Bits of uncertainty about the causes, each taken by itself, of distributions over the states (columns)."""
    chance = np.clip(states.T @ joint, SURE, 1 - SURE)
    return np.asarray(-(chance * np.log2(chance) + (1 - chance) * np.log2(1 - chance)).sum(axis=0))


def _information(joint: Floats, states: Floats, shows: Floats) -> Floats:
    """Expected drop of the entropy when a sign becomes known to be there or not."""
    there, absent = joint[:, None] * shows, joint[:, None] * (1 - shows)
    seen, unseen = there.sum(axis=0), absent.sum(axis=0)
    after = seen * _entropy(there / seen, states) + unseen * _entropy(absent / unseen, states)
    return np.asarray(np.maximum(_entropy(joint[:, None], states) - after, 0.0))

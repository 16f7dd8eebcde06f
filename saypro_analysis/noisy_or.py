"""Noisy-OR: how likely each of a few causes is, given signs that any of them may bring about.

Causes are independent before anything is seen; each cause that holds brings a sign about with its link's strength,
whatever the others do, and a leak does when none holds. All states of the causes are enumerated (32 for five), so the
result is exact. Sources: Pearl 1988; the QMR-DT form in Jaakkola & Jordan 1999; soft signs as virtual evidence.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

MAX_CAUSES = 12  # 4096 states
SURE = 1e-12  # keeps links of 0 and 1 from contradicting each other without a way out
CELLS = 500_000  # states x signs x rows that are held at once: 4 MB, which stay near the processor


@dataclass(frozen=True, kw_only=True)
class Posterior:
    """Causes after the signs; each array has the shape of the cases before its own.

    ``chance`` (..., causes) of each cause; ``weight`` (..., causes, signs): by how much each sign moved its log-odds,
    everything else seen, NaN for signs that are unknown; ``information`` (..., signs): the bits by which knowing each
    sign would narrow the causes down, 0 for signs that are known; ``evidence`` (...): how likely the signs were.
    """

    chance: Floats
    weight: Floats
    information: Floats
    evidence: Floats


@dataclass(frozen=True, kw_only=True)
class _States:
    """All states of the causes (rows): which hold, how likely each is before the signs, and what shows in it."""

    held: Floats
    before: Floats
    shows: Floats


def posterior(priors: npt.ArrayLike, links: npt.ArrayLike, leaks: npt.ArrayLike, degrees: npt.ArrayLike) -> Posterior:
    """The exact posterior of causes given signs, with the weight of each sign and the worth of each unknown one.

    ``priors``: chance of each cause. ``links`` (causes x signs): chance that the cause alone brings the sign about.
    ``leaks``: chance of each sign without any cause. ``degrees`` (..., signs): how far each sign is seen, from 0 to 1;
    0.5 says nothing, NaN is unknown; leading axes are cases that share the model, such as many KPIs.

    With P_j(c) = 1 - (1 - leak_j) prod_i (1 - link_ij)^c_i, a state's chance is in proportion to its prior times
    prod_j [d_j P_j(c) + (1 - d_j)(1 - P_j(c))] (QMR-DT, Jaakkola & Jordan 1999, section 2; Pearl 1988 for the virtual
    evidence). Weights are logit P(cause | all) - logit P(cause | all but the sign); information is the expected drop
    of the causes' summed entropies (each by itself).

    Raises ValueError for more than twelve causes, and for shapes that do not fit each other.

    >>> found = posterior([0.2, 0.4], [[0.2], [0.4]], [0.1], [1.0])
    >>> found.evidence.round(4).tolist(), found.chance.round(4).tolist()
    (0.2742, [0.2882, 0.7025])
    >>> posterior([0.2, 0.4], [[0.2], [0.4]], [0.1], [[1.0], [np.nan], [0.0]]).chance.round(4).tolist()
    [[0.2882, 0.7025], [0.2, 0.4], [0.1667, 0.2857]]
    """
    prior, link, leak, degree = (np.asarray(given, dtype=np.float64) for given in (priors, links, leaks, degrees))
    if len(prior) > MAX_CAUSES:
        raise ValueError(f"{len(prior)} causes: at most {MAX_CAUSES} can be enumerated")
    if link.shape != (len(prior), len(leak)) or degree.shape[-1] != len(leak):
        raise ValueError(f"{len(prior)} priors, {len(leak)} leaks: links {link.shape}, degrees {degree.shape}")
    cases = degree.shape[:-1]
    states = _states(prior, link, leak)
    parts = [_solve(states, rows) for rows in _blocks(degree.reshape(math.prod(cases), len(leak)), len(states.held))]
    chance, weight, information, evidence = (np.concatenate(part) for part in zip(*parts, strict=True))
    return Posterior(
        chance=chance.reshape(*cases, len(prior)),
        weight=weight.reshape(*cases, len(prior), len(leak)),
        information=information.reshape(*cases, len(leak)),
        evidence=evidence.reshape(cases),
    )


def log_odds(chance: Floats) -> Floats:
    """Natural logarithm of the odds.

    >>> float(log_odds(np.array(0.5)))
    0.0
    """
    held = np.clip(chance, SURE, 1 - SURE)
    return np.asarray(np.log(held / (1 - held)))


def _blocks(degree: Floats, states: int) -> Iterator[Floats]:
    """The cases in parts that fit into ``CELLS``; one empty part when there is no case."""
    size = max(1, CELLS // max(1, states * degree.shape[1]))
    for start in range(0, max(len(degree), 1), size):
        yield degree[start : start + size]


def _states(prior: Floats, links: Floats, leak: Floats) -> _States:
    held = (np.arange(2 ** len(prior))[:, None] >> np.arange(len(prior)) & 1).astype(np.float64)
    quiet = np.where(held[:, :, None] == 1, 1 - links[None, :, :], 1.0).prod(axis=1)
    return _States(
        held=held,
        before=np.where(held == 1, prior, 1 - prior).prod(axis=1),
        shows=np.clip(1 - (1 - leak) * quiet, SURE, 1 - SURE),
    )


def _solve(states: _States, degree: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Chance, weight, information and evidence of cases (rows)."""
    known, seen = np.isfinite(degree), degree[:, None, :]
    likely = np.where(known[:, None, :], seen * states.shows + (1 - seen) * (1 - states.shows), 1.0)
    joint = states.before * likely.prod(axis=2)
    evidence = joint.sum(axis=1)
    chance = joint @ states.held / evidence[:, None]
    without = joint[:, :, None] / likely
    weight = log_odds(chance)[:, :, None] - log_odds(states.held.T @ without / without.sum(axis=1, keepdims=True))
    information = _information(joint / evidence[:, None], states)
    return chance, np.where(known[:, None, :], weight, np.nan), np.where(known, 0.0, information), evidence


def _entropy(chance: Floats) -> Floats:
    """Bits of uncertainty about the causes (second axis), each taken by itself."""
    held = np.clip(chance, SURE, 1 - SURE)
    return np.asarray(-(held * np.log2(held) + (1 - held) * np.log2(1 - held)).sum(axis=1))


def _information(joint: Floats, states: _States) -> Floats:
    """Expected drop of the entropy when a sign becomes known to be there or not (cases x signs)."""
    seen = joint @ states.shows
    chance = (joint @ states.held)[:, :, None]
    pairs = states.held[:, :, None] * states.shows[:, None, :]  # a cause holds and a sign shows, in each state
    both = (joint @ pairs.reshape(len(pairs), -1)).reshape(len(joint), *pairs.shape[1:])
    there, absent = both / seen[:, None, :], (chance - both) / (1 - seen)[:, None, :]
    after = seen * _entropy(there) + (1 - seen) * _entropy(absent)
    return np.asarray(np.maximum(_entropy(chance) - after, 0.0))

"""Why a KPI falls short: the evidence for and against each cause, and what to check next."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from saypro_analysis.kpi import PRIOR, STRENGTH, Cause, DepartmentMonth, Kpi, Sign
from saypro_analysis.noisy_or import Posterior, log_odds, posterior
from saypro_analysis.signs import YES, SignDegree, sign_degrees
from saypro_analysis.verdict import Verdict

Floats = npt.NDArray[np.float64]
CauseVerdict = Literal["likely", "possible", "not indicated", "no evidence"]

LIKELY = 0.7
POSSIBLE = 0.4
LIFT = float(np.log(3))  # a likely cause has at least three times its prior odds: the signs say so, not the prior
TELLING = 0.01  # log-odds below which a sign neither speaks for nor against a cause
ROBUST = (0.8, 1.2)  # factors on all links within which the leading cause should stay the same
LINK_CAP = 0.95


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """A sign that is known: its degree, its weight for a cause (log-odds, negative: against), its source in words."""

    sign: Sign
    degree: float
    weight: float
    text: str


@dataclass(frozen=True, kw_only=True)
class CauseFinding:
    """A cause before and after the signs, with the evidence for and against it, heaviest first."""

    cause: Cause
    prior: float
    posterior: float
    verdict: CauseVerdict
    evidence_for: tuple[Evidence, ...]
    evidence_against: tuple[Evidence, ...]


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """The causes of one KPI's trouble, likeliest first.

    ``coverage``: share of what all signs could tell that the known ones do tell. ``next_check``: the unknown sign that
    would tell most. ``robust``: the leading cause stays the same when all links are a fifth weaker or stronger.
    """

    kpi: Kpi
    findings: tuple[CauseFinding, ...]
    coverage: float
    next_check: Sign | None
    robust: bool


@dataclass(frozen=True, kw_only=True)
class _Net:
    """The cause model as arrays: causes in rows, the signs that count for one KPI in columns."""

    causes: tuple[Cause, ...]
    signs: tuple[Sign, ...]
    known: Mapping[str, SignDegree]
    priors: Floats
    links: Floats
    leaks: Floats
    degrees: Floats

    def solve(self, factor: float = 1.0) -> Posterior:
        """The posterior with all links weaker or stronger by a factor."""
        links = self.links if factor == 1.0 else np.minimum(self.links * factor, LINK_CAP)
        return posterior(self.priors, links, self.leaks, self.degrees)


def diagnose(month: DepartmentMonth, verdicts: tuple[Verdict, ...]) -> tuple[Diagnosis, ...]:
    """A diagnosis for every KPI of the scorecard that is missed or emerging, in the order of the verdicts.

    For each KPI, signs that restate it (``effect_of``) are left out, and of signs that say the same thing (``group``)
    only the strongest counts. A department's own priors replace those of the causes. The probabilities are exact
    (``noisy_or``). Nothing is reported on the strength of a prior alone.
    """
    troubled = [v for v in verdicts if v.kpi.scorecard and (v.gap.status == "missed" or v.emerging)]
    return tuple(_diagnosis(month, verdicts, verdict.kpi) for verdict in troubled)


def call_cause(prior: float, chance: float) -> CauseVerdict:
    """The word for a cause's probability after the signs.

    >>> call_cause(0.15, 0.85), call_cause(0.15, 0.5), call_cause(0.15, 0.04), call_cause(0.15, 0.15)
    ('likely', 'possible', 'not indicated', 'no evidence')
    """
    lift = float(log_odds(np.asarray(chance)) - log_odds(np.asarray(prior)))
    if chance >= LIKELY and lift >= LIFT:
        return "likely"
    if chance >= POSSIBLE and lift > TELLING:
        return "possible"
    return "not indicated" if lift < -TELLING else "no evidence"


def _diagnosis(month: DepartmentMonth, verdicts: tuple[Verdict, ...], kpi: Kpi) -> Diagnosis:
    net = _net(month, sign_degrees(month, verdicts, kpi=kpi), kpi)
    found = net.solve()
    findings = [_finding(net, found, row) for row in range(len(net.causes))]
    told = np.nan_to_num(np.abs(net.degrees - 0.5) / (YES - 0.5))
    could = posterior(net.priors, net.links, net.leaks, np.full(len(net.signs), np.nan)).information
    best = int(found.information.argmax()) if len(net.signs) else -1
    worth = found.information[best] if best >= 0 else 0.0
    leaders = {int(net.solve(factor).chance.argmax()) for factor in (1.0, *ROBUST)}
    return Diagnosis(
        kpi=kpi,
        findings=tuple(sorted(findings, key=lambda finding: -finding.posterior)),
        coverage=float((could * np.minimum(told, 1.0)).sum() / could.sum()) if could.sum() else 0.0,
        next_check=net.signs[best] if worth > 0 else None,
        robust=len(leaders) == 1,
    )


def _net(month: DepartmentMonth, known: Mapping[str, SignDegree], kpi: Kpi) -> _Net:
    causes = tuple(month.causes.causes.values())
    names = _counting(month, known, kpi)
    links = [[_chance(cause.signs.get(name, 0.0), STRENGTH) for name in names] for cause in causes]
    priors = [_chance(month.department.priors.get(cause.id, cause.prior), PRIOR) for cause in causes]
    signs = tuple(month.causes.signs[name] for name in names)
    return _Net(
        causes=causes,
        signs=signs,
        known=known,
        priors=np.array(priors, dtype=np.float64),
        links=np.array(links, dtype=np.float64).reshape(len(causes), len(names)),
        leaks=np.array([sign.leak for sign in signs], dtype=np.float64),
        degrees=np.array([known[name].degree if name in known else np.nan for name in names], dtype=np.float64),
    )


def _counting(month: DepartmentMonth, known: Mapping[str, SignDegree], kpi: Kpi) -> list[str]:
    """Ids of the signs that count for the KPI: of a group, the strongest that is known, or all when none is."""
    here = month.department.id
    usable = {
        name: sign
        for name, sign in month.causes.signs.items()
        if not (sign.departments and here not in sign.departments) and not {kpi.id, kpi.key} & set(sign.effect_of)
    }
    strongest: dict[str, str] = {}
    for name, sign in usable.items():
        if sign.group and name in known:
            leader = strongest.get(sign.group)
            if leader is None or known[name].degree > known[leader].degree:
                strongest[sign.group] = name
    return [name for name, sign in usable.items() if strongest.get(sign.group, name) == name]


def _finding(net: _Net, found: Posterior, row: int) -> CauseFinding:
    evidence = [
        Evidence(sign=sign, degree=float(net.degrees[column]), weight=float(weight), text=net.known[sign.id].text)
        for column, (sign, weight) in enumerate(zip(net.signs, found.weight[row], strict=True))
        if abs(weight) >= TELLING  # unknown signs have no weight: NaN is left out here
    ]
    prior, chance = float(net.priors[row]), float(found.chance[row])
    return CauseFinding(
        cause=net.causes[row],
        prior=prior,
        posterior=chance,
        verdict=call_cause(prior, chance),
        evidence_for=tuple(sorted((e for e in evidence if e.weight > 0), key=lambda e: -e.weight)),
        evidence_against=tuple(sorted((e for e in evidence if e.weight < 0), key=lambda e: e.weight)),
    )


def _chance(given: float | str, words: Mapping[str, float]) -> float:
    return words[given] if isinstance(given, str) else float(given)

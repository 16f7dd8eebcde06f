"""Why a KPI falls short: the evidence for and against each cause, and what to check next."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from saypro_analysis.cause_net import Case, Net, cause_net, make_case
from saypro_analysis.kpi import Cause, DepartmentMonth, Kpi, Sign
from saypro_analysis.noisy_or import Posterior, log_odds
from saypro_analysis.signs import YES, known_signs, measured_signs, sign_degrees
from saypro_analysis.verdict import Verdict

Floats = npt.NDArray[np.float64]
CauseVerdict = Literal["likely", "possible", "weak", "not indicated", "no evidence"]

# What the words mean is decided, not measured; the calibration of the chances themselves is (test_cause_simulation.py).
LIKELY = 0.7
POSSIBLE = 0.4
LIFT = float(np.log(3))  # a likely cause has at least three times its prior odds: the signs say so, not the prior
TELLING = 0.01  # log-odds below which a sign neither speaks for nor against a cause
ROBUST = (0.8, 1.2)  # factors on all links within which the leading cause should stay the same
WORTH_ASKING = 1e-6  # bits; less is rounding, as of a sign that the department links to no cause


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
    """The causes of one KPI's trouble, or of the department's as a whole (``kpi`` None), likeliest first.

    ``coverage``: share of what all signs could tell that the known ones do tell. ``next_check``: the unknown sign that
    would tell most. ``robust``: the leading cause stays the same when all links are a fifth weaker or stronger.
    """

    kpi: Kpi | None
    findings: tuple[CauseFinding, ...]
    coverage: float
    next_check: Sign | None
    robust: bool

    @property
    def key(self) -> str:
        """The KPI's name across departments, as ``Kpi.key``; empty for the department as a whole."""
        return self.kpi.key if self.kpi else ""


def diagnose(month: DepartmentMonth, verdicts: tuple[Verdict, ...]) -> tuple[Diagnosis, ...]:
    """A diagnosis for every KPI of the scorecard that is missed, emerging or at risk, in the order of the verdicts.

    For each KPI, signs that restate it (``signs.restates``) are left out, and of signs that say the same thing
    (``group``) only the strongest counts. A department's own priors and links replace those of the causes. The
    probabilities are exact (``noisy_or``, which names the formulas' sources). Nothing is reported on the strength of a
    prior alone.
    """
    troubled = [v.kpi for v in verdicts if v.kpi.scorecard and (v.gap.status == "missed" or v.emerging or v.at_risk)]
    measured, named = measured_signs(month, verdicts), {seen.kpi for seen in month.observations}
    shared = known_signs(month, measured)
    net = cause_net(month)
    cases = [
        make_case(month, net, known_signs(month, measured, kpi=kpi) if {kpi.id, kpi.key} & named else shared, kpi)
        for kpi in troubled
    ]
    return _diagnoses(net, cases)


def diagnose_department(month: DepartmentMonth, verdicts: tuple[Verdict, ...]) -> Diagnosis:
    """The causes that the signs of the whole department point to, whatever the KPI; ``kpi`` of the result is None.

    All signs that are known count, observed for any KPI or measured by any: there is no KPI that a sign could restate.
    It says which causes departments share, not why a certain KPI falls short.
    """
    net = cause_net(month)
    return _diagnoses(net, [make_case(month, net, sign_degrees(month, verdicts, everywhere=True), None)])[0]


def call_cause(prior: float, chance: float) -> CauseVerdict:
    """The word for a cause's probability after the signs.

    "weak": signs speak for it, but not enough to call it possible.

    >>> call_cause(0.15, 0.85), call_cause(0.15, 0.5), call_cause(0.15, 0.04), call_cause(0.15, 0.15)
    ('likely', 'possible', 'not indicated', 'no evidence')
    >>> call_cause(0.15, 0.36)
    'weak'
    """
    lift = float(log_odds(np.asarray(chance)) - log_odds(np.asarray(prior)))
    if chance >= LIKELY and lift >= LIFT:
        return "likely"
    if chance >= POSSIBLE and lift > TELLING:
        return "possible"
    if lift > TELLING:
        return "weak"
    return "not indicated" if lift < -TELLING else "no evidence"


def _diagnoses(net: Net, cases: Sequence[Case]) -> tuple[Diagnosis, ...]:
    degrees = np.array([case.degrees for case in cases]).reshape(len(cases), len(net.signs))
    if not net.causes:
        return tuple(Diagnosis(kpi=c.kpi, findings=(), coverage=0.0, next_check=None, robust=True) for c in cases)
    found = net.solve(degrees)
    could = net.solve(np.full(len(net.signs), np.nan)).information
    # Rounded, so that of causes that no sign tells apart the same one leads whatever the factor.
    weaker_and_stronger = [net.solve(degrees, factor=factor).chance for factor in ROBUST]
    leaders = np.array([chance.round(9).argmax(axis=1) for chance in (found.chance, *weaker_and_stronger)])
    robust = (leaders == leaders[0]).all(axis=0)
    return tuple(
        _diagnosis(net, case, _at(found, row), could, robust=bool(robust[row])) for row, case in enumerate(cases)
    )


def _at(found: Posterior, row: int) -> Posterior:
    return Posterior(
        chance=found.chance[row],
        weight=found.weight[row],
        information=found.information[row],
        evidence=found.evidence[row],
    )


def _diagnosis(net: Net, case: Case, found: Posterior, could: Floats, *, robust: bool) -> Diagnosis:
    findings = [_finding(net, case, found, row) for row in range(len(net.causes))]
    told = np.minimum(np.nan_to_num(np.abs(case.degrees - 0.5) / (YES - 0.5)), 1.0)
    most, worth = np.where(case.counts, could, 0.0), np.where(case.counts, found.information, 0.0)
    best = int(worth.argmax()) if len(worth) else -1
    return Diagnosis(
        kpi=case.kpi,
        findings=tuple(sorted(findings, key=lambda finding: -finding.posterior)),
        coverage=float((most * told).sum() / most.sum()) if most.sum() else 0.0,
        next_check=net.signs[best] if best >= 0 and worth[best] > WORTH_ASKING else None,
        robust=robust,
    )


def _finding(net: Net, case: Case, found: Posterior, row: int) -> CauseFinding:
    evidence = [
        Evidence(sign=sign, degree=float(degree), weight=float(weight), text=case.known[sign.id].text)
        for sign, degree, weight in zip(net.signs, case.degrees, found.weight[row], strict=True)
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

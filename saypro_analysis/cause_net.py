"""The cause model of a department as arrays, and which signs count for one of its KPIs."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from saypro_analysis.kpi import PRIOR, STRENGTH, Cause, DepartmentMonth, Kpi, Sign, SignRule, Strength
from saypro_analysis.noisy_or import Posterior, posterior
from saypro_analysis.signs import SignDegree, restates, signs_here

Floats = npt.NDArray[np.float64]

UNSEEN = 0.5  # a degree below it speaks against what the sign points to
LINK_CAP = 0.95  # a link that is made stronger stays short of certain; source: the method's robustness check


@dataclass(frozen=True, kw_only=True)
class Net:
    """The cause model of a department as arrays: causes in rows, all signs that it can have in columns."""

    causes: tuple[Cause, ...]
    signs: tuple[Sign, ...]
    priors: Floats
    links: Floats
    leaks: Floats

    def solve(self, degrees: Floats, *, factor: float = 1.0) -> Posterior:
        """The posterior of cases (rows), with all links weaker or stronger by a factor."""
        links = self.links if factor == 1.0 else np.minimum(self.links * factor, LINK_CAP)
        return posterior(self.priors, links, self.leaks, degrees)


@dataclass(frozen=True, kw_only=True)
class Case:
    """What is known about one KPI, or about the department: the signs, and which of them count (by column)."""

    kpi: Kpi | None
    known: Mapping[str, SignDegree]
    counts: npt.NDArray[np.bool_]
    degrees: Floats


def cause_net(month: DepartmentMonth) -> Net:
    """The model of causes.yml as it holds in the department: its own priors, and its own links over the common ones.

    Causes carry the links that hold here. What the words mean as chances stands in ``kpi.STRENGTH`` and ``kpi.PRIOR``.
    """
    links = month.department.links
    causes = tuple(
        replace(cause, signs=_merged(cause, links[cause.id])) if cause.id in links else cause
        for cause in month.causes.causes.values()
    )
    signs = tuple(signs_here(month).values())
    strengths = [[_number(cause.signs.get(sign.id, 0.0), STRENGTH) for sign in signs] for cause in causes]
    priors = [_number(month.department.priors.get(cause.id, cause.prior), PRIOR) for cause in causes]
    return Net(
        causes=causes,
        signs=signs,
        priors=np.array(priors, dtype=np.float64),
        links=np.array(strengths, dtype=np.float64).reshape(len(causes), len(signs)),
        leaks=np.array([sign.leak for sign in signs], dtype=np.float64),
    )


def make_case(month: DepartmentMonth, net: Net, known: Mapping[str, SignDegree], kpi: Kpi | None) -> Case:
    """What is known about one KPI, or (``kpi`` None) about the whole department, as columns of the net.

    Signs that restate the KPI are left out (``signs.restates``). Of the signs of a group, and of those that are
    measured by the same KPI, only the strongest that is known counts, as they say the same thing; while none is seen,
    the unknown ones may still be asked for.
    """
    usable = [sign for sign in net.signs if kpi is None or not restates(month, sign, kpi)]
    alike = {sign.id: _alike(sign, month.department.signs.get(sign.id)) for sign in usable}
    strongest: dict[str, str] = {}
    for sign in usable:
        for key in alike[sign.id] if sign.id in known else ():
            leader = strongest.get(key)
            if leader is None or known[sign.id].degree > known[leader].degree:
                strongest[key] = sign.id
    counting = {
        sign.id for sign in usable if all(_counts(sign.id, strongest.get(key), known) for key in alike[sign.id])
    }
    seen = [known[sign.id].degree if sign.id in known and sign.id in counting else np.nan for sign in net.signs]
    counts = np.array([sign.id in counting for sign in net.signs], dtype=bool)
    return Case(kpi=kpi, known=known, counts=counts, degrees=np.array(seen, dtype=np.float64))


def _alike(sign: Sign, rule: SignRule | None) -> tuple[str, ...]:
    """What a sign shares with others that say the same: its group, and the KPI that measures it."""
    shared = (f"group {sign.group}" if sign.group else "", f"kpi {rule.kpi}" if rule else "")
    return tuple(key for key in shared if key)


def _counts(sign: str, leader: str | None, known: Mapping[str, SignDegree]) -> bool:
    """Whether a sign counts beside the strongest known one of its group; an unknown one does while that is not seen."""
    return leader is None or sign == leader or (sign not in known and known[leader].degree < UNSEEN)


def _merged(cause: Cause, own: Mapping[str, float | Strength]) -> dict[str, float | Strength]:
    """A cause's links with those of the department over them; 0 removes one."""
    return {sign: strength for sign, strength in {**cause.signs, **own}.items() if strength != 0}


def _number(given: float | str, words: Mapping[str, float]) -> float:
    return words[given] if isinstance(given, str) else float(given)

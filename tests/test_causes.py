"""Causes: the exact noisy-OR, the signs, and the diagnosis."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saypro_analysis.causes import call_cause, diagnose
from saypro_analysis.kpi import (
    Cause,
    CauseModel,
    Company,
    Department,
    DepartmentMonth,
    Kpi,
    Observation,
    Sign,
    SignRule,
)
from saypro_analysis.noisy_or import posterior
from saypro_analysis.signs import ramp, sign_degrees
from saypro_analysis.verdict import judge

# Five causes and twelve signs, made up for the method; posteriors computed by enumeration, checked by Quickscore.
PRIORS = [0.2, 0.15, 0.2, 0.15, 0.1]  # resources, training, process, engagement, goals
SIGNS = {  # leak, links in the order of the causes
    "overtime": (0.1, [0.8, 0, 0.3, 0, 0]),
    "vacancies": (0.08, [0.75, 0, 0, 0, 0]),
    "backlog": (0.1, [0.6, 0.2, 0.6, 0, 0]),
    "rework": (0.1, [0, 0.7, 0.5, 0, 0]),
    "training": (0.15, [0, 0.8, 0, 0, 0]),
    "starters": (0.12, [0.3, 0.5, 0, 0, 0]),
    "cycle": (0.1, [0.4, 0, 0.8, 0, 0]),
    "handoffs": (0.15, [0, 0, 0.6, 0, 0.3]),
    "churn": (0.1, [0, 0.2, 0.3, 0.7, 0]),
    "response": (0.12, [0, 0, 0, 0.75, 0]),
    "conflict": (0.05, [0, 0, 0, 0, 0.8]),
    "local": (0.08, [0, 0, 0, 0, 0.7]),
}
LEAKS = [leak for leak, _ in SIGNS.values()]
LINKS = np.array([links for _, links in SIGNS.values()]).T

chances = st.floats(min_value=0.01, max_value=0.99)


def solve(**seen):
    """The posterior for the signs seen."""
    return posterior(PRIORS, LINKS, LEAKS, [seen.get(name, math.nan) for name in SIGNS])


@pytest.mark.parametrize(
    ("seen", "expected", "evidence", "check", "bits"),
    [
        ({}, PRIORS, 1.0, "vacancies", 0.2791530974952403),
        (
            {"rework": 1, "training": 1, "starters": 1, "overtime": 0, "vacancies": 0},
            [0.016319557658789768, 0.9523402820961716, 0.18693770543137547, 0.15, 0.1],
            0.034721084269512016,
            "cycle",
            0.2855369182053087,
        ),
        (
            {"backlog": 1},
            [0.42766264298555823, 0.20486200288440637, 0.4276626429855581, 0.15, 0.1],
            0.3239488,
            "vacancies",
            0.4307305047428165,
        ),
        (
            {"overtime": 0, "vacancies": 0, "backlog": 0, "rework": 0, "cycle": 0},
            [0.002991026919242272, 0.04063205417607223, 0.006951340615690166, 0.15, 0.1],
            0.3457020576799182,
            "conflict",
            0.21846081056482403,
        ),
        (
            {"conflict": 1, "local": 1, "handoffs": 1},
            [0.2, 0.15, 0.3263123527623396, 0.15, 0.9685493617766916],
            0.028845201600000005,
            "cycle",
            0.34138003342167345,
        ),
    ],
)
def test_posterior(seen, expected, evidence, check, bits):
    """Posteriors, chance of the evidence, and the sign that would tell most, of the reference cases."""
    found = solve(**seen)
    np.testing.assert_allclose(found.chance, expected, atol=1e-9)
    assert found.evidence == pytest.approx(evidence, abs=1e-9)
    best = int(found.information.argmax())
    assert list(SIGNS)[best] == check
    assert found.information[best] == pytest.approx(bits, abs=1e-9)


def test_weights():
    """Weights are the log-odds with the sign less those without it (reference case "training_clear")."""
    found = solve(rework=1, training=1, starters=1, overtime=0, vacancies=0)
    names = list(SIGNS)
    expected = [-0.18014255459798267, 1.5020938313766885, 0.2729370106809299, 0, 0]
    np.testing.assert_allclose(found.weight[:, names.index("rework")], expected, atol=1e-9)
    expected = [-1.617717263892192, 0.20378891986571102, -0.3649619312865555, 0, 0]
    np.testing.assert_allclose(found.weight[:, names.index("overtime")], expected, atol=1e-9)
    assert np.isnan(found.weight[:, names.index("churn")]).all()


@pytest.mark.parametrize(("first", "second", "chance"), [(0, 0, 0.1), (1, 0, 0.28), (0, 1, 0.46), (1, 1, 0.568)])
def test_noisy_or_table(first, second, chance):
    """Netica's example of a noisy-OR node: leak 0.1, links 0.2 and 0.4 (norsys.com, NoisyOrDist)."""
    found = posterior([first, second], [[0.2], [0.4]], [0.1], [1.0])
    assert found.evidence == pytest.approx(chance)


def test_against_enumeration_by_hand():
    """With soft signs and any number of causes the result equals a plain sum over all states."""
    rng = np.random.default_rng(6)
    priors, links, leaks, degrees = (
        rng.uniform(0.1, 0.4, 7),
        rng.uniform(0, 0.9, (7, 5)),
        np.full(5, 0.1),
        rng.uniform(size=5),
    )
    sums = np.zeros(7)
    total = 0.0
    for state in itertools.product([0, 1], repeat=7):
        held = np.array(state)
        chance = np.prod(np.where(held == 1, priors, 1 - priors))
        for sign in range(5):
            shows = 1 - (1 - leaks[sign]) * np.prod((1 - links[:, sign]) ** held)
            chance *= degrees[sign] * shows + (1 - degrees[sign]) * (1 - shows)
        total += chance
        sums += chance * held
    np.testing.assert_allclose(posterior(priors, links, leaks, degrees).chance, sums / total, atol=1e-12)
    with pytest.raises(ValueError, match="13 causes"):
        posterior([0.1] * 13, np.zeros((13, 1)), [0.1], [1.0])


@given(chances, chances, chances, chances, chances)
def test_explaining_away(first, second, link, other, leak):
    """Knowing that one cause holds makes another cause of the same sign less likely."""
    alone = posterior([first, second], [[link], [other]], [leak], [1.0]).chance[0]
    beside = posterior([first, 1.0], [[link], [other]], [leak], [1.0]).chance[0]
    assert beside <= alone + 1e-12


@given(chances, chances, chances, chances)
def test_absent_and_soft_signs(prior, link, leak, degree):
    """A sign that is absent lowers its cause, one that is there raises it, and a degree of one half does nothing."""
    absent, half, there = (posterior([prior], [[link]], [leak], [d]).chance[0] for d in (0.0, 0.5, 1.0))
    assert absent <= prior + 1e-12
    assert half == pytest.approx(prior)
    assert there >= prior - 1e-12
    soft = posterior([prior], [[link]], [leak], [degree]).chance[0]
    assert min(absent, there) - 1e-12 <= soft <= max(absent, there) + 1e-12


def kpi(name, **card):
    """A KPI card of the support department."""
    card = {"unit": "hours", "better": "lower", **card}
    return Kpi(id=name, department="support", name=name.capitalize(), definition=name, **card)


def rows(name, values, target=math.nan, *, department="support"):
    """The monthly rows of a KPI's totals up to October 2026."""
    months = pd.period_range(end=pd.Period("2026-10"), periods=len(values), freq="M")
    table = pd.DataFrame({"month": months, "value": np.array(values, dtype=np.float64)})
    table["target"], table["target_upper"] = target, math.nan
    table["department"], table["kpi"], table["dimension"], table["segment"] = department, name, "", ""
    table["numerator"], table["denominator"], table["rows"] = table["value"], 1.0, 1
    return table


MODEL = CauseModel(
    causes={
        "resources": Cause(id="resources", name="Resources", signs={"overtime": "decisive", "vacancies": "strong"}),
        "training": Cause(id="training", name="Training", signs={"untrained": "strong", "slow": 0.7}),
        "goals": Cause(id="goals", name="Goals", prior="rare", signs={"conflict": "strong"}),
    },
    signs={
        "overtime": Sign(id="overtime", name="Overtime", group="workload"),
        "vacancies": Sign(id="vacancies", name="Vacant posts", group="workload"),
        "untrained": Sign(id="untrained", name="Too little training"),
        "slow": Sign(id="slow", name="Slow resolution", effect_of=("resolution",)),
        "conflict": Sign(id="conflict", name="Conflicting goals", departments=("sales",)),
    },
    actions={},
)


def seen(sign, degree, at="2026-10", **more):
    """An observation."""
    return Observation(month=pd.Period(at), sign=sign, degree=degree, source="Survey", who="Ana", **more)


def month(*observations, signs=None, priors=None, extra=()):
    """A support department whose resolution time is over its target, and whose overtime is high."""
    noise = np.random.default_rng(9).normal(0, 0.1, 24)
    tables = [rows("resolution", [*(4 + noise[:23]), 6.0], 4.2), rows("overtime", 0.1 + noise / 10)]
    cards = [kpi("resolution"), kpi("overtime", unit="percent", scorecard=False)]
    return DepartmentMonth(
        company=Company(name="SayPro"),
        department=Department(
            id="support",
            name="Support",
            owner="Head",
            kpis={card.id: card for card in cards},
            signs=signs or {},
            priors=priors or {},
        ),
        departments={"support": "Support", "staff": "Employees"},
        month=pd.Period("2026-10"),
        causes=MODEL,
        observations=observations,
        register=(),
        monthly=pd.concat([*tables, *extra], ignore_index=True),
        quality=pd.DataFrame(),
    )


def degrees(held):
    """The degrees of the signs that are known."""
    return {name: known.degree for name, known in sign_degrees(held, judge(held)).items()}


def diagnosis(held):
    """The one diagnosis of a month."""
    (found,) = diagnose(held, judge(held))
    return found


def test_nothing_is_known():
    """Without signs there is no finding, only the sign to check first."""
    found = diagnosis(month())
    assert {finding.verdict for finding in found.findings} == {"no evidence"}
    assert found.coverage == 0
    assert found.next_check == MODEL.signs["overtime"]
    assert [finding.posterior for finding in found.findings] == [
        pytest.approx(finding.prior) for finding in found.findings
    ]


def test_diagnosis():
    """A clear sign makes its cause likely, names itself as evidence, and an absent one speaks against its cause."""
    found = diagnosis(month(seen("overtime", 1.0, note="nights"), seen("untrained", 0.0)))
    likely, unlikely = found.findings[0], found.findings[-1]
    assert (likely.cause.id, likely.verdict) == ("resources", "possible")
    assert likely.evidence_for[0].text == "observed by Ana in October 2026 (Survey): nights"
    assert likely.evidence_for[0].degree == 0.95
    assert (unlikely.cause.id, unlikely.verdict) == ("training", "not indicated")
    assert unlikely.evidence_against[0].sign.id == "untrained"
    assert found.robust
    assert 0.5 < found.coverage <= 1


def test_signs_of_a_group_count_once():
    """Of two signs that say the same, only the stronger one counts, and the other need not be checked."""
    one = diagnosis(month(seen("overtime", 0.95)))
    both = diagnosis(month(seen("overtime", 0.95), seen("vacancies", 0.9)))
    assert one.findings[0].posterior == both.findings[0].posterior
    assert one.next_check == both.next_check == MODEL.signs["untrained"]


def test_a_sign_that_restates_the_kpi_is_left_out():
    """Slow resolution says nothing about why resolution is slow; a sign of sales says nothing about support."""
    found = diagnosis(month(seen("slow", 1.0), seen("conflict", 1.0)))
    assert {finding.verdict for finding in found.findings} == {"no evidence"}
    assert "conflict" not in degrees(month(seen("conflict", 1.0)))


def test_priors_of_the_department():
    """A department's priors replace those of the causes, in words or numbers."""
    found = {f.cause.id: f.prior for f in diagnosis(month(priors={"goals": 0.5, "training": "common"})).findings}
    assert found == {"resources": 0.15, "training": 0.2, "goals": 0.5}
    assert all(f.verdict == "no evidence" for f in diagnosis(month(priors={"goals": 0.5})).findings)


def test_measured_signs():
    """A ramp over a KPI's value, with its words; a verdict rule; a KPI without value measures nothing."""
    rules = {
        "overtime": SignRule(kpi="overtime", none_at=0.0, full_at=0.05),
        "untrained": SignRule(kpi="resolution", verdict="missed"),
        "vacancies": SignRule(kpi="resolution", verdict="fluctuating"),
        "slow": SignRule(kpi="nothing", none_at=0, full_at=1),
    }
    held = month(signs=rules)
    assert degrees(held) == {"overtime": 0.95, "untrained": 0.95, "vacancies": 0.05}
    known = sign_degrees(held, judge(held))
    assert known["overtime"].text.startswith("Overtime ")
    assert known["overtime"].text.endswith("% (a full sign at 5%)")
    assert known["untrained"].text == "Resolution missed"
    assert known["vacancies"].text == "Resolution not fluctuating"


def test_signs_of_other_departments():
    """A KPI of another department is found by its key, and judged by its own card: which way is better, its unit."""
    falling = rows("mood", [10 - 0.3 * n for n in range(24)], 5, department="staff")
    rules = {
        "untrained": SignRule(kpi="staff.mood", none_at=8, full_at=4),
        "overtime": SignRule(kpi="staff.mood", verdict="declining"),
        "vacancies": SignRule(kpi="staff.mood", verdict="missed"),
    }
    card = replace(kpi("mood"), department="staff", better="higher")
    held = replace(month(signs=rules, extra=[falling]), looked_at={card.key: card})
    assert degrees(held) == {"overtime": 0.95, "untrained": pytest.approx(0.95), "vacancies": 0.95}
    assert sign_degrees(held, judge(held))["overtime"].text == "Mood of Employees declining"
    lower = replace(held, looked_at={card.key: replace(card, better="lower")})
    assert degrees(lower)["overtime"] == degrees(lower)["vacancies"] == 0.05


def test_ramp():
    """None up to one end, full from the other on, in either direction."""
    assert ramp(0.2, none_at=0.05, full_at=0.1) == pytest.approx(0.95)
    assert ramp(1, none_at=4, full_at=2) == pytest.approx(0.95)
    assert ramp(5, none_at=4, full_at=2) == pytest.approx(0.05)
    assert ramp(3, none_at=3, full_at=3) == pytest.approx(0.95)


def test_which_observation_counts():
    """The newest wins; then the one for the KPI; then the last recorded; old and future ones do not count."""
    assert degrees(month(seen("untrained", 0.9, "2026-08"), seen("untrained", 0.2, "2026-09"))) == {"untrained": 0.2}
    assert degrees(month(seen("untrained", 0.9), seen("untrained", 0.3))) == {"untrained": 0.3}
    assert degrees(month(seen("untrained", 0.9, "2026-07"))) == {"untrained": 0.9}
    assert degrees(month(seen("untrained", 0.9, "2026-06"))) == {}
    assert degrees(month(seen("untrained", 0.9, "2026-11"))) == {}
    special = month(seen("untrained", 0.8, kpi="resolution"), seen("untrained", 0.1))
    verdicts = judge(special)
    assert degrees(special) == {"untrained": 0.1}
    card = special.department.kpis["resolution"]
    assert sign_degrees(special, verdicts, kpi=card)["untrained"].degree == 0.8


def test_observation_and_measurement():
    """An observation of the month stands above the measurement, an older one below it."""
    rules = {"overtime": SignRule(kpi="overtime", none_at=0.0, full_at=0.05)}
    assert degrees(month(seen("overtime", 0.2), signs=rules)) == {"overtime": 0.2}
    assert degrees(month(seen("overtime", 0.2, "2026-09"), signs=rules)) == {"overtime": 0.95}


def test_words():
    """Likely needs a high chance and a lift over the prior; a prior alone is never a finding."""
    assert call_cause(0.6, 0.75) == "possible"
    assert call_cause(0.2, 0.75) == "likely"
    assert call_cause(0.5, 0.5) == "no evidence"
    assert call_cause(0.2, 0.3) == "no evidence"
    assert call_cause(0.2, 0.1) == "not indicated"


def test_only_troubled_kpis_of_the_scorecard():
    """What is met and steady needs no diagnosis, nor does what only measures signs."""
    held = month()
    assert [found.kpi.id for found in diagnose(held, judge(held))] == ["resolution"]

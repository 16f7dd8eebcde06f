"""The noisy-OR: published and reference numbers, laws that hold in every model, and other ways to the same answer."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saypro_analysis.noisy_or import posterior

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


@st.composite
def models(draw, causes=4, signs=5):
    """Priors, links and leaks of a random model; a third of the links are missing."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    n, m = draw(st.integers(1, causes)), draw(st.integers(1, signs))
    links = rng.uniform(0.05, 0.95, (n, m)) * (rng.uniform(size=(n, m)) < 2 / 3)
    return rng.uniform(0.02, 0.6, n), links, rng.uniform(0.01, 0.3, m), rng


def quickscore(priors, links, leaks, seen):
    """Chance of each cause by inclusion and exclusion over the signs that are there, without listing any state.

    P(signs) is the sum over the subsets S of the present signs of (-1)^|S| times the chance that S and all absent signs
    are quiet, which is a product over the causes (Heckerman 1989, "A tractable inference algorithm for diagnosing
    multiple diseases").
    """
    present = [sign for sign, there in enumerate(seen) if there == 1]
    absent = [sign for sign, there in enumerate(seen) if there == 0]
    whole, parts = 0.0, np.zeros(len(priors))
    for size in range(len(present) + 1):
        for chosen in itertools.combinations(present, size):
            quiet = [*chosen, *absent]
            held = priors * np.prod(1 - links[:, quiet], axis=1)
            term = (-1) ** size * np.prod(1 - leaks[quiet])
            factors = held + 1 - priors
            whole += term * math.prod(factors)
            for cause in range(len(priors)):
                parts[cause] += term * held[cause] * math.prod(np.delete(factors, cause))
    return parts / whole, whole


@given(models(causes=5, signs=7))
@settings(max_examples=60, deadline=None)
def test_against_inclusion_and_exclusion(model):
    """Signs that are there, absent or unknown: the same chances as Quickscore finds without any state, to 1e-9."""
    priors, links, leaks, rng = model
    seen = rng.choice([0.0, 1.0, np.nan], size=len(leaks))
    chance, whole = quickscore(priors, links, leaks, seen)
    found = posterior(priors, links, leaks, seen)
    np.testing.assert_allclose(found.chance, chance, atol=1e-9)
    assert float(found.evidence) == pytest.approx(whole, abs=1e-9)


@given(models())
@settings(max_examples=60, deadline=None)
def test_absent_signs_leave_causes_independent(model):
    """When every known sign is absent, each cause's odds are its prior odds times the product of (1 - link).

    The closed form for negative findings of a noisy-OR (Heckerman 1989). So an absent sign lowers each of its causes,
    and a cause without a link to it stays where it was.
    """
    priors, links, leaks, rng = model
    known = rng.uniform(size=len(leaks)) < 0.7
    found = posterior(priors, links, leaks, np.where(known, 0.0, np.nan)).chance
    odds = priors / (1 - priors) * np.prod(1 - links[:, known], axis=1)
    np.testing.assert_allclose(found, odds / (1 + odds), atol=1e-9)


@given(models(causes=2))
@settings(max_examples=60, deadline=None)
def test_explaining_away_by_several_signs(model):
    """Of two causes that may stand behind any number of signs, the one that is certain makes the other less likely."""
    priors, links, leaks, _ = model
    if len(priors) == 1:
        return
    there = np.ones(len(leaks))
    alone = posterior(priors, links, leaks, there).chance[0]
    beside = posterior([priors[0], 1.0], links, leaks, there).chance[0]
    assert beside <= alone + 1e-12


@given(models(), st.floats(0, 1))
@settings(max_examples=60, deadline=None)
def test_a_soft_sign_lies_between(model, degree):
    """Whatever else is seen, a sign that is half seen leaves each cause between the sign's presence and absence."""
    priors, links, leaks, rng = model
    others = rng.choice([0.0, 0.3, 0.95, np.nan], size=len(leaks))
    cases = np.tile(others, (3, 1))
    cases[:, 0] = 0.0, degree, 1.0
    absent, soft, there = posterior(priors, links, leaks, cases).chance
    assert (soft >= np.minimum(absent, there) - 1e-9).all()
    assert (soft <= np.maximum(absent, there) + 1e-9).all()


@given(models())
@settings(max_examples=60, deadline=None)
def test_an_unknown_sign_says_nothing(model):
    """An unknown sign changes no chance and has no weight, as if it were not in the model, or as good as half seen."""
    priors, links, leaks, rng = model
    degrees = rng.uniform(size=len(leaks))
    unknown, half = np.append(degrees, np.nan), np.append(degrees, 0.5)
    more_links, more_leaks = np.column_stack([links, rng.uniform(size=len(priors))]), np.append(leaks, 0.1)
    without = posterior(priors, links, leaks, degrees)
    found = posterior(priors, more_links, more_leaks, unknown)
    np.testing.assert_allclose(found.chance, without.chance, atol=1e-9)
    np.testing.assert_allclose(posterior(priors, more_links, more_leaks, half).chance, without.chance, atol=1e-9)
    np.testing.assert_allclose(found.weight[:, :-1], without.weight, atol=1e-6)
    assert np.isnan(found.weight[:, -1]).all()
    assert (found.information[:-1] == 0).all()
    assert found.information[-1] >= 0


@given(models())
@settings(max_examples=60, deadline=None)
def test_the_order_does_not_matter(model):
    """Signs and causes in another order have the same chances, weights and worth, in that order."""
    priors, links, leaks, rng = model
    degrees = rng.choice([0.05, 0.4, 0.95, np.nan], size=len(leaks))
    rows, columns = rng.permutation(len(priors)), rng.permutation(len(leaks))
    plain = posterior(priors, links, leaks, degrees)
    mixed = posterior(priors[rows], links[np.ix_(rows, columns)], leaks[columns], degrees[columns])
    np.testing.assert_allclose(mixed.chance, plain.chance[rows], atol=1e-9)
    np.testing.assert_allclose(mixed.weight, plain.weight[np.ix_(rows, columns)], atol=1e-6)
    np.testing.assert_allclose(mixed.information, plain.information[columns], atol=1e-9)


@given(models())
@settings(max_examples=40, deadline=None)
def test_the_worth_of_a_sign_is_what_it_brings_on_average(model):
    """Information is the entropy now, less the entropies when the sign turns out there or absent, by their chances."""
    priors, links, leaks, rng = model
    degrees = rng.choice([0.05, 0.95, np.nan], size=len(leaks))
    degrees[0] = np.nan

    def bits(chance):
        return -sum(p * math.log2(p) + (1 - p) * math.log2(1 - p) for p in chance)

    now = posterior(priors, links, leaks, degrees)
    expected = bits(now.chance)
    for answer in (1.0, 0.0):
        then = posterior(priors, links, leaks, [answer, *degrees[1:]])
        expected -= float(then.evidence / now.evidence) * bits(then.chance)
    assert now.information[0] == pytest.approx(max(expected, 0.0), abs=1e-9)


def test_many_cases_at_once():
    """Many cases are what each of them is by itself, in any shape, also when they are solved in several parts."""
    rng = np.random.default_rng(4)
    priors, links, leaks = np.full(12, 0.1), rng.uniform(0, 0.9, (12, 4)), np.full(4, 0.1)
    degrees = rng.choice([0.05, 0.5, 0.95, np.nan], size=(4, 25, 4))  # 100 cases; a part holds 30 of 12 causes
    found = posterior(priors, links, leaks, degrees)
    assert (found.chance.shape, found.weight.shape) == ((4, 25, 12), (4, 25, 12, 4))
    assert (found.information.shape, found.evidence.shape) == ((4, 25, 4), (4, 25))
    for at in ((0, 0), (1, 7), (3, 24)):
        one = posterior(priors, links, leaks, degrees[at])
        for name in ("chance", "weight", "information", "evidence"):
            np.testing.assert_allclose(getattr(found, name)[at], getattr(one, name), atol=1e-9)
    assert posterior(priors, links, leaks, np.empty((0, 4))).chance.shape == (0, 12)
    assert posterior([0.3], np.empty((1, 0)), [], []).chance.tolist() == [pytest.approx(0.3)]


def test_a_model_that_does_not_fit_is_refused():
    """Links that stand the wrong way round, or degrees of another number of signs, are one clear message."""
    with pytest.raises(ValueError, match=r"2 priors, 2 leaks: links \(2, 2\), degrees \(3,\)"):
        posterior([0.1, 0.2], np.zeros((2, 2)), [0.1, 0.1], [1.0, 0.0, 0.5])
    with pytest.raises(ValueError, match=r"2 priors, 3 leaks: links \(3, 2\)"):
        posterior([0.1, 0.2], np.zeros((3, 2)), [0.1, 0.1, 0.1], [1.0, 0.0, 0.5])

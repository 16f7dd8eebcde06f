"""Does the analysis find what is planted in the made-up company, and nothing where nothing is planted?"""

from pathlib import Path

import pandas as pd
import pytest
from scipy import stats

from saypro_analysis.analysis import Analysis, analyse
from saypro_analysis.data.sample import TRUTHS, Truth, make_sample
from saypro_analysis.data.snapshot import take_snapshot
from saypro_analysis.kpi import Params
from saypro_analysis.month import department_month
from saypro_analysis.verdict import Verdict

CHANGED = [truth for truth in TRUTHS if truth.kind in ("shift", "decline")]


def _verdict(analyses: dict[str, Analysis], kpi: str) -> Verdict:
    department = kpi.split(".", maxsplit=1)[0]
    return next(verdict for verdict in analyses[department].verdicts if verdict.kpi.key == kpi)


@pytest.mark.parametrize("truth", CHANGED, ids=lambda truth: truth.kpi)
def test_planted_changes_are_special_causes(truth: Truth, sample_analyses: dict[str, Analysis]) -> None:
    """Every planted shift or decline is a special cause in its direction, seen within two months of its start.

    Where the params rebase with a known reason, the process since then is judged by itself, and is quiet.
    """
    verdict = _verdict(sample_analyses, truth.kpi)
    limits = verdict.limits
    if verdict.kpi.baseline.rebase:
        assert verdict.kpi.baseline.rebase[-1].month == truth.since
        assert (limits.first, limits.variation) == (pd.Period(truth.since, "M"), "common")
        return
    assert limits.variation == {"worse": "concerning", "better": "improving"}[truth.direction]
    assert limits.since is not None
    assert abs((limits.since - pd.Period(truth.since, "M")).n) <= 2


def test_the_planted_decline_is_a_trend_that_began_above_target(sample_analyses: dict[str, Analysis]) -> None:
    """Revenue and conversion are called declining, and revenue was still above its target when the decline began."""
    for truth in (truth for truth in TRUTHS if truth.kind == "decline"):
        assert _verdict(sample_analyses, truth.kpi).trend.verdict == "declining"
    revenue = _verdict(sample_analyses, "sales.revenue")
    assert revenue.missed_since is not None
    began = next(truth.since for truth in TRUTHS if truth.kpi == "sales.revenue")
    assert revenue.missed_since > pd.Period(began, "M") + 3


def test_a_decline_is_emerging_while_it_is_above_target(sample_params: Params, sample_snapshot: object) -> None:
    """In a month in which revenue falls but is still met, it is on the watch list: an emerging problem."""
    seen = []
    for text in ("2026-03", "2026-04", "2026-05"):
        month = department_month(sample_params, sample_snapshot, "sales", pd.Period(text, "M"))
        revenue = next(verdict for verdict in analyse(month).verdicts if verdict.kpi.id == "revenue")
        if revenue.gap.status == "met":
            seen.append(revenue.emerging)
    assert any(seen)


def test_the_planted_fluctuation_is_found_inside_the_range(sample_analyses: dict[str, Analysis]) -> None:
    """CSAT meets its target range, fluctuates, and is on the watch list."""
    csat = _verdict(sample_analyses, "customer_support.csat")
    assert csat.gap.status == "met"
    assert csat.fluctuation.fluctuating
    assert csat in sample_analyses["customer_support"].watched


@pytest.mark.parametrize(
    "truth", [t for t in TRUTHS if t.cause and t.direction == "worse"], ids=lambda truth: truth.kpi
)
def test_the_planted_cause_is_the_best_supported(truth: Truth, sample_analyses: dict[str, Analysis]) -> None:
    """For every KPI that got worse, the cause that was planted is first, and called likely."""
    department = truth.kpi.split(".")[0]
    diagnosis = next(found for found in sample_analyses[department].diagnoses if found.kpi.key == truth.kpi)
    assert (diagnosis.findings[0].cause.id, diagnosis.findings[0].verdict) == (truth.cause, "likely")


@pytest.mark.parametrize("truth", [t for t in TRUTHS if t.kind == "steady"], ids=lambda truth: truth.kpi)
def test_steady_kpis_are_left_alone(truth: Truth, sample_analyses: dict[str, Analysis]) -> None:
    """A KPI in which nothing was planted shows common variation and no trend."""
    verdict = _verdict(sample_analyses, truth.kpi)
    assert verdict.limits.variation == "common"
    assert verdict.trend.verdict == "stable"


def test_the_worked_examples_come_out_exactly(sample_analyses: dict[str, Analysis]) -> None:
    """Revenue 250,000 of 300,000, 150 of 200 leads, 6 h instead of 4 h: SayPro's own three examples."""
    expected = {
        "sales.revenue": (250_000, 300_000, 50_000),
        "marketing.leads": (150, 200, 50),
        "customer_support.resolution_time": (6, 4, 2),
    }
    for kpi, numbers in expected.items():
        gap = _verdict(sample_analyses, kpi).gap
        assert (gap.actual, gap.target, gap.size) == pytest.approx(numbers, abs=1e-9)


def test_a_company_of_pure_noise_raises_no_more_flags_than_chance(sample_params: Params, tmp_path: Path) -> None:
    """Over six companies without any change, special causes and trends stay within what chance explains.

    The rate of a special cause at the latest of 24 to 36 independent months is 1.5 to 2.4 % with the NHS rules (found
    by simulating 1,500 series); trends are held at a false discovery rate of 5 % per department. Bounds: the 99.9 %
    quantile of the binomial distribution.
    """
    signals = trends = kpis = departments = 0
    for seed in range(1, 7):
        folder = tmp_path / str(seed)
        make_sample(folder, seed=seed, planted=False)
        snapshot = take_snapshot(sample_params, folder)
        for name in sample_params.departments:
            card = analyse(department_month(sample_params, snapshot, name, pd.Period("2026-10", "M"))).scorecard
            kpis += len(card)
            departments += 1
            signals += sum(verdict.limits.variation in ("concerning", "improving") for verdict in card)
            trends += sum(verdict.trend.verdict in ("declining", "improving") for verdict in card)
    assert kpis == 6 * 18
    assert signals <= stats.binom.ppf(0.999, kpis, 0.024)
    assert trends <= stats.binom.ppf(0.999, departments, 0.05)

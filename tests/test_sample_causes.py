"""The sample company's causes: found with the evidence, unknown without it, with words for what to do about them."""

import shutil
from pathlib import Path

import pytest

from saypro_analysis.analysis import Analysis, analyse
from saypro_analysis.causes import diagnose_department
from saypro_analysis.data.params import read_params
from saypro_analysis.data.sample import TRUTHS
from saypro_analysis.data.snapshot import Snapshot
from saypro_analysis.kpi import Params
from saypro_analysis.month import department_month, resolve_month

ROOT = Path(__file__).parents[1]
PLANTED = {truth.kpi: truth.cause for truth in TRUTHS if truth.cause and truth.direction == "worse"}
#: What analysts noted is most of what is known here: without their notes the signs tell less than 40 %.
NOTED = ("sales.revenue", "sales.conversion_rate", "marketing.leads", "operations.cycle_time", "employees.turnover")


@pytest.fixture(scope="module")
def unobserved(
    sample_params: Params, sample_snapshot: Snapshot, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Analysis]:
    """The analyses of October 2026 from a copy of the params without any evidence file."""
    folder = tmp_path_factory.mktemp("unobserved") / "params"
    shutil.copytree(ROOT / "params", folder, ignore=shutil.ignore_patterns("evidence"))
    params = read_params(folder)
    month = resolve_month("2026-10", sample_snapshot)
    return {name: analyse(department_month(params, sample_snapshot, name, month)) for name in sample_params.departments}


@pytest.mark.parametrize(("kpi", "cause"), PLANTED.items())
def test_the_department_has_the_planted_cause(kpi: str, cause: str, sample_analyses: dict[str, Analysis]) -> None:
    """Over all signs of a department the cause that was planted in it is first and likely, with evidence for it."""
    analysis = sample_analyses[kpi.split(".", maxsplit=1)[0]]
    found = diagnose_department(analysis.month, analysis.verdicts)
    assert found.kpi is None
    assert (found.findings[0].cause.id, found.findings[0].verdict) == (cause, "likely")
    assert found.findings[0].evidence_for


@pytest.mark.parametrize("kpi", PLANTED)
def test_without_evidence_less_is_known(
    kpi: str, sample_analyses: dict[str, Analysis], unobserved: dict[str, Analysis]
) -> None:
    """Without the analysts' notes coverage falls, and below 40 % where the notes carried it; the next check asks."""
    department = kpi.split(".", maxsplit=1)[0]
    known, unknown = (
        next(found for found in analyses[department].diagnoses if found.key == kpi)
        for analyses in (sample_analyses, unobserved)
    )
    assert unknown.coverage < known.coverage
    assert (unknown.coverage < 0.4) == (kpi in NOTED)
    assert unknown.next_check is not None
    assert unknown.next_check.question.endswith("?")
    told = {item.sign.id for found in unknown.findings for item in (*found.evidence_for, *found.evidence_against)}
    assert unknown.next_check.id not in told
    assert told <= set(sample_analyses[department].month.department.signs)  # what is measured, and nothing else


def test_without_evidence_no_cause_is_made_up(unobserved: dict[str, Analysis]) -> None:
    """Marketing measures no sign of its planted cause: without notes it is at its prior, and no cause is supported."""
    (leads,) = (found for found in unobserved["marketing"].diagnoses if found.key == "marketing.leads")
    (cause,) = (found for found in leads.findings if found.cause.id == PLANTED["marketing.leads"])
    assert (cause.verdict, cause.posterior) == ("no evidence", pytest.approx(cause.prior))
    assert not {found.verdict for found in leads.findings} & {"likely", "possible"}


def test_every_action_has_words_in_every_department(sample_params: Params) -> None:
    """Each action that a department may use says there what is to be done, in 14 words at most, and no other does."""
    for department in sample_params.departments.values():
        allowed = {
            action.id
            for action in sample_params.causes.actions.values()
            if not action.departments or department.id in action.departments
        }
        texts = department.action_texts
        assert {key for key in texts if "." not in key} == allowed, department.id
        assert {key.rpartition(".")[2] for key in texts} == allowed, department.id
        assert len(set(texts.values())) == len(texts), department.id
        for key, text in texts.items():
            assert len(text.split()) <= 14, (department.id, key)
            assert text[0].isupper(), (department.id, key)
            assert not text.endswith("."), (department.id, key)
            assert text != sample_params.causes.actions[key.rpartition(".")[2]].name, (department.id, key)


def test_texts_of_a_kpi_are_for_the_scorecard(sample_params: Params) -> None:
    """Actions are recommended for KPIs of the scorecard, so only these have words of their own."""
    for department in sample_params.departments.values():
        for key in department.action_texts:
            kpi = key.rpartition(".")[0]
            assert not kpi or department.kpis[kpi].scorecard, (department.id, key)

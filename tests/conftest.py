"""What many tests share: the sample company's params and its data, made once per test process."""

from pathlib import Path

import pytest

from saypro_analysis.analysis import Analysis, analyse
from saypro_analysis.data.params import read_params
from saypro_analysis.data.sample import make_sample
from saypro_analysis.data.snapshot import Snapshot, take_snapshot
from saypro_analysis.kpi import Params
from saypro_analysis.month import department_month, resolve_month

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def sample_params() -> Params:
    """The project's own params."""
    return read_params(ROOT / "params")


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample company's tables."""
    folder = tmp_path_factory.mktemp("company") / "data" / "sample"
    make_sample(folder)
    return folder


@pytest.fixture(scope="session")
def sample_snapshot(sample_params: Params, sample_folder: Path) -> Snapshot:
    """The sample company's monthly tables."""
    return take_snapshot(sample_params, sample_folder)


@pytest.fixture(scope="session")
def sample_analyses(sample_params: Params, sample_snapshot: Snapshot) -> dict[str, Analysis]:
    """Every department's analysis of the sample company's October 2026."""
    month = resolve_month("2026-10", sample_snapshot)
    return {
        name: analyse(department_month(sample_params, sample_snapshot, name, month))
        for name in sample_params.departments
    }

"""What many tests share: the sample company's params and its data, made once per test process."""

import shutil
from pathlib import Path

import pytest

from saypro_analysis.analysis import Analysis, analyse
from saypro_analysis.data.params import read_params
from saypro_analysis.data.sample import make_sample
from saypro_analysis.data.snapshot import Snapshot, take_snapshot
from saypro_analysis.kpi import Params
from saypro_analysis.month import department_month, resolve_month
from saypro_analysis.publish.run import Order, RunResult, run

ROOT = Path(__file__).parents[1]
#: Both are read as what they are; as modules with doctests, two of one name would be in each other's way.
collect_ignore = ["conftest.py", "browser/conftest.py"]


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


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory, sample_folder: Path) -> Path:
    """A copy of params and notebooks with the sample company's data beside them, as a user's folder holds them."""
    folder = tmp_path_factory.mktemp("project")
    for name in ("params", "notebooks"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    shutil.copytree(sample_folder, folder / "data" / "sample")
    return folder


@pytest.fixture(scope="session")
def published(project: Path) -> RunResult:
    """October 2026 of the sample company, published in ``project / "reports"``."""
    return run(Order(params=project / "params", notebooks=project / "notebooks", out=project / "reports"))

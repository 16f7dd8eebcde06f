"""papermill's own test notebooks, as installed with it, give with our engine what they give with papermill's."""

from importlib.resources import files
from typing import Any

import pytest
from both_engines import KERNEL, SAYPRO, job, normal, run

from saypro_analysis.execute.child import FORKS

pytestmark = [
    pytest.mark.skipif(not FORKS, reason="processes cannot fork on this system"),
    pytest.mark.xdist_group("papermill"),  # the notebooks run once, in one process
]
NOTEBOOKS = files("papermill") / "tests" / "notebooks"
#: No kernel of the name, another language, a command that starts papermill again, or nothing but a minute's sleep.
_LEFT_OUT = {"notimplemented_translator", "binder", "keyboard_interrupt"}
_NAMES = sorted(path.name.removesuffix(".ipynb") for path in NOTEBOOKS.iterdir() if path.name.endswith(".ipynb"))
NAMES = [name for name in _NAMES if name not in _LEFT_OUT]
_PARAMETERS = {"simple_execute": {"msg": "Hello"}, "no_parameters": {"msg": "Hello"}, "nb_version_4.4": {"var": "It"}}


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """All of them, run once by each engine."""
    jobs = {
        name: job(
            str(NOTEBOOKS / f"{name}.ipynb"),
            kernel_name="python3",
            coalesce_streams=True,
            parameters=_PARAMETERS.get(name, {}),
            report_mode=name == "report_mode_test",
        )
        for name in NAMES
    }
    return run(jobs, tmp_path_factory.mktemp("papermill"), KERNEL, SAYPRO)


def test_there_are_notebooks() -> None:
    """The tests below run something."""
    assert {"simple_execute", "sysexit0", "broken1", "line_magic_error", "nb_version_4.4"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_it_ends_the_same(ran: Any, name: str) -> None:
    """The same error or none, the same cells with the same outputs and counts, the same state of each cell."""
    theirs, ours = (ran[engine][name] for engine in (KERNEL, SAYPRO))
    assert normal(ours["error"]) == normal(theirs["error"])
    assert _told(ours["notebook"]) == _told(theirs["notebook"])


def _told(notebook: Any) -> Any:
    if notebook is None:
        return None
    return [
        (
            cell.source,
            cell.get("execution_count"),
            normal(cell.get("outputs")),
            cell.metadata.get("papermill", {}).get("status"),
            cell.metadata.get("jupyter"),
        )
        for cell in notebook.cells
    ]

"""Executing one notebook, with either engine: a run is good only when every cell ran and none left an error."""

import io
import os
import tempfile
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from saypro_analysis.errors import ReportError
from saypro_analysis.execute import notebook as module
from saypro_analysis.execute.child import FORKS, Child, Ended, Tell
from saypro_analysis.execute.limits import FORK, KERNEL, Limits
from saypro_analysis.execute.notebook import execute
from saypro_analysis.execute.parameters import check_parameters

ENGINES = [pytest.param(FORK, marks=pytest.mark.skipif(not FORKS, reason="processes cannot fork here")), KERNEL]


def _notebook(folder: Path, *sources: str, first: str = "month = ''") -> Path:
    cells = [nbformat.v4.new_code_cell(first, metadata={"tags": ["parameters"]})]
    cells += [nbformat.v4.new_code_cell(source) for source in sources]
    path = folder / "n.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


def _execute(
    path: Path, engine: str, parameters: Mapping[str, Any], environment: Mapping[str, str], _tell: Tell
) -> Any:
    log = io.StringIO()
    try:
        return execute(path, parameters, engine=engine, environment=environment, log=log), log.getvalue()
    except ReportError as error:
        return error.message, log.getvalue()


def _run(path: Path, engine: str, *, month: str = "2026-10", **environment: str) -> tuple[Any, str]:
    """The executed notebook, or why there is none; and the log."""
    child = Child(partial(_execute, path, engine, {"month": month}, environment), Limits())
    while not isinstance(event := child.next_event(), Ended):
        pass
    return (event.reason, "") if event.reason else event.result


@pytest.mark.parametrize("engine", ENGINES)
def test_outputs_come_back_without_times_and_folders(tmp_path: Path, engine: str) -> None:
    """A good notebook comes back with its outputs and parameters, and without this machine's folders or times."""
    path = _notebook(tmp_path, "print(month)", "def f(): 0\nimport sys; print(f.__code__.co_filename, file=sys.stderr)")
    executed, log = _run(path, engine)
    texts = [output.text for cell in executed.cells for output in cell.get("outputs", ())]
    assert texts == ["2026-10\n", "<cell>\n"]
    assert log.startswith("2026-10\n")
    assert executed.metadata.papermill == {"parameters": {"month": "2026-10"}}
    assert str(tmp_path) not in nbformat.writes(executed)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("raise ValueError('no rows')", "ValueError: no rows"),
        ("import sys; sys.exit(0)", "SystemExit"),
        ("import os; os._exit(0)", "process ended"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "ended"),
        ("x = input()", "StdinNotImplementedError"),
        ("1 +", "SyntaxError"),
    ],
)
def test_every_way_to_end_early_is_a_failure(tmp_path: Path, engine: str, source: str, reason: str) -> None:
    """An error, exit(0), a killed process, a question to the user: each is a failure that one line tells."""
    said, _ = _run(_notebook(tmp_path, "a = 1", source, "b = 2"), engine)
    assert reason in said
    assert "\n" not in said
    assert "Traceback" not in said
    assert str(tmp_path) not in said


def test_the_log_has_the_traceback(tmp_path: Path) -> None:
    """What is told in one line stands whole in the log, after what the cells printed."""
    _, log = _run(_notebook(tmp_path, "print('before')", "def f(): return 1 / 0\nf()"), FORK)
    assert log.index("before") < log.index("ZeroDivisionError")
    assert "return 1 / 0" in log


@pytest.mark.parametrize(("length", "transport"), [(100, "ipc"), (101, None), (200, None)])
def test_a_long_temporary_folder_is_no_failure(length: int, transport: str | None) -> None:
    """Where a path is too long for a socket, the kernel is reached in Jupyter's own way; else its sockets are private.

    The longest path that systems take: sun_path of unix(4) on macOS holds 104 bytes with the end, unix(7) on Linux 108.
    """
    with tempfile.TemporaryDirectory(dir="/tmp") as short:
        sockets = len("/saypro-12345678/kernel")
        folder = Path(short) / ("x" * (length - len(short) - 1 - sockets))
        folder.mkdir()
        executed, _ = _run(_notebook(folder, "print(month)"), KERNEL, TMPDIR=str(folder))
        assert executed.cells[-1].outputs[0].text == "2026-10\n"
        assert [path.name for path in folder.iterdir()] == ["n.ipynb"]
        manager = module._private_kernel(str(folder / "saypro-12345678")).KernelManager
        assert manager.get("transport") == transport


@pytest.mark.parametrize(
    ("first", "reason"),
    [
        ("month = open('x').read()", "may only set names to plain values"),
        ("import os", "may only set names to plain values"),
        ("month =", "may only set names to plain values"),
        ("mounth = ''", "does not set month"),
    ],
)
def test_a_parameters_cell_that_is_none_is_told(tmp_path: Path, first: str, reason: str) -> None:
    """Code in it, and a name that it does not set, stop the report before anything runs."""
    notebook = nbformat.read(_notebook(tmp_path, first=first), as_version=4)
    with pytest.raises(ReportError, match=reason):
        check_parameters(notebook, {"month": "2026-10"})


@pytest.mark.parametrize(("number", "found"), [(0, "no cell"), (2, "2 cells")])
def test_one_cell_takes_the_parameters(number: int, found: str) -> None:
    """None, and more than one, are told: papermill would run the notebook on its own defaults, or fill one of them."""
    cells = [nbformat.v4.new_code_cell("month = ''", metadata={"tags": ["parameters"]}) for _ in range(number)]
    with pytest.raises(ReportError, match=f"has {found} tagged 'parameters'"):
        check_parameters(nbformat.v4.new_notebook(cells=cells), {"month": "2026-10"})


@given(name=st.text(max_size=30))
def test_a_name_that_could_be_code_is_refused(name: str) -> None:
    """A parameter's name goes into the code as it is: whatever is no plain name is refused, keywords too."""
    cell = nbformat.v4.new_code_cell("month = ''", metadata={"tags": ["parameters"]})
    with pytest.raises(ReportError):
        check_parameters(nbformat.v4.new_notebook(cells=[cell]), {f"{name} ": 1})
    with pytest.raises(ReportError):
        check_parameters(nbformat.v4.new_notebook(cells=[cell]), {"x=1;import os#": 1, "class": 2})


HOSTILE = [
    "'''",
    '"""',
    "\\",
    "\n1/0\n",
    "{x}",
    "%run x",
    "!ls",
    "\ud800",
    "\x00",
    "\u202e",
    "__import__('os')",
    "')\n#",
]


def test_values_stay_values(tmp_path: Path) -> None:
    """Text that would be code, magic or markup arrives letter by letter, and runs nothing."""
    path = _notebook(tmp_path, "print(ascii(month))")
    for text in ("".join(HOSTILE), os.sep.join(HOSTILE)):
        executed, _ = _run(path, FORK, month=text)
        assert executed.cells[-1].outputs[0].text.strip() == ascii(text)

"""Executing one notebook: a run is good only when every cell ran and none left an error."""

import tempfile
from pathlib import Path
from typing import Any

import nbformat
import pytest

from saypro_analysis.errors import ReportError
from saypro_analysis.publish import engine
from saypro_analysis.publish.engine import execute


def _notebook(folder: Path, *sources: str) -> Path:
    cells = [nbformat.v4.new_code_cell("month = ''", metadata={"tags": ["parameters"]})]
    cells += [nbformat.v4.new_code_cell(source) for source in sources]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path = folder / "n.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)
    return path


def _run(path: Path) -> Any:
    return execute(path, {"month": "2026-10"}, environment={"SAYPRO_BATCH": "1"})


def test_outputs_come_back_without_times_and_folders(tmp_path: Path) -> None:
    """A good notebook comes back with its outputs and parameters, and without this machine's folders or times."""
    executed = _run(_notebook(tmp_path, "print(month)"))
    texts = [output.text for cell in executed.cells for output in cell.get("outputs", ())]
    assert texts == ["2026-10\n"]
    assert executed.metadata.papermill == {"parameters": {"month": "2026-10"}}
    assert str(tmp_path) not in nbformat.writes(executed)


@pytest.mark.parametrize(("length", "transport"), [(100, "ipc"), (101, None), (200, None)])
def test_a_long_temporary_folder_is_no_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, length: int, transport: str | None
) -> None:
    """Where a path is too long for a socket, the kernel is reached in Jupyter's own way; else its sockets are private.

    The longest path that systems take: sun_path of unix(4) on macOS holds 104 bytes with the end, unix(7) on Linux 108.
    """
    with tempfile.TemporaryDirectory(dir="/tmp") as short:
        sockets = len("/saypro-12345678/kernel")
        folder = Path(short) / ("x" * (length - len(short) - 1 - sockets))
        folder.mkdir()
        monkeypatch.setenv("TMPDIR", str(folder))  # execute sets it for the process: this takes it back
        path = _notebook(tmp_path, "print(month)")
        executed = execute(path, {"month": "2026-10"}, environment={"TMPDIR": str(folder)})
        assert executed.cells[-1].outputs[0].text == "2026-10\n"
        assert list(folder.iterdir()) == []
        manager = engine._private_kernel(str(folder / "saypro-12345678")).KernelManager
        assert manager.get("transport") == transport


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("raise ValueError('no rows')", "ValueError: no rows"),
        ("import sys; sys.exit(0)", "SystemExit"),
        ("import os; os._exit(0)", "process ended"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "process ended"),
        ("x = input()", "StdinNotImplementedError"),
        ("1 +", "SyntaxError"),
    ],
)
def test_every_way_to_end_early_is_a_failure(tmp_path: Path, source: str, reason: str) -> None:
    """An error, exit(0), a killed kernel, a question to the user: each is a ReportError in one line that says so."""
    with pytest.raises(ReportError, match=reason) as caught:
        _run(_notebook(tmp_path, "a = 1", source, "b = 2"))
    assert "\n" not in caught.value.message
    assert "Traceback" not in caught.value.message
    assert str(tmp_path) not in caught.value.message

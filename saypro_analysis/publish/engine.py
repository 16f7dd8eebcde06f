"""Execute one notebook with papermill's Python API, and believe nothing but what came back.

papermill's saved metadata call a notebook "completed" after its kernel died, and ``sys.exit(0)`` in a cell ends it
without an error. So a run counts as good only when every cell ran and none left an error.
"""

import logging
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat

from saypro_analysis.errors import ReportError

#: One cell may take this long before its report is given up, in seconds.
CELL_SECONDS = 600
#: The longest path of a socket in bytes: 103 on macOS and 107 on Linux, less the number that each socket adds.
_SOCKET_PATH = 100
#: How papermill and nbclient are asked to work: no bars, no widget state, no times in the result, streams in one piece.
_OPTIONS: Mapping[str, Any] = {
    "kernel_name": "python3",
    "progress_bar": False,
    "log_output": False,
    "start_timeout": 120,
    "execution_timeout": CELL_SECONDS,
    "iopub_timeout": 60,
    "coalesce_streams": True,
    "store_widget_state": False,
    "record_timing": False,
    "shutdown_kernel": "immediate",
}


def execute(notebook: Path, parameters: Mapping[str, Any], *, environment: Mapping[str, str]) -> Any:
    """Execute ``notebook`` in its own folder and return it with its outputs.

    ``environment`` is added to the kernel's environment. Raises ReportError when a cell fails, the kernel dies, a cell
    ends the notebook, or takes longer than ``CELL_SECONDS``.
    """
    import papermill

    os.environ.update(environment)
    logging.getLogger("traitlets").setLevel(logging.CRITICAL)  # what fails is told once, by the error
    with tempfile.TemporaryDirectory(prefix="saypro-", dir=environment.get("TMPDIR")) as sockets:
        try:
            executed = papermill.execute_notebook(
                str(notebook),
                None,
                parameters=dict(parameters),
                cwd=str(notebook.parent),
                config=_private_kernel(sockets),
                **_OPTIONS,
            )
        except Exception as error:  # whatever it is, it is this report's failure and no other's
            raise ReportError(reason_of(error)) from error
    check_executed(executed)
    return cleaned(executed)


def _private_kernel(folder: str) -> Any:
    """Sockets in a folder of this run's own: no TCP port to collide on or for others on the machine to listen at.

    Without an ``ip`` of its own, jupyter_client puts every kernel's sockets into the working folder under one name.
    Where a path is too long for a socket, and on Windows, Jupyter's own way is taken: TCP on this machine's loopback.
    """
    from traitlets.config import Config

    path = str(Path(folder) / "kernel")
    fits = os.name == "posix" and len(os.fsencode(path)) <= _SOCKET_PATH
    return Config({"KernelManager": {"transport": "ipc", "ip": path} if fits else {}})


def reason_of(error: Exception) -> str:
    """One line for people: what failed in the notebook, without traceback and folders."""
    name, value = getattr(error, "ename", ""), getattr(error, "evalue", "")
    if name:
        first = str(value).strip().splitlines()[0] if str(value).strip() else ""
        return f"the notebook failed: {name}: {first}" if first else f"the notebook failed: {name}"
    return {
        "DeadKernelError": "the notebook's process ended before its cells were done",
        "CellTimeoutError": f"a cell took longer than {CELL_SECONDS} seconds",
    }.get(type(error).__name__, f"the notebook could not be run: {type(error).__name__}: {error}".splitlines()[0])


def check_executed(notebook: Any) -> None:
    """Raise ReportError unless every code cell ran and none left an error (``sys.exit(0)`` leaves one)."""
    for number, cell in enumerate((cell for cell in notebook.cells if cell.cell_type == "code"), start=1):
        for output in cell.outputs:
            if output.output_type == "error":
                raise ReportError(f"the notebook failed in code cell {number}: {output.ename}: {output.evalue}")
        if cell.source.strip() and cell.execution_count is None:
            raise ReportError(f"the notebook stopped before code cell {number}")


def cleaned(notebook: Any) -> Any:
    """The executed notebook without times, folders and run ids: what is published depends on the data alone."""
    clean = nbformat.from_dict(notebook)
    parameters = clean.metadata.get("papermill", {}).get("parameters", {})
    clean.metadata["papermill"] = {"parameters": parameters}
    clean.metadata.pop("widgets", None)
    for position, cell in enumerate(clean.cells):
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        cell.id = str(position)  # papermill gives the injected cell a random one
    return clean

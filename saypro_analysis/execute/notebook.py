"""Execute one notebook with papermill's Python API, and believe nothing but what came back.

papermill's saved metadata call a notebook "completed" after its kernel died, and ``sys.exit(0)`` in a cell ends it
without an error. So a run counts as good only when every cell ran and none left an error.
"""

import logging
import os
import re
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TextIO

from saypro_analysis.errors import ReportError
from saypro_analysis.execute.limits import FORK, KERNEL
from saypro_analysis.execute.parameters import check_parameters

#: The longest path of a socket in bytes: 103 on macOS and 107 on Linux, less the number that each socket adds.
_SOCKET_PATH = 100
#: How papermill and nbclient are asked to work: no bars, no times in the result, streams in one piece. Widgets' state
#: is kept while cells run, which nbclient's handling of Output widgets needs, and dropped by ``cleaned``.
_OPTIONS: Mapping[str, Any] = {
    "language": "python",  # where the notebook does not say
    "kernel_name": "python3",
    "progress_bar": False,
    "log_output": False,
    "coalesce_streams": True,
    "store_widget_state": True,
    "record_timing": False,
}
_KERNEL: Mapping[str, Any] = {
    "start_timeout": 120,
    "iopub_timeout": 60,
    "shutdown_kernel": "immediate",
}
#: Where a cell's code is said to lie in warnings: a folder and a name with the process's number.
_CELL_FILE = re.compile(r"(?<!\S)\S*/ipykernel_\d+/\d+\.py")


def execute(
    notebook: Path, parameters: Mapping[str, Any], *, folder: Path | None = None, engine: str = FORK,
    environment: Mapping[str, str] | None = None, log: TextIO | None = None,
    on_cell: Callable[[int], None] = lambda _index: None,
) -> Any:  # fmt: skip
    """Execute ``notebook`` in ``folder`` (its own, where none is given) and return it with its outputs.

    With the engine "fork" the cells run in this very process, which must have been made for it (``child.Child``); with
    "kernel" in a Jupyter kernel. ``environment`` is added to this process's, ``log`` gets what cells write to standard
    output and error, ``on_cell`` the index of each cell that starts. Raises ReportError when a cell fails, the kernel
    dies, or a cell ends the notebook.
    """
    import papermill

    check_parameters(_read(notebook), parameters)
    os.environ.update(environment or {})
    logging.getLogger("traitlets").setLevel(logging.CRITICAL)  # what fails is told once, by the error
    with tempfile.TemporaryDirectory(prefix="saypro-") as sockets:
        if engine == KERNEL:
            os.environ["IPYTHONDIR"] = sockets  # a user's start-up files are no part of a report
        own = (
            {"engine_name": "saypro", "isolate": False}
            if engine == FORK
            else {**_KERNEL, "config": _private_kernel(sockets)}
        )
        try:
            executed = papermill.execute_notebook(
                str(notebook), None, parameters=dict(parameters), cwd=str(folder or notebook.parent), stdout_file=log,
                stderr_file=log, on_cell_start=lambda **told: on_cell(told["cell_index"]), **_OPTIONS, **own,
            )  # fmt: skip
        except Exception as error:  # whatever it is, it is this report's failure and no other's
            if log is not None:
                log.write(str(error))  # with the traceback of the cell
            raise ReportError(reason_of(error)) from error
    check_executed(executed)
    return cleaned(executed)


def _read(path: Path) -> Any:
    import nbformat

    try:
        return nbformat.read(path, as_version=4)
    except Exception as error:  # nbformat raises errors of many kinds for a file that is no notebook
        first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ReportError(f"{path.name} is no notebook that can be read: {first}") from error


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
    if type(error).__name__ == "DeadKernelError":
        said = str(error).strip().splitlines()
        return said[0] if said and "before" in said[0] else "the notebook's process ended before its cells were done"
    return f"the notebook could not be run: {type(error).__name__}: {error}".splitlines()[0]


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
    import nbformat

    clean = nbformat.from_dict(notebook)
    parameters = clean.metadata.get("papermill", {}).get("parameters", {})
    clean.metadata["papermill"] = {"parameters": parameters}
    clean.metadata.pop("widgets", None)
    for position, cell in enumerate(clean.cells):
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        cell.id = str(position)  # papermill gives the injected cell a random one
        for output in cell.get("outputs", ()):
            if output.output_type == "stream":
                output.text = _CELL_FILE.sub("<cell>", output.text)
    return clean

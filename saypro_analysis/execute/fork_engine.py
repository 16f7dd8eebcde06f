"""papermill's engine "saypro": the cells run in a forked child of this process instead of a kernel.

``papermill --engine saypro in.ipynb out.ipynb`` works once the package is installed. The run's own processes use it
with ``isolate=False``: they are such children already. docs/engine.md lists what differs from a kernel.
"""

import logging
import tempfile
from collections.abc import Mapping
from functools import partial
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from papermill.engines import Engine
from papermill.utils import nb_language

from saypro_analysis.execute.child import FORKS, Child, Tell
from saypro_analysis.execute.limits import Limits
from saypro_analysis.execute.telling import Teller, follow

#: What nbclient takes and means the same here.
_OPTIONS = frozenset({
    "allow_errors", "force_raise_errors", "skip_cells_with_tag", "allow_error_names", "record_timing",
    "coalesce_streams", "store_widget_state",
})  # fmt: skip
_HOOKS = frozenset({
    "on_cell_start", "on_cell_execute", "on_cell_complete", "on_cell_executed", "on_cell_error",
})  # fmt: skip
#: What papermill and nbclient take and only a kernel's connection needs.
_CONNECTION = frozenset({
    "input_path", "start_timeout", "startup_timeout", "iopub_timeout", "raise_on_iopub_timeout",
    "shell_timeout_interval", "shutdown_kernel", "ipython_hist_file", "config", "log",
})  # fmt: skip
_LOG = logging.getLogger("papermill")


class ForkEngine(Engine):  # type: ignore[misc]  # papermill has no types
    """Runs notebooks in Python, the language of this process."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: Any, kernel_name: str, *, isolate: bool = True, log_output: bool = False, stdout_file: Any = None,
        stderr_file: Any = None, **options: Any,
    ) -> None:  # fmt: skip
        """Run the cells of ``nb_man.nb``. Options as for papermill's own engine, and ``notebook_timeout`` in seconds.

        Raises CellTimeoutError when a cell or the notebook takes longer than it may, DeadKernelError when the process
        ends before the cells do, and ValueError for what this engine cannot do.
        """
        _check(nb_man.nb, kernel_name, isolate)
        limits = _limits(options)
        held = _known(options, _OPTIONS if isolate else _OPTIONS | _HOOKS)
        log = SimpleNamespace(log=_LOG, log_output=log_output, stdout_file=stdout_file, stderr_file=stderr_file)
        with tempfile.TemporaryDirectory(prefix="saypro-") as folder:
            if not isolate:
                _run_here(nb_man, Path(folder), {**held, **vars(log)})
                return
            import_module("saypro_analysis.execute.client")  # here and not in each child

            held["log_output"] = bool(log_output or stdout_file or stderr_file)
            child = Child(partial(_run_and_tell, nb_man.nb, Path(folder), held), limits)
            try:
                follow(child, limits, nb_man, log)
            finally:
                child.end()


def _check(notebook: Any, kernel_name: str, isolate: bool) -> None:
    if isolate and not FORKS:
        raise ValueError("The engine 'saypro' needs a system where processes can fork; leave out the engine.")
    try:
        language = notebook.metadata.get("kernelspec", {}).get("language") or nb_language(notebook)
    except ValueError:  # the notebook does not say
        return
    if language.lower() not in ("python", "ipython"):
        raise ValueError(
            f"The engine 'saypro' runs notebooks in Python, and this one is in {language} (kernel {kernel_name!r}). "
            "Leave out the engine to run it in its kernel."
        )


def _limits(options: dict[str, Any]) -> Limits:
    """Take the limits out of ``options``. As in nbclient, nothing and less than nothing is no limit."""
    whole, cell, also = (options.pop(name, None) for name in ("notebook_timeout", "execution_timeout", "timeout"))
    never = float("inf")
    seconds = [value if value and value > 0 else never for value in (whole, cell or also)]
    return Limits(notebook=seconds[0], cell=seconds[1], memory=never)


def _known(options: Mapping[str, Any], known: frozenset[str]) -> dict[str, Any]:
    unknown = sorted(name for name in options.keys() - known - _CONNECTION if options[name] is not None)
    if unknown:
        raise ValueError(
            f"The engine 'saypro' does not know {', '.join(unknown)}. It takes {', '.join(sorted(known))}, "
            "execution_timeout and notebook_timeout. Leave out the engine to run the notebook in its kernel."
        )
    return {name: value for name, value in options.items() if name in known}


def _run_here(nb_man: Any, folder: Path, options: Mapping[str, Any]) -> None:
    """Run the cells in this process, which must have been made for it."""
    from saypro_analysis.execute import fresh
    from saypro_analysis.execute.client import LocalClient
    from saypro_analysis.execute.kernel import local_kernel

    fresh.renew()
    try:
        LocalClient(nb_man, local_kernel(folder), **options).run()
    finally:
        fresh.finish()


def _run_and_tell(notebook: Any, folder: Path, options: Mapping[str, Any], tell: Tell) -> Any:
    teller = Teller(notebook, tell)
    try:
        _run_here(teller, folder, options)
    except Exception as error:
        teller.failed(error)
    return notebook

"""What a notebook's process tells the one that waits for it, and what that one makes of it: papermill's own records."""

import pickle
import time
from collections.abc import Callable
from typing import Any, cast

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.clientwrap import PapermillNotebookClient

from saypro_analysis.execute.child import CELL, Child, Ended, Tell
from saypro_analysis.execute.limits import Limits

EXCEPTION, COMPLETE, NEWS, WRITTEN, FAILED = "exception", "complete", "news", "written", "failed"
#: Telling the outputs of a cell that works takes at most one part in so many of its time.
_SHARE = 20


class Teller:
    """In the place of papermill's manager in the child: hands over what becomes of each cell."""

    def __init__(self, notebook: Any, tell: Tell) -> None:
        self.nb, self._tell = notebook, tell
        self._running, self._next = 0, 0.0

    def cell_start(self, _cell: Any, cell_index: int) -> None:
        """Tell that a cell starts."""
        self._running, self._next = cell_index, 0.0
        self._tell(CELL, cell_index)

    def cell_exception(self, _cell: Any, cell_index: int, **_: Any) -> None:
        """Tell that a cell failed."""
        self._tell(EXCEPTION, cell_index)

    def cell_complete(self, cell: Any, cell_index: int) -> None:
        """Tell a cell's outputs."""
        self._tell(COMPLETE, (cell_index, cell))

    def autosave_cell(self) -> None:
        """Tell the outputs of the running cell, as far as there are any, unless that was done a moment ago."""
        cell, began = self.nb.cells[self._running], time.monotonic()
        if began >= self._next and cell.execution_count is not None:
            self._tell(NEWS, (self._running, cell))
            ended = time.monotonic()
            self._next = ended + _SHARE * (ended - began)

    def written(self, output: Any) -> None:
        """Tell one output for the log."""
        self._tell(WRITTEN, output)

    def failed(self, error: Exception) -> None:
        """Tell why the cells could not be run, where that was no cell's fault."""
        try:
            pickle.loads(pickle.dumps(error))  # noqa: S301 (our own bytes: can it travel?)
        except Exception:
            error = RuntimeError(f"{type(error).__name__}: {error}")
        self._tell(FAILED, error)


def follow(child: Child, limits: Limits, nb_man: Any, log: Any) -> None:
    """Keep ``nb_man`` up to date with what the child tells, until its end, and write what ``log`` asks for.

    Raises what the engine promises. The cell in which it ended is marked as failed, and later ones as pending.
    """
    running = [0]
    heard = _heard(nb_man, log, running)
    try:
        while not isinstance(event := _next(child, limits, nb_man.nb.cells, running), Ended):
            kind, value = event
            heard[kind](value)
        if event.reason:
            raise DeadKernelError(event.reason)
    except Exception:
        cell = nb_man.nb.cells[running[0]]
        nb_man.cell_exception(cell, cell_index=running[0])
        nb_man.cell_complete(cell, cell_index=running[0])
        raise
    for ours, theirs in zip(nb_man.nb.cells, event.result.cells, strict=True):
        _take(ours, theirs)  # a later cell may have changed an earlier one's display
    nb_man.nb.metadata.update({**event.result.metadata, "papermill": nb_man.nb.metadata["papermill"]})


def _next(child: Child, limits: Limits, cells: Any, running: list[int]) -> tuple[str, Any] | Ended:
    while not child.connection.poll(max(child.remaining, 0.0)):
        if (ended := child.overdue()) is not None:
            seconds = limits.cell if ended.reason.startswith("a cell") else limits.notebook
            raise CellTimeoutError.error_from_timeout_and_cell(ended.reason, cast(int, seconds), cells[running[0]])
    return child.read()


def _heard(nb_man: Any, log: Any, running: list[int]) -> dict[str, Callable[[Any], None]]:
    cells = nb_man.nb.cells

    def start(index: int) -> None:
        running[0] = index
        nb_man.cell_start(cells[index], index)

    def news(told: tuple[int, Any]) -> None:
        _take(cells[told[0]], told[1])
        nb_man.autosave_cell()

    def complete(told: tuple[int, Any]) -> None:
        _take(cells[told[0]], told[1])
        nb_man.cell_complete(cells[told[0]], cell_index=told[0])

    return {
        CELL: start,
        EXCEPTION: lambda index: nb_man.cell_exception(cells[index], cell_index=index),
        COMPLETE: complete,
        NEWS: news,
        WRITTEN: lambda output: PapermillNotebookClient.log_output_message(log, output),
        FAILED: _fail,
    }


def _fail(error: Exception) -> None:
    raise error


def _take(ours: Any, theirs: Any) -> None:
    if ours.cell_type == "code":
        ours.outputs, ours.execution_count = theirs.outputs, theirs.execution_count
    if "execution" in theirs.metadata:
        ours.metadata["execution"] = theirs.metadata["execution"]

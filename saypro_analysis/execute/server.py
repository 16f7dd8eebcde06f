"""The warm process: it has everything imported, and forks a fresh child for each piece of work.

It runs no work itself, holds no thread, database or socket library in use, and ends when who started it ends.
"""

import gc
import heapq
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.connection import Connection, wait

import psutil

from saypro_analysis.execute.child import FORKS, Child, Ended, Tell, Work, adopt, die_with_parent, live_without_parent
from saypro_analysis.execute.limits import Limits

Prepare = Callable[[], None]
#: What is set before anything is imported: children share the machine's cores, so each computes on one.
ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # ipykernel loads the debugger, which would write a warning
}


@dataclass(frozen=True, order=True, kw_only=True)
class Task:
    """Work to be done: those of a lower ``rank`` first, then in the order of their ``number``.

    ``scratch`` is a folder in which the work gets a folder of its own for temporary files.
    """

    rank: int
    number: int
    work: Work = field(compare=False)
    scratch: str = field(compare=False)


@dataclass(frozen=True, kw_only=True)
class _Running:
    task: Task
    child: Child
    folder: str


def serve(connection: Connection, slots: int, prepare: Prepare, limits: Limits) -> None:
    """Prepare, then do the tasks that come in through ``connection``, up to ``slots`` at a time, until it is closed.

    Comes in: a Task, or None to stop. Goes out: (number, event), where an event is what ``Child.read`` returns.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for who started this
    adopt()
    if FORKS:  # a child that starts anew imports for itself
        die_with_parent()  # while it prepares it does not hear that the connection ends
        gc.disable()  # what is imported stays: looking for garbage in it takes a fifth of the time
        prepare()
        gc.enable()
        live_without_parent()
        gc.collect()
        gc.freeze()  # what is there now is left alone, so that its memory stays shared
    waiting: list[Task] = []
    running: dict[Connection, _Running] = {}
    try:
        while _step(connection, waiting, running):
            while waiting and len(running) < slots:
                _start_next(connection, waiting, running, limits)
    finally:
        for one in running.values():
            one.child.end()


def _step(connection: Connection, waiting: list[Task], running: dict[Connection, _Running]) -> bool:
    """Wait for the next thing to happen and deal with it; False when it was the order to stop."""
    patience = min((one.child.remaining for one in running.values()), default=None)
    for ready in wait([connection, *running], None if patience is None else max(patience, 0.0)):
        if ready is connection:
            try:
                task = connection.recv()
            except (EOFError, OSError):
                return False
            if task is None:
                return False
            heapq.heappush(waiting, task)
        elif isinstance(ready, Connection):
            _report(connection, running, running[ready], running[ready].child.read())
    for one in list(running.values()):
        if (ended := one.child.overdue()) is not None:
            _report(connection, running, one, ended)
    return True


def _start_next(
    connection: Connection, waiting: list[Task], running: dict[Connection, _Running], limits: Limits
) -> None:
    task = heapq.heappop(waiting)
    try:
        one = _start(task, limits, (connection, *running))
    except OSError as error:  # no more processes, files or room: this piece's failure, and no other's
        with suppress(OSError):
            connection.send((task.number, Ended(reason=f"no process could be started for it: {error.strerror}")))
    else:
        running[one.child.connection] = one


def _start(task: Task, limits: Limits, others: Iterable[Connection]) -> _Running:
    folder = tempfile.mkdtemp(prefix="report-", dir=task.scratch)
    child = Child(partial(_work_in, folder, task.work), limits, close=others if FORKS else ())
    return _Running(task=task, child=child, folder=folder)


def _work_in(folder: str, work: Work, tell: Tell) -> object:
    os.environ["TMPDIR"] = tempfile.tempdir = folder
    return work(tell)


def _report(
    connection: Connection, running: dict[Connection, _Running], one: _Running, event: tuple[str, object] | Ended
) -> None:
    if isinstance(event, Ended):
        running.pop(next(key for key, other in running.items() if other is one))
        _end_strays({other.child.pid for other in running.values()})
        shutil.rmtree(one.folder, ignore_errors=True)
    with suppress(OSError):  # nobody listens any more: the next step will see it
        connection.send((one.task.number, event))


def _end_strays(known: set[int]) -> None:
    """End what a child has left behind that died before it could: it is ours now, and so is then what it leaves."""
    while strays := [process for process in psutil.Process().children() if process.pid not in known]:
        for process in strays:
            with suppress(psutil.Error):
                process.kill()
                process.wait(1.0)

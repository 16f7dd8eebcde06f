"""A piece of work in a process of its own, under supervision: it may hang, leak, fork or die, and nothing else does.

Times are kept here, by a clock that cannot jump. A child leads a session and adopts what its own children leave behind
(on Linux), so that its end is the end of everything it started.
"""

import ctypes
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from traceback import format_exception_only
from typing import Any

import psutil

from saypro_analysis.execute.limits import Limits

Tell = Callable[[str, Any], None]  # what it is, and its value; both must pickle
Work = Callable[[Tell], Any]
FORKS = (
    hasattr(os, "fork") and sys.platform != "darwin"
)  # macOS: forking a process that has used system libraries is unsafe
CELL, RESULT, FAILURE = "cell", "result", "failure"
_DIE_WITH_PARENT, _ADOPT = 1, 36  # prctl(2): PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER


@dataclass(frozen=True)
class Ended:
    """How a child's work ended: with its ``result``, or with the ``reason`` why there is none."""

    result: Any = None
    reason: str = ""


class Child:
    """``work(tell)`` in a process of its own. What it tells is read from ``connection``, or by ``next_event``.

    ``close``: connections of this process that the child must not hold open.
    """

    def __init__(self, work: Work, limits: Limits, *, close: Iterable[Connection] = ()) -> None:
        context: Any = get_context("fork" if FORKS else "spawn")  # which of the two has no common type
        self.connection, theirs = context.Pipe(duplex=False)
        self._limits, self._began = limits, time.monotonic()
        self._cell_began: float | None = None
        self._process = context.Process(target=_live, args=(work, theirs, limits, tuple(close)))
        self._process.start()
        theirs.close()

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid or 0

    @property
    def remaining(self) -> float:
        """Seconds until a limit is reached, at most an hour; negative when one was."""
        return min(min(end for end, _ in self._deadlines()) - time.monotonic(), 3600.0)

    def _deadlines(self) -> list[tuple[float, str]]:
        whole = f"the notebook took longer than {self._limits.notebook:g} seconds"
        cell = f"a cell took longer than {self._limits.cell:g} seconds"
        ends = [(self._began + self._limits.notebook, whole)]
        return ends if self._cell_began is None else [(self._cell_began + self._limits.cell, cell), *ends]

    def overdue(self) -> Ended | None:
        """End the child when it has reached a limit, and say which."""
        end, reason = min(self._deadlines())
        if time.monotonic() < end:
            return None
        self.end()
        return Ended(reason=reason)

    def read(self) -> tuple[str, Any] | Ended:
        """What the child told next; how it ended, when that was its last word. Waits for it."""
        try:
            kind, value = self.connection.recv()
        except (EOFError, OSError):
            return Ended(reason=self._died())
        if kind == CELL:
            self._cell_began = time.monotonic()
        if kind == RESULT:
            self.end()
            return Ended(result=value)
        if kind == FAILURE:
            self.end()
            return Ended(reason=f"the work failed: {value}")
        return kind, value

    def next_event(self) -> tuple[str, Any] | Ended:
        """``read`` within the limits."""
        while not self.connection.poll(max(self.remaining, 0.0)):
            if (ended := self.overdue()) is not None:
                return ended
        return self.read()

    def _died(self) -> str:
        until = time.monotonic() + 5.0  # join would wait for a pipe that the notebook's own processes hold
        while (code := self._process.exitcode) is None and time.monotonic() < until:
            time.sleep(0.01)
        self.end()
        if code is not None and code < 0:
            return f"the notebook's process was ended by {signal.Signals(-code).name} before its cells were done"
        return "the notebook's process ended before its cells were done"

    def end(self) -> None:
        """End the child and all that it started, at once. A second time nothing is left to do."""
        if self.connection.closed:
            return
        if self._process.pid is not None:
            end_tree(self._process.pid)
        self._process.join()
        self._process.close()
        self.connection.close()


def end_tree(pid: int) -> None:
    """Kill a process with its group and all its descendants."""
    with suppress(psutil.Error):
        below = psutil.Process(pid).children(recursive=True)
        with suppress(OSError, AttributeError):
            os.killpg(pid, signal.SIGKILL)
        for process in (*below, psutil.Process(pid)):
            with suppress(psutil.Error):
                process.kill()


def end_descendants() -> None:
    """Kill all that this process has started and what it has adopted."""
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            process.kill()


def adopt() -> None:
    """Become the parent of descendants whose own parent ends (Linux)."""
    _prctl(_ADOPT, 1)


def die_with_parent() -> None:
    """Be killed when the process that made this one ends (Linux)."""
    _prctl(_DIE_WITH_PARENT, signal.SIGKILL)


def live_without_parent() -> None:
    """Take back ``die_with_parent``."""
    _prctl(_DIE_WITH_PARENT, 0)


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


def _live(work: Work, connection: Connection, limits: Limits, close: tuple[Connection, ...]) -> None:
    """The child's life. It ends without the interpreter's clearing up, which would wait for what a notebook left."""
    die_with_parent()
    adopt()
    if hasattr(os, "register_at_fork"):  # a process that the notebook forks must not hold the connection open
        os.register_at_fork(after_in_child=connection.close)
    for other in close:
        other.close()
    if hasattr(os, "setsid"):
        os.setsid()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    _limit_memory(limits.memory)
    random.seed()
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed()  # two children of one process would draw the same numbers
    try:
        connection.send((RESULT, work(lambda kind, value: connection.send((kind, value)))))
    except Exception as error:
        connection.send((FAILURE, "".join(format_exception_only(error)).strip()))
    finally:
        end_descendants()
        os._exit(0)


def _limit_memory(gigabytes: float) -> None:
    if sys.platform != "linux" or gigabytes == float("inf"):
        return
    import resource

    most = int(gigabytes * 2**30)
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    resource.setrlimit(resource.RLIMIT_DATA, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))

"""The driver's side of the warm process: hand in work, get a future for each."""

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.context import SpawnProcess

from saypro_analysis.execute.child import CELL, Ended, Work, end_tree
from saypro_analysis.execute.limits import Limits
from saypro_analysis.execute.server import ENVIRONMENT, Prepare, Task, serve

#: How often a task is given to a new server after one has died with it: once more, in case it was another's fault.
_TRIES = 2
_LOST = "the process that ran the notebooks ended unexpectedly"
OnCell = Callable[[int], None]


@dataclass(kw_only=True)
class _Open:
    task: Task
    future: "Future[Ended]"
    on_cell: OnCell
    tries: int = 1


class Pool:
    """Work in children of one warm process, several at a time. Make it with ``pool``.

    A warm process that dies is replaced, and what it had is done once more.
    """

    def __init__(self, slots: int, prepare: Prepare, limits: Limits) -> None:
        self._settings = (max(1, slots), prepare, limits)
        self._lock = threading.Lock()
        self._open: dict[int, _Open] = {}
        self._next = 0
        self._closing = False
        self._start()
        self._listener = threading.Thread(target=self._listen, daemon=True, name="saypro-pool")
        self._listener.start()

    def _start(self) -> None:
        context = get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process: SpawnProcess = context.Process(target=serve, args=(theirs, *self._settings))
        with _environment(ENVIRONMENT):
            self._process.start()
        theirs.close()

    @property
    def pid(self) -> int:
        """The number of the warm process."""
        return self._process.pid or 0

    def submit(
        self, work: Work, *, scratch: str, rank: int = 0, on_cell: OnCell = lambda _index: None
    ) -> "Future[Ended]":
        """Have ``work(tell)`` done in a child with a folder of its own in ``scratch``; a lower ``rank`` is done first.

        The future's result is how it ended. It raises KeyboardInterrupt when the pool was closed before: who waits for
        it is to stop, too, and must not take it for a failure. ``on_cell`` is called from another thread.
        """
        with self._lock:
            if self._closing:
                stopped: Future[Ended] = Future()
                stopped.set_exception(KeyboardInterrupt())
                return stopped
            self._next += 1
            task = Task(rank=rank, number=self._next, work=work, scratch=scratch)
            self._open[task.number] = _Open(task=task, future=Future(), on_cell=on_cell)
            with suppress(OSError):  # the listener sees that the server is gone, and hands it in again
                self._connection.send(task)
            return self._open[task.number].future

    def _listen(self) -> None:
        while True:
            try:
                number, event = self._connection.recv()
            except (EOFError, OSError):
                if self._closing or not self._replace():
                    return
                continue
            with self._lock:
                held = self._open.pop(number, None) if isinstance(event, Ended) else self._open.get(number)
            if held is None:
                continue  # the pool is being closed: nobody waits for it any more
            if isinstance(event, Ended):
                held.future.set_result(event)
            elif event[0] == CELL:
                held.on_cell(event[1])

    def _replace(self) -> bool:
        """Start another server and hand in again what the dead one had; False when this pool is being closed."""
        with self._lock:
            if self._closing:
                return False
            lost = [one for one in self._open.values() if one.tries >= _TRIES]
            for one in lost:
                del self._open[one.task.number]
            self._start()
            for one in self._open.values():
                one.tries += 1
                self._connection.send(one.task)
        for one in lost:
            one.future.set_result(Ended(reason=_LOST))
        return True

    def close(self) -> None:
        """End the warm process, with whatever it still runs."""
        with self._lock:
            self._closing = True
            with suppress(OSError):
                self._connection.send(None)
        self._process.join(5.0)
        self.kill()
        self._connection.close()

    def kill(self) -> None:
        """End the warm process and everything it runs, at once, and stop who waits for it."""
        with self._lock:
            self._closing = True
            waiting, self._open = [one.future for one in self._open.values()], {}
        for future in waiting:
            future.set_exception(KeyboardInterrupt())
        if self._process.pid is not None and self._process.is_alive():
            end_tree(self._process.pid)
            self._process.join(5.0)


@contextmanager
def pool(slots: int, *, prepare: Prepare, limits: Limits) -> Iterator[Pool]:
    """A Pool that is there for a block, and nothing of it afterwards. ``prepare`` is run once in the warm process."""
    one = Pool(slots, prepare, limits)
    try:
        yield one
    finally:
        one.close()


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    """Environment variables for what is started in the block."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value

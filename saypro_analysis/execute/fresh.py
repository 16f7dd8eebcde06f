"""What a forked process has of its parent's and a new one would not: taken back before a notebook runs in it.

And what Python does when a process ends by itself: done here, as a child is ended from outside.
"""

import atexit
import gc
import io
import logging
import os
import signal
import sys
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import process
from pathlib import Path
from types import FrameType
from typing import Any

from saypro_analysis.execute.streams import OutStream

#: A notebook's own clearing up may take so long, in seconds; a kernel is given as much.
_PATIENCE = 5.0
_FILES = (io.IOBase, tempfile._TemporaryFileWrapper)


def renew() -> None:
    """Let this process look like a new one to a notebook. What it has imported stays imported."""
    atexit._clear()
    finalizers: Any = weakref.finalize  # what it holds has no public name
    for finalizer in list(finalizers._registry):
        finalizer.atexit = False
    finalizers._registered_with_atexit = False
    _renew_signals()
    _renew_logging()
    _renew_figures()
    _renew_singletons()
    _renew_paths()
    os.environ["JPY_PARENT_PID"] = str(os.getppid())
    processes: Any = process  # nor has who the parent is
    processes.current_process().name, processes.current_process()._identity = "MainProcess", ()
    processes._parent_process = None
    sys.setrecursionlimit(sys.getrecursionlimit() + _depth())
    gc.freeze()  # so that what is there at the end and not frozen is the notebook's


def _renew_paths() -> None:
    """Modules come from the notebook's folder and not from the program's; libraries know a kernel by its program."""
    import ipykernel

    if sys.path and sys.path[0] in ("", os.getcwd(), os.path.dirname(os.path.realpath(sys.argv[0]))):
        del sys.path[0]
    sys.argv[:] = [str(Path(ipykernel.__file__).parents[1] / "ipykernel_launcher.py")]


def _depth() -> int:
    """How many calls this process has begun already, which are none of the notebook's."""
    frame: FrameType | None = sys._getframe().f_back
    depth = 0
    while frame is not None:
        frame, depth = frame.f_back, depth + 1
    return depth


def _renew_signals() -> None:
    signal.set_wakeup_fd(-1)
    for number in signal.valid_signals():
        if callable(signal.getsignal(number)):
            signal.signal(number, signal.SIG_DFL)


def _renew_logging() -> None:
    logging.captureWarnings(False)
    logging.disable(logging.NOTSET)
    logging.root.handlers.clear()
    logs: Any = logging  # its list of handlers has no public name
    logs._handlerList.clear()  # closing these is for the parent
    logging.root.setLevel(logging.WARNING)


def _renew_figures() -> None:
    if matplotlib := sys.modules.get("matplotlib"):
        if pyplot := sys.modules.get("matplotlib.pyplot"):
            pyplot.close("all")
        matplotlib.rc_file_defaults()


def _renew_singletons() -> None:
    """A shell and a kernel of the parent's, where it is a notebook itself."""
    from ipykernel.kernelbase import Kernel
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Application

    singletons: tuple[Any, ...] = (InteractiveShell, Kernel, Application)
    for singleton in singletons:
        if singleton.initialized():
            type(singleton.instance()).clear_instance()


def finish() -> None:
    """Do what a notebook has left for the end of its process: ``atexit`` functions, and what files have not written."""
    with suppress(Exception), _at_most(_PATIENCE):
        atexit._run_exitfuncs()
        logging.shutdown()
        for held in gc.get_objects():
            if issubclass(type(held), _FILES) and not isinstance(held, OutStream):
                _close(held)


def _close(file: Any) -> None:
    with suppress(Exception):  # one that cannot be closed must not keep the others open
        if not file.closed and file.writable():
            file.close()


@contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    def stop(*_: Any) -> None:
        raise TimeoutError

    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)

"""One run at a time in an output folder. The system frees the lock of a process that died."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from saypro_analysis.errors import Fault, ParamsError
from saypro_analysis.publish.folders import no_place

try:
    import fcntl
except ImportError:  # Windows has none: runs there are trusted not to meet
    fcntl = None  # type: ignore[assignment]  # a module or nothing

NAME = ".lock"


@contextmanager
def locked(out: Path) -> Iterator[None]:
    """Hold ``out`` for this process; raises ParamsError when another run holds it, or nothing can be written there."""
    if fcntl is None:
        yield
        return
    descriptor = _take(out)
    try:
        yield
    finally:
        (out / NAME).unlink(missing_ok=True)  # while it is held: nobody else can mean this file by it
        os.close(descriptor)


def _take(out: Path) -> int:
    while True:
        try:
            out.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(out / NAME, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise no_place(out, error) from error
        try:
            _hold(descriptor, out)
            if _is_there(out / NAME, descriptor):
                _sign(descriptor)
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)  # its holder removed it between our opening and our locking: once more


def _hold(descriptor: int, out: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        pid = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip() or "unknown"
        found = f"another run is writing to this folder (pid {pid})"
        fault = Fault(where=out.name or str(out), found=found, hint="wait for its end, or choose another with --out")
        raise ParamsError("There is no place for the reports; nothing was run.", (fault,)) from error
    except OSError:
        return  # a file system without locks: as where there is no fcntl


def _is_there(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(os.stat(path), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _sign(descriptor: int) -> None:
    try:
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
    except OSError:  # a full disk: the lock holds without a name on it
        return

"""One run at a time in an output folder. The system frees the lock of a process that died: none can go stale.

The file says who holds it: process, host, and since when. Where the file system has no locks, who is named there counts
while its process is alive on this host.
"""

import json
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from saypro_analysis.errors import Fault, LockedError
from saypro_analysis.publish.folders import is_alive, no_place
from saypro_analysis.publish.moments import now, spoken_moment

try:
    import fcntl
except ImportError:  # Windows has none: runs there are trusted not to meet
    fcntl = None  # type: ignore[assignment]  # a module or nothing

NAME = ".lock"


@contextmanager
def locked(out: Path) -> Iterator[None]:
    """Hold ``out`` for this process.

    Raises LockedError when another run holds it, ParamsError when nothing can be written there.
    """
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
        raise _held(out, _owner(descriptor)) from error
    except OSError:  # a file system without locks: as where there is no fcntl
        owner = _owner(descriptor)
        pid, here = owner.get("pid"), owner.get("host") == socket.gethostname()
        if isinstance(pid, int) and pid != os.getpid() and (not here or is_alive(pid)):
            raise _held(out, owner) from None


def _owner(descriptor: int) -> dict[str, Any]:
    """Who has signed the lock; empty when nobody could."""
    try:
        owner = json.loads(os.pread(descriptor, 1024, 0))
    except ValueError:
        return {}
    return owner if isinstance(owner, dict) else {}


def _held(out: Path, owner: Mapping[str, Any]) -> LockedError:
    since = f", since {spoken_moment(str(owner['since']))}" if "since" in owner else ""
    who = f"pid {owner['pid']} on {owner['host']}{since}" if {"pid", "host"} <= set(owner) else "pid unknown"
    found = f"another run is writing to this folder ({who})"
    fault = Fault(where=out.name or str(out), found=found, hint="wait for its end, or choose another with --out")
    return LockedError("There is no place for the reports; nothing was run.", (fault,))


def _is_there(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(os.stat(path), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _sign(descriptor: int) -> None:
    try:
        owner = {"pid": os.getpid(), "host": socket.gethostname(), "since": now()}
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps(owner).encode(), 0)
    except OSError:  # a full disk: the lock holds without a name on it
        return

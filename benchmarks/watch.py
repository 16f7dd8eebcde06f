"""The memory of a command with all its processes together, while it works."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

import psutil

#: So often it is looked at, in seconds.
EVERY = 0.1
#: What is shared by several processes is counted once (Linux), or not at all.
SHARE = "pss" if sys.platform == "linux" else "uss"

See = Callable[[psutil.Process], None]


def peak_memory(command: Sequence[str], *, environment: Mapping[str, str] | None = None) -> float:
    """The highest memory in MB of a command's processes together, of all moments that were looked at."""
    held = [0.0]

    def see(driver: psutil.Process) -> None:
        held.append(sum(memory_of(one) for one in (driver, *processes_below(driver))))

    watch(command, see, environment=environment)
    return max(held)


def watch(
    command: Sequence[str], see: See, *, every: float = EVERY, environment: Mapping[str, str] | None = None
) -> None:
    """Run a command and have ``see(process)`` look at it again and again; stops when the command fails."""
    with _running(command, environment) as process:
        driver = psutil.Process(process.pid)
        while process.poll() is None:
            with suppress(psutil.Error):
                see(driver)
            time.sleep(every)


@contextmanager
def _running(command: Sequence[str], environment: Mapping[str, str] | None) -> Iterator["subprocess.Popen[bytes]"]:
    environment = {**os.environ, **(environment or {})}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
        if process.returncode:
            sys.exit(f"{' '.join(command)} failed; run it by itself to see why")
    finally:
        process.terminate()
        process.wait()


def memory_of(process: psutil.Process) -> float:
    """Memory in MB; nothing for one that has just ended."""
    try:
        return float(getattr(process.memory_full_info(), SHARE)) / 2**20
    except psutil.Error:
        return 0.0


def processes_below(process: psutil.Process) -> list[psutil.Process]:
    """The processes that it and theirs have started."""
    try:
        return process.children(recursive=True)
    except psutil.Error:
        return []

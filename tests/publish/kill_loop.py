"""Kill runs at random moments, in a process made for it: ``python kill_loop.py <folder> <kills> <seed>``.

It imports everything once and forks the drivers, and they their warm process, as 3 s of imports for each of 100 runs
would be most of them. All else is as in a run. It adopts what a killed driver leaves, and so sees all of it. Writes
one JSON object on standard output.
"""

import json
import multiprocessing
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
from tiny_project import DEPARTMENTS, MONTH, faults_of, hashes, order, tiny_project, until, write_records

from saypro_analysis.execute import pool
from saypro_analysis.execute.child import adopt
from saypro_analysis.publish.run import run
from saypro_analysis.publish.runs import run_records
from saypro_analysis.publish.warm import warm

FEW_SECONDS = 5.0
EVERY = 10  # so many kills come before a run that is left alone


class Forking:
    """As ``multiprocessing.get_context``, for a forked process that closes what a new one would not have."""

    def Pipe(self) -> Any:  # noqa: N802 (multiprocessing's name)
        self.ends = multiprocessing.Pipe()
        return self.ends

    def Process(self, target: Any, args: Any) -> Any:  # noqa: N802 (multiprocessing's name)
        return multiprocessing.get_context("fork").Process(target=_alone, args=(self.ends[0], target, *args))


def _alone(other_end: Any, target: Any, *args: Any) -> None:
    other_end.close()
    target(*args)


def driver(work: Callable[[], Any]) -> int:
    """Fork a process that does ``work``; its number."""
    if (pid := os.fork()) == 0:
        try:
            work()
            os._exit(0)
        except BaseException as error:
            sys.stderr.write(f"{type(error).__name__}: {error}\n")
            os._exit(1)
    return pid


def make(root: Path) -> None:
    """One run, which leaves its states in a file."""
    made = run(order(root, force=False))
    states = {outcome.page: outcome.state if outcome.made else outcome.reason for outcome in made.outcomes}
    (root / "states.json").write_text(json.dumps(states), "utf-8")


def complete(root: Path) -> dict[str, Any]:
    """A run that is left alone: its states, and what is wrong afterwards."""
    (root / "states.json").unlink(missing_ok=True)
    began = time.monotonic()
    _, status = os.waitpid(driver(lambda: make(root)), 0)
    seconds = time.monotonic() - began
    faults = [f"exit code {status}"] if status else faults_of(root / "reports")
    faults += [] if tells(root / "reports") == actuals(root) else ["published numbers are not those of the data"]
    left = sorted(path.name for path in (root / "reports").iterdir() if path.name.startswith("."))
    faults += [] if left == [".runs"] else [f"left behind: {left}"]
    states = {} if status else json.loads((root / "states.json").read_text("utf-8"))
    return {"seconds": seconds, "states": states, "faults": faults}


def actuals(root: Path) -> dict[str, float]:
    """The last value in each department's data."""
    lines = {name: (root / "exports" / f"{name}.csv").read_text("utf-8").split() for name in DEPARTMENTS}
    return {name: float(held[-1].split(",")[1]) for name, held in lines.items()}


def tells(out: Path) -> dict[str, float]:
    """What the published month says of it."""
    parts = json.loads((out / MONTH / "results.json").read_text("utf-8"))["departments"]
    return {name: part["kpis"][0]["actual"] for name, part in parts.items()}


def kill_one(root: Path, moment: float) -> list[str]:
    """Kill a run after so many seconds: what is then wrong."""
    out = root / "reports"
    before, old, new = hashes(out / MONTH), tells(out), actuals(root)
    pid = driver(lambda: make(root))
    time.sleep(moment)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    faults = []
    if hashes(out / MONTH) != before:  # what was there had been looked at
        faults = faults_of(out)
        faults += [] if tells(out) == new else [f"of {old} and {new} it says {tells(out)}"]
    if not until(no_child, seconds=FEW_SECONDS):
        faults.append(f"alive: {[' '.join(one.cmdline())[:80] for one in psutil.Process().children(recursive=True)]}")
    return [f"killed after {moment:.3f} s: {fault}" for fault in faults]


def no_child() -> bool:
    """Whether all that was adopted has ended."""
    try:
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass
    except ChildProcessError:
        return True
    return False


def main(root: Path, kills: int, seed: int) -> dict[str, Any]:
    """Kill ``kills`` runs."""
    adopt()
    warm()
    pool.get_context = lambda _kind: Forking()
    tiny_project(root)
    ended = [complete(root)]
    chance, faults, data = random.Random(seed), [], 0
    length = 0.0
    for number in range(kills):
        if tells(root / "reports") == actuals(root):  # else the run that was killed has its work still to do
            data += 1
            for position, name in enumerate(DEPARTMENTS):
                write_records(root, name, seed=10 * data + position)
        if number % EVERY == 0:
            ended.append(complete(root))
            length = max(length, ended[-1]["seconds"]) if number < EVERY else length
        faults += kill_one(root, chance.uniform(0.0, length))
    ended.append(complete(root))
    records = [record["status"] for record in run_records(root / "reports")]
    return {"faults": faults, "ended": ended, "length": length, "records": sorted(set(records))}


if __name__ == "__main__":
    json.dump(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])), sys.stdout)

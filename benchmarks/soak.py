"""``python -m benchmarks soak``: more than 1,000 reports in one run, and what has grown at its end.

Five departments in 12 regions over 17 months, with the sample notebooks as they are: 1,020 departments' reports and
204 overviews. It takes a quarter of an hour or so and is no part of ``make bench``.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import psutil

from benchmarks.monthly_run import run_command
from benchmarks.places import REGION, make
from benchmarks.watch import memory_of, processes_below, watch

MONTHS = "2025-06..2026-10"
EVERY = 1.0  # seconds between two looks
START = 20.0  # seconds until everything is imported
GROWTH = 1.1


@dataclass(frozen=True, kw_only=True)
class Look:
    """The run at one moment: memory in MB, open files, and what lies in its temporary folder."""

    all_processes: float
    driver: float
    warm_process: float
    driver_files: int
    warm_files: int
    processes: int
    temporary_files: int
    temporary_megabytes: float


def main(*, months: str = MONTHS) -> None:
    """Print what the run holds in its first and last tenth, and what it leaves behind."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as temporary:
        company = make("regional", Path(folder))
        looks: list[Look] = []
        began = time.monotonic()

        def see(driver: psutil.Process) -> None:
            if time.monotonic() - began > START:
                looks.append(_look(driver, Path(temporary)))

        command = run_command(company, "--by", REGION, month=months)
        watch(command, see, every=EVERY, environment={"TMPDIR": temporary})
        made = len(list((company / "reports").glob("*/*/*/*.html")))
        print(f"\nSoak: {months} of {REGION}s, {made:,} pages in {time.monotonic() - began:.0f} s")
        _print(looks)
        left = [path.name for path in Path(temporary).iterdir()]
        staged = [path for path in (company / "reports").rglob(".*") if path.name != ".runs"]
        print(f"  left behind: {len(left)} in the temporary folder, {len(staged)} hidden ones beside the reports")


def _look(driver: psutil.Process, temporary: Path) -> Look:
    below = processes_below(driver)
    warm = max((one for one in below if one.ppid() == driver.pid), key=memory_of, default=driver)
    files = [os.path.join(folder, name) for folder, _, names in os.walk(temporary) for name in names]
    return Look(
        all_processes=sum(memory_of(one) for one in (driver, *below)),
        driver=memory_of(driver),
        warm_process=warm.memory_info().rss / 2**20,
        driver_files=driver.num_fds(),
        warm_files=warm.num_fds(),
        processes=len(below) + 1,
        temporary_files=len(files),
        temporary_megabytes=sum(_size(path) for path in files) / 2**20,
    )


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:  # gone meanwhile
        return 0


def _print(looks: Sequence[Look]) -> None:
    tenth = max(len(looks) // 10, 1)
    print(f"  {'':<22} {'first tenth':>12} {'last tenth':>12}   (medians; meant: at most {GROWTH} times the first)")
    for field, first, last in zip(fields(Look), _middle(looks[:tenth]), _middle(looks[-tenth:]), strict=True):
        print(f"  {field.name.replace('_', ' '):<22} {first:12.0f} {last:12.0f}   {last / max(first, 1):5.2f}")


def _middle(looks: Sequence[Look]) -> list[float]:
    return [statistics.median(column) for column in zip(*map(astuple, looks), strict=True)]

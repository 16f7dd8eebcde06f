"""Time whole commands and their memory, in turn, and print medians and ratios."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One run of one way: wall seconds and the resident memory of its largest process, in MB."""

    seconds: float
    megabytes: float


def run_commands(commands: Sequence[Sequence[str]], *, environment: Mapping[str, str] | None = None) -> Reading:
    """Run commands one after the other and measure them as one; stops the benchmark when one fails."""
    start = time.perf_counter()
    peak = 0.0
    for command in commands:
        with tempfile.TemporaryFile() as errors:
            process = subprocess.Popen(
                command, env={**os.environ, **(environment or {})}, stdout=subprocess.DEVNULL, stderr=errors
            )
            _, status, usage = os.wait4(process.pid, 0)  # its own children's memory is counted, too
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode:
                errors.seek(0)
                sys.exit(f"{' '.join(command)} failed:\n{errors.read().decode()[-2000:]}")
        scale = 1024 if sys.platform != "darwin" else 1024 * 1024
        peak = max(peak, usage.ru_maxrss / scale)
    return Reading(seconds=time.perf_counter() - start, megabytes=peak)


def compare(title: str, ways: Mapping[str, Callable[[], Reading]], *, rounds: int) -> None:
    """Run all ways in turn for some rounds; print medians, and each way's ratio to the first, pair by pair."""
    print(f"\n{title} ({rounds} rounds in turn)")
    readings: dict[str, list[Reading]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            readings[name].append(way())
    first = next(iter(readings.values()))
    for name, values in readings.items():
        seconds = statistics.median(reading.seconds for reading in values)
        memory = statistics.median(reading.megabytes for reading in values)
        pairs = [other.seconds / own.seconds for other, own in zip(values, first, strict=True)]
        ratio = statistics.median(pairs)
        spread = f"{min(pairs):.1f}-{max(pairs):.1f}"
        print(f"  {name:<58} {seconds:8.2f} s  {memory:8.0f} MB  {ratio:5.1f} times the first ({spread})")

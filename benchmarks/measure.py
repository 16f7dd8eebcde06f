"""Time whole commands, or what they time themselves, and their memory, in turn, and print medians and ratios."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

Readings = Mapping[str, Sequence["Reading"]]


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One run of one way: wall seconds, the resident memory of its largest process in MB, and processor seconds."""

    seconds: float
    megabytes: float
    processor: float = 0.0


def run_commands(commands: Sequence[Sequence[str]], *, environment: Mapping[str, str] | None = None) -> Reading:
    """Run commands one after the other and measure them as one; stops the benchmark when one fails."""
    start = time.perf_counter()
    held = [_run(command, environment)[1] for command in commands]
    return _together(held, seconds=time.perf_counter() - start)


def run_side_by_side(
    chains: Sequence[Sequence[Sequence[str]]], *, at_a_time: int, environment: Mapping[str, str] | None = None
) -> Reading:
    """Run chains of commands, some chains at a time, and measure them as one."""
    start = time.perf_counter()
    with ThreadPoolExecutor(at_a_time) as threads:
        held = list(threads.map(lambda chain: run_commands(chain, environment=environment), chains))
    return _together(held, seconds=time.perf_counter() - start)


def _together(held: Sequence[Reading], *, seconds: float) -> Reading:
    return Reading(
        seconds=seconds,
        megabytes=max(one.megabytes for one in held),
        processor=sum(one.processor for one in held),
    )


def run_timed(command: Sequence[str], *, environment: Mapping[str, str] | None = None) -> Reading:
    """Run a command that prints the seconds its work took, without start-up and preparation; stops when it fails."""
    printed, reading = _run(command, environment)
    return replace(reading, seconds=float(printed))


def take_turns(ways: Mapping[str, Callable[[], Reading]], *, rounds: int) -> dict[str, list[Reading]]:
    """Run all ways in turn for some rounds."""
    readings: dict[str, list[Reading]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            readings[name].append(way())
    return readings


def compare(title: str, ways: Mapping[str, Callable[[], Reading]], *, rounds: int) -> None:
    """Run all ways in turn for some rounds; print medians, and each way's ratio to the first, pair by pair."""
    print(f"\n{title} ({rounds} rounds in turn)")
    readings = take_turns(ways, rounds=rounds)
    first = next(iter(readings.values()))
    for name, values in readings.items():
        print(f"  {medians(name, values)}  {ratio(values, first)} the first")


def medians(name: str, readings: Sequence[Reading]) -> str:
    """Median seconds and memory of one way, as a line."""
    seconds = statistics.median(reading.seconds for reading in readings)
    memory = statistics.median(reading.megabytes for reading in readings)
    return f"{name:<58} {seconds:8.2f} s  {memory:8.0f} MB"


def with_processor(name: str, readings: Sequence[Reading]) -> str:
    """``medians`` and the median processor seconds, which what else the machine does changes less."""
    return f"{medians(name, readings)}  {statistics.median(one.processor for one in readings):8.2f} s of processors"


def processor_ratio(slow: Sequence[Reading], fast: Sequence[Reading]) -> str:
    """``ratio`` of processor seconds."""
    return ratio(*([replace(one, seconds=one.processor) for one in readings] for readings in (slow, fast)))


def ratio(slow: Sequence[Reading], fast: Sequence[Reading]) -> str:
    """How many times the seconds of ``fast`` the ones of ``slow`` are: median of the pairs, lowest and highest."""
    pairs = [one.seconds / other.seconds for one, other in zip(slow, fast, strict=True)]
    return f"{statistics.median(pairs):5.1f} times ({min(pairs):.1f}-{max(pairs):.1f})"


def _usual() -> dict[str, str]:
    """The environment, in which Python keeps what it compiles, as it does on its users' machines."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _run(command: Sequence[str], environment: Mapping[str, str] | None) -> tuple[str, Reading]:
    """What a command printed, and what it and the processes that it waited for took."""
    start = time.perf_counter()
    with tempfile.TemporaryFile() as printed, tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(command, env={**_usual(), **(environment or {})}, stdout=printed, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)  # its own children's memory is counted, too
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            errors.seek(0)
            sys.exit(f"{' '.join(command)} failed:\n{errors.read().decode()[-2000:]}")
        printed.seek(0)
        scale = 1024 if sys.platform != "darwin" else 1024 * 1024
        return printed.read().decode(), Reading(
            seconds=time.perf_counter() - start,
            megabytes=usage.ru_maxrss / scale,
            processor=usage.ru_utime + usage.ru_stime,
        )

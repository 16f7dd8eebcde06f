"""Reports of five departments in 12 regions: ``saypro run --by region``, against command lines and against its limit.

The company is the sample company with 12 regions, see ``companies``: every table of records has them, each region has
a twelfth of the records, and they split every KPI. A run makes 60 departments' reports and an overview of each region.
The command lines make the six of one region in sequence; all 12 are extrapolated from it.
"""

import statistics
import tempfile
from pathlib import Path

from benchmarks.measure import Reading, ratio, take_turns, with_processor
from benchmarks.monthly_run import command_lines, print_limit, run_command, run_way, saypro_run
from benchmarks.places import PROCESSES, REGION, REGIONS, make
from benchmarks.watch import EVERY, SHARE, peak_memory

DEPARTMENTS = 5
WAYS = {
    "run": "saypro run --by region, 60 reports, 12 overviews",
    "sequence": "papermill CLI + nbconvert CLI in sequence, extrapolated",
    "all": "limit: data, then the cells as plain Python",
    "cells": "the cells alone, months opened before",
}
FASTER = 10
SOME = (1, 4, 12)  # regions whose memory is compared
GROWTH = 1.1  # what 60 may take of what 20 take: of 5 only one region's are at work at a time


def main(*, rounds: int = 3) -> None:
    """Print times, ratios and the memory of all processes by the number of reports."""
    with tempfile.TemporaryDirectory() as folder:
        company = make("regional", Path(folder))
        run_way("prepare", company, REGION)
        ways = {
            "run": lambda: saypro_run(company, "--by", REGION),
            "sequence": lambda: _times(len(REGIONS), command_lines(company, at_a_time=1, place="region-07")),
            "all": lambda: run_way("all", company, REGION),
            "cells": lambda: run_way("cells", company, REGION),
        }
        print(f"\n{DEPARTMENTS} departments x {len(REGIONS)} regions, {PROCESSES} processes ({rounds} rounds in turn)")
        readings = take_turns(ways, rounds=rounds)
        for name, values in readings.items():
            print(f"  {with_processor(WAYS[name], values)}")
        faster = ratio(readings["sequence"], readings["run"])
        print(f"  the run is {faster} faster than the sequence; meant: at least {FASTER}")
        print_limit(readings)
        _print_memory(company, rounds=rounds)


def _times(factor: int, reading: Reading) -> Reading:
    return Reading(seconds=factor * reading.seconds, megabytes=reading.megabytes, processor=factor * reading.processor)


def _print_memory(company: Path, *, rounds: int) -> None:
    print(f"  peak memory of all processes together ({SHARE}, looked at every {EVERY:g} s):")
    peaks = [statistics.median(_peak(company, regions) for _ in range(rounds)) for regions in SOME]
    for regions, peak in zip(SOME, peaks, strict=True):
        print(f"    {regions * DEPARTMENTS:>3} reports, {regions:>2} overviews  {peak:6.0f} MB")
    print(f"    60 take {peaks[-1] / peaks[-2]:.2f} times what 20 take; meant: at most {GROWTH}")


def _peak(company: Path, regions: int) -> float:
    chosen = [option for name in REGIONS[:regions] for option in ("--member", name)]
    return peak_memory(run_command(company, "--by", REGION, "--force", *chosen))

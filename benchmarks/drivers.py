"""Drivers, causes and actions of 1,000 KPIs of 6 dimensions and 20 segments; drivers against wise-pizza's solver.

wise-pizza is no dependency of this project. The comparison is made where ``SAYPRO_WISE_PIZZA`` names the Python of an
environment that has it (a venv of its own, with ``pip install wise-pizza``), and is skipped elsewhere.
"""

import os
import statistics
import sys
from pathlib import Path

from benchmarks.measure import medians, run_commands, run_timed, take_turns
from benchmarks.verdicts import ONE_THREAD

KPIS = 1000
WAYS = {
    "table": "only making the monthly table (for its memory)",
    "drivers": "find_drivers: choice, three bases, lever",
    "causes": "diagnose: the causes of every KPI",
    "actions": "recommend: actions, gap that remains",
    "all": "all three",
}
MEANT = 0.020  # seconds a KPI, for all three


def main(*, rounds: int = 3) -> None:
    """Check that splits add up and find what is planted, then print times, peak memory and the ratio."""
    program = [sys.executable, "-m", "benchmarks.driver_ways"]
    run_commands([[*program, "check"]])
    timed = f"{rounds} rounds in turn; seconds of one processor"
    print(f"\nDrivers, causes and actions of {KPIS:,} KPIs, 2.9 million rows ({timed})")
    ways = {name: lambda name=name: run_timed([*program, name], environment=ONE_THREAD) for name in WAYS}
    readings = take_turns(ways, rounds=rounds)
    for name, values in readings.items():
        print(f"  {medians(WAYS[name], values)}")
    ours = {name: statistics.median(one.seconds for one in readings[name]) / KPIS for name in ("drivers", "all")}
    print(f"  {1000 * ours['all']:.1f} ms a KPI; meant: at most {1000 * MEANT:.0f}")
    _against_wise_pizza(ours["drivers"], rounds=rounds)


def _against_wise_pizza(ours: float, *, rounds: int) -> None:
    """One change of a few KPIs, by wise-pizza in its own environment; what 1,000 would take is extrapolated."""
    python = os.environ.get("SAYPRO_WISE_PIZZA", "")
    if not python:
        print("  wise-pizza: skipped, SAYPRO_WISE_PIZZA names no Python that has it")
        return
    program = [python, str(Path(__file__).with_name("driver_wise_pizza.py"))]
    readings = [run_timed(program, environment=ONE_THREAD) for _ in range(rounds)]
    theirs = statistics.median(reading.seconds for reading in readings)
    print(f"  wise-pizza explain_changes_in_totals, one change of a KPI: {1000 * theirs:.1f} ms (mean of five KPIs,")
    print(f"    1,000 records a month, one-dimensional segments); 1,000 KPIs, extrapolated: {KPIS * theirs:.0f} s.")
    print(
        f"    {theirs / ours:.1f} times our drivers, which splits three changes and chooses the dimension in six months"
    )

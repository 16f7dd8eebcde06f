"""10,000 KPIs of 36 months: trend tests, limits and whole verdicts, against the usual loop and the usual groupby.

This module stays light, as a process is never said to take less memory than the one that started it.
"""

import sys

from benchmarks.measure import medians, ratio, run_commands, run_timed, take_turns

#: The linear algebra that numpy comes with waits actively for its threads, which would count as work.
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "VECLIB_MAXIMUM_THREADS": "1"}
#: Each way of ``verdict_ways``, and what it is.
WAYS = {
    "series": "only making the series (for its memory)",
    "mann_kendall": "Mann-Kendall and Sen slope, ours in chunks",
    "year_on_year": "year on year, the verdict's own test at 36 months",
    "weigh_trends": "weigh_trends: test, unbroken runs and steps",
    "loop_twice": "loop of pymannkendall original_test + sens_slope",
    "loop_once": "loop of pymannkendall original_test alone",
    "judge_table": "judge_table: whole verdicts",
    "limits": "limit_lines + label_points: limits, four rules",
    "limits_two": "limit_lines and the two rules of the groupby",
    "pandas_limits": "pandas groupby: limits, two rules",
}
#: What is held against what, and how many times faster it is meant to be.
AGAINST = (
    ("mann_kendall", "loop_twice", "meant: at least 60"),
    ("mann_kendall", "loop_once", ""),
    ("year_on_year", "loop_twice", "meant: at least 60"),
    ("weigh_trends", "loop_twice", ""),
    ("judge_table", "loop_twice", "meant: at least 20"),
    ("judge_table", "loop_once", ""),
    ("limits", "pandas_limits", ""),
    ("limits_two", "pandas_limits", ""),
)


def main(*, rounds: int = 5) -> None:
    """Check that the ways agree, then print times, peak memory and ratios."""
    program = [sys.executable, "-m", "benchmarks.verdict_ways"]
    run_commands([[*program, "check"]])
    print(f"\nVerdicts of 10,000 series of 36 months ({rounds} rounds in turn; seconds of one processor)")
    ways = {name: lambda name=name: run_timed([*program, name], environment=ONE_THREAD) for name in WAYS}
    readings = take_turns(ways, rounds=rounds)
    for name, values in readings.items():
        print(f"  {medians(WAYS[name], values)}")
    print("  how many times faster:")
    for fast, slow, meant in AGAINST:
        print(f"  {fast:>14} than {slow:<14} {ratio(readings[slow], readings[fast])}  {meant}")

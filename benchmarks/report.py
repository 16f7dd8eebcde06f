"""Drawing, writing and exporting a department's report, against its charts alone in plain matplotlib."""

import sys

from benchmarks.measure import medians, ratio, run_timed, take_turns
from benchmarks.verdicts import ONE_THREAD

WAYS = {"plain": "its charts only, plain matplotlib (pyplot) to SVG", "ours": "all of it: charts, words, tables, page"}
MEANT = 1.5


def main(*, rounds: int = 5) -> None:
    """Print medians of both ways and the ratio."""
    program = [sys.executable, "-m", "benchmarks.report_ways"]
    print(f"\nOne department's report, drawn and exported ({rounds} rounds in turn; CPU seconds)")
    ways = {name: lambda name=name: run_timed([*program, name], environment=ONE_THREAD) for name in WAYS}
    readings = take_turns(ways, rounds=rounds)
    for name, values in readings.items():
        print(f"  {medians(WAYS[name], values)}")
    print(f"  all of it is {ratio(readings['ours'], readings['plain'])} its charts alone; meant: at most {MEANT}")

"""The monthly run of six notebooks: against papermill's and nbconvert's command lines, and against its limit.

The limit is what the same cells take as plain Python in one warm process per core, see ``run_ways``.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import (
    Reading,
    Readings,
    processor_ratio,
    ratio,
    run_commands,
    run_side_by_side,
    take_turns,
    with_processor,
)
from benchmarks.places import MONTH, PROCESSES, ROOT, make
from benchmarks.verdicts import ONE_THREAD

TEMPLATES = ROOT / "saypro_analysis" / "publish" / "templates"
WAYS = {
    "run": "saypro run, six notebooks",
    "again": "saypro run once more, nothing changed",
    "sequence": "papermill CLI + jupyter nbconvert CLI, in sequence",
    "two": "the same CLIs, two notebooks at a time",
    "all": "limit: data, then the cells as plain Python",
    "cells": "the cells alone, months opened before",
}
FASTER, FASTER_AGAIN, OVER_LIMIT = 6, 30, 1.3


def main(*, rounds: int = 3) -> None:
    """Print the times of all ways and what the run is to each."""
    with tempfile.TemporaryDirectory() as folder:
        company = make("sample", Path(folder))
        run_way("prepare", company)
        saypro_run(company)  # warm the disk's cache for all, and have all modules compiled
        command_lines(company, at_a_time=2)
        ways = {
            "run": lambda: saypro_run(company),
            "again": lambda: saypro_run(company, fresh=False),
            "sequence": lambda: command_lines(company, at_a_time=1),
            "two": lambda: command_lines(company, at_a_time=2),
            "all": lambda: run_way("all", company),
            "cells": lambda: run_way("cells", company),
        }
        print(f"\nMonthly run of the sample company, {PROCESSES} processes ({rounds} rounds in turn)")
        readings = take_turns(ways, rounds=rounds)
    _print(readings)


def _print(readings: Readings) -> None:
    for name, values in readings.items():
        print(f"  {with_processor(WAYS[name], values)}")
    run = readings["run"]
    print("  how many times faster the run is:")
    print(f"    than the sequence     {ratio(readings['sequence'], run)}  meant: at least {FASTER}")
    print(f"    than two at a time    {ratio(readings['two'], run)}")
    print(f"    when nothing changed  {ratio(run, readings['again'])}  meant: at least {FASTER_AGAIN}")
    print_limit(readings)


def print_limit(readings: Readings) -> None:
    """What the run takes of its limit, by the clock and in processor seconds."""
    run = readings["run"]
    print(f"  how many times as long as the limit the run takes (meant: at most {OVER_LIMIT} of the first):")
    for name in ("all", "cells"):
        wall, processor = ratio(run, readings[name]), processor_ratio(run, readings[name])
        print(f"    {WAYS[name]:<45} {wall}; in processor seconds {processor}")


def saypro_run(company: Path, *options: str, fresh: bool = True) -> Reading:
    """``saypro run`` of the month into the company's ``reports``, which are not there before, if it is ``fresh``."""
    if fresh:
        shutil.rmtree(company / "reports", ignore_errors=True)
    return run_commands([run_command(company, *options)])


def run_command(company: Path, *options: str, month: str = MONTH) -> list[str]:
    """The command of ``saypro_run``."""
    where = ["--params", str(company / "params"), "--out", str(company / "reports"), "--jobs", str(PROCESSES)]
    return [_tool("saypro"), "run", "--month", month, *where, *options]


def run_way(way: str, company: Path, by: str = "") -> Reading:
    """A way of ``run_ways``, start-up included."""
    return run_commands(
        [[sys.executable, "-m", "benchmarks.run_ways", way, str(company), *([by] if by else [])]],
        environment=ONE_THREAD,
    )


def command_lines(company: Path, *, at_a_time: int, place: str = "company") -> Reading:
    """The usual Makefile: execute, then convert, each notebook by itself.

    The notebooks are given the months that ``run_ways`` has opened before, so that none of this time is spent on
    reading params and records, which the run does.
    """
    folder = company / "executed"
    folder.mkdir(exist_ok=True)
    chains = [_chain(notebook, folder) for notebook in sorted((company / "notebooks").glob("*.ipynb"))]
    opened = {"SAYPRO_BATCH": "1", "SAYPRO_OPENED": str(company / "opened" / place), "SAYPRO_EARLIER": ""}
    return run_side_by_side(chains, at_a_time=at_a_time, environment=opened)


def _chain(notebook: Path, folder: Path) -> list[list[str]]:
    executed = str(folder / notebook.name)
    options = ["--to", "html", "--template", "saypro", f"--TemplateExporter.extra_template_basedirs={TEMPLATES}"]
    return [
        [_tool("papermill"), str(notebook), executed, "-p", "month", MONTH],
        [_tool("jupyter"), "nbconvert", *options, executed],
    ]


def _tool(name: str) -> str:
    return str(Path(sys.executable).with_name(name))

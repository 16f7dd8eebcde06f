"""What the benchmarks of runs share, without importing anything heavy."""

import sys
from pathlib import Path

from benchmarks.measure import run_commands

ROOT = Path(__file__).parents[1]
MONTH = "2026-10"
PROCESSES = 2
REGION = "region"
REGIONS = tuple(f"Region {number:02}" for number in range(1, 13))


def make(kind: str, folder: Path) -> Path:
    """Make the company ``kind`` ("sample", "regional") of ``companies`` in ``folder``."""
    run_commands([[sys.executable, "-m", "benchmarks.companies", kind, str(folder)]])
    return folder

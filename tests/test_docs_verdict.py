"""docs/verdict.md says how a KPI is judged: its numbers are the code's, and its example runs."""

import re
from pathlib import Path

import pytest

from saypro_analysis import assurance, judgement, limits, outlook, season, severity, xmr
from saypro_analysis.judgement import RUNNING_MISSES
from saypro_analysis.process import SUSTAINED

TEXT = (Path(__file__).parents[1] / "docs" / "verdict.md").read_text("utf-8")


def test_the_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    """The example finds what happened in the south, and nothing in the north."""
    code = re.search(r"```python\n(.*?)```", TEXT, re.DOTALL)
    assert code is not None
    exec(code.group(1), {})
    lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}
    north, south = lines["north"], lines["south"]
    assert "common" in north
    assert "step change" in south
    assert "2026-03" in south


def test_the_numbers_are_those_of_the_code() -> None:
    """Points, levels and constants that the page names are the constants of the code."""
    points = re.findall(r"^\| (size|persistence|doubt|direction) \| (\d+) \|", TEXT, re.MULTILINE)
    assert {name: float(value) for name, value in points} == {
        "size": severity.SIZE, "persistence": severity.PERSISTENCE, "doubt": severity.DOUBT,
        "direction": severity.DIRECTION,
    }  # fmt: skip
    assert severity.STEPS == (15, 35, 60, 80)
    assert all(f"{word} {step:.0f}" in TEXT.replace("\n", " ") for word, step in zip(
        ("on track below", "watch below", "moderate below", "severe below"), severity.STEPS, strict=True
    ))  # fmt: skip
    assert (xmr.XMR_SCALE, xmr.MIN_POINTS, limits.FULL_POINTS) == (2.66, 6, 13)
    assert (RUNNING_MISSES, SUSTAINED, season.FULL_YEARS, season.STRONG) == (3, 8, 3, 0.6)
    assert (judgement.WORSE, judgement.SWINGING, judgement.STEADY, judgement.BETTER) == (1, 0.5, 0.25, 0)
    assert (outlook.AHEAD, outlook.PRIOR, severity.SURE) == (3, 4, 0.9)
    assert assurance.ASSURANCES == ("none", "pass", "fail", "hit or miss")

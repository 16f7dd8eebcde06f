"""The monthly run against the same notebooks by papermill's and nbconvert's command lines, one after the other."""

import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import Reading, compare, run_commands

ROOT = Path(__file__).parents[1]
TEMPLATES = ROOT / "saypro_analysis" / "publish" / "templates"
MONTH = "2026-10"


def main(*, rounds: int = 3) -> None:
    """Print both ways' times and their ratio."""
    with tempfile.TemporaryDirectory() as folder:
        ways = {
            "saypro run, six notebooks": lambda: _saypro(Path(folder)),
            "papermill CLI + jupyter nbconvert CLI, in sequence": lambda: _command_lines(Path(folder)),
        }
        _saypro(Path(folder))  # warm the disk's cache for both
        compare("Monthly run of the sample company", ways, rounds=rounds)


def _tool(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def _saypro(folder: Path) -> Reading:
    shutil.rmtree(folder / "reports", ignore_errors=True)
    where = ["--params", str(ROOT / "params"), "--notebooks", str(ROOT / "notebooks"), "--out", str(folder / "reports")]
    return run_commands([[_tool("saypro"), "run", "--month", MONTH, *where]])


def _command_lines(folder: Path) -> Reading:
    """The usual Makefile: execute, then convert, each notebook by itself.

    It reads the run's snapshot, so that both ways compute the same data from the same place, except that saypro run
    also makes the snapshot.
    """
    commands = []
    for notebook in sorted((ROOT / "notebooks").glob("*.ipynb")):
        executed = str(folder / notebook.name)
        commands.append([_tool("papermill"), str(notebook), executed, "-p", "month", MONTH])
        options = ["--to", "html", "--template", "saypro", f"--TemplateExporter.extra_template_basedirs={TEMPLATES}"]
        commands.append([_tool("jupyter"), "nbconvert", *options, executed])
    snapshot = folder / "reports" / MONTH
    return run_commands(commands, environment={"SAYPRO_SNAPSHOT": str(snapshot)})

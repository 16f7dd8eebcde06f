"""The engine "saypro" gives what a kernel gives. docs/engine.md lists what differs; each difference has a test here or
in test_fork_engine.py."""

import re
import sys
from typing import Any

import pytest
from both_engines import KERNEL, SAYPRO, job, normal, notebook, run
from nbformat.v4 import new_markdown_cell, new_raw_cell
from parity_cells import CELLS

from saypro_analysis.execute.child import FORKS

pytestmark = [
    pytest.mark.skipif(not FORKS, reason="processes cannot fork on this system"),
    pytest.mark.xdist_group("parity"),  # the notebooks run once, in one process
]
BOTH = (KERNEL, SAYPRO)


def _mixed() -> Any:
    made = notebook("x = 1", "", "print(x)")
    made.cells[1:1] = [new_markdown_cell("# Title"), new_raw_cell("raw")]
    return made


def _old() -> Any:
    made = notebook("print('old')")
    made.nbformat_minor = 4
    for cell in made.cells:
        del cell["id"]
    return made


JOBS = {
    "cells": job(
        notebook(*CELLS.values()),
        allow_errors=True,
        coalesce_streams=True,
        execution_timeout=30,
        request_save_on_cell_execute=False,
    ),
    "fails": job(notebook("print('before')", "print('here'); 1/0", "print('never')")),
    "sys.exit(0)": job(notebook("import sys; sys.exit(0)", "print('never')")),
    "exit": job(notebook("exit()", "import time; time.sleep(1.5)", "1"), record_timing=False),
    "exit at the end": job(notebook("print('last'); exit()")),
    "os._exit": job(notebook("print('before')", "import os; os._exit(0)", "print('never')")),
    "time-out": job(notebook("import time", "time.sleep(9)", "1"), execution_timeout=1),
    "tags": job(
        notebook("1/0", "print('skipped')", "print('after')", tags={0: "raises-exception", 1: "skip-execution"})
    ),
    "allowed by name": job(notebook("1/0", "print('after')", "[][1]"), allow_error_names=["ZeroDivisionError"]),
    "parameters": job(
        notebook("a, b = 1, None", "print(a, b)", tags={0: "parameters"}), parameters={"a": [1, None], "b": "ü\n'"}
    ),
    "mixed": job(_mixed()),
    "4.4 without ids": job(_old()),
    "in pieces": job(
        notebook(
            "from IPython.display import *\nimport sys; print('a', flush=True)\n"
            "print('b', file=sys.stderr, flush=True); print('c')",
            "print('pre', flush=True); print('e', file=sys.stderr, flush=True)\n"
            "print('q', flush=True); display('x', display_id='z'); print('r')",
            "update_display('y', display_id='z')",
        )
    ),
    "logged": job(
        notebook("import sys; print('out', flush=True)", "print('err', file=sys.stderr)", "1 + 1"),
        log_output=True,
        files=True,
    ),
}


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """All notebooks, run once by each engine, with the same folder of their own as working folder."""
    folder = tmp_path_factory.mktemp("parity")
    environment = {"MPLBACKEND": "", "PYTHONDONTWRITEBYTECODE": "1"}
    return run(JOBS, folder, *BOTH, environment=environment)


def _code_cells(ran: Any, engine: str) -> list[Any]:
    return [cell for cell in ran[engine]["cells"]["notebook"].cells if cell.cell_type == "code"]


@pytest.mark.parametrize("name", CELLS)
def test_a_cell_gives_the_same(ran: Any, name: str) -> None:
    """Outputs with their metadata, in their order, and the execution count; by both engines a cell has run."""
    position = list(CELLS).index(name)
    theirs, ours = (_code_cells(ran, engine)[position] for engine in BOTH)
    assert theirs.source == ours.source == CELLS[name].strip("\n") or theirs.source == ours.source == CELLS[name]
    assert ours.execution_count == theirs.execution_count is not None
    assert normal(ours.outputs) == normal(theirs.outputs)


@pytest.mark.parametrize("name", [name for name in JOBS if name not in ("cells", "in pieces", "exit", "os._exit")])
def test_a_notebook_ends_the_same(ran: Any, name: str) -> None:
    """The same error, or none, and in every cell the same outputs, count, source, tags and keys of its times."""
    theirs, ours = (ran[engine][name] for engine in BOTH)
    assert _error(ours) == _error(theirs)
    assert (ours.get("stdout"), ours.get("stderr")) == (theirs.get("stdout"), theirs.get("stderr"))
    for one, other in zip(ours["notebook"].cells, theirs["notebook"].cells, strict=True):
        assert (one.cell_type, one.source) == (other.cell_type, other.source)
        assert one.get("execution_count") == other.get("execution_count")
        assert normal(one.get("outputs")) == normal(other.get("outputs"))
        assert one.metadata.get("tags") == other.metadata.get("tags")


def _error(ran: Any) -> Any:
    name, text = ran["error"] or ("", "")
    return name, normal(re.sub(r"\x1b\[[0-9;]*m", "", text)) if name == "PapermillExecutionError" else ""


@pytest.mark.parametrize("name", ["fails", "mixed", "parameters", "tags"])
def test_metadata_are_the_same(ran: Any, name: str) -> None:
    """Language, parameters, what papermill says of each cell, and the names of all times that are kept."""
    theirs, ours = (ran[engine][name]["notebook"] for engine in BOTH)
    assert ours.metadata.language_info == theirs.metadata.language_info
    assert ours.metadata.papermill.get("parameters") == theirs.metadata.papermill.get("parameters")
    assert ours.metadata.papermill.exception == theirs.metadata.papermill.exception
    for one, other in zip(ours.cells, theirs.cells, strict=True):
        assert set(one.metadata.get("execution", {})) == set(other.metadata.get("execution", {}))
        assert one.metadata.get("papermill", {}).get("status") == other.metadata.get("papermill", {}).get("status")


def test_widgets_are_the_same(ran: Any) -> None:
    """The state of all widgets, for those who show them without a kernel."""
    state = "application/vnd.jupyter.widget-state+json"
    theirs, ours = (
        sorted(str(normal(one)) for one in ran[engine]["cells"]["notebook"].metadata.widgets[state]["state"].values())
        for engine in BOTH
    )
    assert ours == theirs
    assert len(ours) > 10


def test_streams_that_are_not_merged_keep_their_order(ran: Any) -> None:
    """Without ``coalesce_streams`` a kernel's pieces are those of its flushes, and ours are as long as they can be."""
    for theirs, ours in zip(*(ran[engine]["in pieces"]["notebook"].cells for engine in BOTH), strict=True):
        assert normal(ours.outputs) == normal(_joined(theirs.outputs))


def _joined(outputs: list[Any]) -> list[Any]:
    held: list[Any] = []
    for output in outputs:
        if held and output.output_type == "stream" == held[-1].output_type and output.name == held[-1].name:
            held[-1].text += output.text
        else:
            held.append(output)
    return held


def test_a_cell_after_exit_finds_no_kernel(ran: Any) -> None:
    """A kernel is gone a moment after ``exit()``, whichever cell works then; here no later cell is begun."""
    assert [ran[engine]["exit"]["error"][0] for engine in BOTH] == ["DeadKernelError"] * 2
    assert ran[SAYPRO]["exit"]["notebook"].cells[1].execution_count is None


def test_a_process_that_dies_is_a_dead_kernel(ran: Any) -> None:
    """The same error, by which papermill exits with 138. Only here do the records tell which cell it was."""
    theirs, ours = (ran[engine]["os._exit"] for engine in BOTH)
    assert ours["error"][0] == theirs["error"][0] == "DeadKernelError"
    assert normal(ours["notebook"].cells[0].outputs) == normal(theirs["notebook"].cells[0].outputs)
    assert [cell.metadata.papermill.status for cell in theirs["notebook"].cells] == ["completed"] * 3
    assert [cell.metadata.papermill.status for cell in ours["notebook"].cells] == ["completed", "failed", "pending"]


def test_python_is_the_same(ran: Any) -> None:
    """Both engines ran this very Python."""
    for engine in BOTH:
        assert ran[engine]["mixed"]["notebook"].metadata.language_info.version == sys.version.split()[0]

"""Faults in notebooks (docs/faults.md): would run on defaults, are damaged, come from an older Jupyter."""

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest

from saypro_analysis.errors import ReportError
from saypro_analysis.execute.notebook import execute
from saypro_analysis.execute.parameters import check_parameters

KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
PARAMETERS = {"department": "sales", "month": "2026-10", "params": "../params"}


def _notebook(*cells: tuple[str, tuple[str, ...]]) -> Any:
    return nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source, metadata={"tags": list(tags)}) for source, tags in cells]
    )


DECLARED = "department = 'hr'\nmonth = 'latest'\nparams = 'params'"
TAGGED = ("parameters",)


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ([(DECLARED, ())], "no cell tagged 'parameters'"),
        ([], "no cell tagged 'parameters'"),
        ([(DECLARED, TAGGED), (DECLARED, TAGGED)], "2 cells tagged 'parameters'"),
        ([(DECLARED.replace("month =", "months ="), TAGGED)], "does not set month"),
        ([("import os\n" + DECLARED, TAGGED)], "plain values"),
        ([("department = month = params = open('x').read()", TAGGED)], "plain values"),
        ([("if True:\n    department = month = params = 1", TAGGED)], "plain values"),
        ([("department = ", TAGGED)], "plain values"),
    ],
)
def test_a_notebook_that_would_run_on_its_own_defaults_is_refused(cells: list[Any], words: str) -> None:
    """Where month and department could not be put in, nothing is run: a report from defaults looks like a good one."""
    with pytest.raises(ReportError, match=words):
        check_parameters(_notebook(*cells), PARAMETERS)
    check_parameters(_notebook((DECLARED, TAGGED)), PARAMETERS)


@pytest.mark.parametrize("name", ["x=1;import os", "class", "a b", "", "1st", "month\n", "é", "__import__('os')"])
def test_a_name_that_could_be_code_is_no_parameter(name: str) -> None:
    """Names are written into the notebook as they are, so only plain ones are taken."""
    with pytest.raises(ReportError, match="not the name of a parameter"):
        check_parameters(_notebook((DECLARED, TAGGED)), {**PARAMETERS, name: 1})


CONFLICT = '{"cells": [\n<<<<<<< HEAD\n{}\n=======\n[]\n>>>>>>> other\n], "metadata": {}, "nbformat": 4}'


@pytest.mark.parametrize(
    "text", ["", "not json", CONFLICT, "[]", "null", "{}", '{"nbformat": 4}', "\ufeff{", "\x00" * 10]
)
def test_a_file_that_is_no_notebook_is_one_reports_failure(tmp_path: Path, text: str) -> None:
    """An empty file, half a file, marks of a merge conflict: one line that names the file, and nothing is run."""
    path = tmp_path / "sales.ipynb"
    path.write_text(text, "utf-8")
    with pytest.raises(ReportError) as caught:
        execute(path, PARAMETERS, engine="kernel")
    assert "sales.ipynb" in caught.value.message
    assert str(tmp_path) not in caught.value.message
    assert "\n" not in caught.value.message


def _old(version: int, minor: int) -> Any:
    """A notebook as an older Jupyter wrote it, with the outputs of a failed run still in it."""
    stale = {"output_type": "error", "ename": "KeyError", "evalue": "'old'", "traceback": ["old"]}
    cells = [
        {"cell_type": "code", "metadata": {"tags": ["parameters"]}, "source": DECLARED, "outputs": []},
        {"cell_type": "code", "metadata": {}, "source": "print(department, month)", "outputs": [stale]},
    ]
    if version == 4:
        cells = [{**cell, "execution_count": 7} for cell in cells]
        return {"cells": cells, "metadata": KERNEL, "nbformat": 4, "nbformat_minor": minor}
    old = [
        {**{key: cell[key] for key in ("cell_type", "metadata")}, "input": cell["source"], "language": "python",
         "outputs": [{**part, "output_type": "pyerr"} for part in cell["outputs"]], "collapsed": False}
        for cell in cells
    ]  # fmt: skip
    return {
        "worksheets": [{"cells": old, "metadata": {}}],
        "metadata": {"name": "", **KERNEL},
        "nbformat": 3,
        "nbformat_minor": 0,
    }


@pytest.mark.parametrize(("version", "minor"), [(4, 4), (3, 0)])
def test_an_old_notebook_with_old_errors_in_it_is_run_anew(tmp_path: Path, version: int, minor: int) -> None:
    """Cells without ids and the format of before are read; what a failed run left in them is gone after a good one."""
    path = tmp_path / "sales.ipynb"
    path.write_text(json.dumps(_old(version, minor)), "utf-8")
    executed = execute(path, PARAMETERS, engine="kernel")
    outputs = [output for cell in executed.cells for output in cell.get("outputs", ())]
    assert [output.get("text") for output in outputs] == ["sales 2026-10\n"]

"""What a run is held against: ``python -m benchmarks.run_ways WAY FOLDER [BY]`` runs the same cells without notebooks.

``prepare`` opens every department's month of the company in FOLDER (``params``, ``notebooks``), or of each member of
the dimension BY, and writes them and a list of the cells' notebooks into ``FOLDER/opened``. ``cells`` then runs the
code cells of all of them as plain Python in one warm process per core, and ``all`` does both, as a run does: it opens
the months while the processes import. What cells show is made, but no notebook, page or file is written.
"""

import ast
import json
import os
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from benchmarks.places import MONTH, PROCESSES

_LIST = "notebooks.json"


def prepare(company: Path, by: str) -> list[dict[str, Any]]:
    """Open every month as a run does; the notebooks with their parameters and environments, the longest first."""
    from saypro_analysis.data.opened import OPENED, keep_opened
    from saypro_analysis.kpi import DepartmentMonth
    from saypro_analysis.month import EARLIER, PARAMS

    found = []
    for place, opened in _opened(company, by):
        folder = company / "opened" / place
        folder.mkdir(parents=True, exist_ok=True)
        held = {name: one for name, one in opened.items() if isinstance(one, DepartmentMonth)}
        keep_opened(folder, held)
        environment = {"SAYPRO_BATCH": "1", OPENED: str(folder), PARAMS: str(company / "params"), EARLIER: ""}
        found += [
            {"notebook": str(company / "notebooks" / f"{name}.ipynb"), "environment": environment,
             "parameters": {"month": MONTH, **({"department": name} if name in held else {})}}
            for name in ("overview", *held)
        ]  # fmt: skip
    (company / "opened" / _LIST).write_text(json.dumps(found), "utf-8")
    return found


def _opened(company: Path, by: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every department's month, of the company or of each member."""
    import pandas as pd

    from saypro_analysis.data.fan_out import fan_out
    from saypro_analysis.data.params import read_params
    from saypro_analysis.data.snapshot import take_snapshot
    from saypro_analysis.month import company_month, source_path

    params, month = read_params(company / "params"), pd.Period(MONTH, "M")
    source = source_path(params)
    if not by:
        yield "company", company_month(params, take_snapshot(params, source), month)
        return
    for member in fan_out(params, source, by).members:
        opened = company_month(member.params_in(month), member.snapshot, month)
        yield member.slug, {name: replace(one, part=member.part_of(name)) for name, one in opened.items()}


def run_cells(job: Mapping[str, Any]) -> None:
    """The code cells of one notebook in one namespace; what a cell shows is made as a notebook would ask for it."""
    path = Path(job["notebook"])
    os.environ.update(job["environment"])
    os.chdir(path.parent)
    names: dict[str, Any] = {"__name__": "__main__"}
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            _show(_run("".join(cell["source"]), names))
        if "parameters" in cell["metadata"].get("tags", ()):
            names |= job["parameters"]


def _run(source: str, names: dict[str, Any]) -> object:
    """Run a cell; the value of its last line, when that is one."""
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "<cell>", "exec"), names)  # noqa: S102 (the project's own notebooks)
    if not isinstance(last, ast.Expr):
        return None
    return eval(compile(ast.Expression(last.value), "<cell>", "eval"), names)  # noqa: S307 (as above)


def _show(value: object) -> None:
    bundle = getattr(value, "_repr_mimebundle_", None)
    if value is not None:
        _ = bundle() if bundle else repr(value)


def _warm() -> None:
    """Import what the cells use, and no more."""
    import matplotlib.pyplot
    import seaborn

    import saypro_analysis.api

    _ = (matplotlib.pyplot, seaborn, saypro_analysis.api)


def main(way: str, company: Path, by: str = "") -> None:
    """Run one way."""
    if way == "prepare":
        prepare(company, by)
        return
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn"), initializer=_warm) as pool:
        pool.submit(_nothing)  # starts all of them
        jobs = prepare(company, by) if way == "all" else json.loads((company / "opened" / _LIST).read_text("utf-8"))
        list(pool.map(run_cells, jobs))


def _nothing() -> None:
    pass


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]).resolve(), *sys.argv[3:])

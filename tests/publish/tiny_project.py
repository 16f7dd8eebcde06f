"""A company of two departments with one KPI each: a whole run of it takes about as long as its warm process starts."""

import json
import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pandas as pd
import psutil

from saypro_analysis.execute.limits import Limits
from saypro_analysis.publish.new import make_notebooks
from saypro_analysis.publish.order import Order
from saypro_analysis.publish.page_check import page_faults
from saypro_analysis.publish.verify import verify_months

MONTH = "2026-10"
DEPARTMENTS = ("sales", "service")
PARAMETERS = {"department": "sales", "month": MONTH, "params": "../params"}


def tiny_project(root: Path) -> Path:
    """Write params, records of two years and the standard notebooks into ``root``, and return it."""
    _write(root / "params" / "company.yml", {"name": "Acme", "data": {"source": "../exports", "as_of": "2026-10-31"}})
    _write(root / "params" / "causes.yml", _causes())
    for number, name in enumerate(DEPARTMENTS):
        _write(root / "params" / "departments" / f"{name}.yml", _department(name))
        write_records(root, name, seed=number)
    make_notebooks(params=root / "params", notebooks=root / "notebooks")
    return root


def write_records(root: Path, department: str, *, seed: int = 0) -> None:
    """One record a month of two years; another ``seed`` is other data."""
    values = np.random.default_rng(seed).normal(100, 5, 24).round(3)
    days = pd.period_range(end=MONTH, periods=24, freq="M").to_timestamp(how="end").strftime("%Y-%m-%d")
    path = root / "exports" / f"{department}.csv"
    path.parent.mkdir(exist_ok=True)
    pd.DataFrame({"day": days, "amount": values}).to_csv(path, index=False)


def _causes() -> dict[str, Any]:
    said = {"name": "Slow processes", "description": "Steps wait for one another.", "signs": {"waits": "strong"}}
    return {
        "causes": {"slow": said},
        "signs": {"waits": {"name": "Steps wait", "question": "Do steps wait?"}},
        "actions": {"shorten": {"name": "Shorten the steps", "effects": {"slow": "strong"}, "owner": "Ada"}},
    }


def _department(name: str) -> dict[str, Any]:
    kpi = {"name": "Amount", "definition": "what was counted", "unit": "count", "better": "higher", "target": 110}
    return {
        "name": name.capitalize(),
        "owner": f"Head of {name}",
        "measures": {"amount": {"table": name, "value": "sum(amount)", "date": "day"}},
        "kpis": {"amount": {**kpi, "owner": "Ada", "noun": "things", "measure": "amount"}},
    }


def _write(path: Path, content: Any) -> None:
    """As JSON, which is YAML."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1), "utf-8")


def order(root: Path, **changes: Any) -> Order:
    """All reports of ``root``'s company into ``root/reports``, made anew, one at a time."""
    made = Order(params=root / "params", notebooks=root / "notebooks", out=root / "reports", month=MONTH)
    return replace(made, **{"force": True, "jobs": 1, "limits": Limits(cell=30, notebook=60), **changes})


def plain_notebook(path: Path, *sources: str) -> Path:
    """A notebook of a cell of parameters and of these."""
    first = nbformat.v4.new_code_cell("department = ''\nmonth = ''\nparams = ''", metadata={"tags": ["parameters"]})
    cells = [first, *map(nbformat.v4.new_code_cell, sources)]
    spec = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=spec), path)
    return path


def faults_of(out: Path) -> list[str]:
    """What is wrong with what is published in ``out``, file by file and page by page."""
    found = [f"{month.name}: {fault}" for month in verify_months(out) for fault in month.faults]
    for folder in sorted(out.glob("2???-??")):
        results = json.loads((folder / "results.json").read_text("utf-8"))["departments"]
        for name, numbers in results.items():
            page = (folder / f"{name}.html").read_text("utf-8")
            found += page_faults(page, numbers, page_name=name, month=folder.name)
    return found


def hashes(folder: Path) -> dict[str, bytes]:
    """All files below ``folder`` with their bytes."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def until(done: Callable[[], bool], *, seconds: float = 10.0) -> bool:
    """Whether ``done`` comes true within so many seconds."""
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def strays(marked: str) -> list[psutil.Process]:
    """The living processes, but this one, with ``marked`` in the environment variable of its name, SAYPRO_TEST_RUN."""
    found = []
    for process in psutil.process_iter():
        try:
            alive = process.pid != os.getpid() and process.status() != psutil.STATUS_ZOMBIE
            if alive and process.environ().get("SAYPRO_TEST_RUN") == marked:
                found.append(process)
        except psutil.Error:
            continue
    return found

"""Companies to measure runs on: the sample company, and one with 12 regions whose departments all have them.

Folders as a user has them: ``params``, ``notebooks`` and ``data/sample``, all records made up. ``python -m
benchmarks.companies sample|regional FOLDER`` makes one, so that who measures stays light, see ``verdicts``.
"""

import shutil
import sys
import zlib
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from benchmarks.places import REGION, REGIONS, ROOT
from saypro_analysis.data.sample import make_sample

#: What a record's region hangs on, where it is somebody's: all of an employee's time sheets are of one region.
_OWNERS = ("employee_id", "line")


def make_company(folder: Path) -> Path:
    """The sample company as it is, in ``folder``."""
    for name in ("params", "notebooks"):
        shutil.copytree(ROOT / name, folder / name)
    make_sample(folder / "data" / "sample")
    return folder


def make_regional(folder: Path) -> Path:
    """The sample company with 12 regions instead of five, in every table of records; they split every KPI."""
    make_company(folder)
    for path in (folder / "data" / "sample").glob("*.csv"):
        if path.stem != "targets":
            table = pd.read_csv(path, dtype="str", keep_default_na=False)
            table.assign(region=_regions(table)).to_csv(path, index=False)
    _edit(folder / "params" / "tables.yml", _any_region)
    for path in (folder / "params" / "departments").glob("*.yml"):
        _edit(path, _split_all)
    return folder


def _regions(table: pd.DataFrame) -> list[str]:
    owner = next((name for name in _OWNERS if name in table), table.columns[0])
    rows = table[owner] if owner == "employee_id" else table[owner] + table.index.astype(str)
    return [REGIONS[zlib.crc32(value.encode()) % len(REGIONS)] for value in rows]


def _edit(path: Path, change: Any) -> None:
    held = yaml.safe_load(path.read_text("utf-8"))
    change(held)
    path.write_text(yaml.safe_dump(held, sort_keys=False, allow_unicode=True), "utf-8")


def _any_region(tables: dict[str, Any]) -> None:
    for table in tables.values():
        table.get("columns", {}).get(REGION, {}).pop("values", None)
        if "agent, handoffs" in table.get("view", ""):
            table["view"] = table["view"].replace("agent, handoffs", "region, agent, handoffs")


def _split_all(department: dict[str, Any]) -> None:
    for kpi in department["kpis"].values():
        kpi["segments"] = [REGION, *(name for name in kpi.get("segments", ()) if name != REGION)]


if __name__ == "__main__":
    {"sample": make_company, "regional": make_regional}[sys.argv[1]](Path(sys.argv[2]))

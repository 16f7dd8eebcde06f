"""Small companies for tests: a folder of params and a folder of exports, written into a temporary folder."""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from saypro_analysis.data.params import read_params
from saypro_analysis.data.snapshot import Snapshot, take_snapshot
from saypro_analysis.data.sources import need_all, open_source
from saypro_analysis.data.tables import QUALITY
from saypro_analysis.errors import SayproError
from saypro_analysis.kpi import Column, Params, Table

TODAY = date(2027, 1, 1)
COMPANY: dict[str, Any] = {"name": "Test", "data": {"source": "../exports"}}
CAUSES: dict[str, Any] = {
    "causes": {"shortage": {"name": "Shortage", "signs": {"overload": "strong", "queues": 0.5}}},
    "signs": {"overload": {"name": "Overload"}, "queues": {"name": "Queues"}},
    "actions": {"hire": {"name": "Hire", "effects": {"shortage": "strong"}, "owner": "Head"}},
}
DEPARTMENT: dict[str, Any] = {
    "name": "Sales",
    "owner": "Head of Sales",
    "measures": {"total": {"table": "orders", "value": "sum(amount)", "date": "day"}},
    "kpis": {"revenue": {"name": "Revenue", "definition": "all", "unit": "currency", "measure": "total"}},
}


def kpi(**settings: Any) -> dict[str, Any]:
    """A KPI's settings, with what every KPI needs."""
    return {"name": "KPI", "definition": "as it says", "unit": "count", **settings}


def department(measures: Mapping[str, Any], kpis: Mapping[str, Any], **settings: Any) -> dict[str, Any]:
    """A department's settings."""
    return {"name": "Sales", "owner": "Head", "measures": dict(measures), "kpis": dict(kpis), **settings}


def write(path: Path, content: Any) -> Path:
    """Write text, bytes, or anything else as JSON, which is YAML with every text in quotes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        text = content if isinstance(content, str) else json.dumps(content, indent=1, ensure_ascii=False)
        path.write_bytes(text.encode("utf-8"))  # line ends as they are
    return path


def write_params(
    root: Path,
    *,
    company: Any = COMPANY,
    causes: Any = CAUSES,
    tables: Any = None,
    departments: Mapping[str, Any] | None = None,
    others: Mapping[str, Any] | None = None,
) -> Path:
    """``root/params`` with these files; ``others`` are further files by their path inside it."""
    folder = root / "params"
    files: dict[str, Any] = {"company.yml": company, "causes.yml": causes, "tables.yml": tables or {}}
    files |= {f"departments/{name}.yml": body for name, body in (departments or {"sales": DEPARTMENT}).items()}
    for name, content in (files | dict(others or {})).items():
        write(folder / name, content)
    return folder


def write_exports(root: Path, files: Mapping[str, Any]) -> Path:
    """``root/exports`` with these files."""
    folder = root / "exports"
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        write(folder / name, content)
    return folder


def params_faults(root: Path, **files: Any) -> list[str]:
    """All faults of params that are written with ``write_params``, as lines of text; empty when they are sound."""
    try:
        read_params(write_params(root, **files))
    except SayproError as error:
        check_plain(error, root)
        return [str(fault) for fault in error.faults]
    return []


def company_of(
    root: Path,
    files: Mapping[str, Any],
    measures: Mapping[str, Any],
    kpis: Mapping[str, Any],
    *,
    tables: Any = None,
    data: Mapping[str, str] | None = None,
) -> tuple[Params, Path]:
    """A company of one department, ``sales``, with these exports."""
    company = {"name": "Test", "data": {"source": "../exports", **(data or {})}}
    folder = write_params(root, company=company, tables=tables, departments={"sales": department(measures, kpis)})
    return read_params(folder), write_exports(root, files)


def snapshot_of(root: Path, *args: Any, **settings: Any) -> Snapshot:
    """The snapshot of a company that is described as in ``company_of``, on 1 January 2027."""
    params, exports = company_of(root, *args, **settings)
    return take_snapshot(params, exports, today=TODAY)


def series(snapshot: Snapshot, name: str, column: str = "value", segment: str = "") -> dict[str, Any]:
    """One KPI's column by month, for the total or a segment."""
    table = snapshot.monthly
    rows = table[table["kpi"].eq(name) & table["segment"].eq(segment)]
    return dict(zip(rows["month"].astype(str), rows[column].tolist(), strict=True))


def csv(header: str, *rows: str) -> str:
    """The text of a CSV file."""
    return "\n".join([header, *rows]) + "\n"


def orders(*rows: tuple[str, object]) -> str:
    """orders.csv with columns day and amount."""
    return csv("day,amount", *(f"{day},{amount}" for day, amount in rows))


def every_day(first: str, last: str, amount: object = 1) -> list[tuple[str, object]]:
    """One order a day: a table without pauses."""
    return [(f"{day:%Y-%m-%d}", amount) for day in pd.date_range(first, last)]


def read_table(
    root: Path, files: Mapping[str, Any], name: str, columns: Mapping[str, Column] | None = None
) -> pd.DataFrame:
    """One table of a source, parsed by a contract."""
    tables = {name: Table(id=name, columns=columns)} if columns else {}
    with open_source(write_exports(root, files), tables) as source:
        need_all(source, [name])
        return source.query(f'SELECT * FROM main."{name}"', about=name)


def quality_of(
    root: Path, text: str, columns: Mapping[str, Column], *, as_of: str = "2026-12-31", **table: Any
) -> pd.DataFrame:
    """The quality table of one CSV file under a contract."""
    with open_source(write_exports(root, {"t.csv": text}), {"t": Table(id="t", columns=columns, **table)}) as source:
        need_all(source, ["t"])
        result = source.quality(as_of=as_of)
    assert list(result) == list(QUALITY)
    return result


def check_plain(error: SayproError, root: Path, *, words: Iterable[str] = ()) -> str:
    """The error's text; fails when it is not for users: a folder, a traceback, a type of Python, no advice."""
    text = str(error)
    for unwanted in (str(root), "Traceback", "<class", "Error(", "\x1b", 'File "', "object at 0x", "pydantic"):
        assert unwanted not in text, f"{unwanted!r} in {text}"
    for fault in error.faults:
        assert fault.where, fault
        assert fault.found, fault
        assert "\n" not in str(fault), fault
    for word in words:
        assert word in text, f"{word!r} not in {text}"
    return text

"""Start a department: params, notebook, empty evidence and action register, ready to run on the data at hand."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import nbformat

from saypro_analysis.data.checks import check_id
from saypro_analysis.data.params import read_params
from saypro_analysis.data.reader import nearest
from saypro_analysis.data.registers import ACTION_COLUMNS, EVIDENCE_COLUMNS
from saypro_analysis.data.sources import Source, open_source
from saypro_analysis.errors import DataError, Fault, ParamsError
from saypro_analysis.kpi import Params
from saypro_analysis.month import source_path
from saypro_analysis.publish.folders import write_whole
from saypro_analysis.publish.notebook import department_cells, make_notebook

_PARAMS = """\
# yaml-language-server: $schema=../schema/department.json
# What the department is measured by. 'saypro check' says what is wrong; 'saypro run --department {id}' makes its
# report.
name: {name}
owner: {owner}
measures:
  # An aggregate of one table by month: sum(...), count(*), median(...), with a filter ("where") if need be.
  records:
    table: {table}
    value: count(*)
    date: {date}
kpis:
  # The first KPI, to start from: how many records there are in a month. Replace it with what is judged here.
  records:
    name: Records
    definition: Rows of the table dated in the month
    unit: count
    noun: records
    better: higher
    measure: records
    # target: 100
    # segments: [region]
"""


def make_department(department: str, *, name: str, table: str, params: Path, notebooks: Path) -> list[Path]:
    """Write the four files of a new department and return their paths.

    Raises ParamsError when the id cannot be used or is taken, or DataError when the data have no table with a date.
    Nothing is written unless all four can be.
    """
    title = " ".join(name.split()) or department.replace("_", " ").capitalize()
    paths = {
        params / "departments" / f"{department}.yml": "",
        notebooks / f"{department}.ipynb": "",
        params / "evidence" / f"{department}.csv": _header(EVIDENCE_COLUMNS),
        params / "actions" / f"{department}.csv": _header(ACTION_COLUMNS),
    }
    faults = [*check_id(department, "department")]
    faults += [
        Fault(where=path.as_posix(), found="exists already", hint="choose another id")
        for path in paths
        if path.exists()
    ]
    if faults:
        raise ParamsError("The department cannot be started; nothing was written.", tuple(faults))
    first, date = first_table(read_params(params, first_department=True), table)
    texts = list(paths)
    values = {"name": title, "owner": f"Head of {title}", "table": first, "date": date}
    quoted = {key: json.dumps(value, ensure_ascii=False) for key, value in values.items()}  # JSON text is YAML text
    paths[texts[0]] = _PARAMS.format(id=department, **quoted)
    paths[texts[1]] = nbformat.writes(make_notebook(department_cells(department, title))) + "\n"
    for path, text in paths.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text)
    return list(paths)


def _header(columns: tuple[str, ...]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(columns)
    return buffer.getvalue()


def first_table(params: Params, wanted: str) -> tuple[str, str]:
    """A table to start from and its date column: ``wanted``, or the first that has a date."""
    with open_source(source_path(params), params.tables) as source:
        names = sorted({*params.tables, *source.raw})
        if wanted and wanted not in names:
            fault = Fault(where="--table", found=repr(wanted), hint=nearest(wanted, names))
            raise ParamsError("The department cannot be started; nothing was written.", (fault,))
        for table, date in _dated(source, [wanted] if wanted else names):
            return table, date
    fault = Fault(where=wanted or "data source", found="no column of dates", hint="declare one in tables.yml")
    raise DataError("The department cannot be started; nothing was written.", (fault,))


def _dated(source: Source, names: list[str]) -> Iterator[tuple[str, str]]:
    for name in names:
        source.need(name)
        kinds = source.types_of(f'main."{name}"')
        date = next((column for column, kind in kinds.items() if kind.startswith(("DATE", "TIMESTAMP"))), None)
        if date:
            yield name, date if date.isidentifier() else f'"{date}"'

"""Start a department: params, notebook, empty evidence and action register, ready to run on the data at hand."""

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path

import nbformat

from saypro_analysis.data.checks import check_id
from saypro_analysis.data.files import quoted
from saypro_analysis.data.params import read_params
from saypro_analysis.data.reader import nearest
from saypro_analysis.data.registers import ACTION_COLUMNS, EVIDENCE_COLUMNS
from saypro_analysis.data.sources import Source, open_source
from saypro_analysis.errors import DataError, Fault, ParamsError
from saypro_analysis.kpi import Params
from saypro_analysis.month import source_path
from saypro_analysis.publish.folders import write_whole
from saypro_analysis.publish.notebook import department_cells, make_notebook, overview_cells

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
    _write_all(paths)
    return list(paths)


def make_notebooks(*, params: Path, notebooks: Path) -> list[Path]:
    """Write the standard notebook of every department of ``params`` that has none, and of the overview.

    Returns the paths that were written; a notebook that is there is never touched.
    """
    departments = read_params(params).departments
    cells = {name: department_cells(name, department.name) for name, department in departments.items()}
    wanted = {notebooks / f"{name}.ipynb": made for name, made in {**cells, "overview": overview_cells()}.items()}
    texts = {path: nbformat.writes(make_notebook(made)) + "\n" for path, made in wanted.items() if not path.exists()}
    _write_all(texts)
    return list(texts)


def _write_all(texts: Mapping[Path, str]) -> None:
    """Write all files or none."""
    written: list[Path] = []
    try:
        for path, text in texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, text)
            written.append(path)
    except OSError as error:
        for done in written:
            done.unlink(missing_ok=True)
        fault = Fault(
            where=path.as_posix(), found=f"cannot be written ({error.strerror})", hint="allow it, or make room"
        )
        raise ParamsError("Files cannot be written; nothing was.", (fault,)) from error


def _header(columns: tuple[str, ...]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(columns)
    return buffer.getvalue()


def first_table(params: Params, wanted: str) -> tuple[str, str]:
    """A table to start from and its date column: ``wanted``, or the first that can be read and has a date."""
    with open_source(source_path(params), params.tables) as source:
        names = sorted({*params.tables, *source.raw})
        if wanted and wanted not in names:
            fault = Fault(where="--table", found=repr(wanted), hint=nearest(wanted, names))
            raise ParamsError("The department cannot be started; nothing was written.", (fault,))
        faults: list[Fault] = []
        for table in [wanted] if wanted else names:
            try:
                date = _date_of(source, table)
            except DataError as error:  # another table may do
                faults += error.faults
                continue
            if date:
                return table, date
    where = wanted or "data source"
    nothing = Fault(where=where, found="no readable column of dates", hint="declare one in tables.yml")
    raise DataError("The department cannot be started; nothing was written.", (*dict.fromkeys(faults), nothing))


def _date_of(source: Source, table: str) -> str:
    """The first column of dates, as SQL writes it; empty when there is none."""
    source.need(table)
    kinds = source.types_of(f"main.{quoted(table)}")
    found = next((column for column, kind in kinds.items() if kind.startswith(("DATE", "TIMESTAMP"))), "")
    return found if found.isidentifier() or not found else quoted(found)

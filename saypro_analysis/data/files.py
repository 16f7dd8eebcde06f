"""The files of a source as DuckDB relations: CSV (plain or gz), Parquet, Excel, or the tables of a DuckDB file."""

import csv
import gzip
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from saypro_analysis.data.reader import nearest
from saypro_analysis.errors import DataError, Fault

if TYPE_CHECKING:
    import duckdb

_ENDINGS = {".csv": "csv", ".csv.gz": "csv", ".tsv": "csv", ".parquet": "parquet", ".xlsx": "excel"}


@dataclass(frozen=True, kw_only=True)
class RawTable:
    """A table as the source holds it: a file, or a table of a DuckDB file."""

    name: str
    path: Path
    kind: str  # csv, parquet, excel, duckdb

    @property
    def label(self) -> str:
        """What faults and the report call it: the file's name, never its folder."""
        return f"{self.path.name}:{self.name}" if self.kind == "duckdb" else self.path.name


def quoted(name: str) -> str:
    """A SQL identifier in DuckDB's dialect.

    >>> quoted("Line Item Value")
    '"Line Item Value"'
    """
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A SQL text literal.

    >>> literal("Côte d'Ivoire")
    "'Côte d''Ivoire'"
    """
    return "'" + text.replace("'", "''") + "'"


def find_tables(source: Path) -> dict[str, RawTable]:
    """The tables of a source by name: the files of a folder by their name without ending, or a DuckDB file's tables.

    Raises DataError when there is no such source, nothing in it, or two files of one name.
    """
    if source.is_dir():
        return _folder_tables(source)
    if source.is_file() and source.suffix in (".duckdb", ".db"):
        return _duckdb_tables(source)
    found = "is no folder and no .duckdb file" if source.exists() else "does not exist"
    hint = "set data.source in company.yml to a folder of CSV, Parquet or Excel files, or to a DuckDB file"
    raise DataError("The data source cannot be read.", (Fault(where=source.name, found=found, hint=hint),))


def _folder_tables(folder: Path) -> dict[str, RawTable]:
    tables: dict[str, RawTable] = {}
    faults: list[Fault] = []
    for path in sorted(folder.iterdir()):
        ending = next((e for e in sorted(_ENDINGS, key=len, reverse=True) if path.name.lower().endswith(e)), "")
        if not ending or not path.is_file() or path.name.startswith((".", "~$")):
            continue
        name = path.name[: -len(ending)]
        if name in tables:
            found = f"{tables[name].path.name} and {path.name}"
            faults.append(Fault(where=folder.name, key=name, found=found, hint="keep one file of each name"))
        tables[name] = RawTable(name=name, path=path, kind=_ENDINGS[ending])
    if not tables and not faults:
        faults.append(Fault(where=folder.name, found="no CSV, Parquet or Excel file", hint="put the exports there"))
    if faults:
        raise DataError("The data source cannot be read.", tuple(faults))
    return tables


def _duckdb_tables(path: Path) -> dict[str, RawTable]:
    import duckdb

    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            rows = connection.execute(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = 'main' ORDER BY 1"
            ).fetchall()
    except duckdb.Error as error:
        fault = Fault(where=path.name, found=first_line(error), hint="it must be a DuckDB file that nobody writes to")
        raise DataError("The data source cannot be read.", (fault,)) from error
    return {name: RawTable(name=name, path=path, kind="duckdb") for (name,) in rows}


def load(connection: "duckdb.DuckDBPyConnection", raw: RawTable, *, as_text: Sequence[str]) -> None:
    """Make ``raw.<name>`` in the connection. CSV columns named in ``as_text`` stay text for the contract to parse.

    CSV and Excel are read into memory once; Parquet files and DuckDB tables are read where they lie, column by column.
    Raises DataError when the file cannot be read, is empty, or a column of the contract is missing.
    """
    import duckdb

    try:
        if raw.kind == "excel":
            _load_excel(connection, raw, as_text)
        else:
            connection.execute(_create(raw, as_text))
    except (duckdb.Error, OSError, ValueError, KeyError) as error:
        fault = Fault(where=raw.label, found=first_line(error), hint="export it again, or repair the file")
        raise DataError("A file cannot be read.", (fault,)) from error
    _need_columns(raw, columns_of(connection, f"raw.{quoted(raw.name)}"), as_text)


def _create(raw: RawTable, as_text: Sequence[str]) -> str:
    target, path = f"raw.{quoted(raw.name)}", literal(str(raw.path))
    if raw.kind == "parquet":
        return f"CREATE VIEW {target} AS SELECT * FROM read_parquet({path})"
    if raw.kind == "duckdb":
        return f"CREATE VIEW {target} AS SELECT * FROM source_file.{quoted(raw.name)}"
    delimiter, header = _csv_header(raw)
    _need_columns(raw, header, as_text)
    types = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in as_text)
    # Nothing about the file's form is left to guessing: a guessing reader skips lines that do not fit.
    form = f"header = true, skip = 0, delim = {literal(delimiter)}, quote = '\"', escape = '\"', sample_size = -1"
    typed = f", types = {{{types}}}" if as_text else ""
    return f"CREATE TABLE {target} AS SELECT * FROM read_csv({path}, {form}{typed})"


def _csv_header(raw: RawTable) -> tuple[str, tuple[str, ...]]:
    """Delimiter and column names of a CSV file; raises DataError when there is no usable first line."""
    unpack = gzip.open if raw.path.suffix == ".gz" else open
    try:
        with unpack(raw.path, "rt", encoding="utf-8-sig", newline="") as file:
            first = file.readline()
            delimiter = max(",;\t|", key=first.count)
            header = tuple(next(csv.reader([first], delimiter=delimiter), []))
    except (UnicodeDecodeError, EOFError, gzip.BadGzipFile) as error:
        fault = Fault(where=raw.label, found=_no_text(error), hint="export it again as UTF-8")
        raise DataError("A file cannot be read.", (fault,)) from error
    if not first.strip():
        raise DataError("A file cannot be read.", (Fault(where=raw.label, found="is empty", hint="export it again"),))
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        fault = Fault(where=raw.label, key=", ".join(twice), found="stands twice in the header", hint="rename one")
        raise DataError("A file cannot be read.", (fault,))
    return delimiter, header


def _no_text(error: Exception) -> str:
    return "is not UTF-8" if isinstance(error, UnicodeDecodeError) else "is damaged"


def _load_excel(connection: "duckdb.DuckDBPyConnection", raw: RawTable, as_text: Sequence[str]) -> None:
    import pandas as pd

    frame = pd.read_excel(raw.path, keep_default_na=False, na_values=[""])
    for name in as_text:
        if name in frame and frame[name].dtype == object:  # mixed cells: text, so that the contract judges each
            frame[name] = frame[name].map(str, na_action="ignore")
    connection.register("excel_sheet", frame)
    connection.execute(f"CREATE TABLE raw.{quoted(raw.name)} AS SELECT * FROM excel_sheet")
    connection.unregister("excel_sheet")


def _need_columns(raw: RawTable, held: Sequence[str], wanted: Sequence[str]) -> None:
    faults = tuple(
        Fault(where=raw.label, key=name, found="no such column", hint=nearest(name, held))
        for name in wanted
        if name not in held
    )
    if faults:
        raise DataError("A table lacks columns.", faults)


def columns_of(connection: "duckdb.DuckDBPyConnection", relation: str) -> tuple[str, ...]:
    """The column names of a relation."""
    return tuple(str(row[0]) for row in connection.execute(f"DESCRIBE {relation}").fetchall())


def first_line(error: Exception) -> str:
    """The first line of a library's message: what went wrong, without its advice and without folders."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__


def fingerprint(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

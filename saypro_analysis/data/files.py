"""The files of a source as DuckDB relations: CSV (plain or gz), Parquet, Excel, or the tables of a DuckDB file."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

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
    try:
        if source.is_dir():
            return _folder_tables(source)
        if source.is_file() and source.suffix in (".duckdb", ".db"):
            return _duckdb_tables(source)
        found = "is no folder and no .duckdb file" if source.exists() else "does not exist"
    except OSError as error:  # such as a name that is too long, or a folder that must not be read
        found = f"cannot be read ({error.strerror})"
    hint = "set data.source in company.yml to a folder of CSV, Parquet or Excel files, or to a DuckDB file"
    raise DataError("The data source cannot be read.", (Fault(where=source.name[:100], found=found, hint=hint),))


def _folder_tables(folder: Path) -> dict[str, RawTable]:
    tables: dict[str, RawTable] = {}
    faults: list[Fault] = []
    names: dict[str, str] = {}  # a database takes names that differ in capitals only for the same
    for path in sorted(folder.iterdir()):
        ending = next((e for e in sorted(_ENDINGS, key=len, reverse=True) if path.name.lower().endswith(e)), "")
        if not ending or not path.is_file() or path.name.startswith((".", "~$")):
            continue
        name = path.name[: -len(ending)]
        twin = names.setdefault(name.casefold(), name)
        if twin in tables:
            found = f"{tables[twin].path.name} and {path.name}"
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
        fault = Fault(
            where=path.name, found=first_line(error, path.parent), hint="it must be a DuckDB file that nobody writes to"
        )
        raise DataError("The data source cannot be read.", (fault,)) from error
    return {name: RawTable(name=name, path=path, kind="duckdb") for (name,) in rows}


def columns_of(connection: "duckdb.DuckDBPyConnection", relation: str) -> tuple[str, ...]:
    """The column names of a relation."""
    return tuple(str(row[0]) for row in connection.execute(f"DESCRIBE {relation}").fetchall())


def first_line(error: Exception, folder: Path) -> str:
    """The first line of a library's message: what went wrong, without its advice and without ``folder``."""
    told = (error.strerror if isinstance(error, OSError) else None) or str(error)
    lines = [line.strip() for line in told.splitlines() if line.strip()]
    return lines[0].replace(f"{folder}/", "") if lines else type(error).__name__


def fingerprint(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

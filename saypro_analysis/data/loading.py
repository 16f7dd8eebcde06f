"""Read a source's file into the database: nothing guessed, nothing skipped; a damaged file says what is wrong."""

import csv
import gzip
import re
import zlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from saypro_analysis.data.files import RawTable, columns_of, first_line, literal, quoted
from saypro_analysis.data.reader import nearest
from saypro_analysis.errors import DataError, Fault

if TYPE_CHECKING:
    import duckdb

_ISO = "%Y-%m-%d"  # the one form of dates that is not ambiguous; others need a format in tables.yml


def load(connection: "duckdb.DuckDBPyConnection", raw: RawTable, *, as_text: Sequence[str]) -> None:
    """Make ``raw.<name>`` in the connection. CSV columns named in ``as_text`` stay text for the contract to parse.

    CSV and Excel are read into memory once; Parquet files and DuckDB tables are read where they lie, column by column.
    Raises DataError when the file cannot be read, is empty, or a column of the contract is missing.
    """
    try:
        if raw.kind == "excel":
            _load_excel(connection, raw, as_text)
        else:
            connection.execute(_create(raw, as_text))
    except DataError:
        raise
    except Exception as error:  # what readers of damaged files raise is not theirs to promise
        found = _csv_trouble(connection, raw, error) if raw.kind == "csv" else first_line(error, raw.path.parent)
        fault = Fault(where=raw.label, found=found, hint="export it again, or repair the file")
        raise DataError("A file cannot be read.", (fault,)) from error
    _need_columns(raw, columns_of(connection, f"raw.{quoted(raw.name)}"), as_text)
    if raw.kind == "csv":
        _need_finite(connection, raw)


def _create(raw: RawTable, as_text: Sequence[str]) -> str:
    target, path = f"raw.{quoted(raw.name)}", _exactly(raw)
    if raw.kind == "parquet":
        return f"CREATE VIEW {target} AS SELECT * FROM read_parquet({path})"
    if raw.kind == "duckdb":
        return f"CREATE VIEW {target} AS SELECT * FROM source_file.{quoted(raw.name)}"
    delimiter, header = _csv_header(raw)
    _need_columns(raw, header, as_text)
    types = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in as_text)
    # Nothing about the file's form is left to guessing: a guessing reader skips lines that do not fit.
    form = f"header = true, skip = 0, delim = {literal(delimiter)}, quote = '\"', escape = '\"', sample_size = -1"
    # Nor about values: no line is a comment, 03/04/2026 stays text, and the labels yes and no stay what they are.
    form += f", comment = '', dateformat = '{_ISO}', timestampformat = '{_ISO} %H:%M:%S'"
    form += ", auto_type_candidates = ['BIGINT', 'DOUBLE', 'DATE', 'TIMESTAMP', 'VARCHAR']"
    typed = f", types = {{{types}}}" if as_text else ""
    return f"CREATE TABLE {target} AS SELECT * FROM read_csv({path}, {form}{typed})"


def _exactly(raw: RawTable) -> str:
    """SQL: the file's path, in which *, ? and [ stand for themselves and not for a pattern."""
    return literal(re.sub(r"([*?\[])", r"[\1]", str(raw.path)))


def _csv_header(raw: RawTable) -> tuple[str, tuple[str, ...]]:
    """Delimiter and column names of a CSV file; raises DataError when there is no usable first line."""
    unpack = gzip.open if raw.path.suffix == ".gz" else open
    try:
        with unpack(raw.path, "rt", encoding="utf-8-sig", newline="") as file:
            first = file.readline()
            delimiter = max(",;\t|", key=re.sub('"[^"]*"', "", first).count)
            file.seek(0)
            header = tuple(next(csv.reader(file, delimiter=delimiter), []))
    except (UnicodeDecodeError, EOFError, gzip.BadGzipFile, zlib.error, csv.Error) as error:
        fault = Fault(where=raw.label, found=_no_text(error), hint="export it again as UTF-8")
        raise DataError("A file cannot be read.", (fault,)) from error
    if not first.strip():
        raise DataError("A file cannot be read.", (Fault(where=raw.label, found="is empty", hint="export it again"),))
    _need_distinct(raw, header)
    return delimiter, header


def _need_distinct(raw: RawTable, header: Sequence[str]) -> None:
    """Raises DataError for columns of one name, be it in other capitals: a reader would rename one of them."""
    folded = [name.casefold() for name in header]
    twice = sorted({name for name in header if name and folded.count(name.casefold()) > 1})
    if twice:
        fault = Fault(where=raw.label, key=", ".join(twice), found="stands twice in the header", hint="rename one")
        raise DataError("A file cannot be read.", (fault,))


def _csv_trouble(connection: "duckdb.DuckDBPyConnection", raw: RawTable, error: Exception) -> str:
    """Where a CSV file goes wrong, in plain words: found by reading it again without any detection of types."""
    try:
        delimiter, header = _csv_header(raw)
        names = ", ".join(f"'c{position}': 'VARCHAR'" for position in range(len(header)))
        form = f"header = true, delim = {literal(delimiter)}, quote = '\"', escape = '\"', comment = ''"
        form += f", auto_detect = false, columns = {{{names}}}"
        connection.execute(f"SELECT count(COLUMNS(*)) FROM read_csv({_exactly(raw)}, {form})").fetchall()
    except Exception as clearer:
        error = clearer
    text = str(error)
    line = re.search(r"CSV Error on Line: (\d+)", text)
    cells = re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", text)
    if "unicode" in text.lower():
        return "is not UTF-8"
    if line and cells:
        return f"line {line[1]} has {cells[2]} cells, the header has {cells[1]}"
    if line and "quote" in text:
        return f"line {line[1]} has a quotation mark that is not closed"
    return first_line(error, raw.path.parent)


def _no_text(error: Exception) -> str:
    return "is not UTF-8" if isinstance(error, UnicodeDecodeError) else "is damaged"


def _load_excel(connection: "duckdb.DuckDBPyConnection", raw: RawTable, as_text: Sequence[str]) -> None:
    import pandas as pd

    top = pd.read_excel(raw.path, header=None, nrows=1, keep_default_na=False)
    if top.empty:
        raise DataError("A file cannot be read.", (Fault(where=raw.label, found="is empty", hint="export it again"),))
    _need_distinct(raw, [str(name) for name in top.iloc[0]])
    frame = pd.read_excel(raw.path, keep_default_na=False, na_values=[""])
    frame.columns = [str(name) for name in frame.columns]
    for name in as_text:
        if name in frame and frame[name].dtype == object:  # mixed cells: text, so that the contract judges each
            frame[name] = frame[name].map(str, na_action="ignore")
        elif name in frame and frame[name].dtype == float and frame[name].dropna().mod(1).eq(0).all():
            frame[name] = frame[name].astype("Int64")  # empty cells made 12 a 12.0; as a label it is 12
    connection.register("excel_sheet", frame)
    connection.execute(f"CREATE TABLE raw.{quoted(raw.name)} AS SELECT * FROM excel_sheet")
    connection.unregister("excel_sheet")


def _need_finite(connection: "duckdb.DuckDBPyConnection", raw: RawTable) -> None:
    """Raises DataError for nan and inf, which would make a month's sum disappear, in columns without contract."""
    relation = f"raw.{quoted(raw.name)}"
    numbers = [str(row[0]) for row in connection.execute(f"DESCRIBE {relation}").fetchall() if row[1] == "DOUBLE"]
    if not numbers:
        return
    counts = ", ".join(f"count(*) FILTER (WHERE NOT isfinite({quoted(name)}))" for name in numbers)
    found = connection.execute(f"SELECT {counts} FROM {relation}").fetchone() or ()
    faults = tuple(
        Fault(where=raw.label, key=name, found="holds nan or infinity", hint="declare the column's type in tables.yml")
        for name, count in zip(numbers, found, strict=True)
        if count
    )
    if faults:
        raise DataError("A file cannot be used.", faults)


def _need_columns(raw: RawTable, held: Sequence[str], wanted: Sequence[str]) -> None:
    faults = tuple(
        Fault(where=raw.label, key=name, found="no such column", hint=nearest(name, held))
        for name in wanted
        if name not in held
    )
    if faults:
        raise DataError("A table lacks columns.", faults)
